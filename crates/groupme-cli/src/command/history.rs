//! `groupme history`: prints earlier messages.

use anyhow::anyhow;
use groupme_model::{HistoryWindow, MessageId, MessageRow};
use groupme_rest::{
    Conversation, History,
    endpoint::{
        groups,
        messages::{self, MessagePage},
    },
};

use crate::{account::Account, args, exit::Failure, output::RowPrinter};

pub(crate) async fn run(args: args::History) -> Result<(), Failure> {
    let account = Account::open(&args.account).await?;
    let mut rows = RowPrinter::new(args.output);
    let conversation = account.conversation(&args.conversation).await?;
    if let Some(since) = args.since {
        let limit = u32::try_from(args.limit).ok().filter(|n| *n <= LARGEST);
        let limit = limit.ok_or_else(|| {
            Failure::Usage(anyhow!(
                "--since returns at most {LARGEST} messages; use --after for more"
            ))
        })?;
        let list = messages::list(&conversation, &HistoryWindow::Since(since.into()), limit);
        let page = account.call(&list).await?;
        return Ok(print(&mut rows, &page, args.limit).map(drop)?);
    }
    let run = HistoryRun {
        account,
        conversation,
        rows,
        left: if args.all { u64::MAX } else { args.limit },
        found: 0,
        last: None,
    };
    match (args.before, args.after) {
        (Some(before), _) => run.before(before.into()).await,
        (None, Some(after)) => run.after(after.into(), args.all).await,
        (None, None) => run.newest_first(args.all).await,
    }
}

/// A run of the command over the pages of a history.
struct HistoryRun {
    account: Account,
    conversation: Conversation,
    rows: RowPrinter,
    /// Number of messages still to print.
    left: u64,
    /// Number of messages of all pages, with those that cannot be read.
    found: u64,
    /// Last message of the last page.
    last: Option<MessageId>,
}

impl HistoryRun {
    async fn newest_first(mut self, is_all: bool) -> Result<(), Failure> {
        let mut history = self.history();
        if !self.print_pages(&mut history, "before").await? {
            return Ok(());
        }
        let count = match history.count() {
            None if is_all && self.found == 0 => self.listed_count().await,
            count => count,
        };
        if history.is_cut_short() {
            return Err(cut_short(&history, count.map(|count| (self.found, count))));
        }
        match count {
            Some(count) if is_all && self.found < count => {
                Err(Failure::Incomplete(fewer(self.found, count)))
            }
            Some(count) if self.found < count => {
                tracing::warn!("{}", fewer(self.found, count));
                Ok(())
            }
            _ => Ok(()),
        }
    }

    async fn before(mut self, message: MessageId) -> Result<(), Failure> {
        // GroupMe counts the whole conversation, not a part of it.
        let mut history = self.history().before(message);
        if self.print_pages(&mut history, "before").await? && history.is_cut_short() {
            return Err(cut_short(&history, None));
        }
        Ok(())
    }

    async fn after(mut self, message: MessageId, is_all: bool) -> Result<(), Failure> {
        self.last = Some(message);
        let mut ends = 0;
        loop {
            let (before, last) = (self.found, self.last.clone().unwrap_or_default());
            let mut history = self.history().after(last);
            if !self.print_pages(&mut history, "after").await? {
                return Ok(());
            }
            if history.is_cut_short() {
                return Err(cut_short(&history, None));
            }
            if !is_all || !self.has_newer().await? {
                return Ok(());
            }
            // Messages may have been sent meanwhile.
            ends = if self.found > before { 0 } else { ends + 1 };
            if ends == MAX_EARLY_ENDS {
                let last = self.last.unwrap_or_default();
                return Err(Failure::Incomplete(anyhow!(
                    "incomplete: the API has newer messages and returns none after {last}; continue \
                     with --after {last}"
                )));
            }
        }
    }

