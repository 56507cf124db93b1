//! End of a bot that nobody asked for.

use core::fmt;

use groupme_client::ClientEnd;

/// Error of [`Bot::run`](crate::Bot::run).
#[derive(thiserror::Error)]
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

/// Shows the text with those of the sources.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_chain(self, f)
    }
}

/// Writes the text of an error and those of its sources: what `fn main() -> Result<…>` prints has to
/// read well, without names of types.
fn write_chain(
    error: &(dyn core::error::Error + 'static),
    f: &mut fmt::Formatter<'_>,
) -> fmt::Result {
    write!(f, "{error}")?;
    let mut source = error.source();
    while let Some(error) = source {
        write!(f, ": {error}")?;
        source = error.source();
    }
    Ok(())
}
