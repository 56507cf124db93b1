//! The account that the commands act for: its token, its REST API, its gateway.

use std::fs;

use anyhow::{Context as _, anyhow};
use groupme_client::{Client, TransportPolicy};
use groupme_model::{ConversationId, User, UserId, UserPair};
use groupme_rest::{
    BaseUrl, Call, Conversation, Error, Options, Proxy, Services, Token, endpoint::users,
};

use crate::{
    args::{self, Transport},
    exit::Failure,
    remedy,
};

/// Asks the REST API in the name of the account, and explains its failures.
#[derive(Clone, Debug)]
pub(crate) struct Account {
    rest: groupme_rest::Client,
}

impl Account {
    pub(crate) fn open(args: &args::Account) -> Result<Self, Failure> {
        let token = Token::new(&token(args)?).map_err(Failure::usage)?;
        let rest = groupme_rest::Client::new(token, &options(args)?).map_err(Failure::usage)?;
        Ok(Self { rest })
    }

    /// The client itself, whose errors go to [`failure`](Self::failure).
    pub(crate) fn rest(&self) -> &groupme_rest::Client {
        &self.rest
    }

    pub(crate) async fn call<T>(&self, call: &Call<T>) -> Result<T, Failure> {
        match self.rest.call(call).await {
            Ok(answer) => Ok(answer),
            Err(error) => Err(self.failure(error).await),
        }
    }

    /// Who it is.
    pub(crate) async fn me(&self) -> Result<User, Failure> {
        self.call(&users::me()).await
    }

    /// Returns the id of the user, which is asked for once.
    async fn user_id(&self) -> Result<&UserId, Failure> {
        match self.rest.user_id().await {
            Ok(user) => Ok(user),
            Err(error) => Err(self.failure(error).await),
        }
    }

    /// The conversation that is meant. To tell the two users of one apart takes a request.
    pub(crate) async fn conversation(&self, place: &args::Place) -> Result<Conversation, Failure> {
        match (&place.group, &place.dm) {
            (Some(group), _) => Ok(Conversation::Group(group.as_str().into())),
            (None, Some(pair)) if pair.contains('+') => {
                let you = self.user_id().await?;
                let conversation = Conversation::from(ConversationId::from(pair.as_str()));
                if conversation.other_user(you).is_some() {
                    return Ok(conversation);
                }
                Err(Failure::Usage(anyhow!(
                    "`{pair}` is not a conversation of yours: your id is {you}"
                )))
            }
            (None, Some(user)) => Ok(Conversation::User(user.as_str().into())),
            (None, None) => Err(Failure::Usage(anyhow!("name a --group or a --dm"))),
        }
    }

    /// GroupMe's id of a conversation. To learn that of two users takes a request.
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

    /// Explains an error. HTTP status 401 means a bad token or one thing that is not for it, which
    /// only another question can tell.
    pub(crate) async fn failure(&self, error: Error) -> Failure {
        let me = users::me();
        let is_elsewhere = error
            .api_error()
            .is_some_and(|error| error.call != me.name());
        let is_good = matches!(error, Error::Unauthorized(_))
            && is_elsewhere
            && self.rest.call(&me).await.is_ok();
        remedy::failure(&error, is_good)
    }
}

/// A client of the gateway to be, and the user whose events it gets.
pub(crate) async fn gateway(
    account: &args::Account,
    gateway: &args::Gateway,
) -> Result<(groupme_client::Builder, UserId), Failure> {
    let token = Token::new(&token(account)?).map_err(Failure::usage)?;
    let is_elsewhere = gateway.url != groupme_client::DEFAULT_GATEWAY;
    let user = match &gateway.user {
        Some(user) => UserId::from(user.as_str()),
        // A token for another gateway is not to be shown to GroupMe.
        None if is_elsewhere && account.api_url.is_none() => {
            return Err(Failure::Usage(anyhow!(
                "whose gateway is it? With --gateway-url, name the user by --user, or the REST API \
                 to ask by --api-url"
            )));
        }
        None => Account::open(account)?.me().await?.id,
    };
    let mut builder = Client::builder(token, user.clone())
        .transport(match gateway.transport {
            Transport::Auto => TransportPolicy::Auto,
            Transport::Websocket => TransportPolicy::WebSocket,
            Transport::LongPolling => TransportPolicy::LongPolling,
        })
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

fn options(args: &args::Account) -> Result<Options, Failure> {
    let mut options = Options::default();
    options.proxy = Proxy::from_environment();
    options.retry.deadline = args.timeout;
    if let Some(url) = &args.api_url {
        options.services = services(url, args.allow_plaintext)?;
    }
    Ok(options)
}

/// The token, from the file or the environment: not from an argument, which `ps` shows to all.
fn token(args: &args::Account) -> Result<String, Failure> {
    match &args.token_file {
        Some(file) => {
            let text = fs::read_to_string(file)
                .with_context(|| format!("cannot read the token file {}", file.display()))
                .map_err(Failure::Usage)?;
            Ok(text.lines().next().unwrap_or_default().to_owned())
        }
        #[expect(clippy::disallowed_methods, reason = "this is the binary")]
        None => std::env::var("GROUPME_ACCESS_TOKEN").map_err(|_| {
            Failure::Usage(anyhow!(
                "no access token: set GROUPME_ACCESS_TOKEN, or name a file with --token-file"
            ))
        }),
    }
}

/// All services beside the one that was named.
fn services(url: &str, allow_plaintext: bool) -> Result<Services, Failure> {
    let read = if allow_plaintext {
        BaseUrl::allowing_plaintext
    } else {
        BaseUrl::new
    };
    let root = url.trim_end_matches('/');
    let root = root.strip_suffix("/v3").unwrap_or(root);
    read(root)
        .map(|base| Services::with_base_url(&base))
        .context("--api-url cannot be used")
        .map_err(Failure::Usage)
}

/// Returns the direct messages named by the id of the other user, or by the ids of both.
pub(crate) fn direct_messages(with: &str) -> Conversation {
    with.parse::<UserPair>()
        .map_or_else(|_| UserId::from(with).into(), Conversation::from)
}
