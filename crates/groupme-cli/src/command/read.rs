//! `groupme read`: marks a conversation as read.

use anyhow::anyhow;
use groupme_model::HistoryWindow;
use groupme_rest::{
    Conversation,
    endpoint::{messages, receipts},
};

use crate::{
    account::Account,
    args::Read,
    exit::Failure,
    output::{Row, RowPrinter},
};

pub(crate) async fn run(args: Read) -> Result<(), Failure> {
    let account = Account::open(&args.account).await?;
    let conversation = account.conversation(&args.conversation).await?;
    let id = account.id_of(&conversation).await?;
    let message = match &args.message {
        Some(message) => Some(account.message(&conversation, message).await?),
        None => None,
    };
    let receipt = match (&conversation, message) {
        (Conversation::Group(_), Some(message)) => receipts::mark_read_up_to(&id, &message),
        (Conversation::Group(_), None) => {
            let newest = messages::list(&conversation, &HistoryWindow::Newest, 1);
            let page = account.call(&newest).await?;
            let newest = page
                .rows()
                .iter()
                .max_by(|one, other| one.chronological(other));
            let newest = newest
                .ok_or_else(|| Failure::Refused(anyhow!("the conversation has no messages")))?;
            receipts::mark_read_up_to(&id, newest.id())
        }
        (_, None) => receipts::mark_read(&id),
        (_, Some(message)) => receipts::mark_read_v2(&id, &message),
    };
    let receipt = account.call(&receipt).await?;
    let row = Row::Read(&id, &receipt);
    RowPrinter::new(args.output).done(&row, "the conversation was marked as read")
}
