//! Faults of the caller, told before anything is sent.

/// Why a client cannot be started, or a request to it cannot be taken.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The token cannot be one. It is not shown.
    #[error("the access token cannot be used: {what}")]
    Token {
        /// What is wrong with it.
        what: &'static str,
    },
    /// The gateway's URL, a root certificate or a header cannot be used.
    #[error("the gateway cannot be set up")]
    Gateway(#[from] bayeux_transport::Error),
    /// An id that no channel can be named after.
    #[error("`{id}` names no channel")]
    Id {
        /// The id as given.
        id: String,
        /// What is wrong with it.
        #[source]
        source: Box<dyn core::error::Error + Send + Sync>,
    },
    /// No tokio runtime is running where the client was to be started.
    #[error("no tokio runtime here: call this from within one")]
    NoRuntime,
    /// The client has ended, or as many requests wait as it takes.
    #[error("the client takes no more requests: it has ended, or too many wait")]
    NotTaken,
}
