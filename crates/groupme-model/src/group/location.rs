//! Locations and directories of groups.

use crate::macros::model;

model! {
    /// Location of a group.
    pub struct GroupLocation as GroupLocationRef {
        /// Id of the location.
        id: id(Other),
        /// Id of the group.
        group_id: id(Group),
        /// Name of the location.
        name: text,
        /// Coordinates.
        point: object(Point, PointRef),
        /// Full address.
        full_address: text,
        /// Town.
        locality: text,
        /// County, state or province.
        country_subdivision: text,
        /// Country.
        country_region: text,
        /// Country, as two letters.
        country_code: text,
        /// Postal code.
        postal_code: text,
        /// Signature by which GroupMe recognises locations that it issued.
        signature: text,
    }
}

model! {
    /// Geographic coordinates.
    pub struct Point as PointRef {
        /// Latitude, in degrees north.
        lat: number,
        /// Longitude, in degrees east.
        lon: number,
    }
}

model! {
    /// Directory that lists a group.
    pub struct GroupDirectory as GroupDirectoryRef {
        /// Id of the directory.
        directory_id: id(Directory),
        /// Name of the directory.
        directory_name: text,
        /// Short name of the directory.
        directory_short_name: text,
    }
}
