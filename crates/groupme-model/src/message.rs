//! Messages of groups and direct messages.

use core::cmp::Ordering;

use crate::attachment::Attachment;
use crate::id::{
    ConversationId, ConversationIdRef, GroupIdRef, MessageId, MessageIdRef, UserId, UserIdRef,
};
use crate::macros::{model, open_enum};
use crate::place::{Place, PlaceRef};
use crate::reaction::Reaction;
use crate::system_event::{SystemEvent, SystemEventRef};

model! {
    /// A message of a group or a direct message, as pushed and as read over REST.
    ///
    /// The two differ in little: a group message has a `group_id`; a direct message has a
    /// `recipient_id` and its conversation (`chat_id` when pushed, `conversation_id` over REST).
    /// Only `id` is always there.
    pub struct Message as MessageRef {
        /// The message's id.
        id: key(Message),
        /// The sender's own id of the message, opaque; joins a send and its echo.
        source_guid: text,
        /// The group, or the topic of one. Absent on direct messages.
        group_id: id(Group),
        /// What the group is called; only where a message is quoted in a reaction.
        group_name: text,
        /// The group of the topic that the message is in.
        parent_id: id(Group),
        /// The direct conversation (`a+b`), as pushes call it.
        chat_id: id(Conversation),
        /// The direct conversation (`a+b`), as REST calls it.
        conversation_id: id(Conversation),
        /// The author; `"system"` for GroupMe's own notices.
        user_id: id(User),
        /// The author again; missing where a message is quoted in a reaction.
        sender_id: id(User),
        /// What sort of author it is.
        sender_type: open(SenderType, SenderTypeRef),
        /// Whom a direct message is for.
        recipient_id: id(User),
        /// The author's name when it was sent.
        name: text,
        /// The author's picture; may be empty.
        avatar_url: text,
        /// The text; absent when there are attachments only.
        text: text,
        /// When it was sent.
        created_at: seconds,
        /// When it was last changed. It was edited only if this is after `created_at`; see
        /// `is_edited`.
        updated_at: seconds,
        /// When it was deleted.
        deleted_at: seconds,
        /// Who deleted it.
        deletion_actor: open(DeletionActor, DeletionActorRef),
        /// Whether it is a notice of GroupMe's. Never set on direct messages; see `is_system`.
        system: flag,
        /// When it was pinned.
        pinned_at: seconds,
        /// Who pinned it; may be empty.
        pinned_by: id(User),
        /// Who reacted: one entry for each reaction, so users may repeat.
        favorited_by: ids(User),
        /// When the last reaction came.
        favorited_at: seconds,
        /// When you reacted; only in lists of liked messages.
        liked_at: date_time,
        /// What places it in the gallery; only there.
        gallery_ts: date_time,
        /// The reactions; absent is not the same as none.
        reactions: maybe_list(Reaction),
        /// `gm`, on rows of groups.
        platform: text,
        /// A place that was never filled in.
        location: object(Place, PlaceRef),
        /// An image, as it was sent before there were attachments.
        picture_url: text,
        /// Images, mentions, replies and the like.
        attachments: list(Attachment),
        /// What happened, if this is a notice.
        event: object(SystemEvent, SystemEventRef),
    }
}

open_enum! {
    /// What sort of author a message has.
    pub enum SenderType as SenderTypeRef {
        /// A person.
        User = "user",
        /// A bot.
        Bot = "bot",
        /// GroupMe, with a notice.
        System = "system",
        /// A service of GroupMe.
        Service = "service",
    }
}

open_enum! {
    /// Who deleted a message: a role, not a user.
    pub enum DeletionActor as DeletionActorRef {
        /// Its author.
        Sender = "sender",
        /// An admin of the group.
        Admin = "admin",
        /// GroupMe.
        System = "system",
    }
}

impl Message {
    /// A message with only an id.
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

    /// The direct conversation, under either of its names.
    pub fn direct_conversation(&self) -> Option<&ConversationId> {
        self.chat_id.as_ref().or(self.conversation_id.as_ref())
    }

    /// The author, under either of the names that GroupMe has for it.
    pub fn sender(&self) -> Option<&UserId> {
        self.sender_id.as_ref().or(self.user_id.as_ref())
    }

    /// Whether it is of a direct conversation: it names one, or whom it is for, and no group.
    pub fn is_direct(&self) -> bool {
        self.group_id.is_none()
            && (self.direct_conversation().is_some() || self.recipient_id.is_some())
    }

    /// Whether it was edited. `updated_at` alone does not tell: it may equal `created_at`.
    pub fn is_edited(&self) -> bool {
        self.updated_at > self.created_at
    }

    /// Whether it was deleted; what is left of the text then is GroupMe's.
    pub fn is_deleted(&self) -> bool {
        self.deleted_at.is_some() || self.deletion_actor.is_some()
    }

    /// Whether it is a notice of GroupMe's own rather than something somebody said.
    pub fn is_system(&self) -> bool {
        self.system == Some(true)
            || self.event.is_some()
            || self.sender_type == Some(SenderType::System)
            || self.sender().is_some_and(UserId::is_system)
    }

    /// The message that a notice is about: the one edited, deleted or pinned. The notice's own id
    /// is another.
    pub fn affects(&self) -> Option<MessageId> {
        self.event.as_ref()?.affects()
    }

    /// The order in which messages came: by id as a number, then by time.
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

    /// The direct conversation, under either of its names.
    pub fn direct_conversation(&self) -> Option<ConversationIdRef<'f>> {
        self.chat_id().or(self.conversation_id())
    }

    /// The author, under either of the names that GroupMe has for it.
    pub fn sender(&self) -> Option<UserIdRef<'f>> {
        self.sender_id().or(self.user_id())
    }

    /// Whether it is of a direct conversation: it names one, or whom it is for, and no group.
    pub fn is_direct(&self) -> bool {
        self.group_id().is_none()
            && (self.direct_conversation().is_some() || self.recipient_id().is_some())
    }

    /// Whether it was edited. `updated_at` alone does not tell: it may equal `created_at`.
    pub fn is_edited(&self) -> bool {
        self.updated_at() > self.created_at()
    }

    /// Whether it was deleted; what is left of the text then is GroupMe's.
    pub fn is_deleted(&self) -> bool {
        self.deleted_at().is_some() || self.deletion_actor().is_some()
    }

    /// Whether it is a notice of GroupMe's own rather than something somebody said.
    pub fn is_system(&self) -> bool {
        self.system() == Some(true)
            || self.event().is_some()
            || self.sender_type() == Some(SenderTypeRef::System)
            || self
                .sender()
                .is_some_and(|sender| UserIdRef::is_system(&sender))
    }

    /// The message that a notice is about: the one edited, deleted or pinned. The notice's own id
    /// is another.
    pub fn affects(&self) -> Option<MessageIdRef<'f>> {
        self.event()?.affects()
    }

    /// The order in which messages came: by id as a number, then by time.
    pub fn chronological(&self, other: &Self) -> Ordering {
        let by_id = self.id().cmp_number(&other.id());
        by_id.then_with(|| self.created_at().cmp(&other.created_at()))
    }
}
