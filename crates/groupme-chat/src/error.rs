//! Error that ends a chat.

use std::io;

use groupme_client::ClientEnd;

/// Error that ends a chat.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Machine: standard input or output is no terminal, or is gone.
    #[error("the terminal cannot be used")]
    Terminal(#[from] io::Error),
    /// Caller: the client has no REST API, so it cannot send.
    #[error("the client cannot be used")]
    Client(#[from] groupme_client::Error),
    /// GroupMe: the client has ended by itself, for example because the token is refused.
    #[error("the connection has ended: {0}")]
    Ended(ClientEnd),
}
