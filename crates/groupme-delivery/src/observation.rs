//! Reading pushes: a new message, a change of one, or something else.

use groupme_model::{
    ConversationId, EventRef, MessageId, MessageIdRef, MessageRef, NoticeRef, Timestamp, UserId,
    UserPair, system_event::NoticeUserRef,
};

use crate::message_state::{Difference, MessageState, of_views, reactions_of_push};

/// Content of a push, as far as it concerns histories.
#[derive(Clone, Debug)]
pub(crate) enum Observation {
    /// New message.
    Message(NewMessage),
    /// Change of a message.
    Change(Change),
    /// Event that REST does not have.
    Other,
}

#[derive(Clone, Debug)]
pub(crate) struct NewMessage {
    pub(crate) conversation: ConversationId,
    /// Group of which the conversation is a topic.
    pub(crate) parent: Option<ConversationId>,
    pub(crate) id: MessageId,
    pub(crate) created_at: Option<Timestamp>,
    /// Whether it is the echo of a message that the program sent.
    pub(crate) is_own: bool,
    pub(crate) state: MessageState,
    /// Change of another message that this one, a notice, announces.
    pub(crate) announces: Option<(MessageId, Difference)>,
    /// Whether it is the notice that the user has joined the group.
    pub(crate) is_join_notice: bool,
}

impl NewMessage {
    /// Returns whether the message was sent in direct messages.
    pub(crate) fn is_direct(&self) -> bool {
        self.conversation.as_str().contains('+')
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Change {
    pub(crate) conversation: ConversationId,
    pub(crate) message: MessageId,
    pub(crate) difference: Difference,
}

impl Observation {
    /// Returns the observation of an event by a user. `is_own` judges the id that the sender gave a
    /// message.
    pub(crate) fn of(
        event: &EventRef<'_>,
        user: &UserId,
        is_own: impl Fn(Option<&str>) -> bool,
    ) -> Self {
        Self::find(event, user, is_own).unwrap_or(Self::Other)
    }

    fn find(
        event: &EventRef<'_>,
        user: &UserId,
        is_own: impl Fn(Option<&str>) -> bool,
    ) -> Option<Self> {
        let message = event.message()?;
        let conversation = conversation(&message, user)?;
        let difference = match event {
            // Handed out, and nothing is concluded from it.
            EventRef::LineCreate(_) | EventRef::DirectMessageCreate(_)
                if !message.id().is_position(message.created_at()) =>
            {
                return None;
            }
            EventRef::LineCreate(_) | EventRef::DirectMessageCreate(_) => {
                return Some(Self::Message(NewMessage {
                    conversation,
                    parent: message
                        .parent_id()
                        .filter(|parent| !parent.is_empty())
                        .map(|parent| ConversationId::new(parent.as_str())),
                    id: message.id().into_owned(),
                    created_at: message.created_at(),
                    is_own: is_own(message.source_guid()),
                    state: MessageState::of_push(&message),
                    announces: change_announced_by(&message),
                    is_join_notice: announces_join_of(&message, user),
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

/// Returns the conversation of a message, by whichever field names it.
fn conversation(message: &MessageRef<'_>, user: &UserId) -> Option<ConversationId> {
    if let Some(group) = message.group_id().filter(|group| !group.is_empty()) {
        return Some(ConversationId::new(group.as_str()));
    }
    if let Some(direct) = message.direct_conversation() {
        // Normalized: GroupMe sends the two ids in either order, joined by `+` or `_`.
        return Some(match direct.as_str().parse::<UserPair>() {
            Ok(pair) => pair.conversation_id(),
            Err(_) => direct.into_owned(),
        });
    }
    let sender = message.sender()?.into_owned();
    let recipient = message.recipient_id()?.into_owned();
    let other = if sender == *user { recipient } else { sender };
    Some(UserPair::new(user, &other).ok()?.conversation_id())
}

/// Returns whether a notice announces that a user has joined the group.
fn announces_join_of(notice: &MessageRef<'_>, user: &UserId) -> bool {
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

/// Returns the message whose deletion a fetched notice announces.
pub(crate) fn deleted_by(notice: &MessageRef<'_>) -> Option<MessageId> {
    let kind = notice.event()?.notice()?;
    matches!(kind, NoticeRef::MessageDeleted(_))
        .then(|| notice.affected_message_id())
        .flatten()
        .map(MessageIdRef::into_owned)
}

/// Returns the change that a notice announces.
pub(crate) fn change_announced_by(notice: &MessageRef<'_>) -> Option<(MessageId, Difference)> {
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
