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
    let row = Row::Reactions(&message, Some(&left));
    RowPrinter::new(args.output).done(&row, "the reaction was removed")
}
