//! Ids as those of `groupme-model`, for tests of programs that use that crate.

use groupme_model::{
    ConversationId, GroupId, GroupIdRef, MessageId, MessageIdRef, UserId, UserIdRef,
};

use super::id::{Conversation, SimGroupId, SimMessageId, SimUserId};

macro_rules! from {
    ($( $Sim:ident => $($Id:ident),*; )*) => { $( $(
        #[doc = "With the feature `model`."]
        impl From<$Sim> for $Id {
            fn from(id: $Sim) -> Self {
                Self::from(id.number())
            }
        }
    )* )* };
}

from! {
    SimUserId => UserId;
    SimGroupId => GroupId, ConversationId;
    SimMessageId => MessageId;
}

/// Comparison by number, in either order.
macro_rules! equal {
    ($( $Sim:ident: $Id:ty; )*) => { $(
        impl PartialEq<$Sim> for $Id {
            fn eq(&self, other: &$Sim) -> bool {
                *self == <$Id>::from(other.number())
            }
        }

        impl PartialEq<$Id> for $Sim {
            fn eq(&self, other: &$Id) -> bool {
                other == self
            }
        }
    )* };
}

equal! {
    SimUserId: UserId;
    SimUserId: UserIdRef<'_>;
    SimGroupId: GroupId;
    SimGroupId: GroupIdRef<'_>;
    SimMessageId: MessageId;
    SimMessageId: MessageIdRef<'_>;
}

/// Converts into the id of `groupme-model`. Needs the feature `model`.
impl From<Conversation> for ConversationId {
    fn from(conversation: Conversation) -> Self {
        Self::from(conversation.id())
    }
}
