//! The baseline: the moment at which the past of an account ends, set at the very first start.
//!
//! The baseline is the first moment at which the account's own channel is live. It is saved before
//! anything else, so it survives every later failure: an unanswered list, a broken session, the end
//! of the process.
//!
//! A message sent well before the baseline is past, and one sent well after it is not. Close to it,
//! clocks cannot decide. A snapshot can, where REST answers before the account is live: what it has
//! is past. Pushes can as well, as long as the first session is unbroken: every message after the
//! baseline is pushed. So the other messages count as past, but the cursor stays before them until
//! the session has proved that no push was lost in a dead socket. The time alone is no proof: with
//! a long hold, a client finds a dead socket after many minutes.
//!
//! The same holds for groups that the user has left: those of the snapshot were left before the
//! baseline. The others are held until the session has proved its socket alive, and are reported if
//! it breaks before: their messages may have been pushed into a dead socket.

use core::time::Duration;

use bayeux_proto::Instant;
use groupme_model::{ConversationId, Timestamp};

use super::{
    Feed,
    resync::{Begun, Memberships},
};
use crate::{
    Failure, Item, Request, Response, context::Context, item::Record, request::Purpose,
    store::Change,
};

impl<P> Context<P> {
    /// Requests the newest messages before the account is live for the first time. They
    /// certainly belong to the past, which timestamps alone cannot show for messages sent at about
    /// the baseline. The first page of each list is enough: it has the conversations with the
    /// newest messages.
    pub(crate) fn request_snapshot(&mut self) {
        let is_wanted = self.synced_until.is_none()
            && self.first_session.wants_snapshot()
            && self.polling.is_none()
            && self.config.history == 0;
        if !is_wanted {
            return;
        }
        self.first_session.begin_snapshot(self.now);
        let (page, limit) = (1, self.config.page);
        for request in [
            Request::Groups { page, limit },
            Request::Chats { page, limit },
            Request::Memberships,
        ] {
            self.requests.enqueue(request, Purpose::Snapshot);
        }
    }

    /// Holds the groups that the user has left, until the first session has proved its socket
    /// alive. Those known to be left at the baseline need no proof.
    pub(crate) fn hold_left_groups(&mut self, left_groups: Vec<ConversationId>) {
        self.first_session.hold_left_groups(left_groups);
        self.first_session.await_proof(self.now);
    }

    /// Returns the time before which no message counts as missed, for a conversation of which
    /// nothing was delivered.
    pub(crate) fn missed_since(&self) -> Timestamp {
        // A saved time in the future is damaged.
        let is_past = |time: &Timestamp| {
            let present = self.present();
            present.is_none_or(|present| before(*time, DAY) <= present)
        };
        let synced = self.synced_until.filter(is_past);
        let synced = synced.map(|until| before(until, SLACK));
        // Nothing well before the baseline is missed, however early the last sync ended.
        let baseline = self
            .baseline
            .filter(|moment| synced.is_none() || is_past(moment));
        let baseline = baseline.map(|moment| before(moment, BASELINE_SLACK));
        synced.max(baseline).unwrap_or(Timestamp::EPOCH)
    }

    /// Returns the time from which on all messages are delivered along with the history of the
    /// first start.
    pub(crate) fn history_since(&self) -> Option<Timestamp> {
        let baseline = self.baseline?;
        Some(if self.first_session.is_unbroken() {
            // A message of the same second may be past, and is pushed if it is not.
            Timestamp::from_secs(baseline.as_secs() + 1)
        } else {
            // The lists are synced before the histories are read, which does not end the past
            // later.
            before(baseline, BASELINE_SLACK)
        })
    }

    /// Returns whether a message that is not ahead of the cursor was sent before the baseline, as far
    /// as clocks can tell. Close to the baseline, a message that was not pushed is past if the first
    /// session was whole until well after the message, and if it is before the cursor of an earlier
    /// process: this process does not know where that one began.
    pub(crate) fn is_before_baseline(
        &self,
        sent: Option<Timestamp>,
        is_of_earlier_process: bool,
    ) -> bool {
        let Some((sent, baseline)) = sent.zip(self.baseline) else {
            return false;
        };
        let slack = BASELINE_SLACK;
        let proved = self.first_session.proved();
        let is_proved = before(sent, proved) <= before(baseline, slack);
        before(sent, slack) <= baseline && (is_proved || is_of_earlier_process)
    }
}

