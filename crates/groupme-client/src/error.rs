//! Errors of the caller, reported before anything is sent.

use core::fmt;
use std::sync::Arc;

/// Error of starting a client, or of a command to it.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The gateway's URL, a root certificate or a header is invalid.
    #[error("the gateway cannot be set up")]
    Gateway(#[from] bayeux_transport::Error),
    /// The URL of the REST API is invalid.
    #[error("the REST API's address cannot be used")]
    ApiUrl(#[from] groupme_rest::BaseUrlError),
    /// The REST API cannot be set up.
    #[error("the REST API cannot be set up")]
    Rest(#[from] groupme_rest::SetupError),
    /// The client has a gateway of its own and no REST API.
    #[error("no REST API for this gateway: set it with `Builder::api_url`")]
    NoRest,
    /// The environment has no access token.
    #[error("GROUPME_ACCESS_TOKEN is not set: put the access token from dev.groupme.com there")]
    NoToken,
    /// The environment has only one of the two URLs of a server.
    #[error(
        "set both GROUPME_API_URL and GROUPME_GATEWAY_URL, or neither: a token of one server must not \
         be sent to another"
    )]
    OneUrl,
    /// The text is not an access token.
    #[error("the access token cannot be used")]
    Token(#[from] groupme_rest::TokenError),
    /// The user of the token could not be looked up.
    #[error("GroupMe did not answer whose token this is")]
    UserLookup(#[source] groupme_rest::Error),
    /// The store cannot be read.
    #[error("the saved state cannot be used")]
    State(#[from] groupme_delivery::StoreError),
    /// The store could not save an acknowledgement, so the event may come again.
    #[error("the acknowledgement could not be saved")]
    NotSaved(#[source] Arc<groupme_delivery::StoreError>),
    /// The id does not name a channel.
    #[error("`{id}` names no channel")]
    Id {
        /// Id as given.
        id: String,
        /// Reason.
        #[source]
        source: Box<dyn core::error::Error + Send + Sync>,
    },
    /// No tokio runtime is running.
    #[error("no tokio runtime is running: call this from within one")]
    NoRuntime,
    /// The event has no message, or one that names no conversation.
    #[error("the event has no message to answer")]
    NoMessage,
    /// The client has ended.
    #[error("the client has ended")]
    Closed,
    /// The outbox has ended: it was closed, or a part of it panicked.
    #[error("the outbox has ended: open it again")]
    OutboxClosed,
    /// The queue of commands to the client is full.
    #[error("too many commands wait for the client: wait for room with `Handle::ready`")]
    QueueFull,
    /// The session cannot take the command.
    #[error("the session cannot take the command")]
    Command(#[source] bayeux_proto::Misuse),
}

/// Shows the text with those of the sources.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_chain(self, f)
    }
}

impl From<bayeux_proto::Misuse> for Error {
    fn from(misuse: bayeux_proto::Misuse) -> Self {
        match misuse {
            bayeux_proto::Misuse::QueueFull { .. } => Self::QueueFull,
            bayeux_proto::Misuse::Ended => Self::Closed,
            misuse => Self::Command(misuse),
        }
    }
}

/// Error of sending a message.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum SendError {
    /// The client has a gateway of its own and no REST API; see
    /// [`Builder::api_url`](crate::Builder::api_url).
    #[error("no REST API to send with: set it with `Builder::api_url`")]
    NoRest,
    /// The message that is answered names no conversation.
    #[error("the message names no conversation: pass one to the methods of `Handle`")]
    NoConversation,
    /// The event has no message.
    #[error("the event has no message to answer")]
    NoMessage,
    /// GroupMe did not accept the message, or the request failed.
    #[error(transparent)]
    Rest(#[from] groupme_rest::Error),
}

/// Shows the text with those of the sources.
impl fmt::Debug for SendError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_chain(self, f)
    }
}

/// Writes the text of an error and those of its sources: what `fn main() -> Result<…>` prints has to
/// read well, without names of types.
pub(crate) fn write_chain(
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
