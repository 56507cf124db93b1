//! The account: commands, inputs and outputs.

mod deliveries;
mod following;
mod made;
mod overflow;
mod own_channel;
mod resubscription;
mod session_events;
mod state;

use core::fmt;
use std::{collections::BTreeMap, collections::VecDeque, io::Write as _, sync::Arc};

use bayeux_proto::{
    Action, Channel, Close, Instant, LaneId, Misuse, Outgoing, PublishId, Session, SubscriptionId,
    Verdict,
};
use bayeux_wire::{Frame, Message};
use groupme_delivery::{
    Change, DeliveryTag, Failure, Feed, Ledger, Request, RequestId, Response, Saved, StoreError,
};
use groupme_model::{EventRef, SourceGuid, Timestamp, UserId};

use self::{following::Following, overflow::Overflow, own_channel::OwnChannel};
use crate::{BoxError, ClientEnd, Config, Delivery, DisconnectCause, Incoming, Moment, Status};

/// One account of GroupMe. The crate documentation has the loop and the guarantees.
///
/// Any order of calls is legal. After each call, every `poll_` method may have something.
pub struct Account {
    session: Session,
    /// Gap-free delivery; `None` for pushes only.
    feed: Option<Feed<Delivery>>,
    /// Acknowledgements; `None` without a store.
    ledger: Option<Ledger>,
    user: UserId,
    own: OwnChannel,
    subscriptions: BTreeMap<Channel, SubscriptionId>,
    following: Following,
    overflow: Overflow,
    /// Reason of the end, if it is not the program's wish.
    end_override: Option<ClientEnd>,
    /// End and error of the lane that ended last, until a disconnect is reported.
    lane_error: Option<(Close, Arc<dyn core::error::Error + Send + Sync>)>,
    /// Cause of the last disconnect, until its gap is reported.
    disconnect_cause: Option<DisconnectCause>,
    /// Items for the program that could not be taken from the feed at once, each with the save
    /// that has to come first.
    ready: VecDeque<(SaveId, Incoming)>,
    /// Changes to save.
    unsaved: Vec<Change>,
    /// Save that will take `unsaved`.
    next_save: SaveId,
    /// Save that has to be complete before the next delivery is handed out.
    barrier: SaveId,
    /// Last save that is complete.
    saved: SaveId,
    /// Whether the session is up.
    is_up: bool,
    has_ended: bool,
    /// Latest moment seen.
    latest: Moment,
    /// Latest proof of the session that was passed to the feed.
    proved_until: Instant,
}

/// Number of a save, in the order of [`Account::poll_changes`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SaveId(u64);

/// Commands of the program.
impl Account {
    /// Creates an account that connects. `own` is the channel of its user; `saved` is the state of
    /// its store, or `None` without a store: then nothing is recorded, and nothing need be
    /// acknowledged. `seed` decides all jitter.
    pub fn new(
        config: Config,
        user: UserId,
        own: &Channel,
        saved: Option<Saved>,
        seed: u64,
    ) -> Self {
        let mut session = Session::new(config.session, seed);
        session.connect(Instant::ORIGIN);
        let ledger = saved.is_some().then(Ledger::new);
        let saved = saved.unwrap_or_default();
        let feed = config.delivery.map(|config| {
            let feed = Feed::new(config, user.clone(), saved, seed);
            if ledger.is_some() {
                feed
            } else {
                feed.without_records()
            }
        });
        let mut account = Self {
            session,
            ledger: ledger.filter(|_| feed.is_some()),
            feed,
            user,
            own: OwnChannel::new(own.clone()),
            subscriptions: BTreeMap::new(),
            following: Following::new(config.scope),
            overflow: Overflow::new(config.max_waiting, config.overflow_after),
            end_override: None,
            lane_error: None,
            disconnect_cause: None,
            ready: VecDeque::new(),
            unsaved: Vec::new(),
            next_save: SaveId(1),
            barrier: SaveId(0),
            saved: SaveId(0),
            is_up: false,
            has_ended: false,
            latest: Moment::new(Instant::ORIGIN, Timestamp::EPOCH),
            proved_until: Instant::ORIGIN,
        };
        // A new session has no subscriptions, and is not over.
        let _ = account.subscribe(own);
        account
    }

