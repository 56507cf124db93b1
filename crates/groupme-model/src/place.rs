//! Places on Earth.

use crate::macros::model;

model! {
    /// The `location` of a pushed message: there, and empty.
    pub struct Place as PlaceRef {
        /// What it is called.
        name: text,
        /// Degrees north.
        lat: decimal,
        /// Degrees east.
        lng: decimal,
        /// Whether it came from Foursquare (2011).
        foursquare_checkin: flag,
        /// The venue at Foursquare (2011).
        foursquare_venue_id: id(Other),
    }
}
