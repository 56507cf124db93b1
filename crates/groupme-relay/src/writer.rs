//! Writer of one account's log: claims it, appends to it, and notices when another has.
//!
//! Each append names the sequence of the writer's last entry, and the broker refuses it if the log has
//! another last entry. So a claim shuts out every earlier writer from the moment it is stored, whatever
//! that writer believes. An append without an answer is repeated with the same id; an append that is
//! refused is looked up, since a repetition is refused too if the first attempt was stored.

use core::time::Duration;

use crate::{
    AccountName, ClaimId, Content, Entry, NodeId, Stored, Word,
    broker::{Appended, Last},
};

/// Writer of one account's log, without IO. Time is measured from the start of the node.
///
/// The driver performs [`poll`](Self::poll) and reports the answers, one action at a time, until there
/// is none; then [`state`](Self::state) tells the outcome.
#[derive(Debug)]
pub struct Writer {
    account: AccountName,
    claim: ClaimId,
    /// Sequence, place and id of the last entry of the log, as far as this writer knows.
    at: u64,
    place: u64,
    last_id: Option<Box<str>>,
    step: Step,
    has_claimed: bool,
    /// Connections of the broker's client up to the last answer.
    connection: u64,
    /// Attempts without an answer in a row.
    attempts: u32,
    not_before: Duration,
}

#[derive(Debug)]
enum Step {
    /// To look for the last entry of the log, before the claim.
    Look,
    /// To append.
    Append(Box<Entry>),
    /// To look whether the last entry is the one just appended.
    Doubt(Box<Entry>),
    /// To look whether the last entry is still the writer's, and to append then.
    Verify(Option<Box<Entry>>),
    Idle,
    Fenced,
}

/// Request of a writer to the broker.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Action {
    /// Append the entry, if the last entry of the log has this sequence; 0 for an empty log.
    Append {
        /// Entry.
        entry: Box<Entry>,
        /// Sequence.
        after: u64,
    },
    /// Read the last entry of the log.
    Last,
    /// Ask again at this time.
    Wait(Duration),
}

/// Outcome so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum State {
    /// Something is under way.
    Busy,
    /// Everything offered is stored.
    Idle,
    /// Another has claimed the log, or the broker lost its tail. Nothing more can be appended.
    Fenced,
}

impl Writer {
    /// Returns a writer that claims a log. `number` must be new for the node.
    pub fn new(account: AccountName, node: &NodeId, number: u64) -> Self {
        Self {
            claim: ClaimId::new(node, number),
            account,
            at: 0,
            place: 0,
            last_id: None,
            step: Step::Look,
            has_claimed: false,
            connection: 0,
            attempts: 0,
            not_before: Duration::ZERO,
        }
    }

    /// Returns the claim.
    pub const fn claim(&self) -> &ClaimId {
        &self.claim
    }

    /// Returns the sequence of the last entry.
    pub const fn at(&self) -> u64 {
        self.at
    }

    /// Returns the place of the last entry.
    pub const fn place(&self) -> u64 {
        self.place
    }

    /// Returns the outcome so far.
    pub const fn state(&self) -> State {
        match self.step {
            Step::Idle => State::Idle,
            Step::Fenced => State::Fenced,
            _ => State::Busy,
        }
    }

    /// Offers the next entry.
    ///
    /// # Panics
    ///
    /// If the writer is not [`State::Idle`]: entries are appended one after the other.
    pub fn offer(&mut self, content: Content, changes: Option<Box<str>>) {
        assert!(matches!(self.step, Step::Idle), "one entry at a time");
        self.step = Step::Append(self.entry(content, changes));
    }

    /// Asks to look whether the log is still the writer's. Does nothing while something is under way.
    pub fn verify(&mut self) {
        if matches!(self.step, Step::Idle) {
            self.step = Step::Verify(None);
        }
    }

