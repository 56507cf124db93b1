//! Source of events: a client of one account, GroupMe's or a simulated one's.

mod captured;
mod groupme;
mod naming;

use groupme_client::{Change, Saved, Token};

pub use self::groupme::{GroupMe, GroupMeClient};
use crate::{AccountName, Content};

/// Source of the events of accounts.
pub trait Source: Clone + Send + Sync + 'static {
    /// Client of one account.
    type Client: SourceClient;

    /// Starts a client of an account at a saved state.
    ///
    /// # Errors
    ///
    /// If the account cannot be started with these settings at all.
    fn open(
        &self,
        account: &AccountName,
        token: Token,
        saved: Saved,
    ) -> Result<Self::Client, OpenError>;
}

/// Error of a source that cannot start a client: a setting is wrong.
#[derive(Debug, thiserror::Error)]
#[error("the client of {account} cannot be started")]
pub struct OpenError {
    account: AccountName,
    #[source]
    source: Box<dyn core::error::Error + Send + Sync>,
}

impl OpenError {
    /// Returns an error about an account.
    pub fn new(
        account: &AccountName,
        source: impl Into<Box<dyn core::error::Error + Send + Sync>>,
    ) -> Self {
        Self {
            account: account.clone(),
            source: source.into(),
        }
    }
}

/// Client of one account.
pub trait SourceClient: Send + 'static {
    /// Waits for what happens next. Cancel-safe.
    fn next(&mut self) -> impl Future<Output = Happening> + Send;
}

/// Happening at an account. What it changes in the saved state belongs to the same entry of the log:
/// either both are stored or none.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Happening {
    /// Entry for the log, and its changes.
    Entry(Content, Vec<Change>),
    /// Nothing for the log, yet changes of the saved state, which the next entry may carry.
    Changes(Vec<Change>),
    /// The client has ended.
    End(End),
}

/// Reason of a client's end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum End {
    /// GroupMe refuses the token.
    Refused,
    /// The gateway does not admit the client, or told it to stop.
    Turned,
    /// A defect of the client.
    Broken,
}
