//! Ids: numbers in here, text on the wire.

use core::{fmt, time::Duration};

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(u64);

        impl $name {
            /// The id with this number.
            pub const fn new(number: u64) -> Self {
                Self(number)
            }

            /// The number.
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
    /// Names a user of the simulated GroupMe. Displays as GroupMe writes it.
    SimUserId
}
id! {
    /// Names a group of the simulated GroupMe. Displays as GroupMe writes it.
    SimGroupId
}
id! {
    /// Names a message of the simulated GroupMe, in a group or between two people: eighteen
    /// digits, the first ten of them the second it was written in. Displays as GroupMe writes it.
    SimMessageId
}

impl SimMessageId {
    /// The first id of what is said at a time since 1970: ten digits of seconds and eight of what
    /// is left of one.
    pub(super) fn at(time: Duration) -> Self {
        let fraction = u64::from(time.subsec_nanos() / 10);
        let number = time.as_secs().saturating_mul(100_000_000);
        Self(number.saturating_add(fraction))
    }

    pub(super) fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

/// Where a message was said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(
    clippy::exhaustive_enums,
    reason = "GroupMe has no third conversation for a message"
)]
pub enum Conversation {
    /// In a group.
    Group(SimGroupId),
    /// Between two people, the lower id first.
    Direct(SimUserId, SimUserId),
}

impl From<SimGroupId> for Conversation {
    fn from(group: SimGroupId) -> Self {
        Self::Group(group)
    }
}

impl Conversation {
    /// The place where two people talk, whichever of them is named first.
    pub fn direct(one: SimUserId, other: SimUserId) -> Self {
        Self::Direct(one.min(other), one.max(other))
    }

    /// The channel for what happens there: `/group/{id}` or `/direct_message/{low}_{high}`.
    pub fn channel(self) -> String {
        match self {
            Self::Group(group) => format!("/group/{group}"),
            Self::Direct(low, high) => format!("/direct_message/{low}_{high}"),
        }
    }

    /// The conversation id: `{id}` or `{low}+{high}`.
    pub fn id(self) -> String {
        match self {
            Self::Group(group) => group.to_string(),
            Self::Direct(low, high) => format!("{low}+{high}"),
        }
    }
}
