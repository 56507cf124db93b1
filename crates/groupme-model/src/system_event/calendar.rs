//! Notices about calendar events.

use crate::macros::model;

use super::{NoticeConversation, NoticeConversationRef, NoticeUser, NoticeUserRef};

model! {
    /// Calendar event that was created, changed or cancelled, or a user's answer to one.
    pub struct CalendarNotice as CalendarNoticeRef {
        /// User who acted.
        user: object(NoticeUser, NoticeUserRef),
        /// Calendar event.
        event: object(NoticeCalendarEvent, NoticeCalendarEventRef),
        /// Short URL of the calendar event.
        url: text,
        /// Full URL of the calendar event.
        original_url: text,
        /// Fields that were changed, such as `calendar.event.field.name`.
        updated_fields: texts,
        /// Conversation of the calendar event.
        conversation: object(NoticeConversation, NoticeConversationRef),
    }
}

model! {
    /// Calendar event that a notice names.
    pub struct NoticeCalendarEvent as NoticeCalendarEventRef {
        /// Id of the calendar event.
        id: id(CalendarEvent),
        /// Name of the calendar event.
        name: text,
    }
}

model! {
    /// Calendar event that is about to start.
    pub struct CalendarStarting as CalendarStartingRef {
        /// Name of the calendar event.
        event_name: text,
        /// Minutes until the start; text on the wire.
        minutes: integer,
        /// Whether a call was started for the event.
        call_started: flag,
    }
}
