//! How much a session holds at a moment.

/// How much a session holds at a moment, for gauges and for tests: all of it is bounded by the
/// limits of a [`Config`](crate::Config) and by the number of subscriptions, never by traffic.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Usage {
    /// Commands that wait to be written.
    pub waiting: usize,
    /// Requests that wait for their replies, connects and handshakes apart.
    pub in_flight: usize,
    /// Lanes, those included that the driver has yet to be told to close.
    pub lanes: usize,
    /// Local subscriptions.
    pub subscriptions: usize,
    /// Events that nobody has polled yet.
    pub events: usize,
}
