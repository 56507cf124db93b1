//! Calendar events of conversations.

use core::time::Duration;
use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{
    Conversation, SimMessageId, SimUserId, World, WorldError,
    messages::Draft,
    notice::Notice,
    rfc3339::{parse, rfc3339_seconds},
};
use crate::random::HEX;

/// Calendar events by id.
#[derive(Debug, Default)]
pub(super) struct Calendar(BTreeMap<String, Event>);

#[derive(Debug)]
struct Event {
    conversation: Conversation,
    creator: SimUserId,
    settings: EventDraft,
    /// Answers: whether the user is going, and the time since 1970, in seconds.
    answers: BTreeMap<SimUserId, (bool, u64)>,
    /// Seconds since 1970.
    created_at: u64,
    updated_at: u64,
}

/// Settings of an event whose times were checked.
#[derive(Clone, Debug)]
pub(crate) struct EventDraft {
    name: String,
    /// The members of the request, as they came.
    members: Value,
    /// Times since 1970.
    start: Duration,
    end: Duration,
}

impl EventDraft {
    /// Reads the settings in a body; the error names the mistake.
    pub(crate) fn new(body: &Value) -> Result<Self, &'static str> {
        let time = |name: &str| body[name].as_str().and_then(parse);
        let name = body["name"].as_str().filter(|name| !name.is_empty());
        let draft = Self {
            name: name.ok_or("name is missing")?.to_owned(),
            start: time("start_at").ok_or("start_at must be a time")?,
            end: time("end_at").ok_or("end_at must be a time")?,
            members: body.clone(),
        };
        if draft.end < draft.start {
            return Err("end_at must not be before start_at");
        }
        Ok(draft)
    }
}

impl Calendar {
    pub(super) fn remove_conversation(&mut self, conversation: Conversation) {
        self.0.retain(|_, event| event.conversation != conversation);
    }
}

impl World {
    /// Adds an event; returns its id and the message that announces it. Its creator is going.
    pub(crate) fn create_event(
        &mut self,
        conversation: Conversation,
        creator: SimUserId,
        settings: EventDraft,
    ) -> Result<(String, SimMessageId), WorldError> {
        self.check_participant(conversation, creator)?;
        let now = self.seconds();
        let id = self.random.word(HEX, 32);
        let link = self.random.word(HEX, 6);
        let user = &self.user(creator)?.name;
        let url = format!("https://s.groupme.com/{link}");
        let name = &settings.name;
        let announcement = Draft {
            text: Some(format!("{user} created event '{name}' {url}")),
            attachments: vec![json!({ "type": "event", "event_id": id, "view": "full" })],
            event: Some(json!({
                "type": "calendar.event.created",
                "data": {
                    "event": { "id": id, "name": name },
                    "url": url,
                    "user": { "id": creator.to_string(), "nickname": user },
                },
            })),
            ..Draft::default()
        };
        let event = Event {
            conversation,
            creator,
            settings,
            answers: [(creator, (true, now))].into(),
            created_at: now,
            updated_at: now,
        };
        self.calendar.0.insert(id.clone(), event);
        let message = self.post(conversation, creator, announcement)?;
        Ok((id, message))
    }

    /// Replaces the settings of an event, with a notice that names the changed fields.
    pub(crate) fn change_event(
        &mut self,
        id: &str,
        by: SimUserId,
        settings: EventDraft,
    ) -> Result<(), WorldError> {
        self.check_event_owner(id, by)?;
        let now = self.seconds();
        let event = self.calendar.0.get_mut(id).ok_or(WorldError::NoSuchEvent)?;
        let before = core::mem::replace(&mut event.settings, settings);
        event.updated_at = now;
        let members = &event.settings.members;
        let fields = FIELDS
            .iter()
            .filter(|name| members[**name] != before.members[**name]);
        let fields: Vec<String> = fields
            .map(|name| format!("calendar.event.field.{name}"))
            .collect();
        self.event_notice(
            id,
            by,
            "updated",
            "updated",
            json!({ "updated_fields": fields }),
        )
    }

    /// Cancels an event, with a notice.
    pub(crate) fn cancel_event(&mut self, id: &str, by: SimUserId) -> Result<(), WorldError> {
        self.check_event_owner(id, by)?;
        let conversation = self.event(id)?.conversation;
        let data = json!({ "conversation": { "id": conversation.id() } });
        self.event_notice(id, by, "cancelled", "canceled", data)?;
        self.calendar.0.remove(id);
        Ok(())
    }

