//! Clients of this workspace.

use core::{ops::ControlFlow, time::Duration};

use anyhow::Context as _;
use bayeux_proto::{Channel, Config, Session};
use bayeux_transport::{Clock, Driver, DriverEvent, Endpoint, Lanes, Options, RootStore};
use groupme_client::{
    Client, EventRef, Incoming, RestClient, RestOptions, Token, TransportPolicy, UserId, Value,
    rest_api::{BaseUrl, Services},
};

use tokio::runtime::Runtime;

#[cfg(not(feature = "count"))]
use crate::meter::Meter;
use crate::{
    meter,
    task::{FIRST_USER, Mode, Task, Transport},
};

/// Clients of this workspace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Ours {
    /// `bayeux-transport`'s `Driver`, with events typed by `groupme-model`.
    Driver,
    /// `groupme-client` with its defaults: free of gaps.
    Client,
    /// `groupme-client` without backfill.
    PushesOnly,
}

/// Runs a client.
pub(crate) fn run(runtime: &Runtime, client: Ours, task: &Task) -> anyhow::Result<()> {
    if matches!(task.mode, Mode::Throughput | Mode::Latency) {
        return measure(runtime, client, task);
    }
    let shared = rest(task)?;
    runtime.block_on(async {
        let mut accounts = tokio::task::JoinSet::new();
        for account in 0..task.sessions {
            let mut listener = Listener::connect(client, task, account, shared.as_ref())?;
            let is_watch = task.mode == Mode::Watch;
            // Thousands that begin at once would each open their own connection to the REST API.
            tokio::time::sleep(Duration::from_millis(2)).await;
            accounts.spawn(async move {
                listener
                    .listen(|id, _, _| {
                        if is_watch {
                            println!("{}", meter::line(account, id));
                        }
                        ControlFlow::Continue(())
                    })
                    .await;
            });
        }
        while accounts.join_next().await.is_some() {}
        anyhow::bail!("all sessions have ended")
    })
}

#[cfg(not(feature = "count"))]
fn measure(runtime: &Runtime, client: Ours, task: &Task) -> anyhow::Result<()> {
    runtime.block_on(async {
        let mut listener = Listener::connect(client, task, 0, None)?;
        let mut meter = Meter::new(task);
        listener
            .listen(|id, text, received_at| meter.event(id, text, received_at))
            .await;
        Ok(())
    })
}

/// Counts the allocations of an event instead of its time, from the socket to the program.
#[cfg(feature = "count")]
fn measure(runtime: &Runtime, client: Ours, task: &Task) -> anyhow::Result<()> {
    let mut listener = runtime.block_on(async { Listener::connect(client, task, 0, None) })?;
    let mut receive = |mut events: u64| {
        runtime.block_on(listener.listen(|_, _, _| {
            events -= 1;
            if events == 0 {
                return ControlFlow::Break(());
            }
            ControlFlow::Continue(())
        }));
    };
    receive(task.warm_up);
    let counted = allocation_counter::measure(|| receive(task.events));
    let (events, allocations) = (task.events, counted.count_total);
    println!("{{\"events\":{events},\"allocations\":{allocations}}}");
    Ok(())
}

/// REST client that all accounts share; `None` if one account does not need it.
fn rest(task: &Task) -> anyhow::Result<Option<RestClient>> {
    if task.sessions < 2 {
        return Ok(None);
    }
    let mut options = RestOptions::default();
    options.services = Services::with_base_url(&BaseUrl::new(root(task)?)?);
    options.roots = roots(task)?;
    Ok(Some(RestClient::new(token(0)?, &options)?))
}

fn root(task: &Task) -> anyhow::Result<&str> {
    task.url
        .strip_suffix("/faye")
        .context("the URL ends in /faye")
}

fn roots(task: &Task) -> anyhow::Result<RootStore> {
    let mut roots = RootStore::none();
    if !task.roots.is_empty() {
        roots.add_pem(task.roots.as_bytes())?;
    }
    Ok(roots)
}

/// Returns the token of an account; each has a rate limit of its own.
fn token(account: u64) -> anyhow::Result<Token> {
    Ok(Token::new(format!("{account:040x}"))?)
}

/// Client of one account.
enum Listener {
    Driver(Box<Driver>),
    Client(Client),
}

impl Listener {
    fn connect(
        client: Ours,
        task: &Task,
        account: u64,
        shared: Option<&RestClient>,
    ) -> anyhow::Result<Self> {
        let user = (FIRST_USER + account).to_string();
        if client == Ours::Driver {
            let mut config = Config::default();
            config.transports = vec![match task.transport {
                Transport::Websocket => bayeux_proto::Transport::WebSocket,
                Transport::LongPolling => bayeux_proto::Transport::LongPolling,
            }];
            let mut session = Session::new(config, account);
            session.subscribe(&Channel::new(&format!("/user/{user}"))?)?;
            let mut options = Options::default();
            options.roots = roots(task)?;
            let lanes = Lanes::new(Endpoint::new(&task.url)?, options, Clock::start())?;
            let mut driver = Driver::new(session, lanes, ());
            driver.connect();
            return Ok(Self::Driver(Box::new(driver)));
        }
        let builder = Client::builder(token(account)?, UserId::new(user))
            .gateway_url(task.url.clone())
            .roots(roots(task)?)
            .transport(match task.transport {
                Transport::Websocket => TransportPolicy::WebSocket,
                Transport::LongPolling => TransportPolicy::LongPolling,
            });
        let builder = match (client, shared) {
            (Ours::PushesOnly, _) => builder.without_backfill(),
            (_, Some(shared)) => builder.rest_client(shared),
            (_, None) => builder.api_url(root(task)?),
        };
        Ok(Self::Client(builder.connect()?))
    }

    /// Passes id, text and `received_at` of each new message to `on_event`, until it breaks or the
    /// session ends.
    async fn listen(&mut self, mut on_event: impl FnMut(&str, &str, i64) -> ControlFlow<()>) {
        let mut read = |event: EventRef<'_>, data: Value<'_>| {
            let EventRef::LineCreate(push) = event else {
                return ControlFlow::Continue(());
            };
            let message = push.message();
            let received_at = data.get("received_at").and_then(Value::as_i64);
            let text = message.text().unwrap_or_default();
            on_event(message.id().as_str(), text, received_at.unwrap_or_default())
        };
        loop {
            let flow = match self {
                Self::Driver(driver) => match driver.next().await {
                    DriverEvent::Delivery(delivery) => match delivery.data() {
                        Some(data) => read(EventRef::from_value(data), data),
                        None => continue,
                    },
                    DriverEvent::Session(bayeux_proto::SessionEvent::Ended(end)) => {
                        return eprintln!("ended: {end}");
                    }
                    _ => continue,
                },
                Self::Client(client) => match client.next().await {
                    Some(Incoming::Event(delivery)) => read(delivery.event(), delivery.data()),
                    Some(_) => continue,
                    None => return,
                },
            };
            if flow.is_break() {
                return;
            }
        }
    }
}
