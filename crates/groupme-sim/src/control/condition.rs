//! Conditions to wait for.

use core::{fmt, time::Duration};

use serde_json::{Value, json};

use super::{
    Answer, Control, Field, Outcome, Refusal,
    fields::{self, Kind, optional, required},
};
use crate::{
    journal::Journal,
    simulation::Simulation,
    world::{Conversation, MessageView, SimMessageId, SimUserId, View},
};

/// Condition on the simulation, and the words for it.
#[derive(Debug)]
pub(crate) enum Condition {
    /// At least this many sessions are subscribed to a channel, or none is.
    Subscribed { channel: String, sessions: usize },
    /// A message of a user or bot fits all that is given.
    Message(MessageFilter),
    /// A message has changed.
    Changed(SimMessageId, Change),
    /// The REST API has had this many requests.
    Requests(u64),
    /// Somebody has typed in a conversation since an entry of the journal.
    Typing {
        conversation: Conversation,
        by: Option<SimUserId>,
        after: u64,
    },
}

/// Message that is waited for.
#[derive(Debug, Default)]
pub(crate) struct MessageFilter {
    conversation: Option<Conversation>,
    by: Option<SimUserId>,
    not_by: Option<SimUserId>,
    after: Option<SimMessageId>,
    text: Option<String>,
    contains: Option<String>,
}

/// Change of a message that is waited for.
#[derive(Debug)]
pub(crate) enum Change {
    Edited,
    Deleted,
    Pinned,
    Reaction {
        by: Option<SimUserId>,
        code: Option<String>,
    },
}

impl Condition {
    /// Returns what was found, if the condition holds.
    pub(crate) fn check(&self, simulation: &Simulation, journal: &Journal) -> Option<Value> {
        let world = simulation.world();
        match self {
            Self::Subscribed { channel, sessions } => {
                let count = simulation.gateway().subscribers(channel);
                let holds = match sessions {
                    0 => count == 0,
                    wanted => count >= *wanted,
                };
                holds.then(|| json!({ "channel": channel, "sessions": count }))
            }
            Self::Message(wanted) => {
                let after = wanted.after.unwrap_or(SimMessageId::new(0));
                let found = world
                    .messages_after(after)
                    .filter(|found| wanted.fits(*found));
                // The first of several, so that each can be waited for in turn.
                let found = found.last()?;
                let view = View {
                    viewer: found.author(),
                    files: true,
                };
                let mut row = world.row_of(found.conversation(), found.id(), view)?;
                row["conversation"] = found.conversation().id().into();
                Some(row)
            }
            Self::Changed(id, change) => {
                let message = world.message(*id)?;
                change.has_happened(message).then(|| {
                    json!({
                        "id": id.to_string(),
                        "text": message.text(),
                        "is_edited": message.is_edited(),
                        "is_deleted": message.is_deleted(),
                        "is_pinned": message.is_pinned(),
                        "reactions": message.reactions(),
                    })
                })
            }
            Self::Requests(wanted) => {
                let requests = simulation.rest().requests();
                (requests >= *wanted).then(|| json!({ "rest_requests": requests }))
            }
            Self::Typing {
                conversation,
                by,
                after,
            } => journal.typing(&conversation.channel(), *by, *after),
        }
    }

