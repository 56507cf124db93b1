//! `groupme read`: a receipt.

use anyhow::anyhow;
use groupme_model::{HistoryWindow, MessageId};
use groupme_rest::{
    Conversation,
    endpoint::{messages, receipts},
};

use crate::{
    account::Account,
    args::Read,
    exit::Failure,
    output::{Row, Sheet},
};

pub(crate) async fn run(args: Read) -> Result<(), Failure> {
    let account = Account::open(&args.account)?;
    let conversation = account.conversation(&args.place).await?;
    let id = account.id_of(&conversation).await?;
    let message = args.message.map(MessageId::from);
    let receipt = match (&conversation, message) {
        (Conversation::Group(_), Some(message)) => receipts::mark_read_up_to(&id, &message),
        (Conversation::Group(_), None) => {
            let newest = messages::list(&conversation, &HistoryWindow::Newest, 1);
            let newest = account.call(&newest).await?.messages.pop();
            let newest = newest
                .ok_or_else(|| Failure::Refused(anyhow!("there is nothing to read: no message")))?;
            receipts::mark_read_up_to(&id, &newest.id)
        }
        (_, None) => receipts::mark_read(&id),
        (_, Some(message)) => receipts::mark_read_v2(&id, &message),
    };
    let receipt = account.call(&receipt).await?;
    Ok(Sheet::new(args.shape).row(&Row::Read(&id, &receipt))?)
}
