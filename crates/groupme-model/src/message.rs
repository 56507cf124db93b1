//! Messages of groups and direct messages.

use core::cmp::Ordering;

use crate::attachment::Attachment;
use crate::id::{
    ConversationId, ConversationIdRef, GroupIdRef, MessageId, MessageIdRef, UserId, UserIdRef,
};
use crate::location::{MessageLocation, MessageLocationRef};
use crate::macros::{model, open_enum};
use crate::reaction::Reaction;
use crate::system_event::{SystemEvent, SystemEventRef};

model! {
    /// Message of a group or a direct message, as pushed or as read over REST.
    ///
    /// A group message has a `group_id`. A direct message has a `recipient_id` and its
    /// conversation, as `chat_id` in a push and as `conversation_id` over REST. Only `id` is always
    /// present.
    pub struct Message as MessageRef {
        /// Id of the message: in practice 18 digits, the first ten of which are `created_at` in
        /// seconds.
        id: required_id(Message),
        /// Id that the sender chose, opaque; it joins a sent message and its echo.
        source_guid: text,
        /// Group or topic of the message. Absent on direct messages.
        group_id: id(Group),
        /// Name of the group; only where a reaction quotes the message.
        group_name: text,
        /// Group of the topic that the message belongs to; not a message id.
        parent_id: id(Group),
        /// Direct conversation (`a+b`), under the name that pushes use.
        chat_id: id(Conversation),
        /// Direct conversation (`a+b`), under the name that REST uses.
        conversation_id: id(Conversation),
        /// Author; `"system"` for GroupMe's own notices.
        user_id: id(User),
        /// Author again; absent where a reaction quotes the message.
        sender_id: id(User),
        /// Type of the author.
        sender_type: open_enum(SenderType, SenderTypeRef),
        /// Recipient of a direct message.
        recipient_id: id(User),
        /// Name of the author when the message was sent.
        name: text,
        /// URL of the author's picture; may be empty.
        avatar_url: text,
        /// Text; absent if the message has only attachments.
        text: text,
        /// Time at which the message was sent.
        created_at: seconds,
        /// Time of the last change. May equal `created_at` for a message that was never edited; see
        /// `is_edited`.
        updated_at: seconds,
        /// Time of the deletion.
        deleted_at: seconds,
        /// Role of the user who deleted the message.
        deletion_actor: open_enum(DeletionActor, DeletionActorRef),
        /// Whether the message is a notice of GroupMe. Never sent on direct messages; see
        /// `is_system`.
        system: flag,
        /// Time at which the message was pinned.
        pinned_at: seconds,
        /// User who pinned the message; may be empty.
        pinned_by: id(User),
        /// Users who reacted, one entry for each reaction, so users may repeat.
        favorited_by: ids(User),
        /// Time of the last reaction.
        favorited_at: seconds,
        /// Time of the current user's reaction; only in lists of liked messages.
        liked_at: date_time,
        /// Time that orders the gallery; only there.
        gallery_ts: date_time,
        /// Reactions; absent is not the same as empty.
        reactions: optional_list(Reaction),
        /// `gm` on group messages read over REST.
        platform: text,
        /// Location, whose fields have always been empty.
        location: object(MessageLocation, MessageLocationRef),
        /// URL of an image, from before there were attachments.
        picture_url: text,
        /// Attachments: images, mentions, replies and others.
        attachments: list(Attachment),
        /// System event, if the message is a notice.
        event: object(SystemEvent, SystemEventRef),
    }
}

open_enum! {
    /// Type of a message's author.
    pub enum SenderType as SenderTypeRef {
        /// Person.
        User = "user",
        /// Bot.
        Bot = "bot",
        /// GroupMe itself, with a notice.
        System = "system",
        /// Service of GroupMe.
        Service = "service",
    }
}

open_enum! {
    /// Role of the user who deleted a message.
    pub enum DeletionActor as DeletionActorRef {
        /// Author of the message.
        Sender = "sender",
        /// Admin of the group.
        Admin = "admin",
        /// GroupMe itself.
        System = "system",
    }
}

impl Message {
    /// Creates a message with an id and no other field.
    pub fn new(id: MessageId) -> Self {
        Self {
            id,
            ..Self::default()
        }
    }

