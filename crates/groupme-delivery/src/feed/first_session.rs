//! State of the first session of an account, in which the baseline is set.

use core::time::Duration;

use bayeux_proto::Instant;
use groupme_model::{ConversationId, MessageId};

/// Progress of the first session.
#[derive(Debug)]
pub(crate) enum FirstSession {
    /// Not begun.
    Ahead(Option<Snapshot>),
    /// Live, without a loss so far.
    Unbroken {
        /// Time of the baseline.
        began_at: Instant,
        /// Time from the baseline to the latest proof.
        proved: Duration,
        /// Time of the latest response of which a part counts as past once the session has proved
        /// that nothing sent before it was lost.
        confirm_at: Option<Instant>,
        /// Groups left before the first start, unless the session proves dead.
        left_groups: Option<Vec<ConversationId>>,
    },
    /// Ended, or of an earlier process.
    Over {
        /// Time from the baseline to the latest proof.
        proved: Duration,
    },
}

/// Newest message of each conversation, and the groups left, before the first session.
#[derive(Debug)]
pub(crate) struct Snapshot {
    pub(crate) requested_at: Instant,
    pub(crate) newest: Vec<(ConversationId, MessageId)>,
    pub(crate) left_groups: Vec<ConversationId>,
}

impl FirstSession {
    pub(crate) fn new(is_over: bool) -> Self {
        if is_over {
            Self::Over {
                proved: Duration::ZERO,
            }
        } else {
            Self::Ahead(None)
        }
    }

    /// Begins the session, and returns the snapshot taken before, if there is one.
    pub(crate) fn begin(&mut self, now: Instant) -> Option<Snapshot> {
        let before = core::mem::replace(
            self,
            Self::Unbroken {
                began_at: now,
                proved: Duration::ZERO,
                confirm_at: None,
                left_groups: None,
            },
        );
        match before {
            Self::Ahead(snapshot) => snapshot,
            Self::Unbroken { .. } | Self::Over { .. } => None,
        }
    }

    /// Ends the session. Returns whether it was unbroken until here.
    pub(crate) fn end(&mut self) -> bool {
        let Self::Unbroken { proved, .. } = *self else {
            return false;
        };
        *self = Self::Over { proved };
        true
    }

    pub(crate) fn is_unbroken(&self) -> bool {
        matches!(self, Self::Unbroken { .. })
    }

    /// Notes that everything pushed before `until` has arrived, but not beyond `most` after the
    /// baseline.
    pub(crate) fn extend_proof(&mut self, until: Instant, most: Duration) {
        if let Self::Unbroken {
            began_at, proved, ..
        } = self
        {
            *proved = (*proved).max((until - *began_at).min(most));
        }
    }

    /// Returns the time from the baseline in which every message is known to have been pushed.
    pub(crate) fn proved(&self) -> Duration {
        match self {
            Self::Ahead(_) => Duration::ZERO,
            Self::Unbroken { proved, .. } | Self::Over { proved } => *proved,
        }
    }

    /// Returns whether a snapshot can still be requested.
    pub(crate) fn wants_snapshot(&self) -> bool {
        matches!(self, Self::Ahead(None))
    }

    pub(crate) fn snapshot_mut(&mut self) -> Option<&mut Snapshot> {
        match self {
            Self::Ahead(snapshot) => snapshot.as_mut(),
            Self::Unbroken { .. } | Self::Over { .. } => None,
        }
    }

    pub(crate) fn begin_snapshot(&mut self, now: Instant) {
        *self = Self::Ahead(Some(Snapshot {
            requested_at: now,
            newest: Vec::new(),
            left_groups: Vec::new(),
        }));
    }

    /// Returns from when on a proof confirms what is unconfirmed; `None` if nothing is.
    pub(crate) fn confirm_at(&self) -> Option<Instant> {
        match self {
            Self::Unbroken { confirm_at, .. } => *confirm_at,
            Self::Ahead(_) | Self::Over { .. } => None,
        }
    }

    /// Awaits a proof that everything pushed before `now` has arrived.
    pub(crate) fn await_proof(&mut self, now: Instant) {
        if let Self::Unbroken { confirm_at, .. } = self {
            *confirm_at = Some(now);
        }
    }

    /// Holds groups that the user has left until the session is proved.
    pub(crate) fn hold_left_groups(&mut self, groups: Vec<ConversationId>) {
        if let Self::Unbroken { left_groups, .. } = self {
            *left_groups = Some(groups);
        }
    }

    /// Notes the proof, and takes the groups held until then.
    pub(crate) fn confirm(&mut self) -> Option<Vec<ConversationId>> {
        let Self::Unbroken {
            confirm_at,
            left_groups,
            ..
        } = self
        else {
            return None;
        };
        *confirm_at = None;
        left_groups.take()
    }
}
