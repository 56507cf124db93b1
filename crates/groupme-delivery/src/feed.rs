//! The feed: pushes and answers go in, questions and deliveries come out.

mod compare;
mod deliver;
mod failures;
mod fetch;
mod lists;
mod polling;
mod push;
mod round;

use core::fmt;
use std::collections::BTreeMap;

use bayeux_proto::Instant;
use groupme_model::{ConversationId, EventRef, SourceGuid, Timestamp, UserId};

use self::round::Round;
use crate::{
    Config, Delivered, Failure, GapCause, Item, Request, RequestId, Response, Saved,
    conversation::Conversation,
    item::Record,
    outbox::Outbox,
    question::{Purpose, Questions},
};

/// What was pushed to a user and what REST has, merged. `P` is a push in whatever form the embedder
/// has it; it is handed back and not looked at.
///
/// Any order of calls is legal. After each, [`poll_request`](Self::poll_request) and
/// [`poll_delivery`](Self::poll_delivery) may have something, and
/// [`poll_timeout`](Self::poll_timeout) may be another time.
pub struct Feed<P> {
    config: Config,
    you: UserId,
    now: Instant,
    /// Counts the times when pushes began to flow or ceased to.
    epoch: u64,
    is_live: bool,
    /// Why something may be missing.
    cause: GapCause,
    conversations: BTreeMap<ConversationId, Conversation<P>>,
    round: Option<Round>,
    questions: Questions,
    out: Outbox<P>,
    /// How many pushes are held, in all.
    held: usize,
    /// Everything before this was delivered; `None` before the account has been met.
    whole_until: Option<Timestamp>,
    /// Whether it is known which groups the user had left before the account was met.
    knows_former: bool,
    /// When the newest message known was sent.
    newest: Timestamp,
    /// Since when nothing is pushed, and whether REST is polled for it.
    silent_since: Option<Instant>,
    next_poll: Option<Instant>,
    is_polling: bool,
}

impl<P> Feed<P> {
    /// A feed for a user, who was left at what was saved. `seed` decides how long it waits before
    /// it repeats a question, and nothing else.
    pub fn new(config: Config, you: UserId, saved: Saved, seed: u64) -> Self {
        let memory = config.memory();
        let conversations = saved
            .conversations
            .into_iter()
            .map(|(id, saved)| (id, Conversation::from_saved(saved, memory)));
        Self {
            conversations: conversations.collect(),
            config,
            you,
            now: Instant::ORIGIN,
            epoch: 1,
            is_live: false,
            cause: GapCause::Absence,
            round: None,
            questions: Questions::new(seed),
            out: Outbox::new(),
            held: 0,
            whole_until: saved.whole_until,
            knows_former: saved.knows_former,
            newest: Timestamp::EPOCH,
            silent_since: None,
            next_poll: None,
            is_polling: false,
        }
    }

    /// The account's own channel is subscribed, in a new session or anew: what is said from here on
    /// is pushed. What was said before is looked for. `wall` is the time of day, which needs to be
    /// right by some minutes only.
    ///
    /// That nothing was missed needs no call.
    pub fn handle_live(&mut self, now: Instant, wall: Timestamp) {
        self.advance(now);
        self.is_live = true;
        self.epoch += 1;
        self.silent_since = None;
        self.next_poll = None;
        if core::mem::take(&mut self.is_polling) {
            self.out.put(Item::Polling(false), Record::default());
        }
        self.begin_round(wall);
    }

    /// Nothing is pushed from here on, or what was is not complete: the connection is lost, or the
    /// program was too slow. Once that is over, call [`handle_live`](Self::handle_live).
    pub fn handle_loss(&mut self, now: Instant, cause: GapCause) {
        self.advance(now);
        if self.is_live {
            self.cause = cause;
            self.is_live = false;
            self.epoch += 1;
            self.drop_round();
        }
        self.await_polling();
    }

    /// A push came. `event` is what it says.
    pub fn handle_push(&mut self, now: Instant, event: &EventRef<'_>, push: P) {
        self.advance(now);
        self.take_push(event, push);
    }

