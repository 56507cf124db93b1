//! What a push says of the history: a message, a change of one, or nothing.

use groupme_model::{
    ConversationId, EventRef, Message, MessageId, MessageRef, Notice, NoticeRef, Timestamp, UserId,
    UserPair, system_event::NoticeUserRef,
};

use crate::version::{Difference, Version, of_views, reactions_of_push};

/// What a push says of the history of a conversation.
#[derive(Clone, Debug)]
pub(crate) enum Fact {
    /// There is a new message.
    Message(NewMessage),
    /// A message is not what it was.
    Change(Change),
    /// Nothing that REST would tell, too.
    Other,
}

#[derive(Clone, Debug)]
pub(crate) struct NewMessage {
    pub(crate) conversation: ConversationId,
    /// The group of which the conversation is a topic.
    pub(crate) parent: Option<ConversationId>,
    pub(crate) id: MessageId,
    pub(crate) created_at: Option<Timestamp>,
    pub(crate) source_guid: Option<Box<str>>,
    pub(crate) version: Version,
    /// The change of another message that this one, a notice, tells of.
    pub(crate) tells: Option<(MessageId, Difference)>,
    /// Whether it is the notice that the user is in the group now.
    pub(crate) is_welcome: bool,
}

#[derive(Clone, Debug)]
pub(crate) struct Change {
    pub(crate) conversation: ConversationId,
    pub(crate) message: MessageId,
    pub(crate) difference: Difference,
}

impl Fact {
    /// What an event says to a user.
    pub(crate) fn of(event: &EventRef<'_>, you: &UserId) -> Self {
        Self::find(event, you).unwrap_or(Self::Other)
    }

    fn find(event: &EventRef<'_>, you: &UserId) -> Option<Self> {
        let message = event.message()?;
        let conversation = conversation(&message, you)?;
        let difference = match event {
            EventRef::LineCreate(_) | EventRef::DirectMessageCreate(_) => {
                return Some(Self::Message(NewMessage {
                    conversation,
                    parent: message
                        .parent_id()
                        .filter(|parent| !parent.is_empty())
                        .map(|parent| ConversationId::new(parent.as_str())),
                    id: message.id().into_owned(),
                    created_at: message.created_at(),
                    source_guid: message.source_guid().map(Into::into),
                    version: Version::of_push(&message),
                    tells: told_by(&message),
                    is_welcome: welcomes(&message, you),
                }));
            }
            EventRef::MessageUpdate(_) => Difference::edit(&message),
            EventRef::MessageDeleted(_) => Difference::Deleted,
            EventRef::Favorite(push) | EventRef::LikeCreate(push) | EventRef::LikeDelete(push) => {
                let list = push.change().reactions();
                let reactions = list.map(of_views).or_else(|| reactions_of_push(&message));
                Difference::Reactions(reactions)
            }
            _ => return None,
        };
        Some(Self::Change(Change {
            conversation,
            message: message.id().into_owned(),
            difference,
        }))
    }
}

/// The conversation that a message is in, whichever way it says so.
fn conversation(message: &MessageRef<'_>, you: &UserId) -> Option<ConversationId> {
    if let Some(group) = message.group_id().filter(|group| !group.is_empty()) {
        return Some(ConversationId::new(group.as_str()));
    }
    if let Some(direct) = message.direct_conversation() {
        // In one spelling, whatever the order and the sign between the two.
        return Some(match direct.as_str().parse::<UserPair>() {
            Ok(pair) => pair.conversation_id(),
            Err(_) => direct.into_owned(),
        });
    }
    let sender = message.sender()?.into_owned();
    let recipient = message.recipient_id()?.into_owned();
    let other = if sender == *you { recipient } else { sender };
    Some(UserPair::new(you, &other).ok()?.conversation_id())
}

/// Whether a notice tells that a user is in the group now.
fn welcomes(notice: &MessageRef<'_>, user: &UserId) -> bool {
    let event = notice.event().and_then(|event| event.notice());
    let is_user = |person: NoticeUserRef<'_>| person.id().is_some_and(|id| id == *user);
    match event {
        Some(NoticeRef::MembersAdded(added)) => {
            let mut users = added.added_users();
            users.any(is_user)
        }
        Some(NoticeRef::MemberJoined(joined) | NoticeRef::MemberRejoined(joined)) => {
            joined.user().is_some_and(is_user)
        }
        _ => false,
    }
}

/// The message of whose deletion a notice tells that was fetched.
pub(crate) fn deleted_by(notice: &Message) -> Option<MessageId> {
    let told = notice.event.as_ref()?.notice()?;
    matches!(told, Notice::MessageDeleted(_))
        .then(|| notice.affected_message_id())
        .flatten()
}

/// The change that a notice tells of.
fn told_by(notice: &MessageRef<'_>) -> Option<(MessageId, Difference)> {
    let affected = notice.affected_message_id()?.into_owned();
    let difference = match notice.event()?.notice()? {
        NoticeRef::MessageUpdate(edit) => Difference::Edited {
            at: edit.updated_at().map_or(0, Timestamp::as_secs),
            content: 0,
        },
        NoticeRef::MessageDeleted(_) => Difference::Deleted,
        NoticeRef::MessagePinned(_) => Difference::Pinned(true),
        NoticeRef::MessageUnpinned(_) => Difference::Pinned(false),
        _ => return None,
    };
    Some((affected, difference))
}
