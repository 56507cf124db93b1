//! `groupme groups`: the groups of the account.

use std::collections::BTreeSet;

use groupme_model::GroupId;
use groupme_rest::endpoint::{Page, groups};

use super::PER_PAGE;
use crate::{
    account::Account,
    args::Groups,
    exit::Failure,
    output::{Row, Sheet},
};

pub(crate) async fn run(args: Groups) -> Result<(), Failure> {
    let account = Account::open(&args.account)?;
    let mut sheet = Sheet::new(args.shape);
    let list = if args.members {
        groups::list
    } else {
        groups::list_without_members
    };
    // A group in which something is said meanwhile moves to another page.
    let mut seen = BTreeSet::<GroupId>::new();
    for page in 1.. {
        let list = list(Page::new(page, PER_PAGE));
        let mut is_new = false;
        for group in account.call(&list).await? {
            if seen.insert(group.id.clone()) {
                is_new = true;
                sheet.row(&Row::Group(&group))?;
            }
        }
        // The end is a page with nothing new; one with few need not be the last.
        if !is_new {
            break;
        }
    }
    Ok(())
}
