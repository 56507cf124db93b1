//! `groupme whoami`: the account that commands act for.

use crate::{
    account::Account,
    args::Whoami,
    exit::Failure,
    output::{Row, RowPrinter},
    profile,
};

pub(crate) async fn run(args: Whoami) -> Result<(), Failure> {
    let mut rows = RowPrinter::new(args.output);
    if args.all {
        for name in profile::names()? {
            if let Some(profile) = profile::load(&name)? {
                rows.row(&Row::Profile(&name, &profile))?;
            }
        }
        return Ok(rows.finish()?);
    }
    let account = Account::open(&args.account).await?;
    let you = account.me().await?;
    Ok(rows.row(&Row::Account(&you, account.origin()))?)
}
