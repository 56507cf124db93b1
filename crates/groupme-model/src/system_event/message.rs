//! Notices about messages.

use crate::attachment::Attachment;
use crate::macros::model;
use crate::message::{DeletionActor, DeletionActorRef};

model! {
    /// A message was deleted.
    pub struct MessageDeletedNotice as MessageDeletedNoticeRef {
        /// The message that was deleted.
        message_id: id(Message),
        /// When.
        deleted_at: seconds,
        /// Who deleted it.
        deletion_actor: open(DeletionActor, DeletionActorRef),
        /// Who deleted it, in old notices.
        deleter_id: id(User),
    }
}

model! {
    /// A message was edited.
    pub struct MessageUpdateNotice as MessageUpdateNoticeRef {
        /// The message that was edited.
        message_id: id(Message),
        /// Who wrote it.
        sender_id: id(User),
        /// When.
        updated_at: seconds,
        /// What it says now.
        message: object(EditedMessage, EditedMessageRef),
    }
}

model! {
    /// What an edited message says now.
    pub struct EditedMessage as EditedMessageRef {
        /// The text.
        text: text,
        /// The attachments.
        attachments: list(Attachment),
    }
}

model! {
    /// A message was pinned.
    pub struct MessagePinnedNotice as MessagePinnedNoticeRef {
        /// The message that was pinned.
        message_id: id(Message),
        /// Whether it is pinned now.
        pinned: flag,
        /// Who pinned it.
        pinned_by: id(User),
        /// When.
        pinned_at: seconds,
    }
}

model! {
    /// The assistant told a group what it does with messages.
    pub struct PrivacyNotice as PrivacyNoticeRef {
        /// The message that made it speak.
        trigger_message: id(Message),
    }
}
