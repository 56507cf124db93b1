//! `groupme unlike`: a reaction taken back.

use groupme_rest::endpoint::reactions;

use crate::{
    account::Account,
    args::MessageArgs,
    exit::Failure,
    output::{Row, RowPrinter},
};

pub(crate) async fn run(args: MessageArgs) -> Result<(), Failure> {
    let account = Account::open(&args.account).await?;
    let conversation = account.conversation(&args.conversation).await?;
    let message = account.message(&conversation, &args.message).await?;
    let left = account
        .call(&reactions::unlike(&conversation, &message))
        .await?;
    Ok(RowPrinter::new(args.output).row(&Row::Reactions(&message, Some(&left)))?)
}
