//! What a group or a topic tells of its messages.

use crate::attachment::Attachment;
use crate::macros::model;
use crate::message::{DeletionActor, DeletionActorRef};
use crate::system_event::{SystemEvent, SystemEventRef};

model! {
    /// How many messages a group or a topic has, and the last one.
    pub struct GroupMessages as GroupMessagesRef {
        /// How many there are.
        count: integer,
        /// The last one.
        last_message_id: id(Message),
        /// When it was sent.
        last_message_created_at: seconds,
        /// When it was last changed.
        last_message_updated_at: seconds,
        /// What it says.
        preview: object(MessagePreview, MessagePreviewRef),
    }
}

model! {
    /// A message as a list of conversations shows it.
    pub struct MessagePreview as MessagePreviewRef {
        /// The author's name.
        nickname: text,
        /// The text; absent when there are attachments only.
        text: text,
        /// The author's picture; may be empty.
        image_url: text,
        /// Images, mentions, replies and the like.
        attachments: list(Attachment),
        /// What happened, if it is a notice.
        event: object(SystemEvent, SystemEventRef),
        /// When it was deleted.
        deleted_at: seconds,
        /// Who deleted it.
        deletion_actor: open(DeletionActor, DeletionActorRef),
    }
}
