//! `groupme topics`: lists the topics of a group.

use groupme_rest::endpoint::topics;

use crate::{
    account::Account,
    args::Topics,
    exit::Failure,
    output::{Row, RowPrinter},
};

pub(crate) async fn run(args: Topics) -> Result<(), Failure> {
    let account = Account::open(&args.account).await?;
    let mut rows = RowPrinter::new(args.output);
    let group = account.group(&args.group.group).await?;
    for topic in account.call(&topics::list(group)).await? {
        rows.row(&Row::Topic(&topic))?;
    }
    Ok(rows.finish()?)
}
