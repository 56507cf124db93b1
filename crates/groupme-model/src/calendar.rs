//! Events of the calendar of a conversation.

use bayeux_wire::Value;

use crate::field::{DateTime, Kind as _};
use crate::id::UserId;
use crate::json::Json;
use crate::macros::model;
use crate::timestamp::Timestamp;

model! {
    /// An event of the calendar. Its times are RFC 3339 on the wire.
    ///
    /// A message announces one with an [attachment](crate::attachment::CalendarEvent).
    pub struct CalendarEvent as CalendarEventRef {
        /// The event's id.
        event_id: key(CalendarEvent),
        /// Where it is: a group, or a direct conversation.
        conversation_id: id(Conversation),
        /// What that is called; in the list of your own events.
        conversation_name: text,
        /// What it is called.
        name: text,
        /// What it is about.
        description: text,
        /// Who made it.
        creator_id: id(User),
        /// When it starts.
        start_at: date_time,
        /// When it ends.
        end_at: date_time,
        /// Whether somebody said when it ends.
        end_at_set: flag,
        /// Whether it takes whole days.
        is_all_day: flag,
        /// The time zone that it was made in, such as `America/Chicago`.
        timezone: text,
        /// Where on Earth it is.
        location: object(Venue, VenueRef),
        /// A picture.
        image_url: text,
        /// How many seconds ahead to remind.
        reminders: integers,
        /// Who is coming.
        going: ids(User),
        /// Who is not coming.
        not_going: ids(User),
        /// Who may be coming; absent is not the same as nobody.
        maybe_going: ids(User),
        /// Who is waiting for a place.
        waitlisted: ids(User),
        /// How many are coming, as GroupMe counts: has been seen at -1. Count `going` instead.
        going_count: integer,
        /// By answer, how many gave it; in the list of your own events.
        rsvp_counts: raw,
        /// By user, when they answered; see `answered_at`.
        rsvp_list: raw,
        /// Until when one can answer.
        rsvp_deadline: date_time,
        /// What you answered.
        my_rsvp_status: text,
        /// How many can come.
        capacity: integer,
        /// Whether those beyond are put on a list.
        waitlist_enabled: flag,
        /// Whether there is to be a call.
        scheduled_call: flag,
        /// Whether the call has started.
        call_started: flag,
        /// What it looks like.
        aesthetics: object(Aesthetics, AestheticsRef),
        /// Links that belong to it.
        links: maybe_list(EventLink),
        /// The album that belongs to it.
        album: object(EventAlbum, EventAlbumRef),
        /// When it was made.
        created_at: date_time,
        /// When it was last changed.
        updated_at: date_time,
        /// When it was cancelled.
        deleted_at: date_time,
        /// The link by which others can come.
        share_url: text,
        /// An image of that link.
        share_qr_code: text,
        /// The link for one sort of telephone.
        deep_link_ios: text,
        /// The link for the other.
        deep_link_android: text,
        /// Whether it stands alone, in no group.
        is_top_level: flag,
        /// Who can find it.
        visibility: text,
        /// The directory that it is in.
        directory_id: id(Directory),
        /// How it repeats, as RFC 5545 has it.
        rrule: text,
        /// Until when it repeats.
        recurrence_end: date_time,
        /// The events that it repeats with.
        series_id: id(Other),
        /// Which of them it is.
        instance_index: integer,
    }
}

model! {
    /// Where an event is.
    pub struct Venue as VenueRef {
        /// What it is called.
        name: text,
        /// Its address.
        address: text,
        /// Degrees north; text or a number on the wire.
        lat: decimal,
        /// Degrees east; text or a number on the wire.
        lng: decimal,
    }
}

model! {
    /// What an event looks like: names of the app's, or `NONE`.
    pub struct Aesthetics as AestheticsRef {
        /// The letters.
        font: text,
        /// The colours.
        theme: text,
        /// What moves.
        effect: text,
    }
}

model! {
    /// A link that belongs to an event.
    pub struct EventLink as EventLinkRef {
        /// What it is called.
        name: text,
        /// What sort it is.
        kind: text as "type",
        /// Where it leads.
        url: text,
    }
}

model! {
    /// An album that belongs to an event.
    pub struct EventAlbum as EventAlbumRef {
        /// The album's id.
        album_id: id(Other),
        /// What it is called.
        title: text,
    }
}

impl CalendarEvent {
    /// When a user answered whether they are coming.
    pub fn answered_at(&self, user: &UserId) -> Option<Timestamp> {
        self.rsvp_list
            .as_ref()
            .and_then(|answers| answers.get(user.as_str()))
            .and_then(Json::as_time_in_seconds)
    }
}

impl CalendarEventRef<'_> {
    /// When a user answered whether they are coming.
    pub fn answered_at(&self, user: &UserId) -> Option<Timestamp> {
        self.rsvp_list()
            .and_then(|answers| Value::get(answers, user.as_str()))
            .and_then(DateTime::show)
    }
}
