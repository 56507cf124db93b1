//! Fetching of one conversation.

mod downloads;
mod failing_hosts;
mod history;
mod recheck;
mod transfer;

use groupme_rest::Client;

pub(crate) use self::failing_hosts::FailingHosts;
use crate::{About, Error, Progress, Report, Settings, journal::Journal, patience::patiently};

/// Update of one conversation.
pub(crate) struct Fetch<'a> {
    client: &'a Client,
    about: &'a About,
    settings: &'a Settings,
    progress: &'a mut dyn FnMut(Progress<'_>),
    /// Messages of the conversation, as GroupMe counted them in this update.
    counted: Option<u64>,
}

impl<'a> Fetch<'a> {
    pub(crate) fn new(
        client: &'a Client,
        about: &'a About,
        settings: &'a Settings,
        progress: &'a mut dyn FnMut(Progress<'_>),
    ) -> Self {
        Self {
            client,
            about,
            settings,
            progress,
            counted: None,
        }
    }

    /// Returns GroupMe's count of messages, if an answer told it.
    pub(crate) fn counted(&self) -> Option<u64> {
        self.counted
    }

    /// Fetches new messages, and changes of archived ones.
    pub(crate) async fn messages(
        &mut self,
        journal: &mut Journal,
        report: &mut Report,
    ) -> Result<(), Error> {
        // Messages that this run adds need not be read again.
        let before = journal.position().cloned();
        self.new_messages(journal, report).await?;
        self.changes(journal, before, report).await
    }

    /// Repeats a request while it fails for the time being.
    async fn patiently<T>(
        &mut self,
        request: impl AsyncFnMut() -> Result<T, groupme_rest::Error>,
    ) -> Result<T, groupme_rest::Error> {
        patiently(self.settings.patience, self.progress, request).await
    }

    /// Returns a function for `map_err` that names the conversation.
    fn failed(&self, of: &str) -> impl Fn(groupme_rest::Error) -> Error + use<> {
        Error::fetch(format!("{of} of conversation {}", self.about.id))
    }
}
