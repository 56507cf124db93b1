//! Requests of a feed for REST.

use core::time::Duration;
use std::collections::{BTreeMap, VecDeque};

use bayeux_proto::{Backoff, Instant, Jitter};
use groupme_model::{
    Chat, ConversationId, Group, GroupId, HistoryWindow, MessageRow, Topic, member::MembershipState,
};

use crate::pace::Pace;

/// Request for REST. Its response goes to [`Feed::handle_response`](crate::Feed::handle_response).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Request {
    /// Page of the list of groups, without members; answered with [`Response::Groups`].
    Groups {
        /// Page number, from 1.
        page: u32,
        /// Groups on a page.
        limit: u32,
    },
    /// Page of the list of direct conversations; answered with [`Response::Chats`].
    Chats {
        /// Page number, from 1.
        page: u32,
        /// Conversations on a page.
        limit: u32,
    },
    /// Membership of the user in each group, left groups included; answered with
    /// [`Response::Memberships`].
    Memberships,
    /// Topics of a group; answered with [`Response::Topics`].
    Topics {
        /// Group.
        group: GroupId,
    },
    /// Part of a history; answered with [`Response::Messages`], in any order.
    History {
        /// Conversation.
        conversation: ConversationId,
        /// Part of the history.
        window: HistoryWindow,
        /// Maximum messages.
        limit: u32,
    },
    /// Pinned messages of a conversation; answered with [`Response::Messages`], which is empty if
    /// there is no such list.
    Pinned {
        /// Conversation.
        conversation: ConversationId,
    },
}

/// Response of REST.
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
    Messages(Rows),
}

/// Messages of a response, each in the frame of the page.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Rows {
    /// The messages.
    pub messages: Vec<MessageRow>,
    /// Number of further messages in the response, which have no id that can be read.
    pub unreadable: usize,
}

impl From<Vec<MessageRow>> for Rows {
    fn from(messages: Vec<MessageRow>) -> Self {
        Self {
            messages,
            unreadable: 0,
        }
    }
}

impl Rows {
    /// Counts messages whose ids cannot be positions as unreadable.
    pub(crate) fn with_positions(mut self) -> Self {
        let before = self.messages.len();
        self.messages
            .retain(|row| row.id().is_position(row.created_at()));
        self.unreadable = self.unreadable.saturating_add(before - self.messages.len());
        self
    }

    /// Returns the same messages with a number of others that cannot be read.
    #[must_use]
    pub fn with_unreadable(mut self, unreadable: usize) -> Self {
        self.unreadable = unreadable;
        self
    }
}

/// Failure of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Failure {
    /// Temporary: no connection, a server error, too many requests.
    Unavailable,
    /// The response cannot be read, not even that for a single message. May be temporary: a response
    /// may come from a proxy.
    Unreadable,
    /// Permanent: no such conversation or list, or not any more.
    Gone,
    /// Permanent: refused.
    Refused,
    /// Permanent: a defect of this program, such as a panic while the request was sent.
    Internal,
}

/// Id of one request in flight; never used twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RequestId(u64);

impl RequestId {
    /// Returns the number of the id.
    pub const fn number(self) -> u64 {
        self.0
    }
}

/// Request with its bookkeeping.
#[derive(Clone, Debug)]
pub(crate) struct Pending {
    pub(crate) request: Request,
    pub(crate) purpose: Purpose,
    /// Epoch in which it was sent: the response may lack later messages.
    pub(crate) asked_in: u64,
    /// Time at which it was sent first.
    since: Option<Instant>,
    attempts: u32,
}

impl Pending {
    /// Returns whether it continues a backward fetch.
    fn continues_history(&self) -> bool {
        let is_before = matches!(
            &self.request,
            Request::History {
                window: HistoryWindow::Before(_),
                ..
            }
        );
        is_before && self.purpose == Purpose::Fetch
    }

    fn new(request: Request, purpose: Purpose) -> Self {
        Self {
            request,
            purpose,
            asked_in: 0,
            since: None,
            attempts: 0,
        }
    }
}

/// Purpose of a response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Listing conversations, in the resync of this number.
    List(u64),
    /// Delivering messages.
    Fetch,
    /// Comparing states.
    Compare,
    /// Finding the newest messages before the account is live for the first time.
    Snapshot,
}

impl Purpose {
    /// Returns the place in the queue.
    fn rank(self) -> u8 {
        match self {
            Self::List(_) | Self::Snapshot => 0,
            Self::Fetch => 1,
            Self::Compare => 2,
        }
    }
}

/// Number of the lists that are read once more after a resync, whose own numbers begin with 1.
pub(crate) const SECOND_LOOK: u64 = 0;

/// Requests to send, to repeat, and in flight.
#[derive(Debug)]
pub(crate) struct Requests {
    next: u64,
    ready: VecDeque<Pending>,
    later: Vec<(Instant, Pending)>,
    asked: BTreeMap<RequestId, Pending>,
    /// Time of the next comparison, until it has come.
    next_comparison: Option<Instant>,
    pace: Pace,
    jitter: Jitter,
}

