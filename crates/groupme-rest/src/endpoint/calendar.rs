//! Calendar events of a conversation.

use groupme_model::{
    CalendarEvent, CalendarEventId, DateTime, Message, Timestamp, calendar::EventLocation,
};
use serde::{Deserialize, Serialize};

use crate::{Call, Conversation, Service};

/// Settings of a new or changed event.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct EventSettings {
    /// Name of the event.
    pub name: String,
    /// Start, in RFC 3339.
    start_at: String,
    /// End, in RFC 3339.
    end_at: String,
    /// Time zone in which the event is shown, such as `America/Chicago`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timezone: Option<String>,
    /// Description.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Whether the event takes whole days.
    pub is_all_day: bool,
    /// URL of a picture at GroupMe's image service.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image_url: Option<String>,
    /// Place of the event.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<EventLocation>,
    /// Whether the event has a call.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scheduled_call: Option<bool>,
    /// Reminders, in seconds before the start.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub reminders: Vec<u32>,
}

impl EventSettings {
    /// Returns the settings of an event between two times. Their offset decides the days of an event
    /// that takes whole days: a [`Timestamp`] has that of UTC.
    pub fn new(
        name: impl Into<String>,
        start: impl Into<DateTime>,
        end: impl Into<DateTime>,
    ) -> Self {
        Self {
            name: name.into(),
            start_at: start.into().to_string(),
            end_at: end.into().to_string(),
            ..Self::default()
        }
    }
}

/// New event, and the message that announces it.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[non_exhaustive]
pub struct CreatedEvent {
    /// The event.
    pub event: CalendarEvent,
    /// Announcement, if GroupMe returns it.
    pub message: Option<Message>,
}

/// Lists at most `limit` events that end after a time, earliest first.
pub fn list(
    conversation: impl Into<Conversation>,
    end_after: Timestamp,
    limit: u32,
) -> Call<Vec<CalendarEvent>> {
    Call::get(Service::V3, "conversations/{}/events/list")
        .conversation(conversation)
        .query("end_at", end_after)
        .query("limit", limit)
        .list(&["events"])
}

/// Returns an event.
pub fn show(
    conversation: impl Into<Conversation>,
    event: impl Into<CalendarEventId>,
) -> Call<CalendarEvent> {
    Call::get(Service::V3, "conversations/{}/events/show")
        .conversation(conversation)
        .query("event_id", event.into())
        .one(EVENT)
}

/// Creates an event.
pub fn create(
    conversation: impl Into<Conversation>,
    settings: &EventSettings,
) -> Call<CreatedEvent> {
    Call::post(Service::V3, "conversations/{}/events/create")
        .conversation(conversation)
        .body(settings)
        .one(&[])
}

/// Changes an event. The settings replace all of its own.
pub fn update(
    conversation: impl Into<Conversation>,
    event: impl Into<CalendarEventId>,
    settings: &EventSettings,
) -> Call<Option<CalendarEvent>> {
    Call::post(Service::V3, "conversations/{}/events/update")
        .conversation(conversation)
        .query("event_id", event.into())
        .body(settings)
        .idempotent()
        .maybe(EVENT)
}

/// Cancels an event.
pub fn delete(
    conversation: impl Into<Conversation>,
    event: impl Into<CalendarEventId>,
) -> Call<()> {
    Call::delete(Service::V3, "conversations/{}/events/delete")
        .conversation(conversation)
        .query("event_id", event.into())
}

/// Answers whether you are going to an event.
pub fn rsvp(
    conversation: impl Into<Conversation>,
    event: impl Into<CalendarEventId>,
    going: bool,
) -> Call<()> {
    Call::post(Service::V3, "conversations/{}/events/rsvp")
        .conversation(conversation)
        .query("event_id", event.into())
        .query("going", going)
        .idempotent()
}

/// Deletes your answer to an event.
pub fn delete_rsvp(
    conversation: impl Into<Conversation>,
    event: impl Into<CalendarEventId>,
) -> Call<()> {
    Call::delete(Service::V3, "conversations/{}/events/rsvp/delete")
        .conversation(conversation)
        .query("event_id", event.into())
}

const EVENT: &[&str] = &["event"];

crate::parse::from_value_by_serde!(CreatedEvent);
