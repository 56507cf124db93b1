//! New messages of a conversation, oldest first.

use groupme_model::MessageId;
use groupme_rest::{Error as RestError, History, endpoint::messages::MessagePage};

use super::Fetch;
use crate::{Error, Progress, Report, journal::Journal};

impl Fetch<'_> {
    /// Fetches and appends all messages after the last archived one.
    pub(super) async fn new_messages(
        &mut self,
        journal: &mut Journal,
        report: &mut Report,
    ) -> Result<(), Error> {
        let failed = self.failed("messages");
        let mut limit = LARGE_PAGE;
        let mut history = self.history_after(journal.position(), limit);
        loop {
            let page = self
                .patiently(async || history.next().await.transpose())
                .await;
            let page = match page {
                Ok(Some(page)) => page,
                Ok(None) => break,
                // The larger page works, but is not documented.
                Err(RestError::BadRequest(_)) if limit > PAGE => {
                    limit = PAGE;
                    history = self.history_after(journal.position(), limit);
                    continue;
                }
                Err(error) => return Err(failed(error)),
            };
            self.counted = history.count().or(self.counted);
            self.append(journal, &page, report)?;
        }
        Ok(())
    }

    /// Appends a page of new messages.
    fn append(
        &mut self,
        journal: &mut Journal,
        page: &MessagePage,
        report: &mut Report,
    ) -> Result<(), Error> {
        let added = journal.append(page)?;
        report.added = report.added.saturating_add(added);
        let unreadable = u64::try_from(page.unreadable).unwrap_or(u64::MAX);
        report.unreadable = report.unreadable.saturating_add(unreadable);
        (self.progress)(Progress::Messages {
            archived: journal.len(),
            counted: self.counted.or(self.info.counted),
        });
        Ok(())
    }

    fn history_after(&self, position: Option<&MessageId>, limit: u32) -> History {
        let history = self.client.history(self.info.conversation());
        let history = match position {
            Some(last) => history.after(last),
            None => history.from_start(),
        };
        history.limit(limit)
    }
}

/// Largest page by GroupMe's documentation.
pub(super) const PAGE: u32 = 100;
/// Largest page that GroupMe was seen to return.
const LARGE_PAGE: u32 = 200;