    /// Describes how far the simulation is from the condition.
    pub(crate) fn so_far(&self, simulation: &Simulation) -> String {
        let world = simulation.world();
        match self {
            Self::Subscribed { channel, .. } => {
                let gateway = simulation.gateway();
                let (count, all) = (gateway.subscribers(channel), gateway.sessions().count());
                format!("{count} of {all} sessions are subscribed")
            }
            Self::Message(wanted) => {
                let after = wanted.after.unwrap_or(SimMessageId::new(0));
                match world.messages_after(after).next() {
                    Some(last) => format!("the latest message is {:?}", last.text()),
                    None => "there was no message".to_owned(),
                }
            }
            Self::Changed(id, _) => match world.message(*id) {
                Some(message) => format!(
                    "its text is {:?}, it has {} reactions",
                    message.text(),
                    message.reactions()
                ),
                None => "the message is gone".to_owned(),
            },
            Self::Requests(_) => format!("{} requests came", simulation.rest().requests()),
            Self::Typing { .. } => "nobody typed".to_owned(),
        }
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Subscribed {
                channel,
                sessions: 0,
            } => write!(f, "the end of all subscriptions to {channel}"),
            Self::Subscribed { channel, sessions } => {
                write!(f, "{sessions} subscription(s) to {channel}")
            }
            Self::Message(wanted) => wanted.fmt(f),
            Self::Changed(id, change) => match change {
                Change::Edited => write!(f, "an edit of message {id}"),
                Change::Deleted => write!(f, "the deletion of message {id}"),
                Change::Pinned => write!(f, "a pin on message {id}"),
                Change::Reaction { by, code } => {
                    write!(f, "a reaction")?;
                    if let Some(code) = code {
                        write!(f, " {code}")?;
                    }
                    write!(f, " to message {id}")?;
                    by.map_or(Ok(()), |by| write!(f, " by user {by}"))
                }
            },
            Self::Requests(wanted) => write!(f, "{wanted} REST requests"),
            Self::Typing {
                conversation, by, ..
            } => {
                write!(f, "typing in {}", conversation.id())?;
                by.map_or(Ok(()), |by| write!(f, " by user {by}"))
            }
        }
    }
}

impl MessageFilter {
    fn fits(&self, message: MessageView<'_>) -> bool {
        let text = message.text().unwrap_or_default();
        self.conversation
            .is_none_or(|id| message.conversation() == id)
            && self.by.is_none_or(|by| message.author() == by)
            && self.not_by.is_none_or(|by| message.author() != by)
            && self.text.as_ref().is_none_or(|wanted| text == wanted)
            && self
                .contains
                .as_ref()
                .is_none_or(|part| text.contains(part))
    }
}

impl fmt::Display for MessageFilter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a message")?;
        if let Some(conversation) = self.conversation {
            write!(f, " in {}", conversation.id())?;
        }
        if let Some(by) = self.by {
            write!(f, " by user {by}")?;
        }
        if let Some(by) = self.not_by {
            write!(f, " by anybody but user {by}")?;
        }
        if let Some(after) = self.after {
            write!(f, " after message {after}")?;
        }
        if let Some(text) = &self.text {
            write!(f, " with the text {text:?}")?;
        }
        if let Some(part) = &self.contains {
            write!(f, " whose text contains {part:?}")?;
        }
        Ok(())
    }
}

impl Change {
    fn has_happened(&self, message: MessageView<'_>) -> bool {
        match self {
            Self::Edited => message.is_edited(),
            Self::Deleted => message.is_deleted(),
            Self::Pinned => message.is_pinned(),
            Self::Reaction { by, code } => match (by, code) {
                (Some(by), Some(code)) => message.reaction_of(*by) == Some(code),
                (Some(by), None) => message.has_reaction_of(*by),
                (None, Some(code)) => message.has_reaction(code),
                (None, None) => message.reactions() > 0,
            },
        }
    }
}

/// Members of a condition, by the name of the condition in the body.
pub(super) const CONDITIONS: &[(&str, &[Field])] = &[
    (
        "subscribed",
        &[
            optional("user", Kind::Id, "User whose own channel is meant."),
            optional("group", Kind::Id, "Group whose channel is meant."),
            optional("channel", Kind::Text, "Name of the channel."),
            optional(
                "sessions",
                Kind::Number,
                "Minimum number of sessions. Default: 1.",
            ),
        ],
    ),
    (
        "unsubscribed",
        &[
            optional("user", Kind::Id, "User whose own channel is meant."),
            optional("group", Kind::Id, "Group whose channel is meant."),
            optional("channel", Kind::Text, "Name of the channel."),
        ],
    ),
    (
        "message",
        &[
            optional("conversation", Kind::Id, "Conversation of the message."),
            optional("as", Kind::Id, "Author of the message."),
            optional("after", Kind::Text, "Message that the wanted one follows."),
            optional("text", Kind::Text, "Whole text."),
            optional("contains", Kind::Text, "Part of the text."),
        ],
    ),
    (
        "reply",
        &[
            required(
                "to",
                Kind::Text,
                "Message that the reply follows, in its conversation.",
            ),
            optional(
                "as",
                Kind::Id,
                "Author of the reply. Default: anybody else.",
            ),
        ],
    ),
    (
        "reaction",
        &[
            required("message", Kind::Text, "Message."),
            optional("as", Kind::Id, "User who reacts."),
            optional("code", Kind::Text, "Emoji."),
        ],
    ),
    ("edited", &[required("message", Kind::Text, "Message.")]),
    ("deleted", &[required("message", Kind::Text, "Message.")]),
    ("pinned", &[required("message", Kind::Text, "Message.")]),
    (
        "requests",
        &[required("count", Kind::Number, "Number of REST requests.")],
    ),
    (
        "typing",
        &[
            required("conversation", Kind::Id, "Conversation."),
            optional("as", Kind::Id, "User who types."),
            optional("after", Kind::Number, "Entry of the journal. Default: 0."),
        ],
    ),
];

