//! With whom one talks.

use groupme_model::{ChannelError, ConversationId, GroupId, UserId, UserPair};

/// A conversation, by whom it is with.
///
/// Some endpoints want GroupMe's id of it instead, which [`id`](Self::id) tells.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(
    clippy::exhaustive_enums,
    reason = "GroupMe has no third kind, and programs match on it"
)]
pub enum Conversation {
    /// A group, or a topic of one.
    Group(GroupId),
    /// Another user.
    User(UserId),
}

impl Conversation {
    /// GroupMe's id of it: a group's is its own, that of two users is made of theirs.
    ///
    /// # Errors
    ///
    /// If the id of a user is not a number: the order of the two could not be told.
    pub fn id(&self, you: &UserId) -> Result<ConversationId, ChannelError> {
        match self {
            Self::Group(group) => Ok(ConversationId::from(group.as_str())),
            Self::User(user) => Ok(UserPair::new(you, user)?.conversation_id()),
        }
    }

    /// The conversation that has an id of GroupMe's; `None` if it is between two users neither of
    /// whom is you.
    pub fn from_id(id: &ConversationId, you: &UserId) -> Option<Self> {
        match UserPair::try_from(id) {
            Ok(pair) => pair.other(you).cloned().map(Self::User),
            Err(_) => Some(Self::Group(GroupId::from(id.as_str()))),
        }
    }
}

impl From<GroupId> for Conversation {
    fn from(group: GroupId) -> Self {
        Self::Group(group)
    }
}

impl From<UserId> for Conversation {
    fn from(user: UserId) -> Self {
        Self::User(user)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_conversation_and_its_id_name_each_other() {
        let you = UserId::from("1000");
        for (conversation, id) in [
            (Conversation::Group("1835".into()), "1835"),
            (Conversation::User("999".into()), "999+1000"),
            (Conversation::User("1001".into()), "1000+1001"),
        ] {
            let found = conversation.id(&you).unwrap();
            assert_eq!(found, id);
            assert_eq!(Conversation::from_id(&found, &you), Some(conversation));
        }
        assert_eq!(Conversation::from_id(&"1+2".into(), &you), None);
        assert!(Conversation::User("system".into()).id(&you).is_err());
    }
}