    /// Returns the next request to the broker. `connection` counts the connections of the broker's
    /// client: a broker that was away may have lost its tail, and may have given the sequence of the
    /// writer's last entry to another's, so that the comparison of sequences alone would not do.
    pub fn poll(&mut self, now: Duration, connection: u64) -> Option<Action> {
        if connection != self.connection {
            self.connection = connection;
            self.step = match core::mem::replace(&mut self.step, Step::Idle) {
                Step::Append(entry) if self.has_claimed => Step::Verify(Some(entry)),
                Step::Append(claim) => Step::Doubt(claim),
                Step::Idle if self.has_claimed => Step::Verify(None),
                step => step,
            };
        }
        if matches!(self.step, Step::Idle | Step::Fenced) {
            return None;
        }
        if now < self.not_before {
            return Some(Action::Wait(self.not_before));
        }
        Some(match &self.step {
            Step::Append(entry) => Action::Append {
                entry: entry.clone(),
                after: self.at,
            },
            _ => Action::Last,
        })
    }

    /// Takes the answer to [`Action::Append`].
    pub fn handle_appended(&mut self, now: Duration, answer: Appended) {
        let Step::Append(entry) = core::mem::replace(&mut self.step, Step::Idle) else {
            return;
        };
        match answer {
            Appended::At(sequence) => self.stored(sequence, &entry),
            Appended::Refused => {
                self.attempts = 0;
                self.step = Step::Doubt(entry);
            }
            Appended::Unknown => {
                self.step = Step::Append(entry);
                self.back_off(now);
            }
        }
    }

    /// Takes the answer to [`Action::Last`]: the last entry of the log, or that the broker did not say.
    pub fn handle_last(&mut self, now: Duration, answer: Last) {
        let last = match answer {
            Last::Unknown => return self.back_off(now),
            Last::Empty => None,
            Last::Entry(stored) => Some(stored),
        };
        self.attempts = 0;
        match core::mem::replace(&mut self.step, Step::Idle) {
            Step::Look => self.claim_after(last.as_deref()),
            Step::Doubt(entry) => match last {
                Some(last) if *last.id == *entry.id() => self.stored(last.sequence, &entry),
                // Another was faster: claim after its entry.
                last if !self.has_claimed => self.claim_after(last.as_deref()),
                _ => self.step = Step::Fenced,
            },
            Step::Verify(entry) => {
                let last_id = last.as_ref().map(|last| &last.id);
                self.step = match entry {
                    Some(entry) if last_id.is_some_and(|id| **id == *entry.id()) => {
                        let sequence = last.map_or(0, |last| last.sequence);
                        return self.stored(sequence, &entry);
                    }
                    _ if last_id != self.last_id.as_ref() => Step::Fenced,
                    Some(entry) => Step::Append(entry),
                    None => Step::Idle,
                };
                // The broker may have restored the entry under another sequence.
                self.at = last.map_or(0, |last| last.sequence);
            }
            step => self.step = step,
        }
    }

    fn claim_after(&mut self, last: Option<&Stored>) {
        self.at = last.map_or(0, |last| last.sequence);
        self.place = last.map_or(0, |last| last.place);
        let body = format!(r#"{{"claim":"{}"}}"#, self.claim);
        let content = Content::word(Word::Claim, "", body);
        self.step = Step::Append(self.entry(content, None));
    }

    fn entry(&self, content: Content, changes: Option<Box<str>>) -> Box<Entry> {
        let mut entry = Entry {
            account: self.account.clone(),
            claim: self.claim.clone(),
            place: self.place,
            content,
            changes,
        };
        entry.place += u64::from(!entry.is(Word::Snapshot));
        Box::new(entry)
    }

    fn stored(&mut self, sequence: u64, entry: &Entry) {
        self.at = sequence;
        self.place = entry.place;
        self.last_id = Some(entry.id().into());
        self.has_claimed = true;
        self.attempts = 0;
        self.not_before = Duration::ZERO;
        self.step = Step::Idle;
    }

    fn back_off(&mut self, now: Duration) {
        let wait = FIRST_WAIT
            .saturating_mul(1 << self.attempts.min(8))
            .min(LONGEST_WAIT);
        self.attempts = self.attempts.saturating_add(1);
        self.not_before = now + wait;
    }
}

const FIRST_WAIT: Duration = Duration::from_millis(20);
const LONGEST_WAIT: Duration = Duration::from_secs(1);
