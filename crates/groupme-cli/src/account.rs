//! The account that the commands act for: token, REST API, gateway.

use anyhow::{Context as _, anyhow};
use groupme_client::{Client, Scope, TransportPolicy};
use groupme_model::{ConversationId, User, UserId};
use groupme_rest::{BaseUrl, Call, Conversation, Error, Options, Proxy, Services, endpoint::users};

use crate::{
    args::{self, Transport},
    credentials::{Credentials, Origin},
    error_help,
    exit::Failure,
};

mod lookup;

/// The REST API with the account's token, and explanations for its errors.
#[derive(Clone, Debug)]
pub(crate) struct Account {
    rest: groupme_rest::Client,
    origin: Origin,
}

impl Account {
    pub(crate) async fn open(args: &args::Account) -> Result<Self, Failure> {
        Self::from_credentials(Credentials::find(args).await?, args)
    }

    /// Returns the account of a token, without asking whether the token is good.
    pub(crate) fn from_credentials(
        credentials: Credentials,
        args: &args::Account,
    ) -> Result<Self, Failure> {
        let url = credentials.api_url.as_deref();
        check_tls(url, HAS_TLS)?;
        let options = options(args, url)?;
        let rest =
            groupme_rest::Client::new(credentials.token, &options).map_err(Failure::usage)?;
        let rest = match credentials.user {
            Some(user) => rest.with_user(user),
            None => rest,
        };
        Ok(Self {
            rest,
            origin: credentials.origin,
        })
    }

    /// Returns the origin of the token.
    pub(crate) fn origin(&self) -> &Origin {
        &self.origin
    }

    /// Returns the REST client. Pass its errors to [`failure`](Self::failure).
    pub(crate) fn rest(&self) -> &groupme_rest::Client {
        &self.rest
    }

    pub(crate) async fn call<T>(&self, call: &Call<T>) -> Result<T, Failure> {
        match self.rest.call(call).await {
            Ok(answer) => Ok(answer),
            Err(error) => {
                let may_be_done = !call.is_idempotent() && !error.was_not_processed();
                let failure = self.failure(error).await;
                Err(if may_be_done {
                    failure.and(error_help::MAY_BE_DONE)
                } else {
                    failure
                })
            }
        }
    }

    /// Fetches the account's user.
    pub(crate) async fn me(&self) -> Result<User, Failure> {
        self.call(&users::me()).await
    }

    /// Returns the user's id; the client asks for it once.
    pub(crate) async fn user_id(&self) -> Result<&UserId, Failure> {
        match self.rest.user_id().await {
            Ok(user) => Ok(user),
            Err(error) => Err(self.failure(error).await),
        }
    }

    /// Returns GroupMe's id of a conversation. Direct messages take a request for the own user id.
    pub(crate) async fn id_of(
        &self,
        conversation: &Conversation,
    ) -> Result<ConversationId, Failure> {
        let you = match conversation {
            Conversation::User(_) => self.user_id().await?,
            _ => &UserId::default(),
        };
        conversation.id(you).map_err(Failure::usage)
    }

    /// Explains a REST error. HTTP status 401 means an invalid token or a request that the token
    /// does not allow; a second request distinguishes the two.
    pub(crate) async fn failure(&self, error: Error) -> Failure {
        let me = users::me();
        let is_elsewhere = error
            .api_error()
            .is_some_and(|error| error.call != me.name());
        let is_good = matches!(error, Error::Unauthorized(_))
            && is_elsewhere
            && self.rest.call(&me).await.is_ok();
        error_help::failure(&error, is_good, &self.origin)
    }
}

/// Returns the builder of a gateway client and the account's user id.
pub(crate) async fn gateway(
    account: &args::Account,
    gateway: &args::Gateway,
) -> Result<(groupme_client::Builder, UserId), Failure> {
    let credentials = Credentials::find(account).await?;
    let gateway_url = credentials.gateway_url(gateway)?;
    check_tls(gateway_url.as_deref(), HAS_TLS)?;
    let is_elsewhere = is_other_gateway(gateway_url.as_deref());
    let (token, api_url) = (credentials.token.clone(), credentials.api_url.clone());
    let user = match (&gateway.user, &credentials.user) {
        (Some(user), _) => UserId::from(user.as_str()),
        (None, Some(user)) => number(user.clone())?,
        // A token for another gateway must not be sent to GroupMe.
        (None, None) if is_elsewhere && api_url.is_none() => {
            return Err(Failure::Usage(anyhow!(
                "--gateway-url needs the user id: add --user, or --api-url to ask that REST API"
            )));
        }
        (None, None) => number(
            Account::from_credentials(credentials, account)?
                .me()
                .await?
                .id,
        )?,
    };
    let mut builder = Client::builder(token, user.clone())
        .transport(match gateway.transport {
            Transport::Auto => TransportPolicy::Auto,
            Transport::Websocket => TransportPolicy::WebSocket,
            Transport::LongPolling => TransportPolicy::LongPolling,
        })
        // Commands that need more settings set them on the builder.
        .scope(Scope::Account)
        .rest_options(options(account, api_url.as_deref())?)
        .proxy(Proxy::from_environment());
    if let Some(url) = gateway_url.filter(|_| is_elsewhere) {
        builder = builder.gateway_url(url);
        if let Some(url) = api_url {
            builder = builder.api_url(url);
        }
    }
    if account.allow_plaintext {
        builder = builder.allow_plaintext();
    }
    Ok((builder, user))
}

