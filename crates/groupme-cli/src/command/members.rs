//! `groupme members`: lists the members of a group.

use groupme_rest::endpoint::members;

use crate::{
    account::Account,
    args::Members,
    exit::Failure,
    output::{Row, RowPrinter},
};

pub(crate) async fn run(args: Members) -> Result<(), Failure> {
    let account = Account::open(&args.account).await?;
    let mut rows = RowPrinter::new(args.output);
    let group = account.group(&args.group.group).await?;
    let call = if args.former {
        members::former(group)
    } else if args.pending {
        members::pending(group)
    } else {
        members::list(group)
    };
    for member in account.call(&call).await? {
        rows.row(&Row::Member(&member))?;
    }
    Ok(rows.finish()?)
}
