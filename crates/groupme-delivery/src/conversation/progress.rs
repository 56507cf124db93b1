//! Progress of a conversation in an epoch.

/// Knowledge of what is missing of a conversation, with the epoch in which it was gained. It is of no
/// use in later ones.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Progress {
    /// No list has had the conversation.
    #[default]
    Unlisted,
    /// A list had the conversation; something may be missing before the next push.
    Listed { epoch: u64 },
    /// A list had the conversation, or no list can have, and nothing is missing before the next push.
    Synced { epoch: u64 },
}

impl Progress {
    pub(crate) fn is_synced_in(self, epoch: u64) -> bool {
        self == Self::Synced { epoch }
    }

    pub(crate) fn is_listed_in(self, epoch: u64) -> bool {
        self == Self::Listed { epoch } || self == Self::Synced { epoch }
    }

    /// Notes that a list has the conversation.
    pub(crate) fn list(&mut self, epoch: u64) {
        if !self.is_listed_in(epoch) {
            *self = Self::Listed { epoch };
        }
    }

    /// Notes that nothing is missing before the next push.
    pub(crate) fn sync(&mut self, epoch: u64) {
        *self = Self::Synced { epoch };
    }

    /// Notes that something is missing before the next push.
    pub(crate) fn unsync(&mut self) {
        if let Self::Synced { epoch } = *self {
            *self = Self::Listed { epoch };
        }
    }
}
