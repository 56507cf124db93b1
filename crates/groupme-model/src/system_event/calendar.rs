//! Notices about events of the calendar.

use crate::macros::model;

use super::{InConversation, InConversationRef, Person, PersonRef};

model! {
    /// An event was made, changed or cancelled, or somebody is coming or not.
    pub struct CalendarNotice as CalendarNoticeRef {
        /// Who did it.
        user: object(Person, PersonRef),
        /// The event.
        event: object(NamedEvent, NamedEventRef),
        /// Where it can be looked at.
        url: text,
        /// The same, unshortened.
        original_url: text,
        /// What was changed, such as `calendar.event.field.name`.
        updated_fields: texts,
        /// Where it is.
        conversation: object(InConversation, InConversationRef),
    }
}

model! {
    /// The event that a notice is about.
    pub struct NamedEvent as NamedEventRef {
        /// The event's id.
        id: id(CalendarEvent),
        /// What it is called.
        name: text,
    }
}

model! {
    /// An event is about to start.
    pub struct CalendarStarting as CalendarStartingRef {
        /// What it is called.
        event_name: text,
        /// Minutes until it starts.
        minutes: integer,
        /// Whether a call was started for it.
        call_started: flag,
    }
}
