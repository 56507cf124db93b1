//! `groupme delete`: a message, gone for everybody.

use groupme_model::MessageId;
use groupme_rest::endpoint::messages;

use crate::{
    account::Account,
    args::One,
    exit::Failure,
    output::{Row, Sheet},
};

pub(crate) async fn run(args: One) -> Result<(), Failure> {
    let account = Account::open(&args.account)?;
    let conversation = account.conversation(&args.place).await?;
    let conversation = account.id_of(&conversation).await?;
    let message = MessageId::from(args.message);
    account
        .call(&messages::delete(&conversation, &message))
        .await?;
    Ok(Sheet::new(args.shape).row(&Row::Deleted(&conversation, &message))?)
}
