//! `groupme chats`: the direct conversations of the account.

use std::collections::BTreeSet;

use groupme_model::{Chat, UserId};
use groupme_rest::endpoint::{Page, chats};

use super::PER_PAGE;
use crate::{
    account::Account,
    args::Chats,
    exit::Failure,
    output::{Row, Sheet},
};

pub(crate) async fn run(args: Chats) -> Result<(), Failure> {
    let account = Account::open(&args.account)?;
    let mut sheet = Sheet::new(args.shape);
    // A conversation in which something is said meanwhile moves to another page.
    let mut seen = BTreeSet::<UserId>::new();
    for page in 1.. {
        let list = chats::list(Page::new(page, PER_PAGE));
        let mut is_new = false;
        for chat in account.call(&list).await? {
            if other(&chat).is_some_and(|user| seen.insert(user.clone())) {
                is_new = true;
                sheet.row(&Row::Chat(&chat))?;
            }
        }
        // The end is a page with nothing new; one with few need not be the last.
        if !is_new {
            break;
        }
    }
    Ok(())
}

fn other(chat: &Chat) -> Option<&UserId> {
    chat.other_user.as_ref()?.id.as_ref()
}
