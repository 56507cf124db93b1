//! A payload looked at from outside: what it is, and what of it the model does not know.

use core::convert::identity;

use bayeux_wire::Value;

use crate::attachment::{Attachment, AttachmentRef};
use crate::bot::Bot;
use crate::calendar::CalendarEvent;
use crate::chat::Chat;
use crate::event::{Event, EventRef};
use crate::field::Kind;
use crate::finding::{Findings, Problem};
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

/// What the model makes of a payload.
///
/// In serde formats: `{"type", "typed", "unknown_fields", "value"}`.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Inspection {
    /// The type, as GroupMe calls it; of an object, what was asked for, such as `message`.
    pub kind: String,
    /// Whether the model knows this type.
    pub typed: bool,
    /// The paths of members that the model does not know.
    pub unknown_fields: Vec<String>,
    /// The fields that could not be read and count as absent.
    pub problems: Vec<Problem>,
    /// The owned typed form.
    pub value: Typed,
}

/// The owned typed form of a payload.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Typed {
    /// The `data` of a delivery.
    Push(Event),
    /// A system event.
    Event(SystemEvent),
    /// An attachment.
    Attachment(Attachment),
    /// A message.
    Message(Box<Message>),
    /// A group.
    Group(Box<Group>),
    /// A topic of a group.
    Topic(Box<Topic>),
    /// A direct conversation.
    Chat(Box<Chat>),
    /// A member of a group.
    Member(Box<Member>),
    /// A user.
    User(Box<User>),
    /// A user's page.
    Profile(Box<Profile>),
    /// A contact.
    Relationship(Box<Relationship>),
    /// A block.
    Block(Block),
    /// A bot.
    Bot(Box<Bot>),
    /// A poll, and how you voted.
    Poll(Poll),
    /// A poll.
    PollData(Box<PollData>),
    /// An event of the calendar.
    CalendarEvent(Box<CalendarEvent>),
    /// A read receipt.
    ReadReceipt(Box<ReadReceipt>),
    /// Something that is none of them.
    Unknown(Json),
}

/// Looks at the `data` of a delivery.
pub fn push(value: Value<'_>) -> Inspection {
    let event = EventRef::from_value(value);
    inspection::<Event>(
        value,
        event.kind(),
        event.is_typed(),
        Typed::Push(event.into_owned()),
    )
}

/// Looks at a system event: `{"type", "data"}`.
pub fn event(value: Value<'_>) -> Inspection {
    let Some(event) = SystemEvent::show(value) else {
        return inspection::<SystemEvent>(value, "", false, Typed::Unknown(Json::from(value)));
    };
    let typed = event.is_typed();
    let kind = event.kind().unwrap_or_default();
    inspection::<SystemEvent>(value, kind, typed, Typed::Event(event.into_owned()))
}

/// Looks at an attachment.
pub fn attachment(value: Value<'_>) -> Inspection {
    let attachment = AttachmentRef::from_value(value);
    let (kind, typed) = (attachment.kind(), attachment.is_typed());
    inspection::<Attachment>(
        value,
        kind,
        typed,
        Typed::Attachment(attachment.into_owned()),
    )
}

macro_rules! objects {
    ($(
        $(#[$meta:meta])*
        $object:ident: $Variant:ident($wrap:path);
    )*) => { $(
        $(#[$meta])*
        pub fn $object(value: Value<'_>) -> Inspection {
            let owned = <$Variant as Kind>::own(value);
            let typed = owned.is_some();
            let owned = owned.map_or_else(
                || Typed::Unknown(Json::from(value)),
                |owned| Typed::$Variant($wrap(owned)),
            );
            inspection::<$Variant>(value, stringify!($object), typed, owned)
        }
    )* };
}

objects! {
    /// Looks at a message of a group or a direct message.
    message: Message(Box::new);
    /// Looks at a group.
    group: Group(Box::new);
    /// Looks at a topic of a group.
    topic: Topic(Box::new);
    /// Looks at a direct conversation.
    chat: Chat(Box::new);
    /// Looks at a member of a group.
    member: Member(Box::new);
    /// Looks at a user.
    user: User(Box::new);
    /// Looks at a user's page.
    profile: Profile(Box::new);
    /// Looks at a contact.
    relationship: Relationship(Box::new);
    /// Looks at a block.
    block: Block(identity);
    /// Looks at a bot.
    bot: Bot(Box::new);
    /// Looks at a poll, as it comes with how you voted.
    poll: Poll(identity);
    /// Looks at a poll by itself.
    poll_data: PollData(Box::new);
    /// Looks at an event of the calendar.
    calendar_event: CalendarEvent(Box::new);
    /// Looks at a read receipt.
    read_receipt: ReadReceipt(Box::new);
}

fn inspection<K: Kind>(value: Value<'_>, kind: &str, typed: bool, owned: Typed) -> Inspection {
    let findings = Findings::of(|findings| K::report(value, findings));
    let (problems, unknown_fields) = findings.into_parts();
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

    use super::{Inspection, Typed};

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

    impl Serialize for Typed {
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
