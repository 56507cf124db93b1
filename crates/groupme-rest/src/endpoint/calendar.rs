//! The calendar of a conversation.

use groupme_model::{CalendarEvent, CalendarEventId, Message, Timestamp, calendar::EventLocation};
use serde::{Deserialize, Serialize};

use crate::{Call, Conversation, Service};

/// An event that is yet to be made, or what an event is to become.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct EventSettings {
    /// What it is called.
    pub name: String,
    /// When it starts, in RFC 3339.
    start_at: String,
    /// When it ends, in RFC 3339.
    end_at: String,
    /// The time zone to show it in, such as `America/Chicago`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timezone: Option<String>,
    /// What it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Whether it takes whole days.
    pub is_all_day: bool,
    /// A picture, which GroupMe's image service holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image_url: Option<String>,
    /// Where on Earth it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<EventLocation>,
    /// Whether there is to be a call.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scheduled_call: Option<bool>,
    /// How many seconds ahead to remind.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub reminders: Vec<u32>,
}

impl EventSettings {
    /// An event from one time to another.
    pub fn new(name: impl Into<String>, start: Timestamp, end: Timestamp) -> Self {
        Self {
            name: name.into(),
            start_at: start.to_string(),
            end_at: end.to_string(),
            ..Self::default()
        }
    }
}

/// An event that was made, and the message that announces it.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[non_exhaustive]
pub struct Made {
    /// The event.
    pub event: CalendarEvent,
    /// The message.
    pub message: Option<Message>,
}

/// Lists events that end after a time, the earliest first.
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

/// Reads an event.
pub fn show(
    conversation: impl Into<Conversation>,
    event: impl Into<CalendarEventId>,
) -> Call<CalendarEvent> {
    Call::get(Service::V3, "conversations/{}/events/show")
        .conversation(conversation)
        .query("event_id", event.into())
        .one(EVENT)
}

/// Makes an event.
pub fn create(conversation: impl Into<Conversation>, settings: &EventSettings) -> Call<Made> {
    Call::post(Service::V3, "conversations/{}/events/create")
        .conversation(conversation)
        .body(settings)
        .one(&[])
}

/// Changes an event.
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

/// Says whether you are coming.
pub fn answer(
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

/// Takes back whether you are coming.
pub fn take_back_answer(
    conversation: impl Into<Conversation>,
    event: impl Into<CalendarEventId>,
) -> Call<()> {
    Call::delete(Service::V3, "conversations/{}/events/rsvp/delete")
        .conversation(conversation)
        .query("event_id", event.into())
}

const EVENT: &[&str] = &["event"];
