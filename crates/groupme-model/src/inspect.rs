//! Inspection of a payload: its type, its owned form, and everything that the model does not know.

use core::convert::identity;

use bayeux_wire::Value;

use crate::attachment::{Attachment, AttachmentRef};
use crate::bot::Bot;
use crate::calendar::CalendarEvent;
use crate::chat::Chat;
use crate::diagnostics::{Diagnostics, Problem};
use crate::event::{Event, EventRef};
use crate::field::Kind;
use crate::group::Group;
use crate::json::Json;
use crate::member::Member;
use crate::message::Message;
use crate::poll::{Poll, PollData};
use crate::receipt::ReadReceipt;
use crate::relationship::{Block, Relationship};
use crate::system_event::SystemEvent;
use crate::topic::Topic;
use crate::user::{Profile, User};

/// Result of an inspection.
///
/// Serialized as `{"type", "typed", "unknown_fields", "value"}`.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Inspection {
    /// Type that GroupMe sent; of an object, the kind that was requested, such as `message`.
    pub kind: String,
    /// Whether the model knows the type.
    pub typed: bool,
    /// Paths of members that the model does not know.
    pub unknown_fields: Vec<String>,
    /// Fields that could not be read and count as absent.
    pub problems: Vec<Problem>,
    /// Owned form.
    pub value: TypedValue,
}

/// Owned form of an inspected payload.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum TypedValue {
    /// The `data` of a delivery.
    Push(Event),
    /// System event.
    Event(SystemEvent),
    /// Attachment.
    Attachment(Attachment),
    /// Message.
    Message(Box<Message>),
    /// Group.
    Group(Box<Group>),
    /// Topic of a group.
    Topic(Box<Topic>),
    /// Direct conversation.
    Chat(Box<Chat>),
    /// Member of a group.
    Member(Box<Member>),
    /// User.
    User(Box<User>),
    /// Profile of a user.
    Profile(Box<Profile>),
    /// Contact.
    Relationship(Box<Relationship>),
    /// Block.
    Block(Block),
    /// Bot.
    Bot(Box<Bot>),
    /// Poll with the current user's vote.
    Poll(Poll),
    /// Poll without a vote.
    PollData(Box<PollData>),
    /// Calendar event.
    CalendarEvent(Box<CalendarEvent>),
    /// Read receipt.
    ReadReceipt(Box<ReadReceipt>),
    /// Value that is none of these.
    Unknown(Json),
}

/// Inspects the `data` of a delivery.
pub fn push(value: Value<'_>) -> Inspection {
    let event = EventRef::from_value(value);
    inspection::<Event>(
        value,
        event.kind(),
        event.is_typed(),
        TypedValue::Push(event.into_owned()),
    )
}

/// Inspects a system event: `{"type", "data"}`.
pub fn event(value: Value<'_>) -> Inspection {
    let Some(event) = SystemEvent::view(value) else {
        return inspection::<SystemEvent>(value, "", false, TypedValue::Unknown(Json::from(value)));
    };
    let typed = event.is_typed();
    let kind = event.kind().unwrap_or_default();
    inspection::<SystemEvent>(value, kind, typed, TypedValue::Event(event.into_owned()))
}

/// Inspects an attachment.
pub fn attachment(value: Value<'_>) -> Inspection {
    let attachment = AttachmentRef::from_value(value);
    let (kind, typed) = (attachment.kind(), attachment.is_typed());
    inspection::<Attachment>(
        value,
        kind,
        typed,
        TypedValue::Attachment(attachment.into_owned()),
    )
}

macro_rules! objects {
    ($(
        $(#[$meta:meta])*
        $object:ident: $Variant:ident($wrap:path);
    )*) => { $(
        $(#[$meta])*
        pub fn $object(value: Value<'_>) -> Inspection {
            let owned = <$Variant as Kind>::decode(value);
            let typed = owned.is_some();
            let owned = owned.map_or_else(
                || TypedValue::Unknown(Json::from(value)),
                |owned| TypedValue::$Variant($wrap(owned)),
            );
            inspection::<$Variant>(value, stringify!($object), typed, owned)
        }
    )* };
}

objects! {
    /// Inspects a message of a group or a direct message.
    message: Message(Box::new);
    /// Inspects a group.
    group: Group(Box::new);
    /// Inspects a topic of a group.
    topic: Topic(Box::new);
    /// Inspects a direct conversation.
    chat: Chat(Box::new);
    /// Inspects a member of a group.
    member: Member(Box::new);
    /// Inspects a user.
    user: User(Box::new);
    /// Inspects a user's profile.
    profile: Profile(Box::new);
    /// Inspects a contact.
    relationship: Relationship(Box::new);
    /// Inspects a block.
    block: Block(identity);
    /// Inspects a bot.
    bot: Bot(Box::new);
    /// Inspects a poll with the current user's vote.
    poll: Poll(identity);
    /// Inspects a poll without a vote.
    poll_data: PollData(Box::new);
    /// Inspects a calendar event.
    calendar_event: CalendarEvent(Box::new);
    /// Inspects a read receipt.
    read_receipt: ReadReceipt(Box::new);
}

fn inspection<K: Kind>(value: Value<'_>, kind: &str, typed: bool, owned: TypedValue) -> Inspection {
    let diagnostics = Diagnostics::of(|diagnostics| K::report(value, diagnostics));
    let (problems, unknown_fields) = diagnostics.into_parts();
    Inspection {
        kind: kind.to_owned(),
        typed,
        unknown_fields,
        problems,
        value: owned,
    }
}

#[cfg(feature = "serde")]
mod written {
    use serde::ser::{Serialize, SerializeStruct as _, Serializer};

    use super::{Inspection, TypedValue};

    impl Serialize for Inspection {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            let mut fields = serializer.serialize_struct("Inspection", 4)?;
            fields.serialize_field("type", &self.kind)?;
            fields.serialize_field("typed", &self.typed)?;
            fields.serialize_field("unknown_fields", &self.unknown_fields)?;
            fields.serialize_field("value", &self.value)?;
            fields.end()
        }
    }

    impl Serialize for TypedValue {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            match self {
                Self::Push(event) => event.serialize(serializer),
                Self::Event(event) => event.serialize(serializer),
                Self::Attachment(attachment) => attachment.serialize(serializer),
                Self::Message(message) => message.serialize(serializer),
                Self::Group(object) => object.serialize(serializer),
                Self::Topic(object) => object.serialize(serializer),
                Self::Chat(object) => object.serialize(serializer),
                Self::Member(object) => object.serialize(serializer),
                Self::User(object) => object.serialize(serializer),
                Self::Profile(object) => object.serialize(serializer),
                Self::Relationship(object) => object.serialize(serializer),
                Self::Block(object) => object.serialize(serializer),
                Self::Bot(object) => object.serialize(serializer),
                Self::Poll(object) => object.serialize(serializer),
                Self::PollData(object) => object.serialize(serializer),
                Self::CalendarEvent(object) => object.serialize(serializer),
                Self::ReadReceipt(object) => object.serialize(serializer),
                Self::Unknown(json) => json.serialize(serializer),
            }
        }
    }
}
