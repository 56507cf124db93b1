//! `groupme groups`: lists the groups of the account.

use std::collections::BTreeSet;

use groupme_model::GroupId;
use groupme_rest::endpoint::{Page, groups};

use super::{MAX_PAGES, PER_PAGE, endless};
use crate::{
    account::Account,
    args::Groups,
    exit::Failure,
    output::{Row, RowPrinter},
};

pub(crate) async fn run(args: Groups) -> Result<(), Failure> {
    let account = Account::open(&args.account).await?;
    let mut rows = RowPrinter::new(args.output);
    let list = if args.members {
        groups::list
    } else {
        groups::list_without_members
    };
    // A group with a new message moves to another page meanwhile.
    let mut seen = BTreeSet::<GroupId>::new();
    for page in 1..=MAX_PAGES {
        let list = list(Page::new(page, PER_PAGE));
        let mut is_new = false;
        for group in account.call(&list).await? {
            if seen.insert(group.id.clone()) {
                is_new = true;
                rows.row(&Row::Group(&group))?;
            }
        }
        // A page without new entries is the end; a short page need not be.
        if !is_new {
            return Ok(());
        }
    }
    Err(endless("groups"))
}
