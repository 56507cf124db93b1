//! The client: settings, start, and the stream of what comes in.

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
use groupme_model::{GroupId, UserId};
use groupme_rest::{BaseUrl, Options as RestOptions, Services, Token, endpoint::users};
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

/// The gateway of GroupMe (GroupMe's push tutorial).
pub const DEFAULT_GATEWAY: &str = "https://push.groupme.com/faye";

/// A running connection to GroupMe's gateway: a stream of [`Incoming`].
///
/// It connects, reconnects and subscribes by itself. While the program does not take what comes in,
/// a bounded number of events waits, and then the socket is no longer read. Dropping the client
/// takes leave in the background.
///
/// What was missed, for whatever reason, is fetched over REST and comes in its place, so that each
/// message is delivered once and in the order of its conversation. An event counts as dealt with
/// when the next is asked for, unless [`Builder::manual_ack`] says otherwise; with a
/// [`Store`] on disk, what was not dealt with comes again after a crash.
#[derive(Debug)]
pub struct Client {
    incoming: mpsc::Receiver<Incoming>,
    handle: Handle,
    ledger: Option<SharedLedger>,
    /// What was returned last, to be acknowledged by asking for the next.
    returned: Option<DeliveryTag>,
    acknowledges: bool,
}

impl Client {
    /// Begins with a token, or another source of one, and the id of the user it belongs to.
    pub fn builder(token: impl TokenSource, user: UserId) -> Builder {
        Builder {
            source: SharedSource::new(token),
            user,
            groups: Vec::new(),
            direct_messages: Vec::new(),
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
            acknowledges: true,
            overflow_after: OVERFLOW_AFTER,
        }
    }

    /// Asks GroupMe whose token it is.
    ///
    /// # Errors
    ///
    /// [`Error::Rest`] if GroupMe cannot be asked at all, [`Error::UserLookup`] if it does not say.
    pub async fn current_user(token: &Token) -> Result<UserId, Error> {
        let rest = groupme_rest::Client::new(token.clone(), &RestOptions::default())?;
        let me = rest.call(&users::me()).await.map_err(Error::UserLookup)?;
        Ok(me.id)
    }

