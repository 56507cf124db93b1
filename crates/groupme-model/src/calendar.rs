//! Calendar events of a conversation.

use bayeux_wire::Value;

use crate::field::{DateTime, Kind as _};
use crate::id::UserId;
use crate::macros::model;
use crate::timestamp::Timestamp;

model! {
    /// Calendar event of a conversation.
    ///
    /// A message announces it with an [attachment](crate::attachment::CalendarEvent).
    pub struct CalendarEvent as CalendarEventRef {
        /// Id of the event: 32 hexadecimal digits.
        event_id: required_id(CalendarEvent),
        /// Group or direct conversation that the event belongs to.
        conversation_id: id(Conversation),
        /// Name of the conversation; only in the list of the current user's events.
        conversation_name: text,
        /// Name of the event.
        name: text,
        /// Description of the event.
        description: text,
        /// User who created the event.
        creator_id: id(User),
        /// Start of the event.
        start_at: local_time,
        /// End of the event.
        end_at: local_time,
        /// Whether the end was set by its creator.
        end_at_set: flag,
        /// Whether the event takes whole days.
        is_all_day: flag,
        /// Time zone in which the event was created, such as `America/Chicago`.
        timezone: text,
        /// Location of the event.
        location: object(EventLocation, EventLocationRef),
        /// URL of the event's picture.
        image_url: text,
        /// Times of reminders, in seconds before the start.
        reminders: integers,
        /// Users who are going.
        going: ids(User),
        /// Users who are not going.
        not_going: ids(User),
        /// Users who may be going; absent is not the same as nobody.
        maybe_going: ids(User),
        /// Users on the waiting list.
        waitlisted: ids(User),
        /// Number of users who are going, as GroupMe counts them. Unreliable (−1 has been seen):
        /// count `going` instead.
        going_count: integer,
        /// Number of answers by answer; only in the list of the current user's events.
        rsvp_counts: raw,
        /// Time of each user's answer, by user id; see `rsvp_at`.
        rsvp_list: raw,
        /// Deadline for answers.
        rsvp_deadline: local_time,
        /// Answer of the current user.
        my_rsvp_status: text,
        /// Maximum number of participants.
        capacity: integer,
        /// Whether users beyond the capacity are put on a waiting list.
        waitlist_enabled: flag,
        /// Whether a call is planned for the event.
        scheduled_call: flag,
        /// Whether the call has started.
        call_started: flag,
        /// Appearance of the event.
        aesthetics: object(Aesthetics, AestheticsRef),
        /// Links of the event.
        links: optional_list(EventLink),
        /// Album of the event.
        album: object(EventAlbum, EventAlbumRef),
        /// Creation time.
        created_at: date_time,
        /// Time of the last change.
        updated_at: date_time,
        /// Time of the cancellation.
        deleted_at: date_time,
        /// URL by which others can join the event.
        share_url: text,
        /// URL of a QR code of `share_url`.
        share_qr_code: text,
        /// Link that opens the event in the app on iOS.
        deep_link_ios: text,
        /// Link that opens the event in the app on Android.
        deep_link_android: text,
        /// Whether the event belongs to no group.
        is_top_level: flag,
        /// Visibility of the event to others.
        visibility: text,
        /// Directory that lists the event.
        directory_id: id(Directory),
        /// Recurrence rule, as in RFC 5545.
        rrule: text,
        /// End of the recurrence.
        recurrence_end: local_time,
        /// Series of a recurring event.
        series_id: id(Other),
        /// Index of the event in its series.
        instance_index: integer,
    }
}

model! {
    /// Location of a calendar event.
    pub struct EventLocation as EventLocationRef {
        /// Name of the location.
        name: text,
        /// Address of the location.
        address: text,
        /// Latitude, in degrees north.
        lat: decimal,
        /// Longitude, in degrees east.
        lng: decimal,
    }
}

model! {
    /// Appearance of a calendar event: names that the app defines, or `NONE`.
    pub struct Aesthetics as AestheticsRef {
        /// Font.
        font: text,
        /// Colour theme.
        theme: text,
        /// Animation.
        effect: text,
    }
}

model! {
    /// Link of a calendar event.
    pub struct EventLink as EventLinkRef {
        /// Name of the link.
        name: text,
        /// Type of the link.
        kind: text as "type",
        /// URL of the link.
        url: text,
    }
}

model! {
    /// Album of a calendar event.
    pub struct EventAlbum as EventAlbumRef {
        /// Id of the album.
        album_id: id(Other),
        /// Title of the album.
        title: text,
    }
}

impl CalendarEvent {
    /// Returns the time at which a user answered whether they are going.
    pub fn rsvp_at(&self, user: &UserId) -> Option<Timestamp> {
        self.rsvp_list
            .as_ref()
            .and_then(|answers| answers.get(user.as_str()))
            .and_then(DateTime::decode)
    }
}

impl CalendarEventRef<'_> {
    /// Returns the time at which a user answered whether they are going.
    pub fn rsvp_at(&self, user: &UserId) -> Option<Timestamp> {
        self.rsvp_list()
            .and_then(|answers| Value::get(answers, user.as_str()))
            .and_then(DateTime::view)
    }
}
