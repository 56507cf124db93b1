//! Pushes of the gateway: the `data` of a delivery.

use bayeux_wire::{Keys, Value, slots_for};

use crate::field::{Kind as _, Millis};
use crate::json::Json;
use crate::json_source::{JsonSource, Shape};
use crate::macros::{model, tagged_union};
use crate::message::{Message, MessageRef};
use crate::receipt::{ReadReceipt, ReadReceiptRef};
use crate::timestamp::Timestamp;
use crate::unknown::type_of;

mod actor;
mod constructors;
mod group;
mod reaction;

pub use group::{JoinedGroup, JoinedGroupRef};
pub use reaction::{ReactionChange, ReactionChangeRef};

tagged_union! {
    /// Event pushed by the gateway.
    ///
    /// An event of an unknown type is `Unknown`, with its type and all of its content. So is an
    /// event that lacks a required field, such as a message without an id.
    pub enum Event as EventRef, tagged by type_of_push, indexed by SLOTS {
        /// Keep-alive. Also `{"ping":true}`, the older form.
        "ping" => Ping(Ping, PingRef),
        /// Message or notice in a group or a topic. Sent on the user's channel.
        "line.create" => LineCreate(MessagePush, MessagePushRef),
        /// Direct message, or notice in a direct conversation. Sent on the user's channel.
        "direct_message.create" => DirectMessageCreate(MessagePush, MessagePushRef),
        /// Current user added to a group. Sent on the user's channel.
        "membership.create" => MembershipCreate(MembershipPush, MembershipPushRef),
        /// Changed reactions of a message. Sent on the conversation's channel.
        "favorite" => Favorite(ReactionPush, ReactionPushRef),
        /// Reaction to a message of the current user. Sent on the user's channel.
        "like.create" => LikeCreate(ReactionPush, ReactionPushRef),
        /// Removed reaction to a message of the current user. Sent on the user's channel.
        "like.delete" => LikeDelete(ReactionPush, ReactionPushRef),
        /// Deleted message, with the remaining fields. Sent on the conversation's channel.
        "message.deleted" => MessageDeleted(MessagePush, MessagePushRef),
        /// Edited message, with all of its fields. Sent on the conversation's channel.
        "message.update" => MessageUpdate(MessagePush, MessagePushRef),
        /// User who is typing. Sent on the conversation's channel; there is no event for the end.
        "typing" => Typing(Typing, TypingRef),
        /// Read receipt of a direct message. Sent on the conversation's channel.
        "read_receipt.create" => ReadReceiptCreate(ReceiptPush, ReceiptPushRef),
        /// Acknowledgement of a subscription. Sent on the user's channel; the content is
        /// undocumented.
        "subscribe" => Subscribe(SubscribePush, SubscribePushRef),
    }
}

/// Key table of the members of all pushes.
const SLOTS: &Keys<{ slots_for(KEYS.len()) }> = &Keys::new(KEYS);

const KEYS: &[&str] = &[
    "type",
    "subject",
    "alert",
    "received_at",
    "ping",
    "user_id",
    "started",
];

