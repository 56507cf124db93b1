//! Reasons why a chat ends.

use std::io;

use groupme_client::ClientEnd;

/// Error that ends a chat.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The terminal cannot be used.
    #[error("the terminal cannot be used")]
    Terminal(#[from] io::Error),
    /// The client cannot send: it has no REST API.
    #[error("the client cannot be used")]
    Client(#[from] groupme_client::Error),
    /// The client has ended by itself: the token is refused, say.
    #[error("the connection has ended: {0}")]
    Ended(ClientEnd),
}
