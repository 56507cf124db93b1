//! What a feed asks of REST.

use core::time::Duration;
use std::collections::{BTreeMap, VecDeque};

use bayeux_proto::Instant;
use groupme_model::{
    Chat, ConversationId, Group, GroupId, Message, MessageId, Topic, member::MembershipState,
};

/// A question for REST. The answer goes to
/// [`Feed::handle_response`](crate::Feed::handle_response).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Request {
    /// A page of the list of groups, members left out; answered with [`Response::Groups`].
    Groups {
        /// The page, from 1.
        page: u32,
        /// How many groups a page has.
        limit: u32,
    },
    /// A page of the list of direct conversations; answered with [`Response::Chats`].
    Chats {
        /// The page, from 1.
        page: u32,
        /// How many conversations a page has.
        limit: u32,
    },
    /// What the user is in which group, former ones included; answered with
    /// [`Response::Memberships`].
    Memberships,
    /// The topics of a group; answered with [`Response::Topics`].
    Topics {
        /// The group.
        group: GroupId,
    },
    /// A part of a history; answered with [`Response::Messages`], in whatever order.
    History {
        /// The conversation.
        conversation: ConversationId,
        /// Which part.
        window: Window,
        /// How many messages at most.
        limit: u32,
    },
    /// The pinned messages of a conversation; answered with [`Response::Messages`]. That there is no
    /// such list is an empty one.
    Pinned {
        /// The conversation.
        conversation: ConversationId,
    },
}

/// Which part of a history.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Window {
    /// The newest messages.
    Newest,
    /// Those right before a message.
    Before(MessageId),
    /// Those right after a message (`after_id`, not `since_id`, which leaves some out).
    After(MessageId),
}

/// What REST answered.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Response {
    /// Groups.
    Groups(Vec<Group>),
    /// Direct conversations.
    Chats(Vec<Chat>),
    /// Memberships.
    Memberships(Vec<MembershipState>),
    /// Topics.
    Topics(Vec<Topic>),
    /// Messages.
    Messages(Vec<Message>),
}

/// Why REST gave no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Failure {
    /// It may later: no connection, a server that failed, too many requests.
    Unavailable,
    /// There is no such thing, or not any more.
    Gone,
    /// It will not.
    Refused,
}

/// Names one question on its way; never used twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RequestId(u64);

impl RequestId {
    /// The number behind the name.
    pub const fn number(self) -> u64 {
        self.0
    }
}

/// A question, and what the feed knows of it.
#[derive(Clone, Debug)]
pub(crate) struct Pending {
    pub(crate) question: Request,
    pub(crate) purpose: Purpose,
    /// The epoch in which it was asked: what happened later may not be in the answer.
    pub(crate) asked_in: u64,
    /// When it was asked for the first time.
    since: Option<Instant>,
    attempts: u32,
}

impl Pending {
    /// Whether it goes on with a history that is fetched from its end.
    fn goes_on(&self) -> bool {
        let is_before = matches!(
            &self.question,
            Request::History {
                window: Window::Before(_),
                ..
            }
        );
        is_before && self.purpose == Purpose::Fetch
    }

    fn new(question: Request, purpose: Purpose) -> Self {
        Self {
            question,
            purpose,
            asked_in: 0,
            since: None,
            attempts: 0,
        }
    }
}

/// What an answer is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// To list conversations, in the round of this number.
    List(u64),
    /// To deliver messages.
    Fetch,
    /// To compare.
    Reread,
}

/// The questions that are to be asked, or are.
#[derive(Debug)]
pub(crate) struct Questions {
    next: u64,
    ready: VecDeque<Pending>,
    later: Vec<(Instant, Pending)>,
    asked: BTreeMap<RequestId, Pending>,
    jitter: u64,
}

