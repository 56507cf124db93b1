//! Where a group is: on Earth, and in directories.

use crate::macros::model;

model! {
    /// A place that a group is about.
    pub struct GroupLocation as GroupLocationRef {
        /// The place's id.
        id: id(Other),
        /// The group.
        group_id: id(Group),
        /// What it is called.
        name: text,
        /// Where on Earth it is.
        point: object(Point, PointRef),
        /// Its whole address.
        full_address: text,
        /// The town.
        locality: text,
        /// The county, state or province.
        country_subdivision: text,
        /// The country.
        country_region: text,
        /// The country, in two letters.
        country_code: text,
        /// The postal code.
        postal_code: text,
        /// By which GroupMe knows that it made the place itself.
        signature: text,
    }
}

model! {
    /// A point on Earth.
    pub struct Point as PointRef {
        /// Degrees north.
        lat: number,
        /// Degrees east.
        lon: number,
    }
}

model! {
    /// A directory that a group is in.
    pub struct GroupDirectory as GroupDirectoryRef {
        /// The directory's id.
        directory_id: id(Directory),
        /// What it is called.
        directory_name: text,
        /// What it is called for short.
        directory_short_name: text,
    }
}
