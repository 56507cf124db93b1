//! The baseline: where the past of an account ends that starts for the first time.
//!
//! The past ends at the first moment at which the account's own channel is live. That moment is
//! saved before anything else, so it holds through every failure that follows: a list that is not
//! answered, a session that breaks, a process that ends.
//!
//! A message that was sent well before the baseline is past, and one that was sent well after it is
//! not. Around it, clocks cannot tell. While the first session is unbroken, pushes can: whatever is
//! not past was pushed. So these messages count as past, but the cursor stays before them until the
//! session has lived long enough to prove that no push was lost in a dead socket.

use core::time::Duration;

use groupme_model::{ConversationId, Message, MessageId, Timestamp};

use super::Feed;
use crate::{Item, conversation::Fetch, conversation::Until, item::Record, store::Change};

impl<P> Feed<P> {
    /// Sets the baseline, unless there is one already.
    pub(super) fn set_baseline(&mut self, wall: Timestamp) {
        if self.whole_until.is_some() || self.baseline.is_some() {
            return;
        }
        self.baseline = Some(wall);
        self.is_unbroken = true;
        let mut record = Record::default();
        record.changes.push(Change::Baseline(wall));
        self.out.put(Item::Checkpoint, record);
    }

    /// Ends the first session: from here on, pushes do not prove where the past ends.
    pub(super) fn end_first_session(&mut self) {
        if !core::mem::take(&mut self.is_unbroken) {
            return;
        }
        self.trust_at = None;
        for conversation in self.conversations.values_mut() {
            conversation.doubtful = None;
            // All that was pushed so far came in order.
            conversation.begins_with_push = conversation.held.first.is_some();
        }
    }

    /// Begins a conversation that is listed before the account was synced for the first time.
    pub(super) fn begin_listed(
        &mut self,
        id: &ConversationId,
        newest: MessageId,
        sent: Option<Timestamp>,
    ) {
        let history = usize::try_from(self.config.history).unwrap_or(usize::MAX);
        if history > 0 {
            self.fetch_backward(id, Until::Count(history));
            return;
        }
        let since = self.newcomers_since();
        let is_recent = self.baseline.is_some() && sent.is_none_or(|sent| sent >= since);
        if !is_recent {
            self.begin_at(id, newest);
            self.settle(id);
        } else if self.is_unbroken {
            self.fetch_backward(id, Until::Baseline(since));
        } else {
            self.conversation(id).aim(&newest);
            self.fetch_backward(id, Until::Time(since));
        }
    }

    /// Begins a conversation of which nothing was delivered behind the last message of its past.
    pub(super) fn begin_at(&mut self, id: &ConversationId, past: MessageId) {
        let conversation = self.conversation(id);
        if conversation.cursor.is_none() {
            let mut record = Record::default();
            record.changes.push(conversation.begin_at(id, past));
            self.out.put(Item::Checkpoint, record);
        }
    }

    /// Begins a conversation without a past at the first message of it that was pushed. What was
    /// said after that, and not pushed because of a loss, is then missing and not past.
    pub(super) fn begin_with_held(&mut self, id: &ConversationId) {
        let conversation = self.conversation(id);
        let held = &conversation.held;
        if conversation.cursor.is_some() || !matches!(conversation.fetch, Fetch::Idle) {
            return;
        }
        // A first push that found no room has to be fetched.
        let at = held
            .messages
            .iter()
            .position(|(message, _)| held.first.as_ref() == Some(&message.id));
        let Some(at) = at else { return };
        let (message, push) = conversation.held.messages.remove(at);
        self.held -= 1;
        self.deliver_push(message, push);
    }

    /// Takes the messages that were sent at about the moment of the baseline, in an unbroken session.
    /// `past` is the last message before them.
    pub(super) fn take_doubtful(
        &mut self,
        id: &ConversationId,
        past: Option<MessageId>,
        rows: &[Message],
    ) {
        let conversation = self.conversation(id);
        let pushed = conversation.held.first.as_ref();
        // Pushes come in order: what precedes one and was not pushed is past.
        let before_push = rows
            .iter()
            .rev()
            .find(|row| pushed.is_some_and(|pushed| row.id < *pushed));
        let past = before_push.map(|row| row.id.clone()).or(past);
        conversation.doubtful = rows.last().map(|row| row.id.clone());
        if conversation.doubtful.is_some() {
            self.trust_at = Some(self.now + TRUST_AFTER);
        }
        if let Some(past) = past {
            self.begin_at(id, past);
        }
        self.finish(id);
    }

    /// Counts doubtful messages as past once the first session has lived for long enough.
    pub(super) fn trust_first_session(&mut self) {
        if self.trust_at.is_none_or(|at| at > self.now) {
            return;
        }
        self.trust_at = None;
        let doubtful: Vec<(ConversationId, MessageId)> = self
            .conversations
            .iter_mut()
            .filter_map(|(id, found)| Some((id.clone(), found.doubtful.take()?)))
            .collect();
        for (id, message) in doubtful {
            let conversation = self.conversation(&id);
            conversation.met_at = conversation.met_at.take().max(Some(message.clone()));
            self.skip(&id, message);
        }
    }

    /// How far back a conversation is fetched of which nothing was delivered: what was sent before
    /// that was not missed.
    pub(super) fn newcomers_since(&self) -> Timestamp {
        let (moment, slack) = match (self.whole_until, self.baseline) {
            (Some(until), _) => (until, SLACK),
            (None, Some(baseline)) => (baseline, BASELINE_SLACK),
            (None, None) => (Timestamp::EPOCH, SLACK),
        };
        let slack = i64::try_from(slack.as_millis()).unwrap_or(0);
        Timestamp::from_millis(moment.as_millis().saturating_sub(slack))
    }

    /// The moment from which on all messages are delivered with the history of the first start.
    pub(super) fn history_since(&self) -> Option<Timestamp> {
        let baseline = self.baseline.filter(|_| self.whole_until.is_none())?;
        Some(if self.is_unbroken {
            // A message of the same second may be past, and is pushed if it is not.
            Timestamp::from_secs(baseline.as_secs() + 1)
        } else {
            self.newcomers_since()
        })
    }
}

/// How much earlier than the account was last whole it is looked for what was missed. Clocks differ,
/// and messages of several conversations are not delivered in the order in which they were sent.
const SLACK: Duration = Duration::from_mins(10);

/// How far the clocks of this machine and of GroupMe may differ. A greater value delivers more of
/// the past when the first session breaks, and costs a request for each conversation in which
/// something was said so recently; a smaller one risks a loss where clocks are wrong.
const BASELINE_SLACK: Duration = Duration::from_mins(1);

/// How long the first session has to live to prove that its socket was alive: longer than any
/// heartbeat needs to find a dead one.
const TRUST_AFTER: Duration = Duration::from_mins(2);
