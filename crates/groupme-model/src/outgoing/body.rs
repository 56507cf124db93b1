//! The bodies of requests.

use crate::attachment::Attachment;
use crate::like_icon::{LikeIcon, LikeIconRef};
use crate::macros::model;

model! {
    /// The body that posts a message to a group or a topic.
    pub struct MessageBody as MessageBodyRef {
        /// The message.
        message: body(NewMessage, NewMessageRef),
    }
}

model! {
    /// The body that sends a direct message.
    pub struct DirectMessageBody as DirectMessageBodyRef {
        /// The message.
        direct_message: body(NewMessage, NewMessageRef),
    }
}

model! {
    /// A message as it is sent.
    pub struct NewMessage as NewMessageRef {
        /// The sender's own id of the message. The same in every attempt to send it, or it is
        /// there twice.
        source_guid: text,
        /// Whom a direct message is for.
        recipient_id: id(User),
        /// The text; absent when there are attachments only.
        text: text,
        /// Images, mentions, replies and the like.
        attachments: list(Attachment),
    }
}

model! {
    /// The body that posts a message in the name of a bot.
    pub struct BotMessageBody as BotMessageBodyRef {
        /// The bot. All it takes to write in its name: keep it to yourself.
        bot_id: key(Bot),
        /// The text; absent when there are attachments only.
        text: text,
        /// Images and the like.
        attachments: list(Attachment),
        /// An image, as it was sent before there were attachments.
        picture_url: text,
    }
}

model! {
    /// The body that reacts to a message.
    pub struct ReactionBody as ReactionBodyRef {
        /// With what; absent for the usual heart.
        like_icon: object(LikeIcon, LikeIconRef),
    }
}
