//! `groupme join`: joins a group by its share link.

use anyhow::anyhow;
use groupme_model::GroupId;
use groupme_rest::{ShareLink, endpoint::groups};

use crate::{
    account::Account,
    args::Join,
    exit::Failure,
    id_text::is_id,
    output::{Row, RowPrinter},
};

pub(crate) async fn run(args: Join) -> Result<(), Failure> {
    let (group, share_token) = target(&args)?;
    let account = Account::open(&args.account).await?;
    let call = groups::join(&group, &share_token, args.answer.as_deref());
    match account.rest().call(&call).await {
        Ok(joined) => {
            let done = match joined {
                Some(_) => "the group was joined",
                None => "the request to join was made",
            };
            let row = Row::Joined(&group, joined.as_ref());
            RowPrinter::new(args.output).done(&row, done)
        }
        Err(error) => {
            let asks = error.api_error().and_then(|error| error.code) == Some(ANSWER_REQUIRED);
            let failure = account.failure(error).await;
            Err(if asks && args.answer.is_none() {
                failure.and("the group asks a question: add --answer")
            } else {
                failure
            })
        }
    }
}

/// Returns the group and the token of its share link.
fn target(args: &Join) -> Result<(GroupId, String), Failure> {
    match &args.share_token {
        Some(token) if is_id(&args.link) => Ok((GroupId::from(args.link.as_str()), token.clone())),
        Some(_) => Err(Failure::Usage(anyhow!(
            "`{}` is no group id: add the id of the group before the token of its share link, or the whole link \
             alone",
            args.link
        ))),
        None if is_id(&args.link) => Err(Failure::Usage(anyhow!(
            "add the token of the group's share link, or the whole link instead of the id"
        ))),
        None => {
            let link: ShareLink = args.link.parse().map_err(Failure::usage)?;
            Ok((link.group().clone(), link.token().to_owned()))
        }
    }
}

/// GroupMe's code of a group that asks a question.
const ANSWER_REQUIRED: i64 = 40_016;
