//! Ids: numbers here, text on the wire.

use core::{fmt, time::Duration};

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(u64);

        impl $name {
            /// Returns the id with this number.
            pub const fn new(number: u64) -> Self {
                Self(number)
            }

            /// Returns the number.
            pub const fn number(self) -> u64 {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0, f)
            }
        }
    };
}

id! {
    /// Id of a user of the simulated GroupMe. Displays as GroupMe writes it.
    SimUserId
}
id! {
    /// Id of a group or topic of the simulated GroupMe. Displays as GroupMe writes it.
    SimGroupId
}
id! {
    /// Id of a message of the simulated GroupMe: eighteen digits, the first ten of them the second
    /// in which the message was posted. Displays as GroupMe writes it.
    SimMessageId
}

impl SimMessageId {
    /// Returns the first id at a time since 1970: ten digits of seconds, eight of tens of
    /// nanoseconds.
    pub(super) fn at(time: Duration) -> Self {
        let fraction = u64::from(time.subsec_nanos() / 10);
        let number = time.as_secs().saturating_mul(100_000_000);
        Self(number.saturating_add(fraction))
    }

    /// Returns the time since 1970 that the id stands for.
    pub(super) fn time(self) -> Duration {
        let fraction = Duration::from_nanos(self.0 % 100_000_000 * 10);
        Duration::from_secs(self.0 / 100_000_000).saturating_add(fraction)
    }

    pub(super) fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

/// Conversation: a group, a topic, or the direct messages of two users.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(
    clippy::exhaustive_enums,
    reason = "GroupMe has these two kinds of conversation"
)]
pub enum Conversation {
    /// Group or topic.
    Group(SimGroupId),
    /// Direct messages of two users, the lower id first.
    Direct(SimUserId, SimUserId),
}

impl From<SimGroupId> for Conversation {
    fn from(group: SimGroupId) -> Self {
        Self::Group(group)
    }
}

impl Conversation {
    /// Returns the direct messages of two users, in either order.
    pub fn direct(one: SimUserId, other: SimUserId) -> Self {
        Self::Direct(one.min(other), one.max(other))
    }

    /// Returns the channel of the conversation: `/group/{id}` or `/direct_message/{low}_{high}`.
    pub fn channel(self) -> String {
        match self {
            Self::Group(group) => format!("/group/{group}"),
            Self::Direct(low, high) => format!("/direct_message/{low}_{high}"),
        }
    }

    /// Returns the conversation id: `{id}` or `{low}+{high}`.
    pub fn id(self) -> String {
        match self {
            Self::Group(group) => group.to_string(),
            Self::Direct(low, high) => format!("{low}+{high}"),
        }
    }
}
