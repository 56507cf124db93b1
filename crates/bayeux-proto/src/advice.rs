//! What a server advises: the `advice` object of the Bayeux specification, already read.

/// The `advice` member of a message (Bayeux specification, section "advice").
///
/// Numbers are milliseconds as sent, clamped into `i64`; a member of an unexpected type counts as
/// absent. What a session makes of them (merging, floors, ceilings) is the session's business.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(
    clippy::exhaustive_structs,
    reason = "built by every embedder's parser; a new member is a new version"
)]
pub struct Advice {
    /// What to do next. Belongs to the message that carried it and is never remembered.
    pub reconnect: Option<Reconnect>,
    /// Wait before the next `/meta/connect`, hold of the server, and session life, for every
    /// transport that has no entry of its own.
    pub timing: Timing,
    /// The entry named `websocket`.
    pub websocket: Timing,
    /// The entry named `long-polling`.
    pub long_polling: Timing,
    /// Whether the server sees several sessions behind one cookie and therefore does not hold.
    pub multiple_clients: bool,
}

/// The numbers of an [`Advice`], in milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(
    clippy::exhaustive_structs,
    reason = "built by every embedder's parser; a new member is a new version"
)]
pub struct Timing {
    /// Least wait between a connect reply and the next connect; negative means "do not".
    pub interval: Option<i64>,
    /// How long the server holds a connect.
    pub timeout: Option<i64>,
    /// How long the server keeps a session that has no connect outstanding (`CometD`).
    pub max_interval: Option<i64>,
}

/// The `reconnect` member of an [`Advice`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "the specification closes the set, and `Unknown` holds the rest"
)]
pub enum Reconnect {
    /// Connect again with the same session.
    Retry,
    /// The session is gone: shake hands again.
    Handshake,
    /// Stop.
    None,
    /// A value the specification does not know; treated like [`Reconnect::None`].
    Unknown,
}
