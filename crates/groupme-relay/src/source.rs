//! Source of events: a client of one account, GroupMe's or a simulated one's.

mod captured;
mod groupme;
mod naming;
mod performing;

use bytes::Bytes;
use groupme_client::{Change, Saved, Token};

pub use self::{
    groupme::{GroupMe, GroupMeClient},
    performing::GroupMePerformer,
};
use crate::{AccountName, Command, Content, RequestError};

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
    /// Performer of commands.
    type Performer: Performer;

    /// Returns the performer of the account's commands, which does not keep the client running.
    fn performer(&self) -> Self::Performer;

    /// Waits for what happens next. Cancel-safe.
    fn next(&mut self) -> impl Future<Output = Happening> + Send;
}

/// Performer of commands to one account, beside the client's events.
pub trait Performer: Send + 'static {
    /// Performs a command and returns its result in JSON. Dropped, the command may be done or not.
    ///
    /// # Errors
    ///
    /// [`RequestError`] with the fault: the caller's, GroupMe's or the network's.
    fn perform(
        &mut self,
        command: Command,
    ) -> impl Future<Output = Result<Bytes, RequestError>> + Send;
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