    fn history(&self) -> History {
        let at_once = u32::try_from(self.left).map_or(PAGE, |left| left.min(PAGE));
        let history = self.account.rest().history(self.conversation.clone());
        history.limit(at_once)
    }

    /// Prints pages as far as asked for. Returns whether the history ended before.
    async fn print_pages(
        &mut self,
        history: &mut History,
        direction: &str,
    ) -> Result<bool, Failure> {
        while self.left > 0 {
            match history.next().await {
                None => return Ok(true),
                Some(Ok(page)) => {
                    self.left -= print(&mut self.rows, &page, self.left)?;
                    let found = page.len() + page.unreadable;
                    self.found = self.found.saturating_add(found as u64);
                    if let Some(position) = history.position() {
                        self.last = Some(position.clone());
                    }
                }
                Some(Err(error)) => {
                    let failure = self.account.failure(error).await;
                    return Err(match history.position().filter(|_| self.found > 0) {
                        Some(last) => failure.and(&format!("continue with --{direction} {last}")),
                        None => failure,
                    });
                }
            }
        }
        Ok(false)
    }

    /// Returns whether the API has a message after the last one.
    async fn has_newer(&self) -> Result<bool, Failure> {
        let list = messages::list(&self.conversation, &HistoryWindow::Newest, 1);
        let page = self.account.call(&list).await?;
        let newest = page.rows().iter();
        let newest = newest.filter(|row| row.id().is_position(row.created_at()));
        Ok(newest.map(MessageRow::id).max() > self.last.as_ref())
    }

    /// Returns the number of messages that the list of conversations has for one whose history is
    /// empty: an empty answer need not have a count. `None` if it is not known.
    async fn listed_count(&self) -> Option<u64> {
        let count = match &self.conversation {
            Conversation::Group(group) => {
                let group = self.account.rest().call(&groups::show(group.clone())).await;
                group.ok()?.messages?.count
            }
            direct => {
                let you = self.account.rest().user_id().await.ok()?;
                let other = direct.other_user(you)?;
                let mut chats = self.account.rest().chats();
                loop {
                    let chat = chats.next().await?.ok()?;
                    let user = chat.other_user.and_then(|user| user.id);
                    if user.as_ref() == Some(other) {
                        break chat.messages_count;
                    }
                }
            }
        };
        count.and_then(|count| u64::try_from(count).ok())
    }
}

/// Returns the error of a history that certainly ends too early.
fn cut_short(history: &History, found_and_count: Option<(u64, u64)>) -> Failure {
    let misplaced = history.misplaced();
    Failure::Incomplete(match found_and_count {
        _ if misplaced > 0 => anyhow!(
            "incomplete: the API does not keep to the order of messages: {misplaced} were left out because \
             they came behind their place"
        ),
        Some((found, count)) => fewer(found, count),
        None => {
            anyhow!("incomplete: the API returned messages of which none can be continued from")
        }
    })
}

fn fewer(found: u64, count: u64) -> anyhow::Error {
    anyhow!(
        "incomplete: the API returned {found} messages of the {count} that it counts, and then no further \
         ones; GroupMe keeps some old conversations in part only, and counts messages that an admin \
         deleted"
    )
}

/// Prints at most `most` messages of a page. Returns their number.
fn print(rows: &mut RowPrinter, page: &MessagePage, most: u64) -> std::io::Result<u64> {
    if page.unreadable > 0 {
        tracing::warn!(messages = page.unreadable, "skipped messages without an id");
    }
    let shown = usize::try_from(most).unwrap_or(usize::MAX);
    let shown = shown.min(page.len());
    rows.messages(page, shown)?;
    Ok(shown as u64)
}

/// Largest page by GroupMe's documentation, and largest page observed.
const PAGE: u32 = 100;
const LARGEST: u32 = 200;

/// Ends of a history before its newest message, in a row, after which the history is incomplete.
const MAX_EARLY_ENDS: u32 = 2;
