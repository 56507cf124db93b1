//! The task that runs a session with GroupMe's gateway, and what GroupMe asks of it beyond Bayeux.

use core::time::Duration;
use std::{collections::BTreeMap, sync::Arc};

use bayeux_proto::{Channel, Event, ServerError, SubscriptionId};
use bayeux_transport::{Driver, DriverEvent};
use tokio::{
    sync::{Notify, mpsc},
    time::{Instant, sleep_until},
};

use crate::{
    Cause, Delivery, End, Incoming, Status, authorization::Authorization, handle::Command, wall,
};

/// One running session.
pub(crate) struct Gateway {
    driver: Driver<Authorization>,
    /// The account's own channel, whose refusal means the credentials.
    own: Channel,
    subscriptions: BTreeMap<Channel, SubscriptionId>,
    /// How often in a row the account's own channel has been refused for its credentials.
    refusals: u32,
    /// When to ask for it again, where it was refused for something else, and how long to wait the
    /// next time.
    ask_again: Option<Instant>,
    patience: Duration,
    /// Why the session is being ended, where that is not the program's wish.
    verdict: Option<End>,
    /// The error of the lane that ended last, until a loss is told.
    failure: Option<Arc<bayeux_transport::Error>>,
    /// What broke the connection last, until the gap is told that it left.
    loss: Option<Cause>,
    outgoing: mpsc::Sender<Incoming>,
    requests: mpsc::Receiver<Command>,
    farewell: Arc<Notify>,
}

impl Gateway {
    pub(crate) fn new(
        mut driver: Driver<Authorization>,
        own: Channel,
        extra: Vec<Channel>,
        outgoing: mpsc::Sender<Incoming>,
        requests: mpsc::Receiver<Command>,
        farewell: Arc<Notify>,
    ) -> Self {
        driver.session().connect();
        let mut gateway = Self {
            driver,
            own: own.clone(),
            subscriptions: BTreeMap::new(),
            refusals: 0,
            ask_again: None,
            patience: FIRST_PATIENCE,
            verdict: None,
            failure: None,
            loss: None,
            outgoing,
            requests,
            farewell,
        };
        gateway.subscribe(own);
        for channel in extra {
            gateway.subscribe(channel);
        }
        gateway
    }

    /// Runs until the session has ended.
    pub(crate) async fn run(mut self) {
        let mut asked = true;
        let mut wanted = true;
        loop {
            // A place for what comes is taken before it is asked for: a slow program slows reading.
            let event = tokio::select! {
                command = self.requests.recv(), if asked => {
                    match command {
                        Some(command) => self.obey(command),
                        None => asked = false,
                    }
                    continue;
                }
                () = self.farewell.notified() => {
                    // What was asked for before goes out before.
                    while let Ok(command) = self.requests.try_recv() {
                        self.obey(command);
                    }
                    self.driver.session().disconnect();
                    continue;
                }
                () = self.outgoing.closed(), if wanted => {
                    // Nobody listens any more: take leave.
                    wanted = false;
                    self.driver.session().disconnect();
                    continue;
                }
                () = until(self.ask_again) => {
                    self.ask_again = None;
                    self.subscribe(self.own.clone());
                    continue;
                }
                event = next(&mut self.driver, &self.outgoing, wanted) => event,
            };
            let incoming = self.translate(event);
            let ended = matches!(incoming, Some(Incoming::Status(Status::Ended(_))));
            if let Some(incoming) = incoming
                && self.outgoing.try_send(incoming).is_err()
            {
                tracing::debug!("nobody takes what comes in");
            }
            if ended {
                return;
            }
        }
    }

    fn obey(&mut self, command: Command) {
        match command {
            Command::Subscribe(channel) => self.subscribe(channel),
            Command::Unsubscribe(channel) => {
                if let Some(id) = self.subscriptions.remove(&channel)
                    && let Err(error) = self.driver.session().unsubscribe(id)
                {
                    tracing::debug!(%channel, %error, "not unsubscribed");
                }
            }
            Command::Publish { channel, json } => {
                if let Err(error) = self.driver.session().publish(&channel, &json) {
                    tracing::warn!(%channel, %error, "not published");
                }
            }
            Command::Wake => self.driver.wake(),
        }
    }

    /// Asks anew for a channel that was asked for before, so that this asking is answered, too: by
    /// the server where it refused the channel, from memory where it delivers it.
    fn subscribe(&mut self, channel: Channel) {
        let session = self.driver.session();
        let before = match session.subscribe(&channel) {
            Ok(id) => self.subscriptions.insert(channel, id),
            Err(error) => {
                tracing::warn!(%channel, %error, "not subscribed");
                return;
            }
        };
        if let Some(id) = before
            && let Err(error) = session.unsubscribe(id)
        {
            tracing::debug!(%error, "not unsubscribed");
        }
    }