    /// Records whether a user is going to an event, with a notice; `None` deletes the answer.
    pub(crate) fn answer_event(
        &mut self,
        id: &str,
        user: SimUserId,
        going: Option<bool>,
    ) -> Result<(), WorldError> {
        self.check_participant(self.event(id)?.conversation, user)?;
        let now = self.seconds();
        let event = self.calendar.0.get_mut(id).ok_or(WorldError::NoSuchEvent)?;
        let before = match going {
            Some(going) => event.answers.insert(user, (going, now)),
            None => event.answers.remove(&user),
        };
        if before.map(|(before, _)| before) == going {
            return Ok(());
        }
        let (kind, verb) = match going {
            Some(true) => ("user.going", "is going to"),
            Some(false) => ("user.not_going", "is not going to"),
            None => ("user.undecided", "is undecided about"),
        };
        self.event_notice(id, user, kind, verb, json!({}))
    }

    fn event_notice(
        &mut self,
        id: &str,
        by: SimUserId,
        kind: &str,
        verb: &str,
        mut data: Value,
    ) -> Result<(), WorldError> {
        let event = self.event(id)?;
        let (conversation, name) = (event.conversation, &event.settings.name);
        let user = &self.user(by)?.name;
        let text = if kind.starts_with("user.") {
            format!("{user} {verb} '{name}'")
        } else {
            format!("{user} {verb} the event '{name}'")
        };
        data["event"] = json!({ "id": id, "name": name });
        // The id is text here, unlike that in the notices about members.
        data["user"] = json!({ "id": by.to_string(), "nickname": user });
        let event = json!({ "type": format!("calendar.event.{kind}"), "data": data });
        self.post_notice(conversation, Notice { text, event });
        Ok(())
    }

    fn event(&self, id: &str) -> Result<&Event, WorldError> {
        self.calendar.0.get(id).ok_or(WorldError::NoSuchEvent)
    }

    /// Checks that the user made the event, or is an admin of its group.
    fn check_event_owner(&self, id: &str, user: SimUserId) -> Result<(), WorldError> {
        let event = self.event(id)?;
        self.check_participant(event.conversation, user)?;
        let is_admin = match event.conversation {
            Conversation::Group(group) => self.is_admin(self.parent(group).unwrap_or(group), user),
            Conversation::Direct(..) => false,
        };
        if event.creator == user || is_admin {
            Ok(())
        } else {
            Err(WorldError::NotTheEventOwner(user))
        }
    }

    pub(crate) fn conversation_of_event(&self, id: &str) -> Option<Conversation> {
        self.event(id).ok().map(|event| event.conversation)
    }

    /// Returns at most `limit` events that end after a time, the earliest first.
    pub(crate) fn event_rows(
        &self,
        conversation: Conversation,
        end_after: Duration,
        limit: usize,
    ) -> Vec<Value> {
        let events = self.calendar.0.iter().filter(|(_, event)| {
            event.conversation == conversation && event.settings.end > end_after
        });
        let mut events: Vec<_> = events
            .map(|(id, event)| (event.settings.start, id))
            .collect();
        events.sort_unstable();
        let first = events.into_iter().take(limit);
        first.filter_map(|(_, id)| self.event_row(id)).collect()
    }

    pub(crate) fn event_row(&self, id: &str) -> Option<Value> {
        let event = self.calendar.0.get(id)?;
        let members = &event.settings.members;
        let who = |wanted: bool| -> Vec<String> {
            let answers = event.answers.iter();
            let answers = answers.filter(|(_, (going, _))| *going == wanted);
            answers.map(|(user, _)| user.to_string()).collect()
        };
        let answers: serde_json::Map<String, Value> = event
            .answers
            .iter()
            .map(|(user, (_, at))| (user.to_string(), rfc3339_seconds(*at).into()))
            .collect();
        let mut row = json!({
            "event_id": id,
            "conversation_id": event.conversation.id(),
            "name": event.settings.name,
            "creator_id": event.creator.to_string(),
            "start_at": members["start_at"],
            "end_at": members["end_at"],
            "is_all_day": members["is_all_day"].as_bool().unwrap_or(false),
            "timezone": members["timezone"],
            "scheduled_call": members["scheduled_call"].as_bool().unwrap_or(false),
            "call_started": false,
            "reminders": members["reminders"].as_array().cloned().unwrap_or_default(),
            "going": who(true),
            "not_going": who(false),
            "maybe_going": [],
            "going_count": who(true).len(),
            "rsvp_list": answers,
            "created_at": rfc3339_seconds(event.created_at),
            "updated_at": rfc3339_seconds(event.updated_at),
            "is_top_level": false,
        });
        for optional in ["description", "image_url", "location"] {
            if let Some(value) = members.get(optional).filter(|value| !value.is_null()) {
                row[optional] = value.clone();
            }
        }
        Some(row)
    }
}

/// Members of a body whose change the notice names.
const FIELDS: &[&str] = &[
    "name",
    "description",
    "location",
    "start_at",
    "end_at",
    "timezone",
    "is_all_day",
    "image_url",
    "reminders",
];
