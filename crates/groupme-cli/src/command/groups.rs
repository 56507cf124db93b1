//! `groupme groups`: lists the groups of the account.

use groupme_rest::Error;

use crate::{
    account::Account,
    args::Groups,
    exit::Failure,
    output::{Row, RowPrinter},
};

pub(crate) async fn run(args: Groups) -> Result<(), Failure> {
    let account = Account::open(&args.account).await?;
    let mut rows = RowPrinter::new(args.output);
    let listed = list(&account, &args, &mut rows).await;
    // Those before an error, too.
    rows.finish()?;
    listed
}

async fn list(account: &Account, args: &Groups, rows: &mut RowPrinter) -> Result<(), Failure> {
    let mut groups = if args.members {
        account.rest().groups_with_members()
    } else {
        account.rest().groups()
    };
    while let Some(group) = groups.next().await {
        match group {
            Ok(group) => rows.row(&Row::Group(&group))?,
            Err(error @ (Error::CutOff { .. } | Error::Oversize { .. })) if args.members => {
                let failure = account.failure(error).await;
                return Err(failure.and("a group without its members is smaller: omit --members"));
            }
            Err(error) => return Err(account.failure(error).await),
        }
    }
    Ok(())
}