/// Returns the type of a push. Pings used to have none.
#[inline]
fn type_of_push<'s, S: JsonSource<'s>>(member: impl Fn(&'static str) -> Option<S>) -> &'s str {
    let kind = type_of(&member);
    let old_ping = || matches!(member("ping").map(S::shape), Some(Shape::Bool(_)));
    if kind.is_empty() && old_ping() {
        "ping"
    } else {
        kind
    }
}

model! {
    /// Keep-alive.
    pub struct Ping as PingRef, tagged "type", indexed by SLOTS {
        /// `true` in the older form, absent today.
        ping: flag,
    }
}

model! {
    /// Push about a message.
    pub struct MessagePush as MessagePushRef, tagged "type", indexed by SLOTS {
        /// The message.
        message: required_object(Message, MessageRef) as "subject",
        /// Text for a notification; may be empty.
        alert: text,
        /// Time at which the gateway received the event.
        received_at: millis,
    }
}

model! {
    /// Push about a new group of the current user.
    pub struct MembershipPush as MembershipPushRef, tagged "type", indexed by SLOTS {
        /// The group.
        group: required_object(JoinedGroup, JoinedGroupRef) as "subject",
        /// Text for a notification; may be empty.
        alert: text,
        /// Time at which the gateway received the event.
        received_at: millis,
    }
}

model! {
    /// Push about the reactions of a message.
    pub struct ReactionPush as ReactionPushRef, tagged "type", indexed by SLOTS {
        /// Message, its reactions, and the user who changed them.
        change: required_object(ReactionChange, ReactionChangeRef) as "subject",
        /// Text for a notification; may be empty.
        alert: text,
        /// Time at which the gateway received the event.
        received_at: millis,
    }
}

model! {
    /// Push about a read receipt.
    pub struct ReceiptPush as ReceiptPushRef, tagged "type", indexed by SLOTS {
        /// The read receipt.
        receipt: required_object(ReadReceipt, ReadReceiptRef) as "subject",
        /// Text for a notification; may be empty.
        alert: text,
        /// Time at which the gateway received the event.
        received_at: millis,
    }
}

model! {
    /// Push about a subscription.
    pub struct SubscribePush as SubscribePushRef, tagged "type", indexed by SLOTS {
        /// Content; undocumented.
        subject: raw,
        /// Text for a notification; may be empty.
        alert: text,
        /// Time at which the gateway received the event.
        received_at: millis,
    }
}

model! {
    /// User who is typing.
    pub struct Typing as TypingRef, tagged "type", indexed by SLOTS {
        /// User who is typing.
        user_id: id(User),
        /// Start of the typing.
        started: millis,
    }
}

impl<'f> EventRef<'f> {
    /// Returns the message of the push, if it has one. For a reaction, this is the part of the
    /// message that the push quotes.
    pub fn message(&self) -> Option<MessageRef<'f>> {
        match self {
            Self::LineCreate(push)
            | Self::DirectMessageCreate(push)
            | Self::MessageDeleted(push)
            | Self::MessageUpdate(push) => Some(push.message()),
            Self::Favorite(push) | Self::LikeCreate(push) | Self::LikeDelete(push) => {
                push.change().message()
            }
            _ => None,
        }
    }

    /// Returns the reactions of a `favorite`, `like.create` or `like.delete` push. A reaction to a
    /// message of the current user may arrive as `like.create`, as `favorite`, or as both.
    pub fn reaction_change(&self) -> Option<ReactionChangeRef<'f>> {
        match self {
            Self::Favorite(push) | Self::LikeCreate(push) | Self::LikeDelete(push) => {
                Some(push.change())
            }
            _ => None,
        }
    }

    /// Returns the text for a notification, if the push has one.
    pub fn alert(&self) -> Option<&'f str> {
        self.raw().get("alert").and_then(Value::as_str)
    }

    /// Returns the time at which the gateway received the event, if the push has one.
    pub fn received_at(&self) -> Option<Timestamp> {
        self.raw().get("received_at").and_then(Millis::view)
    }
}

impl Event {
    /// Returns the text for a notification, if the push has one.
    pub fn alert(&self) -> Option<&str> {
        match self {
            Self::LineCreate(push)
            | Self::DirectMessageCreate(push)
            | Self::MessageDeleted(push)
            | Self::MessageUpdate(push) => push.alert.as_deref(),
            Self::Favorite(push) | Self::LikeCreate(push) | Self::LikeDelete(push) => {
                push.alert.as_deref()
            }
            Self::MembershipCreate(push) => push.alert.as_deref(),
            Self::ReadReceiptCreate(push) => push.alert.as_deref(),
            Self::Subscribe(push) => push.alert.as_deref(),
            Self::Ping(_) | Self::Typing(_) | Self::Unknown(_) => {
                self.unexpected("alert").and_then(Json::as_str)
            }
        }
    }

    /// Returns the time at which the gateway received the event, if the push has one.
    pub fn received_at(&self) -> Option<Timestamp> {
        match self {
            Self::LineCreate(push)
            | Self::DirectMessageCreate(push)
            | Self::MessageDeleted(push)
            | Self::MessageUpdate(push) => push.received_at,
            Self::Favorite(push) | Self::LikeCreate(push) | Self::LikeDelete(push) => {
                push.received_at
            }
            Self::MembershipCreate(push) => push.received_at,
            Self::ReadReceiptCreate(push) => push.received_at,
            Self::Subscribe(push) => push.received_at,
            Self::Ping(_) | Self::Typing(_) | Self::Unknown(_) => {
                self.unexpected("received_at").and_then(Millis::decode)
            }
        }
    }

    /// Returns a member of a push whose model has no field of that name.
    fn unexpected(&self, name: &str) -> Option<&Json> {
        match self {
            Self::Ping(ping) => ping.extra.get(name),
            Self::Typing(typing) => typing.extra.get(name),
            Self::Unknown(unknown) => unknown.raw().get(name),
            _ => None,
        }
    }

    /// Returns the reactions of a `favorite`, `like.create` or `like.delete` push. A reaction to a
    /// message of the current user may arrive as `like.create`, as `favorite`, or as both.
    pub fn reaction_change(&self) -> Option<&ReactionChange> {
        match self {
            Self::Favorite(push) | Self::LikeCreate(push) | Self::LikeDelete(push) => {
                Some(&push.change)
            }
            _ => None,
        }
    }

    /// Returns the message of the push, if it has one. For a reaction, this is the part of the
    /// message that the push quotes.
    pub fn message(&self) -> Option<&Message> {
        match self {
            Self::LineCreate(push)
            | Self::DirectMessageCreate(push)
            | Self::MessageDeleted(push)
            | Self::MessageUpdate(push) => Some(&push.message),
            Self::Favorite(push) | Self::LikeCreate(push) | Self::LikeDelete(push) => {
                push.change.message()
            }
            _ => None,
        }
    }
}