/// Returns the conversation of a command that uses the gateway. A name is looked up at the REST API
/// that belongs to the gateway.
pub(crate) async fn conversation_at_gateway(
    account: &args::Account,
    gateway: &args::Gateway,
    place: &args::ConversationArgs,
) -> Result<Conversation, Failure> {
    if let Some(conversation) = place.by_id() {
        return Ok(conversation);
    }
    let credentials = Credentials::find(account).await?;
    if credentials.api_url.is_none()
        && is_other_gateway(credentials.gateway_url(gateway)?.as_deref())
    {
        return Err(Failure::Usage(anyhow!(
            "--gateway-url names another gateway than GroupMe's: add ids instead of names, or --api-url to \
             look up the names there"
        )));
    }
    let account = Account::from_credentials(credentials, account)?;
    account.conversation(place).await
}

/// Returns whether the command uses another gateway than GroupMe's.
pub(crate) async fn has_other_gateway(
    account: &args::Account,
    gateway: &args::Gateway,
) -> Result<bool, Failure> {
    let credentials = Credentials::find(account).await?;
    Ok(is_other_gateway(
        credentials.gateway_url(gateway)?.as_deref(),
    ))
}

/// Returns whether an address of a gateway is not GroupMe's.
fn is_other_gateway(gateway_url: Option<&str>) -> bool {
    gateway_url.is_some_and(|url| url != groupme_client::DEFAULT_GATEWAY)
}

/// Returns the REST API without a token, for bots, whose ids are their credentials.
pub(crate) async fn without_token(args: &args::Account) -> Result<groupme_rest::Client, Failure> {
    // The address may be that of a profile.
    let url = match (&args.api_url, Credentials::find(args).await) {
        (None, Ok(credentials)) => credentials.api_url,
        (url, _) => url.clone(),
    };
    check_tls(url.as_deref(), HAS_TLS)?;
    let options = options(args, url.as_deref())?;
    groupme_rest::Client::without_token(&options).map_err(Failure::usage)
}

/// Checks the id of a user that the API returned: the channels of the user have the number in their
/// names.
fn number(user: UserId) -> Result<UserId, Failure> {
    let text = user.as_str();
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_number && text.len() <= MAX_DIGITS {
        return Ok(user);
    }
    Err(Failure::Other(anyhow!(
        "the REST API returned {text:?} as the id of the account's user, which is no number; check that \
         --api-url names a REST API compatible with GroupMe's"
    )))
}

/// Digits of the largest number of 64 bits.
const MAX_DIGITS: usize = 20;

/// Refuses an address that needs TLS, as GroupMe's own does, in a command without TLS: the libraries
/// would name their features instead of the command's.
fn check_tls(url: Option<&str>, has_tls: bool) -> Result<(), Failure> {
    let is_plain = url
        .and_then(|url| url.split_once(':'))
        .is_some_and(|(scheme, _)| {
            scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("ws")
        });
    if is_plain || has_tls {
        return Ok(());
    }
    Err(Failure::Usage(anyhow!(
        "this command was built without TLS, which the address needs: build `groupme` with the feature `tls`"
    )))
}

const HAS_TLS: bool = cfg!(feature = "tls");

fn options(args: &args::Account, api_url: Option<&str>) -> Result<Options, Failure> {
    let mut options = Options::default();
    options.proxy = Proxy::from_environment();
    options.retry.deadline = args.timeout;
    if let Some(url) = api_url {
        options.services = services(url, args.allow_plaintext)?;
    }
    Ok(options)
}

/// Derives the addresses of all services from that of one.
fn services(url: &str, allow_plaintext: bool) -> Result<Services, Failure> {
    let read = if allow_plaintext {
        BaseUrl::allowing_plaintext
    } else {
        BaseUrl::new
    };
    read(url)
        .map(|base| Services::with_base_url(&base))
        .context("--api-url is invalid")
        .map_err(Failure::Usage)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_without_tls_names_its_own_feature() {
        for url in [
            None,
            Some("https://api.groupme.com"),
            Some("WSS://there/faye"),
        ] {
            let refused = check_tls(url, false).unwrap_err().to_string();
            assert!(
                refused.contains("`groupme` with the feature `tls`"),
                "{refused}"
            );
            check_tls(url, true).unwrap();
        }
        for url in ["http://127.0.0.1:1/faye", "WS://127.0.0.1:1/faye"] {
            check_tls(Some(url), false).unwrap();
        }
    }
}
