//! `groupme edit`: changes the text of a message.

use groupme_model::{Attachment, Draft};
use groupme_rest::endpoint::messages;

use super::text;
use crate::{
    account::Account,
    args::Edit,
    exit::Failure,
    output::{Row, RowPrinter},
};

pub(crate) async fn run(args: Edit) -> Result<(), Failure> {
    let account = Account::open(&args.account).await?;
    let text = text::read(&args.text)?;
    let conversation = account.conversation(&args.conversation).await?;
    let message = account.message(&conversation, &args.message).await?;
    // An edit replaces all attachments, so the ones to keep are sent again.
    let before = account
        .call(&messages::show(&conversation, &message))
        .await?;
    let stays = |part: &Attachment| !matches!(part, Attachment::Mentions(_));
    let draft = before
        .attachments
        .into_iter()
        .filter(stays)
        .fold(Draft::new(text), Draft::attach);
    let call = messages::edit(&conversation, &message, draft).map_err(Failure::usage)?;
    let edited = account.call(&call).await?;
    RowPrinter::new(args.output).done(&Row::Edited(&edited), "the message was edited")
}
