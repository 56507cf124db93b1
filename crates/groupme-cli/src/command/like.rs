//! `groupme like`: a reaction, in place of the one before.

use groupme_model::{LikeIcon, MessageId};

use crate::{
    account::Account,
    args::Like,
    exit::Failure,
    output::{Row, Sheet},
};

pub(crate) async fn run(args: Like) -> Result<(), Failure> {
    let icon = match (args.emoji, args.pack) {
        (Some(code), _) => Some(LikeIcon::unicode(code)),
        (None, Some((pack, picture))) => Some(LikeIcon::emoji(pack, picture)),
        (None, None) => None,
    };
    let account = Account::open(&args.one.account)?;
    let conversation = account.conversation(&args.one.place).await?;
    let message = MessageId::from(args.one.message);
    let is_told = icon.is_some();
    let reactions = account.rest().react(&conversation, &message, icon);
    let reactions = match reactions.await {
        Ok(reactions) => reactions,
        Err(error) => return Err(account.failure(error).await),
    };
    // GroupMe answers the usual like without a word.
    let reactions = is_told.then_some(&*reactions);
    Ok(Sheet::new(args.one.shape).row(&Row::Reactions(&message, reactions))?)
}
