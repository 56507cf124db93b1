//! The task that runs a session with GroupMe's gateway, and what GroupMe asks of it beyond Bayeux.

mod overflow;
mod translate;

use core::time::Duration;
use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
};

use bayeux_proto::{Channel, SubscriptionId};
use bayeux_transport::{Driver, DriverEvent};
use tokio::{
    sync::{Notify, mpsc},
    time::{Instant, sleep_until},
};

pub(crate) use self::overflow::Overflow;
use crate::{
    ClientEnd, DisconnectCause, Incoming, Status, authorization::Authorization, backfill::Backfill,
    handle::Command,
};

/// One running session.
pub(crate) struct Gateway {
    driver: Driver<Authorization>,
    /// What joins it with REST, unless the program does without.
    backfill: Option<Backfill>,
    /// The account's own channel, whose refusal means the credentials.
    own: Channel,
    /// Whether the present session delivers it.
    is_own_active: bool,
    subscriptions: BTreeMap<Channel, SubscriptionId>,
    /// How often in a row the account's own channel has been refused for its credentials.
    refusals: u32,
    /// When to ask for it again, where it was refused for something else, and how long to wait the
    /// next time.
    ask_again: Option<Instant>,
    patience: Duration,
    /// Why the session is being ended, where that is not the program's wish.
    verdict: Option<ClientEnd>,
    /// The error of the lane that ended last, until a loss is told.
    failure: Option<Arc<bayeux_transport::Error>>,
    /// What broke the connection last, until the gap is told that it left.
    loss: Option<DisconnectCause>,
    /// What is to be told and finds no place yet.
    pending: VecDeque<Incoming>,
    overflow: Overflow,
    outgoing: mpsc::Sender<Incoming>,
    requests: mpsc::Receiver<Command>,
    farewell: Arc<Notify>,
}

impl Gateway {
    pub(crate) fn new(
        mut driver: Driver<Authorization>,
        backfill: Option<Backfill>,
        overflow: Overflow,
        (own, extra): (Channel, Vec<Channel>),
        outgoing: mpsc::Sender<Incoming>,
        requests: mpsc::Receiver<Command>,
        farewell: Arc<Notify>,
    ) -> Self {
        driver.session().connect();
        let mut gateway = Self {
            driver,
            backfill,
            own: own.clone(),
            is_own_active: false,
            subscriptions: BTreeMap::new(),
            refusals: 0,
            ask_again: None,
            patience: FIRST_PATIENCE,
            verdict: None,
            failure: None,
            loss: None,
            pending: VecDeque::new(),
            overflow,
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
            let has_room = self.pass_on(wanted);
            let may_read = !wanted || self.may_read(has_room);
            let deadline = self.feed_deadline();
            let stalled = self.overflow.deadline();
            let has_backfill = self.backfill.is_some();
            let places = self.places_to_wait_for(has_room);
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
                answer = answered(self.backfill.as_mut()), if has_backfill => {
                    let now = self.driver.lanes().clock().now();
                    if let Some(backfill) = &mut self.backfill {
                        backfill.handle_response(now, answer);
                    }
                    continue;
                }
                () = until(deadline) => {
                    let now = self.driver.lanes().clock().now();
                    if let Some(backfill) = &mut self.backfill {
                        backfill.handle_timeout(now);
                    }
                    continue;
                }
                () = until(stalled) => {
                    self.overflow();
                    continue;
                }
                () = room(&self.outgoing, places), if wanted && places > 0 => continue,
                event = self.driver.next(), if may_read => event,
            };
            self.take(event);
            let ended = matches!(
                self.pending.back(),
                Some(Incoming::Status(Status::Ended(_)))
            );
            if ended {
                self.tell_the_rest().await;
                return;
            }
        }
    }

    /// Passes on what there is and asks what the feed wants to know. False if the program has to
    /// take something first.
    fn pass_on(&mut self, wanted: bool) -> bool {
        loop {
            if let Some(backfill) = &mut self.backfill {
                backfill.ask();
            }
            while let Some(incoming) = self.pending.pop_front() {
                if !wanted {
                    continue;
                }
                match self.outgoing.try_send(incoming) {
                    Ok(()) | Err(mpsc::error::TrySendError::Closed(_)) => {}
                    Err(mpsc::error::TrySendError::Full(incoming)) => {
                        self.pending.push_front(incoming);
                        return false;
                    }
                }
            }
            let next = self.backfill.as_mut().and_then(Backfill::poll_incoming);
            match next {
                Some(incoming) => self.pending.push_back(incoming),
                None => break,
            }
        }
        self.recover_from_overflow();
        self.outgoing.capacity() > 0
    }

    /// Tells something, after all that came before it.
    fn tell(&mut self, incoming: Incoming) {
        while let Some(before) = self.backfill.as_mut().and_then(Backfill::poll_incoming) {
            self.pending.push_back(before);
        }
        self.pending.push_back(incoming);
    }

    /// Waits until the program has taken what there is, or takes no more.
    async fn tell_the_rest(&mut self) {
        for incoming in core::mem::take(&mut self.pending) {
            if self.outgoing.send(incoming).await.is_err() {
                return;
            }
        }
    }

    fn obey(&mut self, command: Command) {
        match command {
            Command::Subscribe(channel) => self.subscribe(channel),
            Command::Unsubscribe(channel) => {
                if let Some(backfill) = &mut self.backfill {
                    backfill.watch(channel.as_str(), false);
                }
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
            Command::Expect(guid) => {
                if let Some(backfill) = &mut self.backfill {
                    backfill.expect(guid);
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

    fn feed_deadline(&self) -> Option<Instant> {
        let at = self.backfill.as_ref()?.poll_timeout()?;
        let now = self.driver.lanes().clock().now();
        Instant::now().checked_add(at - now)
    }

    fn take(&mut self, event: DriverEvent) {
        if let Some(incoming) = self.translate(event) {
            self.tell(incoming);
        }
    }
}

/// Waits for an instant; for ever, where there is none.
async fn until(at: Option<Instant>) {
    match at {
        Some(at) => sleep_until(at).await,
        None => core::future::pending().await,
    }
}

/// Waits until the program has taken something.
async fn room(outgoing: &mpsc::Sender<Incoming>, places: usize) {
    // Dropped at once: this task is the only one that sends, so the places stay free.
    let _ = outgoing.reserve_many(places).await;
}

/// Waits for an answer of REST; for ever, where there is nobody to ask.
async fn answered(
    backfill: Option<&mut Backfill>,
) -> (
    groupme_delivery::RequestId,
    Result<groupme_delivery::Response, groupme_delivery::Failure>,
) {
    match backfill {
        Some(backfill) => backfill.answered().await,
        None => core::future::pending().await,
    }
}

/// How long to wait before the account's own channel is asked for again, at first and at most.
const FIRST_PATIENCE: Duration = Duration::from_secs(1);
const LAST_PATIENCE: Duration = Duration::from_mins(5);
