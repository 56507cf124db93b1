//! The account that the commands act for: token, REST API, gateway.

use anyhow::{Context as _, anyhow};
use groupme_client::{Client, Scope, TransportPolicy};
use groupme_model::{ConversationId, User, UserId, UserPair};
use groupme_rest::{
    BaseUrl, Call, Conversation, Error, Options, Proxy, Services, Token, endpoint::users,
};

use crate::{
    args::{self, Transport},
    error_help,
    exit::Failure,
    input_file,
};

/// The REST API with the account's token, and explanations for its errors.
#[derive(Clone, Debug)]
pub(crate) struct Account {
    rest: groupme_rest::Client,
}

impl Account {
    pub(crate) async fn open(args: &args::Account) -> Result<Self, Failure> {
        let token = Token::new(&token(args).await?).map_err(Failure::usage)?;
        check_tls(args.api_url.as_deref(), HAS_TLS)?;
        let rest = groupme_rest::Client::new(token, &options(args)?).map_err(Failure::usage)?;
        Ok(Self { rest })
    }

    /// Returns the REST client. Pass its errors to [`failure`](Self::failure).
    pub(crate) fn rest(&self) -> &groupme_rest::Client {
        &self.rest
    }

    pub(crate) async fn call<T>(&self, call: &Call<T>) -> Result<T, Failure> {
        match self.rest.call(call).await {
            Ok(answer) => Ok(answer),
            Err(error) => Err(self.failure(error).await),
        }
    }

    /// Fetches the account's user.
    pub(crate) async fn me(&self) -> Result<User, Failure> {
        self.call(&users::me()).await
    }

    /// Returns the user's id; the client asks for it once.
    async fn user_id(&self) -> Result<&UserId, Failure> {
        match self.rest.user_id().await {
            Ok(user) => Ok(user),
            Err(error) => Err(self.failure(error).await),
        }
    }

    /// Returns the conversation of the arguments. A `1+2` id takes a request for the own user id.
    pub(crate) async fn conversation(
        &self,
        place: &args::ConversationArgs,
    ) -> Result<Conversation, Failure> {
        match (&place.group, &place.dm) {
            (Some(group), _) => Ok(Conversation::Group(group.as_str().into())),
            (None, Some(pair)) if pair.contains('+') => {
                let you = self.user_id().await?;
                let conversation = Conversation::from(ConversationId::from(pair.as_str()));
                if conversation.other_user(you).is_some() {
                    return Ok(conversation);
                }
                Err(Failure::Usage(anyhow!(
                    "`{pair}` is not a conversation of this account, whose user id is {you}"
                )))
            }
            (None, Some(user)) => Ok(Conversation::User(user.as_str().into())),
            (None, None) => Err(Failure::Usage(anyhow!("add --group or --dm"))),
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
        error_help::failure(&error, is_good)
    }
}

/// Returns the builder of a gateway client and the account's user id.
pub(crate) async fn gateway(
    account: &args::Account,
    gateway: &args::Gateway,
) -> Result<(groupme_client::Builder, UserId), Failure> {
    let token = Token::new(&token(account).await?).map_err(Failure::usage)?;
    check_tls(Some(&gateway.url), HAS_TLS)?;
    let is_elsewhere = gateway.url != groupme_client::DEFAULT_GATEWAY;
    let user = match &gateway.user {
        Some(user) => UserId::from(user.as_str()),
        // A token for another gateway must not be sent to GroupMe.
        None if is_elsewhere && account.api_url.is_none() => {
            return Err(Failure::Usage(anyhow!(
                "--gateway-url needs the user id: add --user, or --api-url to ask that REST API"
            )));
        }
        None => number(Account::open(account).await?.me().await?.id)?,
    };
    let mut builder = Client::builder(token, user.clone())
        .transport(match gateway.transport {
            Transport::Auto => TransportPolicy::Auto,
            Transport::Websocket => TransportPolicy::WebSocket,
            Transport::LongPolling => TransportPolicy::LongPolling,
        })
        // Commands that need more say so.
        .scope(Scope::Account)
        .rest_options(options(account)?)
        .proxy(Proxy::from_environment());
    if is_elsewhere {
        builder = builder.gateway_url(&gateway.url);
        if let Some(url) = &account.api_url {
            builder = builder.api_url(url);
        }
    }
    if account.allow_plaintext {
        builder = builder.allow_plaintext();
    }
    Ok((builder, user))
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

fn options(args: &args::Account) -> Result<Options, Failure> {
    let mut options = Options::default();
    options.proxy = Proxy::from_environment();
    options.retry.deadline = args.timeout;
    if let Some(url) = &args.api_url {
        options.services = services(url, args.allow_plaintext)?;
    }
    Ok(options)
}

/// Reads the token from the file or the environment. Arguments are visible to all users in `ps`.
async fn token(args: &args::Account) -> Result<String, Failure> {
    match &args.token_file {
        Some(file) => {
            let bytes = input_file::read(file, MAX_TOKEN_FILE, args.timeout);
            let text = bytes.await.and_then(|bytes| Ok(String::from_utf8(bytes)?));
            let text = text
                .with_context(|| format!("cannot read the token file {}", file.display()))
                .map_err(Failure::Usage)?;
            Ok(text.lines().next().unwrap_or_default().to_owned())
        }
        #[expect(clippy::disallowed_methods, reason = "this is the binary")]
        None => std::env::var("GROUPME_ACCESS_TOKEN").map_err(|_| {
            Failure::Usage(anyhow!(
                "no access token: set GROUPME_ACCESS_TOKEN or add --token-file"
            ))
        }),
    }
}

/// Maximum bytes of a token file; tokens have 40.
const MAX_TOKEN_FILE: u64 = 64 * 1024;

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

/// Returns the direct messages named by the id of the other user, or by the ids of both.
pub(crate) fn direct_messages(with: &str) -> Conversation {
    with.parse::<UserPair>()
        .map_or_else(|_| UserId::from(with).into(), Conversation::from)
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
