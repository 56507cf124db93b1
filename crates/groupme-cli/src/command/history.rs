//! `groupme history`: prints earlier messages.

use anyhow::anyhow;
use groupme_model::{HistoryWindow, MessageId, MessageRow, Timestamp};
use groupme_rest::{
    Conversation, History,
    endpoint::{
        groups,
        messages::{self, MessagePage},
    },
};

use crate::{
    account::Account,
    args,
    exit::Failure,
    output::RowPrinter,
    time_text::{self, Position},
};

pub(crate) async fn run(args: args::History) -> Result<(), Failure> {
    let account = Account::open(&args.account).await?;
    let rows = RowPrinter::new(args.output);
    let conversation = account.conversation(&args.conversation).await?;
    let mut range = Range::default();
    if let Some(since) = &args.since {
        range.since = Some(bound(&account, &conversation, since).await?);
    }
    let start = match (&args.before, &args.after) {
        (Some(when), _) | (None, Some(when)) => Some(bound(&account, &conversation, when).await?),
        (None, None) => None,
    };
    let is_forward = args.after.is_some();

    // From the newest message on, GroupMe's count says how many there are.
    let is_counted = start.is_none() && range.since.is_none();
    let is_unlimited = args.all || args.limit.is_none() && range.since.is_some();
    let default = if is_unlimited {
        u64::MAX
    } else {
        DEFAULT_LIMIT
    };
    let run = HistoryRun {
        account,
        conversation,
        rows,
        range,
        left: args.limit.unwrap_or(default),
        found: 0,
        last: None,
    };
    run.start_at(start, is_forward, is_counted, args.all).await
}

/// Run of the command over the pages of a history.
struct HistoryRun {
    account: Account,
    conversation: Conversation,
    rows: RowPrinter,
    range: Range,
    /// Number of messages still to print.
    left: u64,
    /// Number of messages of all pages, with those that cannot be read.
    found: u64,
    /// Last message of the last page.
    last: Option<MessageId>,
}

impl HistoryRun {
    /// Prints from a bound on, or from the newest message on. `is_counted` says that GroupMe's count is
    /// that of the messages to print.
    async fn start_at(
        mut self,
        start: Option<Bound>,
        is_forward: bool,
        is_counted: bool,
        is_all: bool,
    ) -> Result<(), Failure> {
        let mut history = self.history();
        history = match (start, is_forward) {
            (None, _) => history,
            (Some(Bound::Message(message)), false) => history.before(message),
            (Some(Bound::Message(message)), true) => history.after(message),
            (Some(Bound::Time(time)), false) => {
                self.range.before = Some(time);
                history.before(time_text::first_id(time))
            }
            (Some(Bound::Time(time)), true) => {
                self.range.after = Some(time);
                history.after(time_text::last_id_before(time))
            }
        };
        if is_forward {
            return self.forward(history, is_all).await;
        }
        if !self.print_pages(&mut history, "before").await? {
            return Ok(());
        }
        let count = match history.count() {
            None if is_counted && is_all && self.found == 0 => self.listed_count().await,
            count => count.filter(|_| is_counted),
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

    async fn forward(mut self, mut history: History, is_all: bool) -> Result<(), Failure> {
        self.last = history.position().cloned();
        let mut ends = 0;
        loop {
            let before = self.found;
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
            let last = self.last.clone().unwrap_or_default();
            if ends == MAX_EARLY_ENDS {
                return Err(Failure::Incomplete(anyhow!(
                    "incomplete: the API has newer messages and returns none after {last}; continue \
                     with --after {last}"
                )));
            }
            history = self.history().after(last);
        }
    }

    fn history(&self) -> History {
        let at_once = u32::try_from(self.left).map_or(PAGE, |left| left.min(PAGE));
        let history = self.account.rest().history(self.conversation.clone());
        history.limit(at_once)
    }

    /// Prints pages up to the limit or the end of the range. Returns whether the history ended before.
    async fn print_pages(
        &mut self,
        history: &mut History,
        direction: &str,
    ) -> Result<bool, Failure> {
        while self.left > 0 {
            match history.next().await {
                None => return Ok(true),
                Some(Ok(page)) => {
                    let selection = self.range.of(&page);
                    self.left -= print(&mut self.rows, &page, &selection, self.left)?;
                    let found = page.len() + page.unreadable;
                    self.found = self.found.saturating_add(found as u64);
                    if let Some(position) = history.position() {
                        self.last = Some(position.clone());
                    }
                    if selection.is_last {
                        break;
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

/// Bound of a history.
#[derive(Clone, Debug)]
enum Bound {
    Message(MessageId),
    /// Seconds since 1970.
    Time(i64),
}

async fn bound(
    account: &Account,
    conversation: &Conversation,
    position: &Position,
) -> Result<Bound, Failure> {
    Ok(match position {
        Position::Message(message) => Bound::Message(account.message(conversation, message).await?),
        Position::Time(seconds) => Bound::Time(*seconds),
    })
}

/// Range of messages to print.
#[derive(Debug, Default)]
struct Range {
    /// End of a history that goes back.
    since: Option<Bound>,
    /// Bounds on the time of sending, in seconds since 1970: the time in an id may be another.
    before: Option<i64>,
    after: Option<i64>,
}

/// Messages of a page to print.
#[derive(Debug)]
struct Selection {
    skip: usize,
    take: usize,
    is_last: bool,
}

impl Range {
    fn of(&self, page: &MessagePage) -> Selection {
        let is_early = |sent: Option<Timestamp>| {
            self.before
                .is_some_and(|time| time_text::is_since(sent, time))
                || self
                    .after
                    .is_some_and(|time| !time_text::is_since(sent, time))
        };
        let rows = page.rows();
        let early = rows.iter().take_while(|row| is_early(row.created_at()));
        let skip = early.count();
        let is_within = |id: &MessageId, sent| match &self.since {
            None => true,
            Some(Bound::Message(since)) => id > since,
            Some(Bound::Time(time)) => time_text::is_since(sent, *time),
        };
        let rest = &rows[skip..];
        let within = rest
            .iter()
            .take_while(|row| is_within(row.id(), row.created_at()));
        let take = within.count();
        Selection {
            skip,
            take,
            is_last: take < rest.len(),
        }
    }
}

/// Returns the error of a history that ended before its end: in a wrong order, or with fewer messages
/// than counted.
pub(super) fn cut_short(history: &History, found_and_count: Option<(u64, u64)>) -> Failure {
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

/// Returns the error of a history with fewer messages than counted.
pub(super) fn fewer(found: u64, count: u64) -> anyhow::Error {
    anyhow!(
        "incomplete: the API returned {found} messages of the {count} that it counts, and then no further \
         ones; GroupMe keeps some old conversations in part only, and counts messages that an admin \
         deleted"
    )
}

/// Prints at most `most` of the wanted messages of a page. Returns their number.
fn print(
    rows: &mut RowPrinter,
    page: &MessagePage,
    selection: &Selection,
    most: u64,
) -> std::io::Result<u64> {
    if page.unreadable > 0 {
        tracing::warn!(messages = page.unreadable, "skipped messages without an id");
    }
    let shown = usize::try_from(most).unwrap_or(usize::MAX);
    let shown = shown.min(selection.take);
    rows.messages(page, selection.skip, shown)?;
    Ok(shown as u64)
}

/// Messages printed by default.
const DEFAULT_LIMIT: u64 = 20;

/// Largest page by GroupMe's documentation.
const PAGE: u32 = 100;

/// Number of successive ends of a history before its newest message, after which the history counts as
/// incomplete.
const MAX_EARLY_ENDS: u32 = 2;
