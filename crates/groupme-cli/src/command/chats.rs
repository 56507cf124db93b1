//! `groupme chats`: lists the direct conversations of the account.

use crate::{
    account::Account,
    args::Chats,
    exit::Failure,
    output::{Row, RowPrinter},
};

pub(crate) async fn run(args: Chats) -> Result<(), Failure> {
    let account = Account::open(&args.account).await?;
    let mut rows = RowPrinter::new(args.output);
    let listed = list(&account, &mut rows).await;
    // Those before an error, too.
    rows.finish()?;
    listed
}

async fn list(account: &Account, rows: &mut RowPrinter) -> Result<(), Failure> {
    let mut nameless = 0_u64;
    let mut chats = account.rest().chats();
    while let Some(chat) = chats.next().await {
        match chat {
            Ok(chat)
                if chat
                    .other_user
                    .as_ref()
                    .is_some_and(|user| user.id.is_some()) =>
            {
                rows.row(&Row::Chat(&chat))?;
            }
            Ok(_) => nameless += 1,
            Err(error) => return Err(account.failure(error).await),
        }
    }
    if nameless > 0 {
        tracing::warn!(chats = nameless, "skipped direct messages without a user");
    }
    Ok(())
}
