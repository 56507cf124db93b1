//! The feed: pushes and responses go in, requests and deliveries come out.

mod baseline;
mod failures;
mod first_session;
mod found;
mod held;
mod lists;
mod polling;
mod push;
mod resync;

use core::fmt;
use std::collections::{BTreeMap, VecDeque};

use bayeux_proto::Instant;
use groupme_model::{ConversationId, EventRef, SourceGuid, Timestamp, UserId};

pub(crate) use self::{first_session::FirstSession, polling::Polling, resync::Resync};
use crate::{
    Config, Delivered, Failure, GapCause, Request, RequestId, Response, Rows, Saved,
    context::Context,
    conversation::Conversation,
    outbox::Outbox,
    request::{Pending, Purpose, Requests},
};

/// Merges the events pushed to a user with the history of REST. `P` is a push in the embedder's
/// form, handed back unchanged.
///
/// Any order of calls is legal. After each call, [`poll_request`](Self::poll_request) and
/// [`poll_delivery`](Self::poll_delivery) may have something, and
/// [`poll_timeout`](Self::poll_timeout) may have changed.
pub struct Feed<P> {
    cx: Context<P>,
    /// Boxed, since a node of the map has room for eleven.
    conversations: BTreeMap<ConversationId, Box<Conversation<P>>>,
}

impl<P> Feed<P> {
    /// Returns a feed for a user that continues from the saved state. `seed` only decides the
    /// jitter of repeated requests.
    pub fn new(config: Config, user: UserId, saved: Saved, seed: u64) -> Self {
        let memory = config.memory();
        let conversations = saved.conversations.into_iter().map(|(id, saved)| {
            let conversation = Conversation::from_saved(id.clone(), saved, memory);
            (id, Box::new(conversation))
        });
        let conversations = conversations.collect();
        let cx = Context {
            config,
            user,
            now: Instant::ORIGIN,
            epoch: 1,
            is_live: false,
            cause: GapCause::Absence,
            resync: None,
            requests: Requests::new(seed),
            out: Outbox::new(),
            buffered: 0,
            held: VecDeque::new(),
            found: VecDeque::new(),
            live_since: Timestamp::EPOCH,
            synced_until: saved.synced_until,
            baseline: saved.baseline,
            first_session: FirstSession::new(saved.baseline.is_some()),
            knows_left_groups: saved.knows_left_groups,
            newest: Timestamp::EPOCH,
            polling: None,
            clock: None,
        };
        Self { cx, conversations }
    }

    /// Leaves out the records of what is delivered, for an embedder that has no
    /// [`Ledger`](crate::Ledger): they cost a third of a push.
    #[must_use]
    pub fn without_records(mut self) -> Self {
        self.cx.out.is_recording = false;
        self
    }

    /// Notes that the account's own channel is subscribed, in a new session or again: messages are
    /// pushed from here on, and earlier ones are looked for over REST.
    ///
    /// `unix_time` is the time of day. An error of some minutes does no harm; at the very first
    /// start it should be less than one minute.
    ///
    /// A connection that is restored without a loss needs no call.
    pub fn handle_live(&mut self, now: Instant, unix_time: Timestamp) {
        self.cx.advance(now);
        self.release_all_held();
        self.cx.is_live = true;
        self.cx.live_since = unix_time;
        self.cx.epoch += 1;
        self.cx.end_polling();
        self.cx.clock = Some(unix_time);
        let begun = self.begin_resync(unix_time);
        self.set_baseline(unix_time, &begun);
    }

    /// Notes the time of day, before [`handle_timeout`](Self::handle_timeout): the account is
    /// synced as of then if REST is polled and has no message yet. An error of some minutes does no
    /// harm.
    pub fn handle_clock(&mut self, now: Instant, unix_time: Timestamp) {
        self.cx.advance(now);
        self.cx.clock = Some(unix_time);
    }

    /// Notes that pushes do not flow, or are not complete: the connection is lost, or the program
    /// was too slow. Call [`handle_live`](Self::handle_live) when that is over.
    pub fn handle_loss(&mut self, now: Instant, cause: GapCause) {
        self.cx.advance(now);
        if self.cx.is_live {
            self.release_all_held();
            self.cx.cause = cause;
            self.cx.is_live = false;
            self.end_first_session();
            self.cx.epoch += 1;
            self.cx.drop_resync();
        }
        self.cx.await_polling();
    }

    /// Takes a push. `event` is its content.
    pub fn handle_push(&mut self, now: Instant, event: &EventRef<'_>, push: P) {
        self.cx.advance(now);
        self.take_push(event, push);
    }

    /// Notes a push that is dropped because the program is too slow, after
    /// [`handle_loss`](Self::handle_loss). REST is asked for its message later, but REST does not
    /// tell that the user was back in a group and has left again: the push does.
    pub fn handle_dropped(&mut self, now: Instant, event: &EventRef<'_>) {
        self.cx.advance(now);
        self.note_dropped(event);
    }

    /// Takes the response to a request, or its failure. Every request needs exactly one.
    pub fn handle_response(
        &mut self,
        now: Instant,
        id: RequestId,
        response: Result<Response, Failure>,
    ) {
        self.cx.advance(now);
        let Some(pending) = self.cx.requests.complete(id) else {
            return;
        };
        match (response, pending.purpose) {
            (response, Purpose::Snapshot) => self.take_snapshot(response),
            (Err(failure @ (Failure::Unavailable | Failure::Unreadable)), _) => {
                let give_up_after = self.cx.config.give_up_after;
                if let Some(pending) =
                    self.cx
                        .requests
                        .retry_later(self.cx.now, pending, give_up_after)
                {
                    self.fail(&pending, failure);
                }
            }
            (Err(failure), _) => self.fail(&pending, failure),
            (Ok(response), Purpose::List(resync)) => self.take_list(resync, &pending, response),
            (Ok(Response::Messages(rows)), purpose) => {
                self.take_messages(&pending, purpose, rows.with_positions());
            }
            // The response to another request.
            (Ok(_), Purpose::Fetch | Purpose::Compare) => self.fail(&pending, Failure::Refused),
        }
        self.check_resync();
    }

