//! `groupme like`: reacts to a message.

use groupme_model::LikeIcon;

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
    let message = account.message(&conversation, &args.target.message).await?;
    let has_icon = icon.is_some();
    let reactions = account.rest().react(&conversation, &message, icon);
    let reactions = match reactions.await {
        Ok(reactions) => reactions,
        Err(error) => {
            // The earlier one is removed first.
            let is_removed = error
                .api_error()
                .is_some_and(|error| error.call.to_string().ends_with("/like"));
            let failure = account.failure(error).await;
            return Err(if is_removed {
                failure.and("your earlier reaction to the message, if there was one, is removed")
            } else {
                failure
            });
        }
    };
    // GroupMe does not return the reactions after a plain like.
    let reactions = has_icon.then_some(&*reactions);
    let row = Row::Reactions(&message, reactions);
    RowPrinter::new(args.target.output).done(&row, "the reaction was added")
}
