//! Resource usage of a session.

/// Resource usage of a session, for gauges and tests. All of it is bounded by the limits of a
/// [`Config`](crate::Config) and the number of subscriptions, never by traffic.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Usage {
    /// Commands that wait to be written.
    pub waiting: usize,
    /// Requests that wait for their replies, except connects and handshakes.
    pub in_flight: usize,
    /// Open lanes, including those whose [`Action::Close`](crate::Action::Close) has not been
    /// polled yet.
    pub lanes: usize,
    /// Local subscriptions.
    pub subscriptions: usize,
    /// Events that have not been polled yet.
    pub events: usize,
}
