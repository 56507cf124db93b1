//! Faults of the caller, told before anything is sent.

/// Why a client cannot be started, or a request to it cannot be taken.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The gateway's URL, a root certificate or a header cannot be used.
    #[error("the gateway cannot be set up")]
    Gateway(#[from] bayeux_transport::Error),
    /// The address of the REST API cannot be used.
    #[error("the REST API's address cannot be used")]
    ApiUrl(#[from] groupme_rest::BaseUrlError),
    /// The REST API cannot be set up.
    #[error("the REST API cannot be set up")]
    Rest(#[from] groupme_rest::SetupError),
    /// GroupMe did not say whose token it is.
    #[error("it cannot be found out whose token this is")]
    UserLookup(#[source] groupme_rest::Error),
    /// What was delivered before cannot be read.
    #[error("the state of before cannot be used")]
    State(#[from] groupme_delivery::StoreError),
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

/// Why a message was not sent.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SendError {
    /// The client has a gateway of its own, and nobody said where its REST API is.
    #[error("no REST API to send with: name it with `Builder::api_url`")]
    NoRest,
    /// GroupMe did not take it.
    #[error(transparent)]
    Rest(#[from] groupme_rest::Error),
}
