//! The client: settings, start, and the stream of what comes in.

use core::{
    fmt,
    pin::Pin,
    task::{Context, Poll},
};
use std::sync::Arc;

use bayeux_proto::Session;
use bayeux_transport::{Clock, Driver, Endpoint, Lanes, Options};
use futures_core::Stream;
use groupme_model::{GroupId, UserId};
use tokio::sync::{Notify, mpsc};

use crate::{
    Error, Handle, Incoming, TokenSource, TransportPolicy, authorization::Authorization, channels,
    gateway::Gateway,
};

/// The gateway of GroupMe (GroupMe's push tutorial).
pub const DEFAULT_GATEWAY: &str = "https://push.groupme.com/faye";

/// A running connection to GroupMe's gateway: a stream of [`Incoming`].
///
/// It connects, reconnects and subscribes by itself. While the program does not take what comes in,
/// a bounded number of events waits, and then the socket is no longer read. Dropping the client
/// takes leave in the background.
#[derive(Debug)]
pub struct Client {
    incoming: mpsc::Receiver<Incoming>,
    handle: Handle,
}

impl Client {
    /// Begins with a token, or another source of one, and the id of the user it belongs to.
    pub fn builder(token: impl TokenSource, user: UserId) -> Builder {
        Builder {
            authorization: Authorization::new(token),
            user,
            groups: Vec::new(),
            direct_messages: Vec::new(),
            transport: TransportPolicy::default(),
            gateway: DEFAULT_GATEWAY.to_owned(),
            options: transport_options(),
            allow_plaintext: false,
            seed: None,
        }
    }

    /// Waits for what comes next; `None` after [`Status::Ended`](crate::Status::Ended).
    ///
    /// Cancel-safe: what was not returned is returned by the next call.
    pub async fn next(&mut self) -> Option<Incoming> {
        self.incoming.recv().await
    }

    /// Something to ask the client with, from anywhere.
    pub fn handle(&self) -> Handle {
        self.handle.clone()
    }
}

impl Stream for Client {
    type Item = Incoming;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Incoming>> {
        self.get_mut().incoming.poll_recv(context)
    }
}

/// The settings of a [`Client`] to be.
#[must_use = "nothing happens before `connect`"]
pub struct Builder {
    authorization: Authorization,
    user: UserId,
    groups: Vec<GroupId>,
    direct_messages: Vec<String>,
    transport: TransportPolicy,
    gateway: String,
    options: Options,
    allow_plaintext: bool,
    seed: Option<u64>,
}

impl Builder {
    /// Also listens to a group's own channel; see [`Handle::listen_to_group`].
    pub fn group(mut self, group: GroupId) -> Self {
        self.groups.push(group);
        self
    }

    /// Also listens to the channel of the direct messages with a user, named by their id or the
    /// conversation's; see [`Handle::listen_to_direct_messages`].
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
    pub fn gateway_url(mut self, url: impl Into<String>) -> Self {
        self.gateway = url.into();
        self
    }

    /// Allows a gateway without TLS on another machine. The token then crosses the network for all
    /// to read.
    pub fn allow_plaintext(mut self) -> Self {
        self.allow_plaintext = true;
        self
    }

    /// Replaces the limits, headers and roots of trust of the transport.
    pub fn transport_options(mut self, options: Options) -> Self {
        self.options = options;
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
    /// [`Error::Gateway`] for a URL that cannot be used, [`Error::Id`] for an id that names no
    /// channel, [`Error::NoRuntime`] outside a tokio runtime.
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

        let session = Session::new(
            self.transport.config(),
            self.seed.unwrap_or_else(random_seed),
        );
        let lanes = Lanes::new(endpoint, self.options, Clock::start())?;
        let driver = Driver::new(session, lanes, self.authorization);
        let (outgoing, incoming) = mpsc::channel(QUEUE);
        let (commands, requests) = mpsc::channel(REQUESTS);
        let farewell = Arc::new(Notify::new());
        let handle = Handle::new(commands, Arc::clone(&farewell), self.user);
        runtime.spawn(Gateway::new(driver, own, extra, outgoing, requests, farewell).run());
        Ok(Client { incoming, handle })
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

/// How many events wait for a slow program before the socket is no longer read.
const QUEUE: usize = 1024;

/// How many requests wait for the client.
const REQUESTS: usize = 64;
