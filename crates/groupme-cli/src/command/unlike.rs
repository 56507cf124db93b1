//! `groupme unlike`: a reaction taken back.

use groupme_model::MessageId;
use groupme_rest::endpoint::reactions;

use crate::{
    account::Account,
    args::One,
    exit::Failure,
    output::{Row, Sheet},
};

pub(crate) async fn run(args: One) -> Result<(), Failure> {
    let account = Account::open(&args.account)?;
    let conversation = account.conversation(&args.place).await?;
    let message = MessageId::from(args.message);
    let left = account
        .call(&reactions::unlike(&conversation, &message))
        .await?;
    Ok(Sheet::new(args.shape).row(&Row::Reactions(&message, Some(&left)))?)
}