    /// Passes the messages of a response to their conversation.
    fn take_messages(&mut self, pending: &Pending, purpose: Purpose, rows: Rows) {
        let is_window = matches!(pending.request, Request::History { .. });
        let (Request::History {
            conversation: id, ..
        }
        | Request::Pinned { conversation: id }) = &pending.request
        else {
            return;
        };
        let (conversation, cx) = self.of(id);
        if purpose == Purpose::Fetch {
            conversation.take_rows(cx, pending, rows);
        } else {
            conversation.compare(cx, pending, is_window, rows);
        }
    }

    /// Returns whether [`handle_proof`](Self::handle_proof) has an effect: in the first session.
    pub fn awaits_proof(&self) -> bool {
        self.cx.first_session.is_unbroken()
    }

    /// Notes a proof that everything pushed before `until` has arrived, unless a loss was noted:
    /// [`Session::proved_until`](bayeux_proto::Session::proved_until). Messages of the first lists
    /// that were not pushed count as past from then on; without a proof, they are delivered when
    /// the session has ended.
    pub fn handle_proof(&mut self, now: Instant, until: Instant) {
        self.cx.advance(now);
        self.confirm_baseline(until);
    }

    /// Notes that nothing follows, neither pushes nor responses. Hands out held notices. Without a
    /// ledger, also hands out the pushes that wait for missed messages, and reports what is missing
    /// before them; with one, the next start fetches both.
    pub fn handle_end(&mut self, now: Instant) {
        self.cx.advance(now);
        self.release_all_held();
        if !self.cx.out.is_recording {
            self.hand_out_unfinished();
            self.release_all_held();
        }
    }

    /// Handles the passing of time.
    pub fn handle_timeout(&mut self, now: Instant) {
        self.cx.advance(now);
        self.cx.requests.handle_timeout(self.cx.now);
        self.release_due_held();
        self.poll_if_due();
    }

    /// Notes that a conversation's own channel is subscribed, in a new session or again, or no
    /// longer. While it is, reactions are pushed; earlier ones are found by comparing.
    pub fn watch(&mut self, conversation: &ConversationId, is_watched: bool) {
        if is_watched {
            let (found, cx) = self.of(conversation);
            found.watch(cx);
        } else if let Some(found) = self.conversations.get_mut(conversation) {
            found.is_watched = false;
        }
    }

    /// Registers the id of a message that the program is about to send, so that its echo is marked
    /// with [`Delivered::is_own`]. Call it before sending: the push may come before the response.
    pub fn expect(&mut self, guid: SourceGuid) {
        self.cx.out.expect(guid);
    }

    /// Returns the next request for REST. The feed repeats failed requests by itself.
    pub fn poll_request(&mut self) -> Option<(RequestId, Request)> {
        if self.cx.out.len() >= self.cx.config.max_ready {
            return None;
        }
        self.cx.request_snapshot();
        self.cx
            .requests
            .take_next(self.cx.now, self.cx.epoch, self.cx.config.max_requests)
    }

    /// Returns the next delivery.
    pub fn poll_delivery(&mut self) -> Option<Delivered<P>> {
        self.cx.out.take()
    }

    /// Returns the time of the next [`handle_timeout`](Self::handle_timeout).
    pub fn poll_timeout(&self) -> Option<Instant> {
        self.cx
            .requests
            .poll_timeout()
            .into_iter()
            .chain(self.cx.polling.and_then(|polling| polling.next))
            .chain(self.cx.held.front().map(|(at, _)| *at))
            .min()
    }

    /// Returns the number of deliveries waiting. The embedder should read no further pushes while
    /// it is large.
    pub fn backlog(&self) -> usize {
        self.cx.out.len()
    }

    /// Returns whether all conversations are synced: everything is delivered as it is pushed.
    pub fn is_synced(&self) -> bool {
        self.cx.is_live && self.cx.resync.is_none()
    }

    /// Returns the number of buffered pushes.
    pub fn buffered(&self) -> usize {
        self.cx.buffered + self.cx.held.len()
    }

    /// Returns the number of requests, sent or waiting, without the lists that are read once more ten
    /// seconds after a gap.
    pub fn requests(&self) -> usize {
        self.cx.requests.len()
    }

    /// Returns a conversation, which begins here if nothing is known of it, and what it shares with
    /// the others.
    fn of(&mut self, id: &ConversationId) -> (&mut Conversation<P>, &mut Context<P>) {
        let cx = &mut self.cx;
        // A clone of an id costs less than a second lookup.
        let conversation = self.conversations.entry(id.clone()).or_insert_with(|| {
            let mut new = Conversation::new(id.clone(), cx.config.memory());
            // Once all lists are read, a conversation that none had has begun since: nothing of it
            // is missing.
            if cx.is_live && cx.resync.as_ref().is_none_or(Resync::is_listed) {
                new.progress.sync(cx.epoch);
            }
            Box::new(new)
        });
        (conversation, cx)
    }
}

impl<P> fmt::Debug for Feed<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Feed")
            .field("is_live", &self.cx.is_live)
            .field("epoch", &self.cx.epoch)
            .field("conversations", &self.conversations.len())
            .field("buffered", &self.cx.buffered)
            .field("backlog", &self.cx.out.len())
            .finish_non_exhaustive()
    }
}
