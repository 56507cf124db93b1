//! What the gateway pushes: the `data` of a delivery.

use bayeux_wire::{Keys, Value, slots_for};

use crate::field::{Kind as _, Millis};
use crate::json::Json;
use crate::macros::{model, tagged_union};
use crate::message::{Message, MessageRef};
use crate::receipt::{ReadReceipt, ReadReceiptRef};
use crate::source::{Shape, Source};
use crate::timestamp::Timestamp;
use crate::unknown::type_of;

mod group;
mod new;
mod reaction;

pub use group::{JoinedGroup, JoinedGroupRef};
pub use reaction::{ReactionChange, ReactionChangeRef};

tagged_union! {
    /// An event that the gateway pushes.
    ///
    /// One of an unknown type is `Unknown`, with its type and all of its content; so is one that
    /// lacks what it cannot be used without, such as a message without an id.
    pub enum Event as EventRef, tagged by type_of_push, indexed by SLOTS {
        /// A sign of life; nothing happened. Also `{"ping":true}`, as it used to be.
        "ping" => Ping(Ping, PingRef),
        /// A message in a group or a topic, or a notice; on the user's channel.
        "line.create" => LineCreate(MessagePush, MessagePushRef),
        /// A direct message, or a notice in one; on the user's channel.
        "direct_message.create" => DirectMessageCreate(MessagePush, MessagePushRef),
        /// The user was added to a group; on the user's channel.
        "membership.create" => MembershipCreate(MembershipPush, MembershipPushRef),
        /// The reactions to a message changed; on the conversation's channel.
        "favorite" => Favorite(ReactionPush, ReactionPushRef),
        /// Somebody reacted to a message of the user's; on the user's channel.
        "like.create" => LikeCreate(ReactionPush, ReactionPushRef),
        /// Somebody took back a reaction to a message of the user's; on the user's channel.
        "like.delete" => LikeDelete(ReactionPush, ReactionPushRef),
        /// A message was deleted; the message is what is left of it. On the conversation's channel.
        "message.deleted" => MessageDeleted(MessagePush, MessagePushRef),
        /// A message was edited; the message is the new one. On the conversation's channel.
        "message.update" => MessageUpdate(MessagePush, MessagePushRef),
        /// Somebody is typing; on the conversation's channel. There is no event for stopping.
        "typing" => Typing(Typing, TypingRef),
        /// Somebody read a direct message; on the conversation's channel.
        "read_receipt.create" => ReadReceiptCreate(ReceiptPush, ReceiptPushRef),
        /// The gateway took note of a subscription; on the user's channel. What is in it is not
        /// known.
        "subscribe" => Subscribe(SubscribePush, SubscribePushRef),
    }
}

/// The slots of the members that pushes have, of whichever type.
const SLOTS: &Keys<{ slots_for(NAMES.len()) }> = &Keys::new(NAMES);

const NAMES: &[&str] = &[
    "type",
    "subject",
    "alert",
    "received_at",
    "ping",
    "user_id",
    "started",
];

/// The type of a push; pings used to have none.
#[inline]
fn type_of_push<'s, S: Source<'s>>(member: impl Fn(&'static str) -> Option<S>) -> &'s str {
    let kind = type_of(&member);
    let old_ping = || matches!(member("ping").map(S::shape), Some(Shape::Bool(_)));
    if kind.is_empty() && old_ping() {
        "ping"
    } else {
        kind
    }
}

model! {
    /// A sign of life.
    pub struct Ping as PingRef, tagged "type", indexed by SLOTS {
        /// `true` in pings as they used to be.
        ping: flag,
    }
}

model! {
    /// A push about a message.
    pub struct MessagePush as MessagePushRef, tagged "type", indexed by SLOTS {
        /// The message.
        message: body(Message, MessageRef) as "subject",
        /// What to show the user; may be empty.
        alert: text,
        /// When the gateway had it.
        received_at: millis,
    }
}

model! {
    /// A push about a new group.
    pub struct MembershipPush as MembershipPushRef, tagged "type", indexed by SLOTS {
        /// The group.
        group: body(JoinedGroup, JoinedGroupRef) as "subject",
        /// What to show the user; may be empty.
        alert: text,
        /// When the gateway had it.
        received_at: millis,
    }
}

model! {
    /// A push about reactions.
    pub struct ReactionPush as ReactionPushRef, tagged "type", indexed by SLOTS {
        /// The message, its reactions, and who reacted.
        change: body(ReactionChange, ReactionChangeRef) as "subject",
        /// What to show the user; may be empty.
        alert: text,
        /// When the gateway had it.
        received_at: millis,
    }
}

model! {
    /// A push about a message having been read.
    pub struct ReceiptPush as ReceiptPushRef, tagged "type", indexed by SLOTS {
        /// Who read what.
        receipt: body(ReadReceipt, ReadReceiptRef) as "subject",
        /// What to show the user; may be empty.
        alert: text,
        /// When the gateway had it.
        received_at: millis,
    }
}

model! {
    /// A push about a subscription.
    pub struct SubscribePush as SubscribePushRef, tagged "type", indexed by SLOTS {
        /// What it is about; not known.
        subject: raw,
        /// What to show the user; may be empty.
        alert: text,
        /// When the gateway had it.
        received_at: millis,
    }
}

model! {
    /// Somebody is typing.
    pub struct Typing as TypingRef, tagged "type", indexed by SLOTS {
        /// Who is.
        user_id: id(User),
        /// Since when.
        started: millis,
    }
}

impl<'f> EventRef<'f> {
    /// The message that the push is about, if it is about one; of a reaction, what the push tells
    /// of the message that was reacted to.
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

    /// What the push tells of reactions, under whichever of its three names: a reaction to a message
    /// of one's own may be told as `like.create`, as `favorite`, or as both.
    pub fn reaction_change(&self) -> Option<ReactionChangeRef<'f>> {
        match self {
            Self::Favorite(push) | Self::LikeCreate(push) | Self::LikeDelete(push) => {
                Some(push.change())
            }
            _ => None,
        }
    }

    /// What to show the user, of any push that says so.
    pub fn alert(&self) -> Option<&'f str> {
        self.raw().get("alert").and_then(Value::as_str)
    }

    /// When the gateway had it, of any push that says so.
    pub fn received_at(&self) -> Option<Timestamp> {
        self.raw().get("received_at").and_then(Millis::show)
    }
}

impl Event {
    /// What to show the user, of any push that says so.
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

    /// When the gateway had it, of any push that says so.
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
                self.unexpected("received_at").and_then(Millis::own)
            }
        }
    }

    /// A member of a push that as a rule has none of that name.
    fn unexpected(&self, name: &str) -> Option<&Json> {
        match self {
            Self::Ping(ping) => ping.extra.get(name),
            Self::Typing(typing) => typing.extra.get(name),
            Self::Unknown(unknown) => unknown.raw().get(name),
            _ => None,
        }
    }

    /// What the push tells of reactions, under whichever of its three names.
    pub fn reaction_change(&self) -> Option<&ReactionChange> {
        match self {
            Self::Favorite(push) | Self::LikeCreate(push) | Self::LikeDelete(push) => {
                Some(&push.change)
            }
            _ => None,
        }
    }

    /// The message that the push is about, if it is about one; of a reaction, what the push tells
    /// of the message that was reacted to.
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
