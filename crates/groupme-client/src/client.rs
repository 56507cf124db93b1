//! The client: its settings, its start, and its stream of events and statuses.

use core::{
    fmt,
    future::poll_fn,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};
use std::sync::Arc;

use bayeux_proto::Session;
use bayeux_transport::{Clock, Driver, Endpoint, Lanes, Options, Proxy, RootStore};
use futures_core::Stream;
use groupme_delivery::{Config as DeliveryConfig, DeliveryTag, MemoryStore, Store};
use groupme_model::UserId;
use groupme_rest::{
    BaseUrl, Conversation, Options as RestOptions, Services, Token, endpoint::users,
};
use tokio::sync::{Notify, mpsc};

use crate::{
    Error, Handle, Incoming, Status, TokenSource, TransportPolicy,
    authorization::Authorization,
    backfill::{Backfill, SharedLedger},
    channels,
    gateway::{Gateway, Overflow},
    rest::Rest,
    token::SharedSource,
};

/// Gateway of GroupMe (GroupMe's push tutorial).
pub const DEFAULT_GATEWAY: &str = "https://push.groupme.com/faye";

/// Running connection to GroupMe's gateway: a stream of [`Incoming`].
///
/// The client connects, reconnects and subscribes by itself. If the program stops reading, a
/// bounded number of events waits, and then the socket is no longer read. Dropping the client
/// disconnects in the background.
///
/// Missed messages are fetched over REST, so each message is delivered once and in the order of its
/// conversation. Asking for the next event acknowledges the last one, unless
/// [`Builder::manual_ack`] is set; with a [`Store`] on disk, unacknowledged events come again after
/// a crash.
#[derive(Debug)]
pub struct Client {
    incoming: mpsc::Receiver<Incoming>,
    handle: Handle,
    ledger: Option<SharedLedger>,
    /// Event returned last, acknowledged by the next call.
    unacknowledged: Option<DeliveryTag>,
    auto_ack: bool,
}

impl Client {
    /// Returns a builder for an account: a token or another source of one, and the id of its user.
    pub fn builder(token: impl TokenSource, user: UserId) -> Builder {
        Builder {
            source: SharedSource::new(token),
            user,
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
            overflow_after: OVERFLOW_AFTER,
        }
    }

    /// Returns the id of the user whom a token belongs to, by a request to GroupMe.
    ///
    /// # Errors
    ///
    /// [`Error::Rest`] if no request can be sent at all, [`Error::UserLookup`] if GroupMe does not
    /// answer it.
    pub async fn current_user(token: &Token) -> Result<UserId, Error> {
        let rest = groupme_rest::Client::new(token.clone(), &RestOptions::default())?;
        let me = rest.call(&users::me()).await.map_err(Error::UserLookup)?;
        Ok(me.id)
    }

    /// Waits for the next event or status. Returns `None` after
    /// [`Status::Ended`](crate::Status::Ended).
    ///
    /// Cancel-safe: nothing is lost if the future is dropped.
    pub async fn next(&mut self) -> Option<Incoming> {
        poll_fn(|context| self.poll(context)).await
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<Incoming>> {
        if let (Some(tag), Some(ledger)) = (self.unacknowledged.take(), &self.ledger)
            && let Err(error) = ledger.acknowledge(tag)
        {
            return Poll::Ready(Some(Incoming::Status(Status::NotSaved(Arc::new(error)))));
        }
        let incoming = ready!(self.incoming.poll_recv(context));
        if let Some(Incoming::Event(delivery)) = &incoming
            && self.auto_ack
        {
            self.unacknowledged = delivery.tag();
        }
        Poll::Ready(incoming)
    }

    /// Returns a handle for sending and subscribing, from any task.
    pub fn handle(&self) -> Handle {
        self.handle.clone()
    }
}

impl Stream for Client {
    type Item = Incoming;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Incoming>> {
        self.get_mut().poll(context)
    }
}

/// Settings of a [`Client`].
#[must_use = "nothing happens before `connect`"]
pub struct Builder {
    source: SharedSource,
    user: UserId,
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
    overflow_after: Duration,
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
    /// Also subscribes to a conversation's own channel; see [`Handle::subscribe`].
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

    /// Sets the store of acknowledgements. Default: in memory, so that a restart begins anew.
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
    /// dropped, [reported](Status::Overflow) and fetched later. Default: 10 s, less than either
    /// side waits for a silent session.
    pub fn overflow_after(mut self, time: Duration) -> Self {
        self.overflow_after = time;
        self
    }

    /// Sets the seed of all jitter. Default: random.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = Some(seed);
        self
    }

    /// Starts the client. It connects in the background and reports its state by
    /// [`Incoming::Status`].
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
        let mut backfill = None;
        let mut ledger = None;
        if let Some(rest) = rest.clone().filter(|_| self.backfill) {
            let mut store = self
                .store
                .unwrap_or_else(|| Box::new(MemoryStore::default()));
            let saved = store.load()?;
            let entries = ledger.insert(SharedLedger::new(store)).clone();
            let user = self.user.clone();
            backfill = Some(Backfill::new(
                self.delivery,
                user,
                saved,
                entries,
                rest,
                seed,
            ));
        }
        let session = Session::new(self.transport.config(), seed);
        let lanes = Lanes::new(endpoint, self.options, Clock::start())?;
        let driver = Driver::new(session, lanes, Authorization::new(self.source));
        let (outgoing, incoming) = mpsc::channel(QUEUE);
        let (commands, received) = mpsc::channel(COMMANDS);
        let disconnect = Arc::new(Notify::new());
        let handle = Handle::new(
            commands,
            Arc::clone(&disconnect),
            self.user,
            rest,
            ledger.clone(),
        );
        let overflow = Overflow::new(self.overflow_after);
        let channels = (user_channel, extra);
        let gateway = Gateway::new(
            driver, backfill, overflow, channels, outgoing, received, disconnect,
        );
        runtime.spawn(gateway.run());
        Ok(Client {
            incoming,
            handle,
            ledger,
            unacknowledged: None,
            auto_ack: self.auto_ack,
        })
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
                // Each service adds its own version.
                let url = url.trim_end_matches('/').trim_end_matches("/v3");
                let base = if allow_plaintext {
                    BaseUrl::allowing_plaintext(url)
                } else {
                    BaseUrl::new(url)
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
    options
}

/// Returns a seed for jitter, which needs no cryptography: the standard library draws its hasher's
/// keys at random.
fn random_seed() -> u64 {
    use core::hash::{BuildHasher as _, Hasher as _};

    std::hash::RandomState::new().build_hasher().finish()
}

/// Default of [`Builder::overflow_after`].
const OVERFLOW_AFTER: Duration = Duration::from_secs(10);

/// Number of events waiting for the program at which the socket is no longer read.
const QUEUE: usize = 1024;

/// Maximum commands waiting for the client's task.
const COMMANDS: usize = 64;
