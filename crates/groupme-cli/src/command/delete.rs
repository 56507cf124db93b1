//! `groupme delete`: a message, gone for everybody.

use groupme_rest::endpoint::messages;

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
    let conversation = account.id_of(&conversation).await?;
    account
        .call(&messages::delete(&conversation, &message))
        .await?;
    let row = Row::Deleted(&conversation, &message);
    RowPrinter::new(args.output).done(&row, "the message was deleted")
}