    /// Waits for what comes next; `None` after [`Status::Ended`](crate::Status::Ended).
    ///
    /// Cancel-safe: what was not returned is returned by the next call.
    pub async fn next(&mut self) -> Option<Incoming> {
        poll_fn(|context| self.poll(context)).await
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<Incoming>> {
        if let (Some(receipt), Some(ledger)) = (self.returned.take(), &self.ledger)
            && let Err(error) = ledger.acknowledge(receipt)
        {
            return Poll::Ready(Some(Incoming::Status(Status::NotSaved(Arc::new(error)))));
        }
        let incoming = ready!(self.incoming.poll_recv(context));
        if let Some(Incoming::Event(delivery)) = &incoming
            && self.acknowledges
        {
            self.returned = delivery.receipt();
        }
        Poll::Ready(incoming)
    }

    /// Something to ask the client with, from anywhere.
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

/// The settings of a [`Client`] to be.
#[must_use = "nothing happens before `connect`"]
pub struct Builder {
    source: SharedSource,
    user: UserId,
    groups: Vec<GroupId>,
    direct_messages: Vec<String>,
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
    acknowledges: bool,
    overflow_after: Duration,
}

/// Where the REST API is.
#[derive(Debug, Default)]
enum Api {
    /// Where the options say, by default at GroupMe.
    #[default]
    Options,
    /// Below an address.
    Below(String),
    /// Nowhere: the gateway is another one, and GroupMe's own API knows nothing of it.
    Nowhere,
    /// Where another client asks, on its connections.
    Shared(groupme_rest::Client),
}

impl Builder {
    /// Also listens to a group's own channel; see [`Handle::subscribe_group`].
    pub fn group(mut self, group: GroupId) -> Self {
        self.groups.push(group);
        self
    }

    /// Also listens to the channel of the direct messages with a user, named by their id or the
    /// conversation's; see [`Handle::subscribe_direct_messages`].
    pub fn direct_messages(mut self, with: impl Into<String>) -> Self {
        self.direct_messages.push(with.into());
        self
    }

    /// Chooses the transports. Default: [`TransportPolicy::Auto`].
    pub fn transport(mut self, transport: TransportPolicy) -> Self {
        self.transport = transport;
        self
    }

    /// Talks to another gateway than [`DEFAULT_GATEWAY`]. Without TLS only on loopback.
    ///
    /// GroupMe's REST API knows nothing of it, so name the one that belongs to it with
    /// [`api_url`](Self::api_url); without one, nothing that was missed can be fetched.
    pub fn gateway_url(mut self, url: impl Into<String>) -> Self {
        self.gateway = url.into();
        if matches!(self.api, Api::Options) {
            self.api = Api::Nowhere;
        }
        self
    }

    /// Takes all services of the REST API from below this address, such as a simulator's:
    /// `http://127.0.0.1:8080`, where `/v3`, `/v4` and `/v2` are. Without TLS only on loopback.
    pub fn api_url(mut self, url: impl Into<String>) -> Self {
        self.api = Api::Below(url.into());
        self
    }

    /// Asks where another REST client does and on its connections, but with this account's token and
    /// at its pace. A program with many accounts makes one client and gives it to all of them; each
    /// would keep connections of its own otherwise. Takes the place of
    /// [`rest_options`](Self::rest_options) and [`api_url`](Self::api_url).
    pub fn rest_client(mut self, client: &groupme_rest::Client) -> Self {
        self.api = Api::Shared(client.clone());
        self
    }

    /// Goes through a proxy, to the gateway and to the REST API. Default: none, whatever the
    /// environment says.
    pub fn proxy(mut self, proxy: Proxy) -> Self {
        self.rest.proxy = proxy.clone();
        self.options.proxy = proxy;
        self
    }

    /// Trusts these root certificates, at the gateway and at the REST API. Default: Mozilla's, where
    /// they are compiled in.
    pub fn roots(mut self, roots: RootStore) -> Self {
        self.rest.roots = roots.clone();
        self.options.roots = roots;
        self
    }

    /// Replaces the options of the REST client: addresses, pace, patience, proxy, roots of trust.
    /// An [`api_url`](Self::api_url) goes before the addresses in them.
    pub fn rest_options(mut self, options: RestOptions) -> Self {
        self.rest = options;
        if matches!(self.api, Api::Nowhere) {
            self.api = Api::Options;
        }
        self
    }

    /// Chooses how what was missed is made up for: how much of the past is delivered at the first
    /// start, how many messages are compared after a gap, whether REST is polled.
    pub fn delivery(mut self, config: DeliveryConfig) -> Self {
        self.delivery = config;
        self
    }

    /// Delivers what is pushed and nothing else: a gap is told, not filled, and what comes twice is
    /// delivered twice.
    pub fn without_backfill(mut self) -> Self {
        self.backfill = false;
        self
    }

    /// Keeps what was acknowledged somewhere. Default: in memory, so that a restart begins anew.
    pub fn store(mut self, store: impl Store) -> Self {
        self.store = Some(Box::new(store));
        self
    }

    /// Leaves it to the program to say when it is done with an event, by [`Handle::acknowledge`].
    /// Default: when it asks for the next. What is never acknowledged takes up memory for as long as
    /// the client runs.
    pub fn manual_ack(mut self) -> Self {
        self.acknowledges = false;
        self
    }

    /// Allows a gateway without TLS on another machine. The token then crosses the network for all
    /// to read.
    pub fn allow_plaintext(mut self) -> Self {
        self.allow_plaintext = true;
        self
    }

    /// Replaces the limits, headers, proxy and roots of trust of the transport.
    pub fn transport_options(mut self, options: Options) -> Self {
        self.options = options;
        self
    }

    /// How long the socket is not read for a program that takes nothing, before events are dropped
    /// and [told](Status::Overflow), and fetched later. Default: 10 s, which is less than the patience
    /// of either side with a silent session.
    pub fn overflow_after(mut self, patience: Duration) -> Self {
        self.overflow_after = patience;
        self
    }

    /// Fixes the seed of all jitter. Default: another one each time.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = Some(seed);
        self
    }

    /// Starts the client. The connection is made in the background; how it fares is told by
    /// [`Incoming::Status`].
    ///
    /// # Errors
    ///
    /// [`Error::Gateway`] for a URL that cannot be used, [`Error::ApiUrl`] and [`Error::Rest`] for a
    /// REST API that cannot, [`Error::State`] for a store that cannot be read, [`Error::Id`] for an
    /// id that names no channel, [`Error::NoRuntime`] outside a tokio runtime.
    pub fn connect(self) -> Result<Client, Error> {
        let runtime = tokio::runtime::Handle::try_current().map_err(|_| Error::NoRuntime)?;
        let endpoint = if self.allow_plaintext {
            Endpoint::allowing_plaintext(&self.gateway)
        } else {
            Endpoint::new(&self.gateway)
        }
        .map_err(bayeux_transport::Error::from)?;

        let own = channels::user(&self.user)?;
        let mut extra = Vec::new();
        for group in &self.groups {
            extra.push(channels::group(group)?);
        }
        for with in &self.direct_messages {
            extra.push(channels::direct_message(&self.user, with)?);
        }

        let seed = self.seed.unwrap_or_else(random_seed);
        let rest = self
            .api
            .rest(&self.source, self.rest, self.allow_plaintext)?;
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
        let (commands, requests) = mpsc::channel(REQUESTS);
        let farewell = Arc::new(Notify::new());
        let handle = Handle::new(
            commands,
            Arc::clone(&farewell),
            self.user,
            rest,
            ledger.clone(),
        );
        let overflow = Overflow::new(self.overflow_after);
        let channels = (own, extra);
        let gateway = Gateway::new(
            driver, backfill, overflow, channels, outgoing, requests, farewell,
        );
        runtime.spawn(gateway.run());
        Ok(Client {
            incoming,
            handle,
            ledger,
            returned: None,
            acknowledges: self.acknowledges,
        })
    }
}

impl Api {
    /// The REST client, if there is an API.
    fn rest(
        self,
        source: &SharedSource,
        mut options: RestOptions,
        allow_plaintext: bool,
    ) -> Result<Option<Rest>, Error> {
        match self {
            Self::Nowhere => return Ok(None),
            Self::Shared(client) => return Ok(Some(Rest::over(source.clone(), &client))),
            Self::Options => {}
            Self::Below(url) => {
                // The version is added for each service.
                let url = url.trim_end_matches('/').trim_end_matches("/v3");
                let base = if allow_plaintext {
                    BaseUrl::allowing_plaintext(url)
                } else {
                    BaseUrl::new(url)
                };
                options.services = Services::with_base_url(&base?);
            }
        }
        Ok(Some(Rest::new(source.clone(), &options)?))
    }
}

impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder")
            .field("user", &self.user)
            .field("groups", &self.groups)
            .field("direct_messages", &self.direct_messages)
            .field("transport", &self.transport)
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}

/// After a pause of the program, one response of long-polling carries everything that was said
/// meanwhile.
fn transport_options() -> Options {
    let mut options = Options::default();
    options.max_body = 8 * 1024 * 1024;
    options
}

/// Jitter needs no cryptography, only that two programs differ: the standard library draws the keys
/// of its hasher at random.
fn random_seed() -> u64 {
    use core::hash::{BuildHasher as _, Hasher as _};

    std::hash::RandomState::new().build_hasher().finish()
}

/// How long the socket is not read for a slow program.
const OVERFLOW_AFTER: Duration = Duration::from_secs(10);

/// How many events wait for a slow program before the socket is no longer read.
const QUEUE: usize = 1024;

/// How many requests wait for the client.
const REQUESTS: usize = 64;
