//! Location of a pushed message.

use crate::macros::model;

model! {
    /// Location of a pushed message. Every group push has one whose fields are empty.
    ///
    /// A location that a user shares is an [attachment](crate::attachment::Location).
    pub struct MessageLocation as MessageLocationRef {
        /// Name of the location.
        name: text,
        /// Latitude, in degrees north.
        lat: decimal,
        /// Longitude, in degrees east.
        lng: decimal,
        /// Whether the location came from Foursquare; only in pushes of 2011.
        foursquare_checkin: flag,
        /// Id of the venue at Foursquare; only in pushes of 2011.
        foursquare_venue_id: id(Other),
    }
}