    /// Returns the id of the message's conversation: of its group or topic, or of its direct
    /// conversation (`a+b`). `None` where the message names neither.
    pub fn conversation(&self) -> Option<ConversationIdRef<'_>> {
        let group = self.group_id.as_ref().map(|id| id.as_view().retyped());
        let direct = || self.direct_conversation().map(ConversationIdRef::from);
        group.filter(|id| !id.is_empty()).or_else(direct)
    }

    /// Returns the direct conversation, from `chat_id` or `conversation_id`.
    pub fn direct_conversation(&self) -> Option<&ConversationId> {
        self.chat_id.as_ref().or(self.conversation_id.as_ref())
    }

    /// Returns the author, from `sender_id` or `user_id`.
    pub fn sender(&self) -> Option<&UserId> {
        self.sender_id.as_ref().or(self.user_id.as_ref())
    }

    /// Returns `true` if a user wrote the message: `message.is_from(handle.user())`.
    pub fn is_from<U: ?Sized>(&self, user: &U) -> bool
    where
        UserId: PartialEq<U>,
    {
        self.sender().is_some_and(|sender| sender == user)
    }

    /// Returns `true` if the message is in a conversation: `message.is_in(&group)`.
    pub fn is_in(&self, conversation: impl Into<ConversationId>) -> bool {
        self.conversation()
            .is_some_and(|own| own == conversation.into())
    }

    /// Returns `true` if this is a direct message: it has a direct conversation or a recipient, and
    /// no group.
    pub fn is_direct(&self) -> bool {
        self.group_id.is_none()
            && (self.direct_conversation().is_some() || self.recipient_id.is_some())
    }

    /// Returns `true` if the message was edited: `updated_at` is later than `created_at`.
    pub fn is_edited(&self) -> bool {
        self.updated_at > self.created_at
    }

    /// Returns `true` if the message was deleted. GroupMe has then replaced its text.
    pub fn is_deleted(&self) -> bool {
        self.deleted_at.is_some() || self.deletion_actor.is_some()
    }

    /// Returns `true` if the message is a notice of GroupMe rather than written by somebody.
    pub fn is_system(&self) -> bool {
        self.system == Some(true)
            || self.event.is_some()
            || matches!(
                self.sender_type,
                Some(SenderType::System | SenderType::Service)
            )
            || self.sender().is_some_and(UserId::is_system)
    }

    /// Returns the message that a notice is about: the one that was edited, deleted or pinned.
    /// Differs from the notice's own id.
    pub fn affected_message_id(&self) -> Option<MessageId> {
        self.event.as_ref()?.affected_message_id()
    }

    /// Compares two messages by the number of their id, then by time.
    pub fn chronological(&self, other: &Self) -> Ordering {
        let by_id = self.id.as_view().cmp_number(&other.id.as_view());
        by_id.then_with(|| self.created_at.cmp(&other.created_at))
    }
}

impl<'f> MessageRef<'f> {
    /// Returns the id of the message's conversation: of its group or topic, or of its direct
    /// conversation (`a+b`). `None` where the message names neither.
    pub fn conversation(&self) -> Option<ConversationIdRef<'f>> {
        let group = self.group_id().map(GroupIdRef::retyped);
        group
            .filter(|id| !id.is_empty())
            .or_else(|| self.direct_conversation())
    }

    /// Returns the direct conversation, from `chat_id` or `conversation_id`.
    pub fn direct_conversation(&self) -> Option<ConversationIdRef<'f>> {
        self.chat_id().or(self.conversation_id())
    }

    /// Returns the author, from `sender_id` or `user_id`.
    pub fn sender(&self) -> Option<UserIdRef<'f>> {
        self.sender_id().or(self.user_id())
    }

    /// Returns `true` if a user wrote the message: `message.is_from(handle.user())`.
    pub fn is_from<U: ?Sized>(&self, user: &U) -> bool
    where
        UserIdRef<'f>: PartialEq<U>,
    {
        self.sender().is_some_and(|sender| sender == *user)
    }

    /// Returns `true` if the message is in a conversation: `message.is_in(&group)`.
    pub fn is_in(&self, conversation: impl Into<ConversationId>) -> bool {
        self.conversation()
            .is_some_and(|own| own == conversation.into())
    }

    /// Returns `true` if this is a direct message: it has a direct conversation or a recipient, and
    /// no group.
    pub fn is_direct(&self) -> bool {
        self.group_id().is_none()
            && (self.direct_conversation().is_some() || self.recipient_id().is_some())
    }

    /// Returns `true` if the message was edited: `updated_at` is later than `created_at`.
    pub fn is_edited(&self) -> bool {
        self.updated_at() > self.created_at()
    }

    /// Returns `true` if the message was deleted. GroupMe has then replaced its text.
    pub fn is_deleted(&self) -> bool {
        self.deleted_at().is_some() || self.deletion_actor().is_some()
    }

    /// Returns `true` if the message is a notice of GroupMe rather than written by somebody.
    pub fn is_system(&self) -> bool {
        self.system() == Some(true)
            || self.event().is_some()
            || matches!(
                self.sender_type(),
                Some(SenderTypeRef::System | SenderTypeRef::Service)
            )
            || self
                .sender()
                .is_some_and(|sender| UserIdRef::is_system(&sender))
    }

    /// Returns the message that a notice is about: the one that was edited, deleted or pinned.
    /// Differs from the notice's own id.
    pub fn affected_message_id(&self) -> Option<MessageIdRef<'f>> {
        self.event()?.affected_message_id()
    }

    /// Compares two messages by the number of their id, then by time.
    pub fn chronological(&self, other: &Self) -> Ordering {
        let by_id = self.id().cmp_number(&other.id());
        by_id.then_with(|| self.created_at().cmp(&other.created_at()))
    }
}
