//! End of a bot that nobody asked for.

use groupme_client::ClientEnd;

/// Error of [`Bot::run`](crate::Bot::run).
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Caller: the client cannot be started.
    #[error("the bot cannot be started")]
    Start(#[from] groupme_client::Error),
    /// GroupMe ended the client, or refused its token.
    #[error("the bot has ended: {0}")]
    Ended(ClientEnd),
    /// The client stopped without naming a reason.
    #[error("the bot has ended: its client stopped without a reason, which is a defect of it")]
    Stopped,
}
