//! A payload looked at from outside: what it is, and what of it the model does not know.

use bayeux_wire::Value;

use crate::attachment::{Attachment, AttachmentRef};
use crate::event::{Event, EventRef};
use crate::field::Kind;
use crate::finding::{Findings, Problem};
use crate::json::Json;
use crate::message::Message;
use crate::system_event::SystemEvent;

/// What the model makes of a payload.
///
/// In serde formats: `{"type", "typed", "unknown_fields", "value"}`.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Inspection {
    /// The type, as GroupMe calls it; `message` for a message.
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
    let typed = event.notice().is_some_and(|notice| notice.is_typed());
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

/// Looks at a message of a group or a direct message.
pub fn message(value: Value<'_>) -> Inspection {
    let message = Message::show(value).map(|message| Box::new(message.into_owned()));
    let typed = message.is_some();
    let owned = message.map_or_else(|| Typed::Unknown(Json::from(value)), Typed::Message);
    inspection::<Message>(value, "message", typed, owned)
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
                Self::Unknown(json) => json.serialize(serializer),
            }
        }
    }
}
