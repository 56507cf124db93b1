//! State that the conversations of a feed share.

use std::collections::VecDeque;

use bayeux_proto::Instant;
use groupme_model::{ConversationId, Timestamp, UserId};

use crate::{
    Config, GapCause,
    feed::{FirstSession, Polling, Resync},
    outbox::Outbox,
    request::Requests,
};

/// Time, configuration and queues of a feed, and the state of its account.
pub(crate) struct Context<P> {
    pub(crate) config: Config,
    pub(crate) user: UserId,
    pub(crate) now: Instant,
    /// Counter of the times at which pushes began or ceased to flow.
    pub(crate) epoch: u64,
    pub(crate) is_live: bool,
    /// Cause of the next reported gap.
    pub(crate) cause: GapCause,
    pub(crate) resync: Option<Resync>,
    pub(crate) requests: Requests,
    pub(crate) out: Outbox<P>,
    /// Number of buffered pushes, in all conversations.
    pub(crate) buffered: usize,
    /// Conversations with a held notice, and when each is handed out at the latest.
    pub(crate) held: VecDeque<(Instant, ConversationId)>,
    /// Conversations that the user turned out to have (`true`) or to have left.
    pub(crate) found: VecDeque<(ConversationId, bool)>,
    /// Time of day when pushes last began to flow.
    pub(crate) live_since: Timestamp,
    /// Low watermark; `None` until the first sync.
    pub(crate) synced_until: Option<Timestamp>,
    /// First moment at which the account's own channel was live.
    pub(crate) baseline: Option<Timestamp>,
    pub(crate) first_session: FirstSession,
    /// Whether the groups left before the first start are known.
    pub(crate) knows_left_groups: bool,
    /// Time at which the newest known message was sent.
    pub(crate) newest: Timestamp,
    /// Polling of REST, while pushes cannot flow.
    pub(crate) polling: Option<Polling>,
    /// Time of day when last noted.
    pub(crate) clock: Option<Timestamp>,
}

impl<P> Context<P> {
    pub(crate) fn advance(&mut self, now: Instant) {
        self.now = self.now.max(now);
    }

    /// Returns whether all conversations are synced: everything is delivered as it is pushed.
    pub(crate) fn is_synced(&self) -> bool {
        self.is_live && self.resync.is_none()
    }
}