    fn translate(&mut self, event: DriverEvent) -> Option<Incoming> {
        match event {
            DriverEvent::Session(event) => self.translate_session(event).map(Incoming::Status),
            DriverEvent::Delivery(delivery) => {
                let (frame, index) = delivery.into_parts();
                Delivery::new(frame, index).map(Incoming::Event)
            }
            DriverEvent::Stray(why, delivery) => {
                tracing::debug!(?why, channel = delivery.channel(), "a message of no use");
                None
            }
            DriverEvent::LaneFailed(lane, error) => {
                tracing::debug!(
                    lane = lane.number(),
                    error = display_chain(&error),
                    "a lane failed"
                );
                self.failure = Some(Arc::new(error));
                None
            }
            _ => None,
        }
    }

    fn translate_session(&mut self, event: Event) -> Option<Status> {
        Some(match event {
            Event::Connecting => Status::Connecting,
            Event::Up { transport, .. } => Status::Connected { transport },
            Event::Moved { transport } => Status::Moved { transport },
            Event::Gap { since, cause } => {
                let ago = self.driver.lanes().clock().now() - since;
                let loss = self.loss.take().filter(|loss| *loss.protocol() == cause);
                Status::Gap {
                    since: wall::before_now(ago),
                    cause: loss.unwrap_or_else(|| self.cause(cause)),
                }
            }
            Event::Down { cause, retry_at } => {
                let cause = self.cause(cause);
                self.loss = Some(cause.clone());
                self.disconnected(cause, retry_at)
            }
            Event::AttemptFailed {
                cause, retry_at, ..
            } => {
                let cause = self.cause(cause);
                self.disconnected(cause, retry_at)
            }
            Event::Subscribed(id) => {
                let channel = self.driver.session().channel(id)?;
                if *channel == self.own {
                    self.refusals = 0;
                    self.ask_again = None;
                    self.patience = FIRST_PATIENCE;
                }
                Status::Subscribed {
                    channel: channel.as_str().into(),
                }
            }
            Event::Refused(id, error) => {
                let channel = self.driver.session().channel(id)?.clone();
                if channel == self.own {
                    if concerns_credentials(&error) {
                        self.credentials_refused(&error);
                    } else {
                        // Without it the client is all but deaf.
                        self.ask_again = Some(Instant::now() + self.patience);
                        self.patience = (self.patience * 2).min(LAST_PATIENCE);
                    }
                }
                Status::Refused {
                    channel: channel.as_str().into(),
                    error,
                }
            }
            Event::Published(_, outcome) => {
                tracing::debug!(?outcome, "a publish is settled");
                return None;
            }
            Event::Ended(end) => Status::Ended(
                self.verdict
                    .take()
                    .unwrap_or_else(|| End::from_session(end)),
            ),
            _ => return None,
        })
    }

    /// A refusal of the account's own channel is about the token; of any other, about that channel.
    /// The token may have been renewed meanwhile, so it is asked for once more.
    fn credentials_refused(&mut self, error: &ServerError) {
        self.refusals += 1;
        if self.refusals > 1 {
            self.verdict = Some(End::Unauthorized(error.clone()));
            self.driver.session().disconnect();
            return;
        }
        self.subscribe(self.own.clone());
    }

    /// Joins a cause with the error of the lane that it speaks of. Lanes also end without one, and
    /// with one that is of no consequence.
    fn cause(&mut self, what: bayeux_proto::Cause) -> Cause {
        let source = self
            .failure
            .take_if(|error| what == bayeux_proto::Cause::Lane(error.close()));
        Cause::new(what, source)
    }

    fn disconnected(&self, cause: Cause, retry_at: bayeux_proto::Instant) -> Status {
        let retry_in = retry_at - self.driver.lanes().clock().now();
        Status::Disconnected { cause, retry_in }
    }
}

/// Waits for an instant; for ever, where there is none.
async fn until(at: Option<Instant>) {
    match at {
        Some(at) => sleep_until(at).await,
        None => core::future::pending().await,
    }
}

/// The driver's next event, once there is a place for it.
async fn next(
    driver: &mut Driver<Authorization>,
    outgoing: &mpsc::Sender<Incoming>,
    wanted: bool,
) -> DriverEvent {
    if wanted {
        // Dropped at once: this task is the only one that sends, so the place stays free.
        let _ = outgoing.reserve().await;
    }
    driver.next().await
}

/// Whether a refusal says that the token is not good, or not good for this.
fn concerns_credentials(error: &ServerError) -> bool {
    let text = error.text.to_ascii_lowercase();
    matches!(error.code, Some(401 | 403))
        || ["auth", "token", "credential", "denied", "forbidden"]
            .iter()
            .any(|word| text.contains(word))
}

fn display_chain(error: &bayeux_transport::Error) -> String {
    let mut text = error.to_string();
    let mut source = core::error::Error::source(error);
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}

/// How long to wait before the account's own channel is asked for again, at first and at most.
const FIRST_PATIENCE: Duration = Duration::from_secs(1);
const LAST_PATIENCE: Duration = Duration::from_mins(5);
