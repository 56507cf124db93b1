//! Settings of a client, and its start.

use core::{fmt, time::Duration};
use std::sync::Arc;

use bayeux_transport::{Clock, Endpoint, Lanes, Options, Proxy, RootStore};
use groupme_account::{Account, Config, Scope, TransportPolicy};
use groupme_delivery::{Config as DeliveryConfig, Store};
use groupme_model::UserId;
use groupme_rest::{BaseUrl, Conversation, Options as RestOptions, Services};

use crate::{
    Client, Error, Handle, TokenSource, channels, driver::Driver, requests::Requests, rest::Rest,
    shared::Shared, status_log::StatusLog, token::SharedSource, writer::Writer,
};

/// Gateway of GroupMe (GroupMe's push tutorial).
pub const DEFAULT_GATEWAY: &str = "https://push.groupme.com/faye";

/// Settings of a [`Client`].
#[must_use = "nothing happens before `connect`"]
pub struct Builder {
    source: SharedSource,
    user: UserId,
    scope: Option<Scope>,
    conversations: Vec<Conversation>,
    transport: TransportPolicy,
    gateway: String,
    options: Options,
    allow_plaintext: bool,
    seed: Option<u64>,
    rest: RestOptions,
    api: Api,
    delivery: DeliveryConfig,
    backfill: bool,
    store: Option<Box<dyn Store>>,
    auto_ack: bool,
    overflow_after: Option<Duration>,
}

/// REST API of the client.
#[derive(Debug, Default)]
enum Api {
    /// Addresses of the options, GroupMe's by default.
    #[default]
    Options,
    /// Single address for all services.
    BaseUrl(String),
    /// No API: the gateway is not GroupMe's, so GroupMe's API does not have its messages.
    Absent,
    /// Addresses and connections of another client.
    Shared(groupme_rest::Client),
}

impl Builder {
    pub(crate) fn new(token: impl TokenSource, user: UserId) -> Self {
        Self {
            source: SharedSource::new(token),
            user,
            scope: None,
            conversations: Vec::new(),
            transport: TransportPolicy::default(),
            gateway: DEFAULT_GATEWAY.to_owned(),
            options: transport_options(),
            allow_plaintext: false,
            seed: None,
            rest: RestOptions::default(),
            api: Api::default(),
            delivery: DeliveryConfig::default(),
            backfill: true,
            store: None,
            auto_ack: true,
            overflow_after: None,
        }
    }

    /// Sets the conversations of which everything is delivered: typing, reactions, read receipts,
    /// and edited and deleted messages. New messages, reactions to the user's own messages, and
    /// notices of edits and deletions come of all conversations in any case.
    ///
    /// Default: [`Scope::Everything`]. Costs a subscription for each conversation, a request to REST
    /// for each that had a message within
    /// [`DeliveryConfig::changes_within`](crate::DeliveryConfig::changes_within) after each gap, and
    /// the traffic of busy groups. [`Scope::Account`] with [`subscribe`](Self::subscribe) restricts
    /// that to the conversations named. [`without_backfill`](Self::without_backfill), no
    /// conversation is followed by itself.
    pub fn scope(mut self, scope: Scope) -> Self {
        self.scope = Some(scope);
        self
    }

    /// Sets the [`scope`](Self::scope) unless the program has: for a library that needs less than
    /// everything.
    pub fn default_scope(mut self, scope: Scope) -> Self {
        self.scope = self.scope.or(Some(scope));
        self
    }

    /// Subscribes to a conversation's own channel, beside those of the [`scope`](Self::scope); see
    /// [`Handle::subscribe`].
    pub fn subscribe(mut self, conversation: impl Into<Conversation>) -> Self {
        self.conversations.push(conversation.into());
        self
    }

    /// Sets the transports. Default: [`TransportPolicy::Auto`].
    pub fn transport(mut self, transport: TransportPolicy) -> Self {
        self.transport = transport;
        self
    }

