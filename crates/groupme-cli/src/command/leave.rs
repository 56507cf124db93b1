//! `groupme leave`: leaves a group.

use anyhow::anyhow;
use groupme_rest::endpoint::{groups, members};

use super::confirm::confirm;
use crate::{
    account::Account,
    args::Leave,
    exit::Failure,
    output::{Row, RowPrinter},
};

pub(crate) async fn run(args: Leave) -> Result<(), Failure> {
    let account = Account::open(&args.account).await?;
    let id = account.group(&args.group.group).await?;
    let you = account.user_id().await?;
    let group = account.call(&groups::show(&id)).await?;
    let name = group.name.as_deref().unwrap_or("(no name)");
    confirm(&format!("Leave the group \"{name}\" ({id})?"), args.yes)?;
    let members = group.members.iter().flatten();
    let mut own = members.filter(|member| member.user_id.as_ref() == Some(you));
    let membership = match own.next().and_then(|member| member.id.clone()) {
        Some(membership) => Some(membership),
        // The answer may leave the members out.
        None => match account.rest().membership(&id, you).await {
            Ok(membership) => membership,
            Err(error) => return Err(account.failure(error).await),
        },
    };
    let Some(membership) = membership else {
        return Err(Failure::Refused(anyhow!(
            "user {you} is no member of the group {id}"
        )));
    };
    account
        .call(&members::ban_or_leave(&id, membership))
        .await?;
    let row = Row::Left(&id, group.name.as_deref());
    RowPrinter::new(args.output).done(&row, "the group was left")
}
