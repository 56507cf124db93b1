//! The task that runs a session with GroupMe's gateway, and GroupMe's rules beyond Bayeux.

mod overflow;
mod translate;

use core::time::Duration;
use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
};

use bayeux_proto::{Backoff, Channel, SubscriptionId};
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

/// Running session.
pub(crate) struct Gateway {
    driver: Driver<Authorization>,
    /// Feed with REST, unless the program opted out.
    backfill: Option<Backfill>,
    /// The account's own channel. Its refusal concerns the credentials.
    user_channel: Channel,
    /// Whether the current session delivers the account's own channel.
    is_user_channel_active: bool,
    subscriptions: BTreeMap<Channel, SubscriptionId>,
    /// Number of consecutive refusals of the account's own channel for its credentials.
    refusals: u32,
    /// Time at which the account's own channel is subscribed again after another refusal.
    resubscribe_at: Option<Instant>,
    /// Number of consecutive refusals of the account's own channel for other reasons.
    resubscribe_failures: u32,
    /// Reason of the end, if it is not the program's wish.
    end_override: Option<ClientEnd>,
    /// Error of the lane that ended last, until a disconnect is reported.
    lane_error: Option<Arc<bayeux_transport::Error>>,
    /// Cause of the last disconnect, until its gap is reported.
    disconnect_cause: Option<DisconnectCause>,
    /// Events and statuses that the queue has no room for.
    pending: VecDeque<Incoming>,
    overflow: Overflow,
    outgoing: mpsc::Sender<Incoming>,
    commands: mpsc::Receiver<Command>,
    disconnect: Arc<Notify>,
}

impl Gateway {
    pub(crate) fn new(
        mut driver: Driver<Authorization>,
        backfill: Option<Backfill>,
        overflow: Overflow,
        (user_channel, extra): (Channel, Vec<Channel>),
        outgoing: mpsc::Sender<Incoming>,
        commands: mpsc::Receiver<Command>,
        disconnect: Arc<Notify>,
    ) -> Self {
        driver.session().connect();
        let mut gateway = Self {
            driver,
            backfill,
            user_channel: user_channel.clone(),
            is_user_channel_active: false,
            subscriptions: BTreeMap::new(),
            refusals: 0,
            resubscribe_at: None,
            resubscribe_failures: 0,
            end_override: None,
            lane_error: None,
            disconnect_cause: None,
            pending: VecDeque::new(),
            overflow,
            outgoing,
            commands,
            disconnect,
        };
        gateway.subscribe(user_channel);
        for channel in extra {
            gateway.subscribe(channel);
        }
        gateway
    }

    /// Runs until the session has ended.
    pub(crate) async fn run(mut self) {
        let mut has_handles = true;
        let mut has_reader = true;
        loop {
            let has_room = self.flush(has_reader);
            let may_read = !has_reader || self.may_read(has_room);
            let deadline = self.feed_deadline();
            let overflow_at = self.overflow.deadline();
            let has_backfill = self.backfill.is_some();
            let needed = self.capacity_to_await(has_room);
            let event = tokio::select! {
                command = self.commands.recv(), if has_handles => {
                    match command {
                        Some(command) => self.handle_command(command),
                        None => has_handles = false,
                    }
                    continue;
                }
                () = self.disconnect.notified() => {
                    // Earlier commands go out first.
                    while let Ok(command) = self.commands.try_recv() {
                        self.handle_command(command);
                    }
                    self.driver.session().disconnect();
                    continue;
                }
                () = self.outgoing.closed(), if has_reader => {
                    // The client was dropped.
                    has_reader = false;
                    self.driver.session().disconnect();
                    continue;
                }
                () = until(self.resubscribe_at) => {
                    self.resubscribe_at = None;
                    self.subscribe(self.user_channel.clone());
                    continue;
                }
                response = next_response(self.backfill.as_mut()), if has_backfill => {
                    let now = self.driver.lanes().clock().now();
                    if let Some(backfill) = &mut self.backfill {
                        backfill.handle_response(now, response);
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
                () = until(overflow_at) => {
                    self.overflow();
                    continue;
                }
                () = capacity(&self.outgoing, needed), if has_reader && needed > 0 => continue,
                event = self.driver.next(), if may_read => event,
            };
            self.handle_event(event);
            let ended = matches!(
                self.pending.back(),
                Some(Incoming::Status(Status::Ended(_)))
            );
            if ended {
                self.flush_all().await;
                return;
            }
        }
    }

    /// Moves deliveries to the program's queue and sends the feed's requests. Returns false if the
    /// queue is full.
    fn flush(&mut self, has_reader: bool) -> bool {
        loop {
            if let Some(backfill) = &mut self.backfill {
                backfill.spawn_requests();
            }
            while let Some(incoming) = self.pending.pop_front() {
                if !has_reader {
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

    /// Emits an event or status after everything before it.
    fn emit(&mut self, incoming: Incoming) {
        while let Some(before) = self.backfill.as_mut().and_then(Backfill::poll_incoming) {
            self.pending.push_back(before);
        }
        self.pending.push_back(incoming);
    }

    /// Waits until the program has read everything, or is gone.
    async fn flush_all(&mut self) {
        for incoming in core::mem::take(&mut self.pending) {
            if self.outgoing.send(incoming).await.is_err() {
                return;
            }
        }
    }

    fn handle_command(&mut self, command: Command) {
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

    /// Subscribes to a channel, again if it was subscribed before, so that every subscribe is
    /// answered: by the server after a refusal, locally while the channel is active.
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

    fn handle_event(&mut self, event: DriverEvent) {
        if let Some(incoming) = self.translate(event) {
            self.emit(incoming);
        }
    }
}

/// Waits for an instant; forever, if there is none.
async fn until(at: Option<Instant>) {
    match at {
        Some(at) => sleep_until(at).await,
        None => core::future::pending().await,
    }
}

/// Waits until the queue has this much capacity.
async fn capacity(outgoing: &mpsc::Sender<Incoming>, needed: usize) {
    // Dropped at once: only this task sends, so the capacity stays free.
    let _ = outgoing.reserve_many(needed).await;
}

/// Waits for a response of REST; forever, without a feed.
async fn next_response(
    backfill: Option<&mut Backfill>,
) -> (
    groupme_delivery::RequestId,
    Result<groupme_delivery::Response, groupme_delivery::Failure>,
) {
    match backfill {
        Some(backfill) => backfill.next_response().await,
        None => core::future::pending().await,
    }
}

/// Delays before the account's own channel is subscribed again.
const RESUBSCRIBE: Backoff = Backoff::new(Duration::from_secs(1), Duration::from_mins(5));