    /// Subscribes to a channel, again if it was subscribed before, so that every call is answered
    /// by the server, with [`Status::Subscribed`] or [`Status::Refused`].
    ///
    /// # Errors
    ///
    /// Same as [`Session::subscribe`], and [`Misuse::Ended`] after the end.
    pub fn subscribe(&mut self, channel: &Channel) -> Result<(), Misuse> {
        if self.has_ended {
            return Err(Misuse::Ended);
        }
        self.request_subscription(channel)?;
        self.following.include(channel);
        self.take_session_events();
        Ok(())
    }

    /// Unsubscribes from a channel, also from one of the [`Scope`](crate::Scope), which is not
    /// followed from then on. Does nothing if it is not subscribed.
    ///
    /// # Errors
    ///
    /// Same as [`Session::unsubscribe`].
    pub fn unsubscribe(&mut self, channel: &Channel) -> Result<(), Misuse> {
        if self.has_ended {
            return Err(Misuse::Ended);
        }
        self.following.exclude(channel);
        self.watch(channel.as_str(), false);
        let Some(id) = self.subscriptions.remove(channel) else {
            return Ok(());
        };
        self.session.unsubscribe(id)?;
        self.take_session_events();
        Ok(())
    }

    /// Publishes a payload, given as JSON.
    ///
    /// # Errors
    ///
    /// Same as [`Session::publish`].
    pub fn publish(
        &mut self,
        at: Moment,
        channel: &Channel,
        json: &str,
    ) -> Result<PublishId, Misuse> {
        self.pass(at);
        if self.has_ended {
            return Err(Misuse::Ended);
        }
        self.session.publish(at.now, channel, json)
    }

    /// Registers the id of a message that the program is about to send, so that
    /// [`Delivery::is_own`] is true for its echo. Call it before sending.
    pub fn expect(&mut self, guid: SourceGuid) {
        if let Some(feed) = &mut self.feed {
            feed.expect(guid);
        }
    }

    /// Acknowledges a delivery, so that it does not come again after the next start. Returns the
    /// save that is to contain it; `None` if there is nothing to save.
    pub fn acknowledge(&mut self, tag: DeliveryTag) -> Option<SaveId> {
        let before = self.unsaved.len();
        self.ledger.as_mut()?.acknowledge(tag, &mut self.unsaved);
        (self.unsaved.len() > before).then_some(self.next_save)
    }

    /// Disconnects. [`Status::Ended`] follows the events that wait for the program, after two
    /// seconds at most.
    pub fn disconnect(&mut self, at: Moment) {
        self.pass(at);
        self.session.disconnect(at.now);
        self.take_session_events();
    }

    /// Checks the connection at once, because the network may have changed or the machine has
    /// woken from sleep.
    pub fn wake(&mut self, at: Moment) {
        self.pass(at);
        self.session.handle_wake(at.now);
        self.take_session_events();
    }
}

/// Inputs.
impl Account {
    /// Handles the opening of a websocket.
    pub fn handle_open(&mut self, at: Moment, lane: LaneId) {
        self.pass(at);
        self.session.handle_open(at.now, lane);
        self.take_session_events();
    }

    /// Handles all messages of a decoded batch. Returns the number of messages that the session
    /// could not use, which is worth a line in the log.
    pub fn handle_frame(&mut self, at: Moment, lane: LaneId, frame: &Arc<Frame>) -> usize {
        self.pass(at);
        let mut useless = 0;
        for message in frame.messages() {
            let verdict = self
                .session
                .handle_message(at.now, lane, &message.envelope());
            // Session events precede the delivery that caused them, such as the report of a gap.
            self.take_session_events();
            match verdict {
                Verdict::Deliver => self.take_push(frame, message),
                Verdict::Unexpected(_) => useless += 1,
                _ => {}
            }
        }
        self.pass_proof();
        self.follow();
        self.note_waiting();
        useless
    }

