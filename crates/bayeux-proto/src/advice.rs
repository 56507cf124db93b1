//! Parsed `advice` objects (Bayeux specification, section "advice").

/// Contents of the `advice` member of a message (Bayeux specification, section "advice").
///
/// Numbers are milliseconds as sent, clamped into `i64`; a member of an unexpected type counts as
/// absent. The session merges and clamps them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(
    clippy::exhaustive_structs,
    reason = "built by every embedder's parser; a new member is a new version"
)]
pub struct Advice {
    /// Next step of the client. Applies to the message that carried it and is never remembered.
    pub reconnect: Option<Reconnect>,
    /// Timing for every transport without an entry of its own.
    pub timing: Timing,
    /// Timing from the entry named `websocket`.
    pub websocket: Timing,
    /// Timing from the entry named `long-polling`.
    pub long_polling: Timing,
    /// Whether the server sees several sessions with one cookie and therefore does not hold
    /// connects.
    pub multiple_clients: bool,
}

/// Timing members of an [`Advice`], in milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(
    clippy::exhaustive_structs,
    reason = "built by every embedder's parser; a new member is a new version"
)]
pub struct Timing {
    /// Minimum wait between a connect reply and the next connect; negative means "do not connect".
    pub interval: Option<i64>,
    /// Time for which the server holds a connect.
    pub timeout: Option<i64>,
    /// Time for which the server keeps a session without an outstanding connect (`CometD`).
    pub max_interval: Option<i64>,
}

/// Value of the `reconnect` member of an [`Advice`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "the specification closes the set, and `Unknown` holds the rest"
)]
pub enum Reconnect {
    /// Connect again in the same session.
    Retry,
    /// Send a new handshake, because the session is gone.
    Handshake,
    /// Stop.
    None,
    /// Value that the specification does not define; handled like [`Reconnect::None`].
    Unknown,
}
