//! Conversation that a call is about.

use groupme_model::{
    ChannelError, ConversationId, ConversationIdRef, GroupId, GroupIdRef, UserId, UserIdRef,
    UserPair,
};

/// Conversation, named by whichever of its ids is at hand.
///
/// GroupMe has three ids for conversations: groups and topics have an id of their own, direct
/// conversations one made of the ids of both users (`185+230`), and some endpoints take the other
/// user's id in its place. Every call takes all three, owned or as a view from an event: the
/// [`Client`](crate::Client) turns one into the other. Only that takes the id of the token's own
/// user, which the client asks for once; [`Client::with_user`](crate::Client::with_user) saves that
/// request.
///
/// Two values that name a direct conversation in different ways are not equal; compare their
/// [ids](Self::id).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(
    clippy::exhaustive_enums,
    reason = "GroupMe has no third kind of conversation, and programs match on it"
)]
pub enum Conversation {
    /// Group, or topic of a group.
    Group(GroupId),
    /// Direct conversation, named by its other user.
    User(UserId),
    /// Direct conversation, named by both of its users.
    Direct(UserPair),
}

impl Conversation {
    /// Returns GroupMe's id of the conversation: the group's own, or `185+230`. `you` is the user
    /// of the token, and matters for [`Conversation::User`] only.
    ///
    /// # Errors
    ///
    /// [`ChannelError::InvalidUserPair`] if a user id is not a number: the lower one comes first.
    pub fn id(&self, you: &UserId) -> Result<ConversationId, ChannelError> {
        match self {
            Self::Group(group) => Ok(ConversationId::from(group.as_str())),
            Self::User(user) => Ok(UserPair::new(you, user)?.conversation_id()),
            Self::Direct(pair) => Ok(pair.conversation_id()),
        }
    }

    /// Returns the other user of a direct conversation. `None` for a group, and for two users
    /// neither of whom is `you`.
    pub fn other_user(&self, you: &UserId) -> Option<&UserId> {
        match self {
            Self::Group(_) => None,
            Self::User(user) => Some(user),
            Self::Direct(pair) => pair.other(you),
        }
    }
}

/// Two numbers joined by `+` are a direct conversation, everything else is a group.
impl From<ConversationIdRef<'_>> for Conversation {
    fn from(id: ConversationIdRef<'_>) -> Self {
        match id.as_str().parse() {
            Ok(pair) => Self::Direct(pair),
            Err(_) => Self::Group(GroupId::from(id.as_str())),
        }
    }
}

macro_rules! from_ids {
    ($( $Type:ty: $id:ident => $conversation:expr; )*) => { $(
        impl From<$Type> for Conversation {
            fn from($id: $Type) -> Self {
                $conversation
            }
        }
    )* };
}

from_ids! {
    ConversationId: id => Self::from(id.as_view());
    &ConversationId: id => Self::from(id.as_view());
    GroupId: group => Self::Group(group);
    &GroupId: group => Self::Group(group.clone());
    GroupIdRef<'_>: group => Self::Group(group.into_owned());
    UserId: user => Self::User(user);
    &UserId: user => Self::User(user.clone());
    UserIdRef<'_>: user => Self::User(user.into_owned());
    UserPair: pair => Self::Direct(pair);
    &UserPair: pair => Self::Direct(pair.clone());
    &Self: conversation => conversation.clone();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_id_of_a_conversation_leads_to_the_others() {
        let you = UserId::from("1000");
        let pair = |text: &str| text.parse::<UserPair>().unwrap();
        for (conversation, id, other) in [
            (Conversation::Group("1835".into()), "1835", None),
            (Conversation::User("999".into()), "999+1000", Some("999")),
            (Conversation::User("1001".into()), "1000+1001", Some("1001")),
            (
                Conversation::Direct(pair("999+1000")),
                "999+1000",
                Some("999"),
            ),
            (Conversation::Direct(pair("1+2")), "1+2", None),
        ] {
            assert_eq!(conversation.id(&you).unwrap(), id);
            let found = conversation.other_user(&you).map(UserId::as_str);
            assert_eq!(found, other);
        }
        assert!(Conversation::User("system".into()).id(&you).is_err());
    }

    #[test]
    fn an_id_from_an_event_is_a_conversation_as_it_is() {
        let conversation = |id: &str| Conversation::from(ConversationIdRef::from(id));
        assert_eq!(conversation("1835"), Conversation::Group("1835".into()));
        let direct = Conversation::Direct("999+1000".parse().unwrap());
        assert_eq!(conversation("999+1000"), direct);
        assert_eq!(conversation("1000_999"), direct);
        let group = GroupIdRef::from("1835");
        assert_eq!(Conversation::from(group), conversation("1835"));
        let user = UserIdRef::from(230_u64);
        assert_eq!(Conversation::from(user), Conversation::User("230".into()));
    }
}