impl Questions {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            next: 0,
            ready: VecDeque::new(),
            later: Vec::new(),
            asked: BTreeMap::new(),
            jitter: seed,
        }
    }

    /// Wants an answer. What is delivered goes before what is compared.
    pub(crate) fn want(&mut self, question: Request, purpose: Purpose) {
        let pending = Pending::new(question, purpose);
        if pending.goes_on() {
            // What was fetched of it so far waits for the rest.
            self.ready.push_front(pending);
        } else if purpose == Purpose::Reread {
            self.ready.push_back(pending);
        } else {
            let at = self
                .ready
                .iter()
                .position(|other| other.purpose == Purpose::Reread);
            self.ready.insert(at.unwrap_or(self.ready.len()), pending);
        }
    }

    /// Wants an answer after a while, the longer the more `times` it was wanted before.
    pub(crate) fn want_later(
        &mut self,
        now: Instant,
        question: Request,
        purpose: Purpose,
        times: u32,
    ) {
        let at = now + self.wait(times);
        self.later.push((at, Pending::new(question, purpose)));
    }

    /// The next question, if fewer than `limit` are on their way.
    pub(crate) fn ask(
        &mut self,
        now: Instant,
        epoch: u64,
        limit: usize,
    ) -> Option<(RequestId, Request)> {
        if self.asked.len() >= limit.max(1) {
            return None;
        }
        let mut pending = self.ready.pop_front()?;
        pending.asked_in = epoch;
        pending.since.get_or_insert(now);
        let id = RequestId(self.next);
        self.next += 1;
        let question = pending.question.clone();
        self.asked.insert(id, pending);
        Some((id, question))
    }

    pub(crate) fn answered(&mut self, id: RequestId) -> Option<Pending> {
        self.asked.remove(&id)
    }

    /// Asks again later, unless that has been done for too long: then the question comes back.
    pub(crate) fn postpone(
        &mut self,
        now: Instant,
        mut pending: Pending,
        patience: Duration,
    ) -> Option<Pending> {
        let since = pending.since.unwrap_or(now);
        if now - since >= patience {
            return Some(pending);
        }
        pending.attempts += 1;
        let wait = self.wait(pending.attempts - 1).min(patience);
        self.later.push((now + wait, pending));
        None
    }

    /// How long to wait before a question is repeated that was so many times.
    fn wait(&mut self, times: u32) -> Duration {
        let most = FIRST_WAIT.saturating_mul(2_u32.saturating_pow(times));
        most.min(LAST_WAIT).mul_f64(0.5 + self.random() / 2.0)
    }

    /// Makes ready what was put off until now.
    pub(crate) fn handle_timeout(&mut self, now: Instant) {
        let (due, later) = core::mem::take(&mut self.later)
            .into_iter()
            .partition::<Vec<_>, _>(|(at, _)| *at <= now);
        self.later = later;
        self.ready
            .extend(due.into_iter().map(|(_, pending)| pending));
    }

    pub(crate) fn poll_timeout(&self) -> Option<Instant> {
        self.later.iter().map(|(at, _)| *at).min()
    }

    /// Forgets the questions that nobody wants any more, but for those on their way.
    pub(crate) fn retain(&mut self, wanted: impl Fn(&Pending) -> bool) {
        self.ready.retain(&wanted);
        self.later.retain(|(_, pending)| wanted(pending));
    }

    /// How many questions there are, asked or not.
    pub(crate) fn len(&self) -> usize {
        self.ready.len() + self.later.len() + self.asked.len()
    }

    /// A number from 0 to 1 (`SplitMix64`).
    fn random(&mut self) -> f64 {
        self.jitter = self.jitter.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = self.jitter;
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        f64::from(u32::try_from((word ^ (word >> 31)) >> 32).unwrap_or(0)) / f64::from(u32::MAX)
    }
}

/// How long to wait before a question is repeated, at first and at most; of these at least half.
/// REST clients repeat by themselves, too.
const FIRST_WAIT: Duration = Duration::from_secs(1);
const LAST_WAIT: Duration = Duration::from_secs(30);