impl Requests {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            next: 0,
            ready: VecDeque::new(),
            later: Vec::new(),
            asked: BTreeMap::new(),
            next_comparison: None,
            pace: Pace::default(),
            jitter: Jitter::new(seed),
        }
    }

    /// Enqueues a request. Lists go first, and fetches before comparisons.
    pub(crate) fn enqueue(&mut self, request: Request, purpose: Purpose) {
        self.insert(Pending::new(request, purpose));
    }

    fn insert(&mut self, pending: Pending) {
        if pending.continues_history() {
            // The pages fetched so far stay in memory until this one.
            let is_list = |other: &&Pending| other.purpose.rank() < Purpose::Fetch.rank();
            let at = self.ready.iter().take_while(is_list).count();
            self.ready.insert(at, pending);
        } else {
            let rank = pending.purpose.rank();
            let at = self
                .ready
                .iter()
                .position(|other| other.purpose.rank() > rank);
            self.ready.insert(at.unwrap_or(self.ready.len()), pending);
        }
    }

    /// Enqueues a request at a time.
    pub(crate) fn enqueue_at(&mut self, at: Instant, request: Request, purpose: Purpose) {
        self.later.push((at, Pending::new(request, purpose)));
    }

    /// Enqueues a request after a delay that grows with `times`.
    pub(crate) fn enqueue_later(
        &mut self,
        now: Instant,
        request: Request,
        purpose: Purpose,
        times: u32,
    ) {
        let at = now + self.backoff(times);
        self.enqueue_at(at, request, purpose);
    }

    /// Returns the next request, if fewer than `limit` are in flight.
    pub(crate) fn take_next(
        &mut self,
        now: Instant,
        epoch: u64,
        limit: usize,
    ) -> Option<(RequestId, Request)> {
        if self.asked.len() >= limit.max(1) {
            return None;
        }
        let purpose = self.ready.front()?.purpose;
        if !self.pace.allows(now, purpose) {
            return None;
        }
        if purpose == Purpose::Compare {
            let is_comparing = |pending: &Pending| pending.purpose == Purpose::Compare;
            if self.next_comparison.is_some() || self.asked.values().any(is_comparing) {
                return None;
            }
            self.next_comparison = Some(now + self.pace.comparison_interval(now));
        }
        self.pace.note(now, purpose);
        let mut pending = self.ready.pop_front()?;
        pending.asked_in = epoch;
        pending.since.get_or_insert(now);
        let id = RequestId(self.next);
        self.next += 1;
        let request = pending.request.clone();
        self.asked.insert(id, pending);
        Some((id, request))
    }

    pub(crate) fn complete(&mut self, id: RequestId) -> Option<Pending> {
        self.asked.remove(&id)
    }

    /// Repeats a failed request later. Returns it instead after `give_up_after`.
    pub(crate) fn retry_later(
        &mut self,
        now: Instant,
        mut pending: Pending,
        give_up_after: Duration,
    ) -> Option<Pending> {
        let since = pending.since.unwrap_or(now);
        if now - since >= give_up_after {
            return Some(pending);
        }
        pending.attempts += 1;
        let wait = self.backoff(pending.attempts - 1).min(give_up_after);
        self.later.push((now + wait, pending));
        None
    }

    /// Returns the delay before a request is repeated, after `times` repetitions.
    fn backoff(&mut self, times: u32) -> Duration {
        // At least half, so that a failing API is asked less and less often.
        let half = BACKOFF.ceiling(times.saturating_add(1)) / 2;
        half + self.jitter.below(half)
    }

    /// Moves due repetitions to the queue.
    pub(crate) fn handle_timeout(&mut self, now: Instant) {
        let (due, later) = core::mem::take(&mut self.later)
            .into_iter()
            .partition::<Vec<_>, _>(|(at, _)| *at <= now);
        self.later = later;
        for (_, pending) in due {
            self.insert(pending);
        }
        self.next_comparison = self.next_comparison.filter(|at| *at > now);
        self.pace.handle_timeout(now);
    }

    pub(crate) fn poll_timeout(&self) -> Option<Instant> {
        let paused = [self.next_comparison, self.pace.paused_until()];
        let paused = paused.into_iter().flatten();
        let paused = paused.filter(|_| !self.ready.is_empty());
        let later = self.later.iter().map(|(at, _)| *at);
        later.chain(paused).min()
    }

    /// Drops requests that are no longer wanted, except those in flight.
    pub(crate) fn retain(&mut self, wanted: impl Fn(&Pending) -> bool) {
        self.ready.retain(&wanted);
        self.later.retain(|(_, pending)| wanted(pending));
    }

    /// Returns the number of requests, in flight or not, without a second look that is not due.
    pub(crate) fn len(&self) -> usize {
        let is_wanted = |(_, pending): &&(Instant, Pending)| {
            pending.purpose != Purpose::List(SECOND_LOOK) || pending.since.is_some()
        };
        let later = self.later.iter().filter(is_wanted).count();
        self.ready.len() + later + self.asked.len()
    }
}

/// Delays of repeated requests, in addition to the retries of the REST client.
const BACKOFF: Backoff = Backoff::new(Duration::from_secs(1), Duration::from_secs(30));