    /// REST answered a question, or did not. Every question wants one answer.
    pub fn handle_response(
        &mut self,
        now: Instant,
        id: RequestId,
        answer: Result<Response, Failure>,
    ) {
        self.advance(now);
        let Some(pending) = self.questions.answered(id) else {
            return;
        };
        match (answer, pending.purpose) {
            (Err(Failure::Unavailable), _) => {
                let patience = self.config.give_up_after;
                if let Some(pending) = self.questions.postpone(self.now, pending, patience) {
                    self.fail(&pending, Failure::Unavailable);
                }
            }
            (Err(failure), _) => self.fail(&pending, failure),
            (Ok(answer), Purpose::List(round)) => self.take_list(round, &pending, answer),
            (Ok(Response::Messages(rows)), Purpose::Fetch) => self.take_rows(&pending, rows),
            (Ok(Response::Messages(rows)), Purpose::Reread) => self.compare(&pending, rows),
            // The answer to another question.
            (Ok(_), Purpose::Fetch | Purpose::Reread) => self.fail(&pending, Failure::Refused),
        }
        self.check_round();
    }

    /// Time has passed.
    pub fn handle_timeout(&mut self, now: Instant) {
        self.advance(now);
        self.questions.handle_timeout(self.now);
        if self.next_poll.is_some_and(|at| at <= self.now) {
            self.next_poll = None;
            self.poll_round();
        }
    }

    /// A conversation's own channel is subscribed, in a new session or anew, or is no longer. Where
    /// it is, reactions are pushed; what they were before is compared.
    pub fn watch(&mut self, conversation: &ConversationId, is_watched: bool) {
        if is_watched {
            let epoch = self.epoch;
            let found = self.conversation(conversation);
            (found.is_watched, found.is_stale) = (true, true);
            if found.whole_in == epoch {
                self.want_comparison(conversation);
            }
        } else if let Some(found) = self.conversations.get_mut(conversation) {
            found.is_watched = false;
        }
    }

    /// The program sends a message under this id: its echo will be marked as one's own. Call it
    /// before sending, since the push may come before the answer.
    pub fn expect(&mut self, guid: SourceGuid) {
        self.out.expect(guid);
    }

    /// The next question for REST. Those that fail are asked again by the feed.
    pub fn poll_request(&mut self) -> Option<(RequestId, Request)> {
        if self.out.len() >= self.config.max_ready {
            return None;
        }
        self.questions
            .ask(self.now, self.epoch, self.config.max_requests)
    }

    /// The next delivery; `None` when there is none.
    pub fn poll_delivery(&mut self) -> Option<Delivered<P>> {
        self.out.take()
    }

    /// When [`handle_timeout`](Self::handle_timeout) is to be called next; `None` for never.
    pub fn poll_timeout(&self) -> Option<Instant> {
        self.questions
            .poll_timeout()
            .into_iter()
            .chain(self.next_poll)
            .min()
    }

    /// How many deliveries wait. Whoever reports pushes should wait, too, when there are many.
    pub fn backlog(&self) -> usize {
        self.out.len()
    }

    /// Whether everything is delivered as it is pushed, in all conversations.
    pub fn is_synced(&self) -> bool {
        self.is_live && self.round.is_none()
    }

    /// How many pushes are held.
    pub fn held(&self) -> usize {
        self.held
    }

    /// How many questions there are, asked or still to be asked.
    pub fn questions(&self) -> usize {
        self.questions.len()
    }

    fn advance(&mut self, now: Instant) {
        self.now = self.now.max(now);
    }

    fn conversation(&mut self, id: &ConversationId) -> &mut Conversation<P> {
        let memory = self.config.memory();
        // Once all have been listed, one that was not has begun since: nothing of it is missing.
        let is_synced = self.is_live && self.round.as_ref().is_none_or(Round::is_listed);
        let epoch = self.epoch;
        self.conversations.entry(id.clone()).or_insert_with(|| {
            let mut new = Conversation::new(memory);
            if is_synced {
                (new.whole_in, new.listed_in) = (epoch, epoch);
            }
            new
        })
    }
}

impl<P> fmt::Debug for Feed<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Feed")
            .field("is_live", &self.is_live)
            .field("epoch", &self.epoch)
            .field("conversations", &self.conversations.len())
            .field("held", &self.held)
            .field("backlog", &self.out.len())
            .finish_non_exhaustive()
    }
}
