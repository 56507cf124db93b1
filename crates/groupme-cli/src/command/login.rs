//! `groupme login`: checks an access token and keeps it.

use anyhow::anyhow;
use groupme_rest::Token;

use super::secret_prompt;
use crate::{
    account::Account,
    args::Login,
    credentials::{self, Credentials},
    exit::Failure,
    output::{Row, RowPrinter},
    profile::{self, Profile},
};

pub(crate) async fn run(args: Login) -> Result<(), Failure> {
    let name = credentials::profile_name(args.account.profile.as_deref())?;
    // A token for another API must not reach GroupMe's gateway later.
    if args.account.api_url.is_some() != args.gateway_url.is_some() {
        return Err(Failure::Usage(anyhow!(
            "--api-url and --gateway-url belong together: add the other one, or unset GROUPME_API_URL and \
             GROUPME_GATEWAY_URL"
        )));
    }
    let token = token(&args).await?;
    let account = Account::from_credentials(
        Credentials::new(
            Token::new(&token).map_err(Failure::usage)?,
            args.account.api_url.clone(),
        ),
        &args.account,
    )?;
    let user = match account.me().await {
        Ok(user) => user,
        Err(Failure::Credentials(_)) => {
            return Err(Failure::Credentials(anyhow!(
                "the access token is refused, and not kept: copy it from https://dev.groupme.com again"
            )));
        }
        Err(failure) => return Err(failure.and("the access token is not kept")),
    };
    let kept = Profile {
        token: token.trim().to_owned(),
        user_id: user.id,
        name: user.name,
        api_url: args.account.api_url,
        gateway_url: args.gateway_url,
    };
    let file = profile::save(&name, &kept)?;
    if credentials::has_token_variable() {
        tracing::warn!("GROUPME_ACCESS_TOKEN is set, and is used unless a command has --profile");
    }
    let done = format!("the access token is kept in {}", file.display());
    let row = Row::LoggedIn(&name, &kept, &file);
    RowPrinter::new(args.output).done(&row, &done)
}

/// Reads the token of `--token-file`, or asks for it.
async fn token(args: &Login) -> Result<String, Failure> {
    if let Some(file) = &args.account.token_file {
        return credentials::read_file(file, args.account.timeout).await;
    }
    secret_prompt::read("Access token, from https://dev.groupme.com (it is not shown): ")
        .map_err(Failure::Usage)
}
