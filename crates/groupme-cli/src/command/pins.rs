//! `groupme pins`: lists, pins and unpins messages.

use groupme_rest::{Error, endpoint::pins};

use crate::{
    account::Account,
    args::{ListPins, MessageArgs, Pins},
    exit::Failure,
    output::{Row, RowPrinter},
};

pub(crate) async fn run(command: Pins) -> Result<(), Failure> {
    match command {
        Pins::List(args) => list(args).await,
        Pins::Add(args) => change(args, true).await,
        Pins::Remove(args) => change(args, false).await,
    }
}

async fn list(args: ListPins) -> Result<(), Failure> {
    let account = Account::open(&args.account).await?;
    let conversation = account.conversation(&args.conversation).await?;
    let page = match account.rest().call(&pins::list(&conversation)).await {
        Ok(page) => page,
        // GroupMe's answer where no message was ever pinned, and where there is no such conversation.
        Err(error @ Error::NotFound(_)) => {
            return Err(account
                .failure(error)
                .await
                .and("GroupMe answers so, too, if no message was ever pinned"));
        }
        Err(error) => return Err(account.failure(error).await),
    };
    let mut rows = RowPrinter::new(args.output);
    Ok(rows.messages(&page, 0, page.len())?)
}

async fn change(args: MessageArgs, is_pinned: bool) -> Result<(), Failure> {
    let account = Account::open(&args.account).await?;
    let conversation = account.conversation(&args.conversation).await?;
    let message = account.message(&conversation, &args.message).await?;
    let call = if is_pinned {
        pins::pin(&conversation, &message)
    } else {
        pins::unpin(&conversation, &message)
    };
    // Before the change, which a failure to find the id would hide.
    let id = account.id_of(&conversation).await?;
    account.call(&call).await?;
    let done = if is_pinned {
        "the message was pinned"
    } else {
        "the message was unpinned"
    };
    RowPrinter::new(args.output).done(&Row::Pinned(&id, &message, is_pinned), done)
}
