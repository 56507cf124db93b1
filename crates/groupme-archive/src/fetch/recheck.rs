//! Changes of archived messages: edits, deletions and reactions, as far as REST shows them.

use std::collections::BTreeMap;

use groupme_model::{HistoryWindow, Message, MessageId};
use groupme_rest::endpoint::messages::MessagePage;

use super::{Fetch, history::PAGE};
use crate::{
    Error, Progress, Report,
    journal::{Deletion, Journal, print},
};

/// Lines that replace archived messages or are inserted between them, by message id.
type Lines = BTreeMap<MessageId, Vec<u8>>;

impl Fetch<'_> {
    /// Reads the newest archived messages up to `before` again, and those that a notice names as
    /// changed; writes those that differ. Without `before`, reads only the latter, and the newest page if
    /// GroupMe counts more messages than it returned.
    pub(super) async fn changes(
        &mut self,
        journal: &mut Journal,
        before: Option<MessageId>,
        report: &mut Report,
    ) -> Result<(), Error> {
        let mut lines = Lines::new();
        if let Some(last) = before {
            (self.progress)(Progress::Rechecking);
            self.recheck_newest(journal, &last, &mut lines, report)
                .await?;
        } else if self.counted.is_none() {
            // A conversation without messages may have had some: the count shows.
            self.page(&HistoryWindow::Newest, 1).await?;
        } else if self.counted > Some(journal.len()) {
            // A message whose id is no number comes after no position.
            let page = self.page(&HistoryWindow::Newest, PAGE).await?;
            self.collect_changes(journal, &page, &mut lines, |_| false)?;
            note_unreadable(report, &page);
        }
        self.recheck_outdated(journal, &mut lines).await?;
        let known = lines.keys().filter(|id| journal.contains(id)).count();
        let added = lines.len().saturating_sub(known);
        report.changed = u64::try_from(known).unwrap_or(u64::MAX);
        report.added = report
            .added
            .saturating_add(u64::try_from(added).unwrap_or(u64::MAX));
        journal.replace(lines)
    }

    /// Reads the newest [`Settings::recheck`](crate::Settings::recheck) messages up to `last`. Messages
    /// that have appeared among them since are added: GroupMe's lists lag.
    async fn recheck_newest(
        &mut self,
        journal: &mut Journal,
        last: &MessageId,
        lines: &mut Lines,
        report: &mut Report,
    ) -> Result<(), Error> {
        let wanted = usize::try_from(self.settings.recheck).unwrap_or(usize::MAX);
        let oldest = journal.newest_up_to(last).take(wanted).last().cloned();
        let mut window = HistoryWindow::Newest;
        loop {
            let page = self.page(&window, PAGE).await?;
            note_unreadable(report, &page);
            // With `recheck = 0`, the newest page is read for its count only.
            let Some(oldest) = &oldest else {
                return Ok(());
            };
            self.collect_changes(journal, &page, lines, |id| id >= oldest && id <= last)?;
            let next = positions(&page).min();
            let is_new = |id: &MessageId| match &window {
                HistoryWindow::Before(earlier) => id < earlier,
                _ => true,
            };
            match next.filter(is_new).filter(|id| id > oldest) {
                Some(next) => window = HistoryWindow::Before(next),
                None => return Ok(()),
            }
        }
    }

    /// Reads the messages for which a notice reports a change that the archive lacks.
    async fn recheck_outdated(
        &mut self,
        journal: &mut Journal,
        lines: &mut Lines,
    ) -> Result<(), Error> {
        let mut outdated: BTreeMap<_, _> = journal.outdated().into_iter().collect();
        outdated.retain(|id, _| !lines.contains_key(id));
        while let Some((first, _)) = outdated.first_key_value() {
            // GroupMe takes any number as a position, so the request can start right before the message.
            let Some(before) = first
                .as_str()
                .parse::<u64>()
                .ok()
                .and_then(|id| id.checked_sub(1))
            else {
                outdated.pop_first();
                continue;
            };
            let page = self
                .page(&HistoryWindow::After(before.into()), PAGE)
                .await?;
            self.collect_changes(journal, &page, lines, |id| journal.contains(id))?;
            // A page without messages is the end of the history.
            let end = positions(&page).max();
            let rest = match &end {
                Some(end) if end >= first => outdated.split_off(end),
                _ => BTreeMap::new(),
            };
            for (id, change) in core::mem::replace(&mut outdated, rest) {
                let is_there = page.messages().any(|message| message.id() == id);
                if let Some(deletion) = change.deletion.filter(|_| !is_there) {
                    self.mark_deleted(journal, id, &deletion, lines)?;
                }
            }
            if let Some(end) = end {
                outdated.remove(&end);
            }
        }
        Ok(())
    }

    /// Collects the wanted messages of a page that differ from the archived ones or are not archived, and
    /// those whose ids are no positions, as no other page need have them.
    fn collect_changes(
        &self,
        journal: &Journal,
        page: &MessagePage,
        lines: &mut Lines,
        is_wanted: impl Fn(&MessageId) -> bool,
    ) -> Result<(), Error> {
        for message in page.messages() {
            let id = message.id().into_owned();
            let is_odd = !message.id().is_position(message.created_at());
            let is_lost = is_odd && !journal.contains(&id);
            if !is_wanted(&id) && !is_lost {
                continue;
            }
            let mut line = Vec::new();
            print(&mut line, message.raw());
            let old = journal.line(&id)?;
            if message.is_deleted()
                && self.settings.keep_deleted
                && let (Some(old), Some(mut new)) = (old.as_deref().and_then(read), read(&line))
            {
                new.text = old.text;
                new.attachments = old.attachments;
                new.picture_url = old.picture_url;
                line = print_owned(&new);
            }
            if old.as_ref() != Some(&line) {
                lines.insert(id, line);
            }
        }
        Ok(())
    }

    /// Marks a message as deleted that GroupMe no longer returns.
    fn mark_deleted(
        &self,
        journal: &Journal,
        id: MessageId,
        deletion: &Deletion,
        lines: &mut Lines,
    ) -> Result<(), Error> {
        let Some(mut message) = journal.line(&id)?.as_deref().and_then(read) else {
            return Ok(());
        };
        message.deleted_at = deletion.at.or(message.created_at);
        message.deletion_actor = deletion.actor.as_deref().map(Into::into);
        if !self.settings.keep_deleted {
            message.text = None;
            message.attachments.clear();
            message.picture_url = None;
        }
        lines.insert(id, print_owned(&message));
        Ok(())
    }

    async fn page(&mut self, window: &HistoryWindow, limit: u32) -> Result<MessagePage, Error> {
        let failed = self.failed("messages");
        let (client, about) = (self.client, self.about);
        let page = self
            .patiently(async || client.messages(about.conversation(), window, limit).await)
            .await
            .map_err(failed)?;
        let counted = page.count.and_then(|count| u64::try_from(count).ok());
        self.counted = counted.max(self.counted);
        Ok(page)
    }
}

/// Returns the ids of a page from which a history can be continued.
fn positions(page: &MessagePage) -> impl Iterator<Item = MessageId> {
    let messages = page.messages();
    let messages = messages.filter(|message| message.id().is_position(message.created_at()));
    messages.map(|message| message.id().into_owned())
}

/// Counts the messages of a page that have no id. New pages had them, too, if any did.
fn note_unreadable(report: &mut Report, page: &MessagePage) {
    let unreadable = u64::try_from(page.unreadable).unwrap_or(u64::MAX);
    report.unreadable = report.unreadable.max(unreadable);
}

fn read(line: &[u8]) -> Option<Message> {
    serde_json::from_slice(line).ok()
}

fn print_owned(message: &Message) -> Vec<u8> {
    // Serializing an owned message cannot fail.
    serde_json::to_vec(message).unwrap_or_default()
}
