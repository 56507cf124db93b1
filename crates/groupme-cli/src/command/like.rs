//! `groupme like`: reacts to a message.

use groupme_model::{LikeIcon, MessageId};

use crate::{
    account::Account,
    args::Like,
    exit::Failure,
    output::{Row, RowPrinter},
};

pub(crate) async fn run(args: Like) -> Result<(), Failure> {
    let icon = match (args.emoji, args.pack) {
        (Some(code), _) => Some(LikeIcon::unicode(code)),
        (None, Some((pack, picture))) => Some(LikeIcon::emoji(pack, picture)),
        (None, None) => None,
    };
    let account = Account::open(&args.target.account).await?;
    let conversation = account.conversation(&args.target.conversation).await?;
    let message = MessageId::from(args.target.message);
    let has_icon = icon.is_some();
    let reactions = account.rest().react(&conversation, &message, icon);
    let reactions = match reactions.await {
        Ok(reactions) => reactions,
        Err(error) => return Err(account.failure(error).await),
    };
    // GroupMe does not return the reactions after a plain like.
    let reactions = has_icon.then_some(&*reactions);
    Ok(RowPrinter::new(args.target.output).row(&Row::Reactions(&message, reactions))?)
}
