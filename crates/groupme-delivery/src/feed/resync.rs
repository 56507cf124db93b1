//! Resync: listing all conversations to find missed messages.

use core::time::Duration;

use groupme_model::{
    ConversationId, Timestamp,
    member::{MemberState, MembershipState},
};

use super::Feed;
use crate::{
    Item, LossKind, LossReason, Lost, Request,
    context::Context,
    conversation::{Fetch, Progress, Until},
    item::Record,
    request::{Purpose, SECOND_LOOK},
    store::Change,
};

/// A resync in progress. It ends when every conversation is synced.
#[derive(Debug)]
pub(crate) struct Resync {
    /// Epoch in which it began, which identifies its requests.
    pub(crate) number: u64,
    /// Number of lists not read to their end.
    pub(crate) open_lists: usize,
    /// Reason why a list could not be read; `None` while all could.
    pub(crate) unread: Option<LossReason>,
    /// Memberships of the user; `None` if they could not be read.
    pub(crate) memberships: Option<Memberships>,
    /// Time up to which the account is synced once the resync is over.
    synced_until: Timestamp,
    /// Time of day when it began, for an account that has no message.
    asked_at: Timestamp,
    /// Whether the conversations that no list had were requested.
    are_unlisted_requested: bool,
}

/// Time from the end of a resync to the second look. Lists may lag behind the histories by as much
/// without a loss.
const SECOND_LOOK_AFTER: Duration = Duration::from_secs(10);

/// Proof that a resync has begun in the present epoch.
#[derive(Debug)]
pub(crate) struct Begun(());

/// Groups by the user's membership.
#[derive(Debug, Default)]
pub(crate) struct Memberships {
    /// Groups in which the user is a member, listed or not.
    pub(crate) member_of: Vec<ConversationId>,
    /// Groups that the user has left.
    pub(crate) left_groups: Vec<ConversationId>,
}

impl Memberships {
    /// Adds the groups of a list.
    pub(crate) fn extend(&mut self, list: Vec<MembershipState>) {
        for membership in list {
            let Some(group) = membership.group_id else {
                continue;
            };
            let id = ConversationId::new(group.as_str());
            match membership.state {
                Some(MemberState::Active | MemberState::Muted) => self.member_of.push(id),
                Some(MemberState::Exited | MemberState::Removed | MemberState::ExitedRemoved) => {
                    self.left_groups.push(id);
                }
                // Pending, or a state not known yet.
                _ => {}
            }
        }
    }
}

impl Resync {
    /// Returns whether all lists have been read.
    pub(crate) fn is_listed(&self) -> bool {
        self.open_lists == 0
    }
}

impl<P> Context<P> {
    pub(crate) fn drop_resync(&mut self) {
        self.resync = None;
        self.requests
            .retain(|pending| !matches!(pending.purpose, Purpose::List(_)));
    }

    /// Reads the first page of each list once more later. A list that lags hides what was missed,
    /// and a later push does not show that something is missing before it.
    fn look_again(&mut self) {
        let (page, limit) = (1, self.config.page);
        for request in [
            Request::Groups { page, limit },
            Request::Chats { page, limit },
        ] {
            self.read_again(request);
        }
    }

    /// Requests a list once more later.
    pub(crate) fn read_again(&mut self, list: Request) {
        let at = self.now + SECOND_LOOK_AFTER;
        self.requests
            .enqueue_at(at, list, Purpose::List(SECOND_LOOK));
    }
}

impl<P> Feed<P> {
    pub(crate) fn begin_resync(&mut self, unix_time: Timestamp) -> Begun {
        self.cx.drop_resync();
        let is_first = self.cx.synced_until.is_none();
        let (page, limit) = (1, self.cx.config.page);
        let mut requests = vec![
            Request::Groups { page, limit },
            Request::Chats { page, limit },
        ];
        // While REST is polled, left groups can wait for the resync after it.
        if self.cx.is_live || is_first {
            requests.push(Request::Memberships);
        }
        self.cx.resync = Some(Resync {
            number: self.cx.epoch,
            open_lists: requests.len(),
            unread: None,
            memberships: None,
            synced_until: if self.cx.newest == Timestamp::EPOCH {
                unix_time
            } else {
                self.cx.newest
            },
            asked_at: self.cx.clock.unwrap_or(Timestamp::EPOCH),
            are_unlisted_requested: false,
        });
        for request in requests {
            self.cx
                .requests
                .enqueue(request, Purpose::List(self.cx.epoch));
        }
        Begun(())
    }

    /// Ends the resync if every conversation is synced.
    pub(crate) fn check_resync(&mut self) {
        let Some(resync) = self.cx.resync.as_mut().filter(|resync| resync.is_listed()) else {
            return;
        };
        if resync.synced_until == Timestamp::EPOCH {
            resync.synced_until = match self.cx.newest {
                Timestamp::EPOCH => resync.asked_at,
                newest => newest,
            };
        }
        if !core::mem::replace(&mut resync.are_unlisted_requested, true) {
            self.conclude_lists();
        }
        let epoch = self.cx.epoch;
        let is_busy = self.conversations.values().any(|conversation| {
            !matches!(conversation.fetch, Fetch::Idle)
                || (self.cx.is_live && !conversation.progress.is_synced_in(epoch))
        });
        if is_busy {
            return;
        }
        let Some(resync) = self.cx.resync.take() else {
            return;
        };
        let mut record = Record::default();
        if resync.unread.is_none() {
            let until = Some(resync.synced_until).filter(|until| *until != Timestamp::EPOCH);
            let until = self.cx.synced_until.max(until);
            self.cx.synced_until = until;
            record.synced_until = until.filter(|until| *until != Timestamp::EPOCH);
        }
        self.cx.out.put(Item::Checkpoint, record);
        if self.cx.is_live {
            self.cx.out.put(Item::CaughtUp, Record::default());
            // In the first session, nothing can have been missed.
            if !self.cx.first_session.is_unbroken() {
                self.cx.look_again();
            }
        } else {
            self.cx.await_polling();
        }
    }

