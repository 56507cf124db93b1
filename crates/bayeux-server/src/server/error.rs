//! Errors of the program's own events.

/// Error of an event that the program publishes.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PublishError {
    /// Name that no event can have: pass a channel such as `/news/today`, no pattern and none below
    /// `/meta`.
    #[error("{0:?} is no channel for events: pass one such as \"/news/today\", no pattern")]
    Channel(String),
    /// Text that is not one JSON value.
    #[error("the data is not JSON: pass one JSON value as text")]
    Json,
    /// Session that does not exist, or has ended.
    #[error("the client has no session any more: it ended or expired")]
    UnknownClient,
}