    /// Sets the URL of the gateway. Plaintext is allowed on loopback only. Default:
    /// [`DEFAULT_GATEWAY`].
    ///
    /// GroupMe's REST API does not belong to another gateway: set its own with
    /// [`api_url`](Self::api_url). Without one, missed messages cannot be fetched.
    pub fn gateway_url(mut self, url: impl Into<String>) -> Self {
        self.gateway = url.into();
        if matches!(self.api, Api::Options) {
            self.api = Api::Absent;
        }
        self
    }

    /// Sets one base URL for all services of the REST API, such as a simulator's:
    /// `http://127.0.0.1:8080`, with `/v3`, `/v4` and `/v2` below it. Plaintext is allowed on
    /// loopback only.
    pub fn api_url(mut self, url: impl Into<String>) -> Self {
        self.api = Api::BaseUrl(url.into());
        self
    }

    /// Uses the addresses and connections of another REST client, with this account's token and
    /// rate limit. A program with many accounts shares one client among them and saves each its own
    /// connections. Replaces [`rest_options`](Self::rest_options) and [`api_url`](Self::api_url).
    pub fn rest_client(mut self, client: &groupme_rest::Client) -> Self {
        self.api = Api::Shared(client.clone());
        self
    }

    /// Sets the proxy for the gateway and the REST API. Default: none; the environment is not read.
    pub fn proxy(mut self, proxy: Proxy) -> Self {
        self.rest.proxy = proxy.clone();
        self.options.proxy = proxy;
        self
    }

    /// Sets the root certificates for the gateway and the REST API. Default: Mozilla's, if compiled
    /// in.
    pub fn roots(mut self, roots: RootStore) -> Self {
        self.rest.roots = roots.clone();
        self.options.roots = roots;
        self
    }

    /// Replaces the options of the REST client: addresses, rate limit, retries, proxy, root
    /// certificates. [`api_url`](Self::api_url) overrides the addresses.
    pub fn rest_options(mut self, options: RestOptions) -> Self {
        self.rest = options;
        if matches!(self.api, Api::Absent) {
            self.api = Api::Options;
        }
        self
    }

    /// Sets how missed messages are fetched: how much of the past the first start delivers, how
    /// many messages are compared after a gap, whether REST is polled.
    pub fn delivery(mut self, config: DeliveryConfig) -> Self {
        self.delivery = config;
        self
    }

    /// Delivers pushes only: gaps are reported and not filled, and duplicates are not removed.
    pub fn without_backfill(mut self) -> Self {
        self.backfill = false;
        self
    }

    /// Sets the store of acknowledgements. Default: none, so that a restart begins anew.
    pub fn store(mut self, store: impl Store) -> Self {
        self.store = Some(Box::new(store));
        self
    }

    /// Leaves acknowledging to the program, with [`Handle::acknowledge`]. Default: an event is
    /// acknowledged when the next one is asked for. Unacknowledged events take memory for as long
    /// as the client runs.
    pub fn manual_ack(mut self) -> Self {
        self.auto_ack = false;
        self
    }

    /// Allows a plaintext gateway on another machine. Everybody on the network can read the token
    /// then.
    pub fn allow_plaintext(mut self) -> Self {
        self.allow_plaintext = true;
        self
    }

    /// Replaces the transport's limits, headers, proxy and root certificates.
    pub fn transport_options(mut self, options: Options) -> Self {
        self.options = options;
        self
    }

    /// Sets for how long the socket is not read while the program reads nothing, before events are
    /// dropped, [reported](crate::Status::Overflow) and fetched later. Default: 10 s, less than either
    /// side waits for a silent session.
    pub fn overflow_after(mut self, time: Duration) -> Self {
        self.overflow_after = Some(time);
        self
    }