    /// Concludes the lists: requests conversations that no list had, and settles all.
    fn conclude_lists(&mut self) {
        let is_polling = self.cx.is_polling();
        let Some(resync) = &mut self.cx.resync else {
            return;
        };
        if resync.unread.is_some() && is_polling {
            // Nothing is reported as synced, and the next poll is near.
            return;
        }
        let unread = resync.unread;
        let memberships = resync.memberships.take();
        let has_memberships = memberships.is_some();
        let Memberships {
            member_of,
            left_groups,
        } = memberships.unwrap_or_default();
        if let Some(reason) = unread {
            let lost = Lost {
                conversation: None,
                kind: LossKind::Messages,
                after: None,
                up_to: None,
                reason,
            };
            self.cx.out.put(Item::Lost(lost), Record::default());
        }
        let mut record = Record::default();
        if self.cx.knows_left_groups {
            self.report_left_groups(left_groups);
        } else if has_memberships {
            let has_unknown = left_groups.iter().any(|id| !self.is_known(id));
            if self.cx.baseline.is_none() || !has_unknown {
                self.save_left_groups(left_groups, &mut record);
            } else if self.cx.first_session.is_unbroken() {
                self.cx.hold_left_groups(left_groups);
            } else {
                // Some may have been left since the baseline, with messages that were not pushed.
                // REST does not tell which.
                self.report_left_groups(left_groups);
                self.cx.knows_left_groups = true;
                record.changes.push(Change::LeftGroupsKnown);
            }
        }
        if self.cx.synced_until.is_some()
            || (self.cx.baseline.is_some() && !self.cx.first_session.is_unbroken())
        {
            self.request_unlisted(&member_of);
        }
        if self.cx.synced_until.is_none() {
            self.finish_first_sync(record);
        } else if !record.is_empty() {
            self.cx.out.put(Item::Checkpoint, record);
        }
        for conversation in self.conversations.values_mut() {
            conversation.conclude_lists(&mut self.cx);
        }
    }

    /// Saves that the account was synced for the first time, even if it has no messages or nothing
    /// could be read: from here on, messages are missed and not past.
    fn finish_first_sync(&mut self, mut record: Record) {
        let Some(resync) = &self.cx.resync else {
            return;
        };
        self.cx.synced_until = Some(resync.synced_until);
        // Without a gateway and without messages, the time is unknown.
        let until = self
            .cx
            .synced_until
            .filter(|until| *until != Timestamp::EPOCH);
        record.changes.extend(until.map(Change::SyncedUntil));
        self.cx.out.put(Item::Checkpoint, record);
    }

    /// Saves the groups that the user had left before the first start, all of them.
    pub(crate) fn save_left_groups(
        &mut self,
        left_groups: Vec<ConversationId>,
        record: &mut Record,
    ) {
        self.save_as_left(left_groups, record);
        self.cx.knows_left_groups = true;
        record.changes.push(Change::LeftGroupsKnown);
    }

    /// Saves groups as left before the first start.
    pub(crate) fn save_as_left(&mut self, left_groups: Vec<ConversationId>, record: &mut Record) {
        for id in left_groups {
            let (conversation, _) = self.of(&id);
            if conversation.cursor.is_none() && !conversation.is_left {
                conversation.is_left = true;
                record.changes.push(Change::Left { conversation: id });
            }
        }
    }

    /// Reports groups joined and left again since the last sync: no list has them, and their
    /// messages cannot be fetched.
    fn report_left_groups(&mut self, left_groups: Vec<ConversationId>) {
        for id in left_groups {
            if !self.was_listed(&id) && !self.is_known(&id) {
                let (conversation, cx) = self.of(&id);
                conversation.has_lost = true;
                conversation.report_lost(cx, LossKind::Messages, None, LossReason::Left);
                conversation.mark_left(cx);
            }
        }
    }

    /// Requests groups in which the user is a member and that no list had: they are new, or the
    /// user left between the two responses.
    fn request_unlisted(&mut self, member_of: &[ConversationId]) {
        let (epoch, since) = (self.cx.epoch, self.cx.missed_since());
        for id in member_of {
            let was_listed = self.was_listed(id);
            let (conversation, cx) = self.of(id);
            let _ = conversation.mark_rejoined(cx);
            conversation.note_found(cx);
            if !was_listed && conversation.cursor.is_none() {
                conversation.progress = Progress::Listed { epoch };
                conversation.fetch_backward(cx, Until::Time(since));
            }
        }
    }

    /// Returns whether a conversation is known to be left, or something of it is known.
    fn is_known(&self, id: &ConversationId) -> bool {
        let found = self.conversations.get(id);
        found.is_some_and(|found| found.is_left || found.cursor.is_some())
    }

    /// Returns whether a list of this resync had a conversation.
    fn was_listed(&self, id: &ConversationId) -> bool {
        let found = self.conversations.get(id);
        found.is_some_and(|found| found.progress.is_listed_in(self.cx.epoch))
    }
}
