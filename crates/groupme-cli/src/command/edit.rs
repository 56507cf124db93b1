//! `groupme edit`: another text for a message.

use groupme_model::{Attachment, Draft, MessageId};
use groupme_rest::endpoint::messages;

use super::text;
use crate::{
    account::Account,
    args::Edit,
    exit::Failure,
    output::{Row, Sheet},
};

pub(crate) async fn run(args: Edit) -> Result<(), Failure> {
    let account = Account::open(&args.account)?;
    let text = text::read(&args.text)?;
    let conversation = account.conversation(&args.place).await?;
    let message = MessageId::from(args.message);
    // GroupMe replaces what is attached as well, so what shall stay is sent again.
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
    Ok(Sheet::new(args.shape).row(&Row::Edited(&edited))?)
}
