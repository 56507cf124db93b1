//! Summary of the messages of a group or a topic.

use crate::attachment::Attachment;
use crate::macros::model;
use crate::message::{DeletionActor, DeletionActorRef};
use crate::system_event::{SystemEvent, SystemEventRef};

model! {
    /// Number of messages of a group or a topic, and the last one.
    pub struct GroupMessages as GroupMessagesRef {
        /// Number of messages.
        count: integer,
        /// Id of the last message.
        last_message_id: id(Message),
        /// Time at which the last message was sent.
        last_message_created_at: seconds,
        /// Time of the last change of the last message.
        last_message_updated_at: seconds,
        /// Preview of the last message.
        preview: object(MessagePreview, MessagePreviewRef),
    }
}

model! {
    /// Preview of a message in a list of conversations.
    pub struct MessagePreview as MessagePreviewRef {
        /// Name of the author.
        nickname: text,
        /// Text; absent if the message has only attachments.
        text: text,
        /// URL of the author's picture; may be empty.
        image_url: text,
        /// Attachments.
        attachments: list(Attachment),
        /// System event, if the message is a notice.
        event: object(SystemEvent, SystemEventRef),
        /// Time of the deletion.
        deleted_at: seconds,
        /// Role of the user who deleted the message.
        deletion_actor: open_enum(DeletionActor, DeletionActorRef),
    }
}