    /// Handles a pong.
    pub fn handle_pong(&mut self, at: Moment, lane: LaneId) {
        self.pass(at);
        self.session.handle_pong(at.now, lane);
        self.take_session_events();
    }

    /// Notes that bytes of an incomplete message have arrived on a lane, the latest at `last_bytes`:
    /// a slow link is then not taken for a dead one. Call it before
    /// [`handle_timeout`](Self::handle_timeout).
    pub fn handle_progress(&mut self, at: Moment, lane: LaneId, last_bytes: Instant) {
        self.pass(at);
        self.session.handle_progress(at.now, lane, last_bytes);
        self.take_session_events();
    }

    /// Handles the end of a lane, with the error that ended it, if any: [`DisconnectCause`] shows
    /// it to the program.
    pub fn handle_close(
        &mut self,
        at: Moment,
        lane: LaneId,
        close: Close,
        error: Option<BoxError>,
    ) {
        self.pass(at);
        if let Some(error) = error {
            self.lane_error = Some((close, Arc::from(error)));
        }
        self.session.handle_close(at.now, lane, close);
        self.take_session_events();
    }

    /// Handles the passing of time.
    pub fn handle_timeout(&mut self, at: Moment) {
        self.pass(at);
        if self.may_read() {
            self.session.handle_timeout(at.now);
            self.take_session_events();
        }
        if let Some(feed) = &mut self.feed {
            feed.handle_clock(at.now, at.unix_time);
            feed.handle_timeout(at.now);
        }
        if self.own.next.take_due(at.now) {
            self.subscribe_own_again();
            self.take_session_events();
        }
        if self.following.next.take_due(at.now) {
            self.follow_refused_again();
            self.take_session_events();
        }
        if self.overflow.deadline().is_some_and(|due| due <= at.now) {
            self.end_stall();
        }
        self.note_waiting();
    }

    /// Handles the response to a request, or its failure. Every request needs exactly one.
    pub fn handle_response(
        &mut self,
        at: Moment,
        id: RequestId,
        response: Result<Response, Failure>,
    ) {
        self.pass(at);
        if let Some(feed) = &mut self.feed {
            feed.handle_response(at.now, id, response);
        }
        self.follow();
        self.note_waiting();
    }

    /// Handles the end of a save, and thereby of all earlier ones. A failure is reported by
    /// [`Status::NotSaved`]; deliveries that waited for the save are still handed out.
    pub fn handle_saved(&mut self, id: SaveId, result: Result<(), Arc<StoreError>>) {
        self.saved = self.saved.max(id);
        if let Err(error) = result {
            let status = Incoming::Status(Status::NotSaved(error));
            let is_known = |(_, first): &mut (SaveId, Incoming)| {
                matches!(first, Incoming::Status(Status::NotSaved(_)))
            };
            // The latest is enough for a program that takes nothing.
            self.ready.pop_front_if(is_known);
            self.ready.push_front((SaveId::default(), status));
        }
    }
}

