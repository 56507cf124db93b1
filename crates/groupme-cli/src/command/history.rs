//! `groupme history`: prints earlier messages.

use anyhow::anyhow;
use groupme_model::{MessageId, Timestamp};
use groupme_rest::{Conversation, endpoint::messages::MessagePage};

use crate::{
    account::Account,
    args::History,
    exit::Failure,
    moment::{self, Position},
    output::RowPrinter,
};

pub(crate) async fn run(args: History) -> Result<(), Failure> {
    let account = Account::open(&args.account).await?;
    let mut rows = RowPrinter::new(args.output);
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
    let default = if is_unlimited { u64::MAX } else { LIMIT };
    let (mut left, mut found) = (args.limit.unwrap_or(default), 0_u64);
    let at_once = u32::try_from(left).map_or(PAGE, |left| left.min(PAGE));
    let mut history = account.rest().history(conversation).limit(at_once);
    history = match (start, is_forward) {
        (None, _) => history,
        (Some(Bound::Message(message)), false) => history.before(message),
        (Some(Bound::Message(message)), true) => history.after(message),
        (Some(Bound::Time(time)), false) => {
            range.before = Some(time);
            history.before(moment::first_id(time))
        }
        (Some(Bound::Time(time)), true) => {
            range.after = Some(time);
            history.after(moment::last_id_before(time))
        }
    };
    let direction = if is_forward { "after" } else { "before" };
    while left > 0 {
        match history.next().await {
            None => break,
            Some(Ok(page)) => {
                let wanted = range.of(&page);
                left -= print(&mut rows, &page, &wanted, left)?;
                found = found.saturating_add((page.len() + page.unreadable) as u64);
                if wanted.is_last {
                    break;
                }
            }
            Some(Err(error)) => {
                let failure = account.failure(error).await;
                return Err(match history.position().filter(|_| found > 0) {
                    Some(last) => failure.and(&format!("continue with --{direction} {last}")),
                    None => failure,
                });
            }
        }
    }
    match history.count() {
        _ if is_forward && history.is_cut_short() => Err(Failure::Incomplete(anyhow!(
            "incomplete: the API returned messages of which none can be continued from"
        ))),
        Some(count) if is_counted && history.is_cut_short() => Err(incomplete(found, count)),
        Some(count) if is_counted && args.all && found < count => {
            tracing::warn!(
                found,
                count,
                "GroupMe counts more messages than it returned; deleted messages stay in the count"
            );
            Ok(())
        }
        _ => Ok(()),
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

/// Messages that are wanted of each page.
#[derive(Debug, Default)]
struct Range {
    /// End of a history that goes back.
    since: Option<Bound>,
    /// Times before or since which messages were sent, in seconds: ids are no proof of it.
    before: Option<i64>,
    after: Option<i64>,
}

/// Part of a page that is wanted.
#[derive(Debug)]
struct Wanted {
    skip: usize,
    take: usize,
    is_last: bool,
}

impl Range {
    fn of(&self, page: &MessagePage) -> Wanted {
        let is_early = |sent: Option<Timestamp>| {
            self.before.is_some_and(|time| moment::is_since(sent, time))
                || self.after.is_some_and(|time| !moment::is_since(sent, time))
        };
        let rows = page.rows();
        let early = rows.iter().take_while(|row| is_early(row.created_at()));
        let skip = early.count();
        let is_within = |id: &MessageId, sent| match &self.since {
            None => true,
            Some(Bound::Message(since)) => id > since,
            Some(Bound::Time(time)) => moment::is_since(sent, *time),
        };
        let rest = &rows[skip..];
        let within = rest
            .iter()
            .take_while(|row| is_within(row.id(), row.created_at()));
        let take = within.count();
        Wanted {
            skip,
            take,
            is_last: take < rest.len(),
        }
    }
}

/// Returns the error of a history that ends too early.
fn incomplete(found: u64, count: u64) -> Failure {
    Failure::Incomplete(anyhow!(
        "incomplete: the API returned {found} messages of the {count} that it counts, and then no \
         further ones; GroupMe keeps some old conversations in part only"
    ))
}

/// Prints at most `most` of the wanted messages of a page. Returns their number.
fn print(
    rows: &mut RowPrinter,
    page: &MessagePage,
    wanted: &Wanted,
    most: u64,
) -> std::io::Result<u64> {
    if page.unreadable > 0 {
        tracing::warn!(messages = page.unreadable, "skipped messages without an id");
    }
    let shown = usize::try_from(most).unwrap_or(usize::MAX);
    let shown = shown.min(wanted.take);
    rows.messages(page, wanted.skip, shown)?;
    Ok(shown as u64)
}

/// Messages that are printed by default.
const LIMIT: u64 = 20;

/// Largest page by GroupMe's documentation.
const PAGE: u32 = 100;
