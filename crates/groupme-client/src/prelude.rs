//! The types and traits that most programs name: `use groupme_client::prelude::*;`.

pub use groupme_model::{
    ConversationId, Draft, Event, EventRef, GroupId, LikeIcon, Message, MessageId, MessageRef,
    UserId,
};

pub use crate::{
    Client, Conversation, Delivery, DeliveryExt, Handle, Incoming, MessageExt, Scope, Status, Token,
};