/// Outputs.
impl Account {
    /// Returns the next action for a lane, and appends the batch to send, if any, to `out`.
    /// `token` appends the current access token, which has no character that JSON escapes.
    pub fn poll_action(
        &mut self,
        at: Moment,
        token: &mut impl FnMut(&mut Vec<u8>),
        out: &mut Vec<u8>,
    ) -> Option<Action> {
        self.pass(at);
        let seconds = at.unix_time.as_secs();
        // GroupMe's push tutorial, "Subscribing to a user channel".
        let mut secret = Vec::new();
        let mut extension = |outgoing: Outgoing<'_>, out: &mut Vec<u8>| match outgoing {
            // Asked for before anything that a server may answer.
            Outgoing::Handshake => token(&mut secret),
            Outgoing::Subscribe(_) | Outgoing::Publish(_) => {
                out.extend_from_slice(br#"{"access_token":""#);
                let start = out.len();
                token(out);
                secret.clear();
                secret.extend_from_slice(out.get(start..).unwrap_or_default());
                // Writing to memory does not fail.
                let _ = write!(out, r#"","timestamp":{seconds}}}"#);
            }
            _ => {}
        };
        let action = self.session.poll_action(at.now, &mut extension, out);
        // A server that received the token may repeat it.
        self.session
            .hide_in_errors(str::from_utf8(&secret).unwrap_or_default());
        self.take_session_events();
        action
    }

    /// Returns the next request for REST. Failed requests are repeated by themselves.
    pub fn poll_request(&mut self) -> Option<(RequestId, Request)> {
        // What waits here has left the feed, which counts only its own deliveries.
        if self.ready.len() >= self.overflow.max_waiting() {
            return None;
        }
        self.feed.as_mut()?.poll_request()
    }

    /// Appends all changes to save to `out`. They are to be saved in their order, all or none;
    /// [`handle_saved`](Self::handle_saved) reports the outcome. `None` if there are none.
    pub fn poll_changes(&mut self, out: &mut Vec<Change>) -> Option<SaveId> {
        if self.unsaved.is_empty() {
            return None;
        }
        out.append(&mut self.unsaved);
        let id = self.next_save;
        self.next_save = SaveId(id.0 + 1);
        Some(id)
    }

    /// Returns the next event or status for the program.
    pub fn poll_incoming(&mut self) -> Option<Incoming> {
        let incoming = self.take_incoming();
        if self.overflow.is_active() {
            self.note_waiting();
            self.end_dropping();
        }
        incoming
    }

    /// Returns the time of the next [`handle_timeout`](Self::handle_timeout).
    pub fn poll_timeout(&self) -> Option<Instant> {
        let session = if self.may_read() {
            self.session.poll_timeout().map(|deadline| deadline.at)
        } else {
            // An answer that is not read is not missing.
            None
        };
        let feed = self.feed.as_ref().and_then(Feed::poll_timeout);
        let own = self.own.next.deadline();
        let following = self.following.next.deadline();
        [session, feed, own, following, self.overflow.deadline()]
            .into_iter()
            .flatten()
            .min()
    }
}

impl Account {
    fn pass(&mut self, at: Moment) {
        let now = self.latest.now.max(at.now);
        self.latest = Moment::new(now, at.unix_time);
    }

    /// Passes a new proof that no push was lost so far to the feed, as long as the feed wants it.
    fn pass_proof(&mut self) {
        let until = self.session.proved_until();
        if until == self.proved_until {
            return;
        }
        self.proved_until = until;
        if let Some(feed) = self.feed.as_mut().filter(|feed| feed.awaits_proof()) {
            feed.handle_proof(self.latest.now, until);
        }
    }

    fn request_subscription(&mut self, channel: &Channel) -> Result<(), Misuse> {
        if let Some(id) = self.subscriptions.get(channel) {
            // Without leaving the channel meanwhile, which would lose events.
            return self.session.renew(*id);
        }
        let id = self.session.subscribe(channel)?;
        self.subscriptions.insert(channel.clone(), id);
        Ok(())
    }

    fn take_push(&mut self, frame: &Arc<Frame>, message: Message<'_>) {
        let Some(data) = message.data() else { return };
        if self.overflow.drop_one() {
            if let Some(feed) = &mut self.feed {
                feed.handle_dropped(self.latest.now, &EventRef::from_value(data));
            }
            return;
        }
        let Some(delivery) = Delivery::push(frame, message.index()) else {
            return;
        };
        match &mut self.feed {
            Some(feed) => {
                feed.handle_push(self.latest.now, &EventRef::from_value(data), delivery);
            }
            None => self.put(Incoming::Event(delivery)),
        }
    }
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Account")
            .field("user", &self.user)
            .field("session", &self.session)
            .field("feed", &self.feed)
            .field("waiting", &self.waiting())
            .finish_non_exhaustive()
    }
}
