//! `groupme groups`: lists the groups of the account.

use std::collections::BTreeSet;

use groupme_model::GroupId;
use groupme_rest::{
    Error,
    endpoint::{Page, groups},
};

use super::{MAX_PAGES, PER_PAGE, endless};
use crate::{
    account::Account,
    args::Groups,
    exit::Failure,
    output::{Row, RowPrinter, closed},
};

pub(crate) async fn run(args: Groups) -> Result<(), Failure> {
    closed::check()?;
    let account = Account::open(&args.account).await?;
    let mut rows = RowPrinter::new(args.output);
    let list = if args.members {
        groups::list
    } else {
        groups::list_without_members
    };
    // A group with a new message moves to another page meanwhile.
    let mut seen = BTreeSet::<GroupId>::new();
    let (mut page, mut per_page) = (1, PER_PAGE);
    for _ in 0..MAX_PAGES {
        let answer = account.rest().call(&list(Page::new(page, per_page))).await;
        let answer = match answer {
            Ok(answer) => answer,
            // Groups have thousands of members: a page of a tenth may be within the limits.
            Err(Error::Unreadable { .. } | Error::Oversize { .. }) if per_page >= DIVISOR => {
                page = (page - 1) * DIVISOR + 1;
                per_page /= DIVISOR;
                continue;
            }
            Err(error) => return Err(account.failure(error).await),
        };
        page += 1;
        let is_empty = answer.is_empty();
        let mut is_new = false;
        for group in answer {
            if seen.insert(group.id.clone()) {
                is_new = true;
                rows.row(&Row::Group(&group))?;
            }
        }
        // A page without new entries is the end; a short page need not be. A few groups at once may
        // all have moved from the page before.
        if is_empty || (!is_new && per_page == PER_PAGE) {
            return Ok(());
        }
    }
    Err(endless("groups"))
}

/// Ratio of a page to the next smaller one.
const DIVISOR: u32 = 10;
