//! `groupme history`: prints earlier messages.

use anyhow::anyhow;
use groupme_model::HistoryWindow;
use groupme_rest::endpoint::messages::{self, MessagePage};

use crate::{account::Account, args::History, exit::Failure, output::RowPrinter};

pub(crate) async fn run(args: History) -> Result<(), Failure> {
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

    // From the newest message on, GroupMe's count says how many there are.
    let is_counted = args.before.is_none() && args.after.is_none();
    let wanted = if args.all { u64::MAX } else { args.limit };
    let (mut left, mut found) = (wanted, 0_u64);
    let at_once = u32::try_from(left).map_or(PAGE, |left| left.min(PAGE));
    let mut history = account.rest().history(conversation).limit(at_once);
    let direction = if args.after.is_some() {
        "after"
    } else {
        "before"
    };
    if let Some(message) = args.before {
        history = history.before(message);
    } else if let Some(message) = args.after {
        history = history.after(message);
    }
    while left > 0 {
        match history.next().await {
            None => break,
            Some(Ok(page)) => {
                left -= print(&mut rows, &page, left)?;
                found = found.saturating_add((page.len() + page.unreadable) as u64);
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
        _ if direction == "after" && history.is_cut_short() => Err(Failure::Incomplete(anyhow!(
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

/// Returns the error of a history that ends too early.
fn incomplete(found: u64, count: u64) -> Failure {
    Failure::Incomplete(anyhow!(
        "incomplete: the API returned {found} messages of the {count} that it counts, and then no \
         further ones; GroupMe keeps some old conversations in part only"
    ))
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
