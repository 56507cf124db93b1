//! `groupme chats`: lists the direct conversations of the account.

use std::collections::BTreeSet;

use groupme_model::{Chat, UserId};
use groupme_rest::endpoint::{Page, chats};

use super::{MAX_PAGES, PER_PAGE, endless};
use crate::{
    account::Account,
    args::Chats,
    exit::Failure,
    output::{Row, RowPrinter, closed},
};

pub(crate) async fn run(args: Chats) -> Result<(), Failure> {
    closed::check()?;
    let account = Account::open(&args.account).await?;
    let mut rows = RowPrinter::new(args.output);
    // A conversation with a new message moves to another page meanwhile.
    let mut seen = BTreeSet::<UserId>::new();
    let mut nameless = 0_u64;
    for page in 1..=MAX_PAGES {
        let list = chats::list(Page::new(page, PER_PAGE));
        let mut is_new = false;
        for chat in account.call(&list).await? {
            let Some(user) = other(&chat) else {
                nameless += 1;
                continue;
            };
            if seen.insert(user.clone()) {
                is_new = true;
                rows.row(&Row::Chat(&chat))?;
            }
        }
        // A page without new entries is the end; a short page need not be.
        if !is_new {
            if nameless > 0 {
                tracing::warn!(chats = nameless, "skipped direct messages without a user");
            }
            return Ok(());
        }
    }
    Err(endless("chats"))
}

fn other(chat: &Chat) -> Option<&UserId> {
    chat.other_user.as_ref()?.id.as_ref()
}