impl<P> Feed<P> {
    /// Sets the baseline, unless the account has one or is synced. A conversation of the snapshot
    /// that begins during a resync still has to be listed, so the resync has to begin before.
    pub(super) fn set_baseline(&mut self, unix_time: Timestamp, _: &Begun) {
        if self.cx.synced_until.is_some() || self.cx.baseline.is_some() {
            return;
        }
        self.cx.baseline = Some(unix_time);
        let mut record = Record::default();
        record.changes.push(Change::Baseline(unix_time));
        let slack = BASELINE_SLACK;
        let snapshot = self.cx.first_session.begin(self.cx.now);
        let snapshot = snapshot.filter(|snapshot| self.cx.now - snapshot.requested_at <= slack);
        if let Some(snapshot) = snapshot {
            for (id, message) in snapshot.newest {
                let (conversation, _) = self.of(&id);
                if conversation.cursor.is_none() {
                    record.changes.push(conversation.begin_after(message));
                    conversation.past.begin_with_snapshot();
                }
            }
            self.save_as_left(snapshot.left_groups, &mut record);
        }
        self.cx.out.put(Item::Checkpoint, record);
    }

    /// Takes a response to [`request_snapshot`](Context::request_snapshot). One that comes later than
    /// the baseline is of no use, and a failure is not repeated.
    pub(super) fn take_snapshot(&mut self, response: Result<Response, Failure>) {
        let newest: Vec<_> = match response {
            Ok(Response::Groups(groups)) => groups
                .iter()
                .filter_map(|group| {
                    let messages = group.messages.as_ref()?;
                    let newest = messages.last_message_id.clone()?;
                    newest
                        .is_position(messages.last_message_created_at)
                        .then(|| (ConversationId::new(group.id.as_str()), newest))
                })
                .collect(),
            Ok(Response::Chats(chats)) => chats
                .iter()
                .filter_map(|chat| {
                    let last = chat.last_message.as_ref()?;
                    let id = self.cx.id_of(chat)?;
                    last.id
                        .is_position(last.created_at)
                        .then(|| (id, last.id.clone()))
                })
                .collect(),
            Ok(Response::Memberships(list)) => {
                if let Some(snapshot) = self.cx.first_session.snapshot_mut() {
                    let mut memberships = Memberships::default();
                    memberships.extend(list);
                    snapshot.left_groups = memberships.left_groups;
                }
                return;
            }
            _ => return,
        };
        if let Some(snapshot) = self.cx.first_session.snapshot_mut() {
            snapshot.newest.extend(newest);
        }
    }

    /// Ends the first session: later pushes do not prove where the past ends.
    pub(super) fn end_first_session(&mut self) {
        if !self.cx.first_session.end() {
            return;
        }
        for conversation in self.conversations.values_mut() {
            let has_push = conversation.buffered.first.is_some();
            conversation.past.end_first_session(has_push);
        }
    }

    /// Counts unconfirmed messages as past, and unconfirmed groups as left before, once everything
    /// pushed before their lists has arrived.
    pub(super) fn confirm_baseline(&mut self, until: Instant) {
        // The clock of this machine may jump ahead. GroupMe's has reached the newest message.
        let since = self.cx.baseline.map(|moment| {
            self.cx
                .newest
                .as_millis()
                .saturating_sub(moment.as_millis())
        });
        let most = Duration::from_millis(u64::try_from(since.unwrap_or(0)).unwrap_or(0));
        self.cx.first_session.extend_proof(until, most);
        let confirm_at = self.cx.first_session.confirm_at();
        if confirm_at.is_none_or(|at| at > until) {
            return;
        }
        if let Some(left_groups) = self.cx.first_session.confirm() {
            let mut record = Record::default();
            self.save_left_groups(left_groups, &mut record);
            self.cx.out.put(Item::Checkpoint, record);
        }
        for conversation in self.conversations.values_mut() {
            if let Some(message) = conversation.past.confirm() {
                conversation.skip(&mut self.cx, message);
            }
        }
    }
}

fn before(moment: Timestamp, slack: Duration) -> Timestamp {
    let slack = i64::try_from(slack.as_millis()).unwrap_or(0);
    Timestamp::from_millis(moment.as_millis().saturating_sub(slack))
}

/// Time before the end of the last sync from which on messages count as missed. Clocks differ, and
/// messages of several conversations are not delivered in the order in which they were sent.
const SLACK: Duration = Duration::from_mins(10);

/// Assumed maximum time by which a saved time may be ahead of the present.
const DAY: Duration = Duration::from_hours(24);

/// Assumed maximum difference between the clocks of this machine and of GroupMe. More delivers more
/// of the past when the first session breaks, and costs a request for each conversation with so
/// recent a message; less risks a loss where the clocks differ by more.
const BASELINE_SLACK: Duration = Duration::from_mins(1);
