//! Ids as those of `groupme-model`, for tests of programs that use that crate.

use groupme_model::{ConversationId, GroupId, MessageId, UserId};

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

/// Converts into the id of `groupme-model`. Needs the feature `model`.
impl From<Conversation> for ConversationId {
    fn from(conversation: Conversation) -> Self {
        Self::from(conversation.id())
    }
}
