//! Connections to the endpoint.

use bayeux_dial::Stream;
use tokio::time::timeout;

use crate::{Error, road::Road};

/// Opens a connection to the endpoint, within the time the options allow.
pub(crate) async fn connect(road: &Road) -> Result<Stream, Error> {
    let limit = road.options.connect_timeout;
    match timeout(limit, road.dialer.dial(&road.endpoint.dialed())).await {
        Ok(outcome) => outcome.map_err(Error::Dial),
        Err(_) => Err(Error::TimedOut {
            doing: "connecting",
            limit,
        }),
    }
}