impl Control<'_> {
    /// Waits for the one condition in the body.
    pub(super) fn wait(&mut self, _: &[&str]) -> Outcome {
        let timeout = self.millis("timeout_ms").unwrap_or(DEFAULT_TIMEOUT);
        let mut named = CONDITIONS.iter().filter(|(name, _)| self.has(name));
        let (Some((name, fields)), None) = (named.next(), named.next()) else {
            return Err(Refusal::bad("name one condition"));
        };
        let object = self.body.get(*name).and_then(Value::as_object);
        let object = object.cloned().unwrap_or_default();
        fields::check(&object, fields, &format!("`{name}`"))?;
        let inner = Control {
            simulation: self.simulation,
            now: self.now,
            host: self.host,
            me: self.me,
            query: self.query,
            body: object,
        };
        let condition = inner.condition(name)?;
        Ok(Answer::Wait(condition, timeout.min(LONGEST_WAIT)))
    }

    fn condition(&self, name: &str) -> Result<Condition, Refusal> {
        let by = if self.has("as") {
            Some(self.user("as")?)
        } else {
            None
        };
        let message = |name| self.message(&self.needed_text(name)?);
        Ok(match name {
            "subscribed" => Condition::Subscribed {
                channel: self.channel()?,
                sessions: self.count("sessions").unwrap_or(1).max(1),
            },
            "unsubscribed" => Condition::Subscribed {
                channel: self.channel()?,
                sessions: 0,
            },
            "message" => {
                let conversation = if self.has("conversation") {
                    Some(self.conversation("conversation")?)
                } else {
                    None
                };
                let after = if self.has("after") {
                    Some(message("after")?)
                } else {
                    None
                };
                Condition::Message(MessageFilter {
                    conversation,
                    by,
                    not_by: None,
                    after,
                    text: self.text("text").map(str::to_owned),
                    contains: self.text("contains").map(str::to_owned),
                })
            }
            "reply" => {
                let to = message("to")?;
                let question = self.world().message(to);
                Condition::Message(MessageFilter {
                    conversation: question.map(MessageView::conversation),
                    by,
                    not_by: question.map(MessageView::author).filter(|_| by.is_none()),
                    after: Some(to),
                    ..MessageFilter::default()
                })
            }
            "reaction" => {
                let code = self.text("code").map(str::to_owned);
                Condition::Changed(message("message")?, Change::Reaction { by, code })
            }
            "edited" => Condition::Changed(message("message")?, Change::Edited),
            "deleted" => Condition::Changed(message("message")?, Change::Deleted),
            "pinned" => Condition::Changed(message("message")?, Change::Pinned),
            "requests" => Condition::Requests(self.number("count").unwrap_or(0)),
            _ => Condition::Typing {
                conversation: self.conversation("conversation")?,
                by,
                after: self.number("after").unwrap_or(0),
            },
        })
    }

    fn count(&self, name: &str) -> Option<usize> {
        usize::try_from(self.number(name)?).ok()
    }

    fn channel(&self) -> Result<String, Refusal> {
        if let Some(channel) = self.text("channel") {
            return Ok(channel.to_owned());
        }
        if self.has("group") {
            return Ok(Conversation::Group(self.group("group")?).channel());
        }
        let user = if self.has("user") {
            self.user("user")?
        } else {
            self.me
        };
        Ok(format!("/user/{user}"))
    }
}

/// Time of a wait without `timeout_ms`.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(10);
/// Maximum time of a wait.
const LONGEST_WAIT: Duration = Duration::from_mins(10);
