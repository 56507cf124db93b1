//! Bodies of requests.

use crate::attachment::Attachment;
use crate::like_icon::{LikeIcon, LikeIconRef};
use crate::macros::model;

model! {
    /// Body of a request that posts a message to a group or a topic.
    pub struct MessageBody as MessageBodyRef {
        /// Message to post.
        message: required_object(NewMessage, NewMessageRef),
    }
}

model! {
    /// Body of a request that sends a direct message.
    pub struct DirectMessageBody as DirectMessageBodyRef {
        /// Message to send.
        direct_message: required_object(NewMessage, NewMessageRef),
    }
}

model! {
    /// Message in a request that sends it.
    pub struct NewMessage as NewMessageRef {
        /// Id that the sender chose. Must be the same in every attempt to send the message, or
        /// GroupMe creates a duplicate.
        source_guid: text,
        /// Recipient of a direct message.
        recipient_id: id(User),
        /// Text; absent if the message has only attachments.
        text: text,
        /// Attachments: images, mentions, replies and others.
        attachments: list(Attachment),
    }
}

model! {
    /// Body of a request that posts a message as a bot.
    pub struct BotMessageBody as BotMessageBodyRef {
        /// Id of the bot. It is the only credential needed to post as the bot: keep it secret.
        bot_id: required_id(Bot),
        /// Text; absent if the message has only attachments.
        text: text,
        /// Attachments.
        attachments: list(Attachment),
        /// URL of an image, from before there were attachments.
        picture_url: text,
    }
}

model! {
    /// Body of a request that reacts to a message.
    pub struct ReactionBody as ReactionBodyRef {
        /// Icon of the reaction; absent for the default heart.
        like_icon: object(LikeIcon, LikeIconRef),
    }
}
