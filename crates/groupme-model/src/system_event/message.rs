//! Notices about messages.

use crate::attachment::Attachment;
use crate::macros::model;
use crate::message::{DeletionActor, DeletionActorRef};

model! {
    /// Deleted message.
    pub struct MessageDeletedNotice as MessageDeletedNoticeRef {
        /// Id of the deleted message.
        message_id: id(Message),
        /// Time of the deletion.
        deleted_at: seconds,
        /// Role of the user who deleted the message.
        deletion_actor: open_enum(DeletionActor, DeletionActorRef),
        /// User who deleted the message; only in old notices.
        deleter_id: id(User),
    }
}

model! {
    /// Edited message.
    pub struct MessageUpdateNotice as MessageUpdateNoticeRef {
        /// Id of the edited message.
        message_id: id(Message),
        /// Author of the message.
        sender_id: id(User),
        /// Time of the edit.
        updated_at: seconds,
        /// New content of the message.
        message: object(EditedMessage, EditedMessageRef),
    }
}

model! {
    /// New content of an edited message.
    pub struct EditedMessage as EditedMessageRef {
        /// New text.
        text: text,
        /// New attachments.
        attachments: list(Attachment),
    }
}

model! {
    /// Pinned or unpinned message.
    pub struct MessagePinnedNotice as MessagePinnedNoticeRef {
        /// Id of the message.
        message_id: id(Message),
        /// Whether the message is now pinned.
        pinned: flag,
        /// User who pinned the message.
        pinned_by: id(User),
        /// Time of the pinning.
        pinned_at: seconds,
    }
}

model! {
    /// Privacy notice of the Copilot assistant.
    pub struct PrivacyNotice as PrivacyNoticeRef {
        /// Message that caused the notice.
        trigger_message: id(Message),
    }
}