    /// Sets the seed of all jitter. Default: random.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = Some(seed);
        self
    }

    /// Returns a REST client with the same token, user, addresses, proxy and root certificates,
    /// for a program that listens to nothing. Of another [`TokenSource`] than a token, the current
    /// token is taken.
    ///
    /// ```no_run
    /// use groupme_client::prelude::*;
    ///
    /// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
    /// let rest = Client::from_environment().await?.into_rest()?;
    /// rest.send(GroupId::new("1835"), "on my way").await?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::NoRest`] with a gateway of its own and no REST API, [`Error::ApiUrl`] and
    /// [`Error::Rest`] for an invalid one.
    pub fn into_rest(self) -> Result<groupme_rest::Client, Error> {
        let rest = self
            .api
            .rest(&self.source, &self.user, self.rest, self.allow_plaintext)?;
        rest.map(|rest| rest.client()).ok_or(Error::NoRest)
    }

    /// Starts the client. It connects in the background and reports its state by
    /// [`Incoming::Status`](crate::Incoming::Status).
    ///
    /// # Errors
    ///
    /// [`Error::Gateway`] for an invalid gateway URL, [`Error::ApiUrl`] and [`Error::Rest`] for an
    /// invalid REST API, [`Error::State`] for an unreadable store, [`Error::Id`] for an id that
    /// names no channel, [`Error::NoRuntime`] outside a tokio runtime.
    pub fn connect(self) -> Result<Client, Error> {
        let runtime = tokio::runtime::Handle::try_current().map_err(|_| Error::NoRuntime)?;
        let endpoint = if self.allow_plaintext {
            Endpoint::allowing_plaintext(&self.gateway)
        } else {
            Endpoint::new(&self.gateway)
        }
        .map_err(bayeux_transport::Error::from)?;

        let user_channel = channels::user(&self.user)?;
        let mut extra = Vec::new();
        for conversation in &self.conversations {
            extra.push(channels::conversation(&self.user, conversation)?);
        }

        let seed = self.seed.unwrap_or_else(random_seed);
        let rest = self
            .api
            .rest(&self.source, &self.user, self.rest, self.allow_plaintext)?;
        let requests = rest.clone().filter(|_| self.backfill).map(Requests::new);
        let mut config = Config::default();
        config.session = self.transport.session();
        config.delivery = requests.is_some().then_some(self.delivery);
        config.scope = self.scope.unwrap_or(Scope::Everything);
        config.overflow_after = self.overflow_after.unwrap_or(config.overflow_after);
        let mut store = self.store.filter(|_| requests.is_some());
        if let Some(store) = &mut store {
            store.set_user(&self.user)?;
        }
        let saved = store.as_mut().map(Store::load).transpose()?;
        let lanes = Lanes::new(endpoint, self.options, Clock::start())?;
        let mut account = Account::new(config, self.user.clone(), &user_channel, saved, seed);
        for channel in extra {
            account.subscribe(&channel)?;
        }
        let writer = store.map(Writer::new);
        let log = StatusLog::new(&self.user);
        let driver = Driver::new(account, lanes, self.source, requests, writer, log);
        let shared = Shared::start(driver, runtime);
        let handle = Handle::new(Arc::clone(&shared), self.user, rest);
        Ok(Client::new(shared, handle, self.auto_ack))
    }
}

impl Api {
    /// Returns the REST client, if there is an API.
    fn rest(
        self,
        source: &SharedSource,
        user: &UserId,
        mut options: RestOptions,
        allow_plaintext: bool,
    ) -> Result<Option<Rest>, Error> {
        match self {
            Self::Absent => return Ok(None),
            Self::Shared(client) => {
                return Ok(Some(Rest::over(source.clone(), user.clone(), &client)));
            }
            Self::Options => {}
            Self::BaseUrl(url) => {
                let base = if allow_plaintext {
                    BaseUrl::allowing_plaintext(&url)
                } else {
                    BaseUrl::new(&url)
                };
                options.services = Services::with_base_url(&base?);
            }
        }
        Ok(Some(Rest::new(source.clone(), user.clone(), &options)?))
    }
}

impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder")
            .field("user", &self.user)
            .field("conversations", &self.conversations)
            .field("transport", &self.transport)
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}

/// Options of the transport, with room for everything that one long-polling response can carry
/// after the program was paused.
fn transport_options() -> Options {
    let mut options = Options::default();
    options.max_body = 8 * 1024 * 1024;
    // A frame of the gateway holds one push of a few kilobytes.
    options.max_frame = 256 * 1024;
    options
}

/// Returns a seed for jitter, which needs no cryptography: the standard library draws its hasher's
/// keys at random.
fn random_seed() -> u64 {
    use core::hash::{BuildHasher as _, Hasher as _};

    std::hash::RandomState::new().build_hasher().finish()
}
