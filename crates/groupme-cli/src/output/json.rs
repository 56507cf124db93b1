//! JSON output: one object a line.

mod as_sent;
mod row;

use core::fmt::Write as _;
use std::io::{self, Write as _};

use bayeux_wire::Value;
use groupme_client::{ConversationId, Delivery, MessageId, Status};
use groupme_model::{Channel, EventRef, UserPair};
use serde::Serialize;
use serde_json::ser::Formatter;

use self::as_sent::AsSent;
pub(crate) use self::as_sent::warn_of_nulls;
pub(super) use self::row::row;
use super::{chain, is_invisible, rfc3339};

#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
enum Line<'a> {
    Connection {
        state: &'static str,
        transport: Option<&'static str>,
        cause: Option<String>,
        /// Seconds until the next attempt.
        #[serde(skip_serializing_if = "Option::is_none")]
        retry_in: Option<f64>,
    },
    Subscription {
        channel: &'a str,
        state: &'static str,
        error: Option<String>,
    },
    Following {
        conversations: usize,
    },
    Event {
        channel: &'a str,
        /// Id of the conversation; null for an event that belongs to none.
        conversation: Option<ConversationId>,
        r#type: &'a str,
        typed: bool,
        origin: &'static str,
        data: AsSent<'a>,
    },
    #[serde(rename = "connection_gap")]
    ConnectionGap {
        since: String,
        cause: String,
    },
    #[serde(rename = "backfill_started")]
    BackfillStarted {
        conversation: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        after: Option<&'a str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        upto: Option<&'a str>,
        cause: &'static str,
    },
    Backfilled {
        conversation: &'a str,
        messages: u64,
    },
    Lost {
        conversation: Option<&'a str>,
        what: &'static str,
        after: Option<&'a str>,
        upto: Option<&'a str>,
        cause: &'static str,
    },
    #[serde(rename = "caught_up")]
    CaughtUp,
    Polling {
        on: bool,
    },
    Overflow {
        since: String,
        dropped: u64,
    },
    State {
        error: String,
    },
}

pub(super) fn event(delivery: &Delivery) -> io::Result<()> {
    let event = delivery.event();
    warn_of_nulls("an event", delivery.data());
    line(&Line::Event {
        channel: delivery.channel(),
        conversation: conversation(delivery),
        r#type: event.kind(),
        typed: event.is_typed(),
        origin: delivery.origin().name(),
        data: AsSent(delivery.data()),
    })
}

/// Returns the conversation of an event: that of its message or group, or else of its channel.
fn conversation(delivery: &Delivery) -> Option<ConversationId> {
    let event = delivery.event();
    let of_message = event.message().and_then(|message| message.conversation());
    if let Some(conversation) = of_message {
        return Some(conversation.into_owned());
    }
    if let EventRef::MembershipCreate(push) = &event {
        return Some(ConversationId::from(push.group().id().as_str()));
    }
    match Channel::from_name(delivery.channel()) {
        Channel::Group(group) => Some(ConversationId::from(group.as_str())),
        Channel::DirectMessage(one, other) => {
            let pair = UserPair::new(&one.into_owned(), &other.into_owned());
            pair.ok().map(|pair| pair.conversation_id())
        }
        _ => None,
    }
}

pub(super) fn status(status: &Status) -> io::Result<()> {
    let connection = |state, transport, cause| Line::Connection {
        state,
        transport,
        cause,
        retry_in: None,
    };
    line(&match status {
        Status::Connecting => connection("connecting", None, None),
        Status::Connected { transport } | Status::Moved { transport } => {
            connection("connected", Some(transport.name()), None)
        }
        Status::Subscribed { channel } => Line::Subscription {
            channel,
            state: "active",
            error: None,
        },
        Status::Following { conversations } => Line::Following {
            conversations: *conversations,
        },
        Status::Refused { channel, error } => Line::Subscription {
            channel,
            state: "refused",
            error: Some(error.to_string()),
        },
        Status::ConnectionGap { since, cause } => Line::ConnectionGap {
            since: rfc3339(*since),
            cause: chain(cause),
        },
        Status::BackfillStarted(gap) => Line::BackfillStarted {
            conversation: gap.conversation.as_str(),
            after: gap.after.as_ref().map(MessageId::as_str),
            upto: gap.up_to.as_ref().map(MessageId::as_str),
            cause: gap.cause.name(),
        },
        Status::Backfilled {
            conversation,
            messages,
        } => Line::Backfilled {
            conversation: conversation.as_str(),
            messages: *messages,
        },
        Status::Unrecoverable(lost) => Line::Lost {
            conversation: lost.conversation.as_ref().map(ConversationId::as_str),
            what: lost.kind.name(),
            after: lost.after.as_ref().map(MessageId::as_str),
            upto: lost.up_to.as_ref().map(MessageId::as_str),
            cause: lost.reason.name(),
        },
        Status::CaughtUp => Line::CaughtUp,
        Status::Polling(on) => Line::Polling { on: *on },
        Status::Overflow { since, dropped } => Line::Overflow {
            since: rfc3339(*since),
            dropped: *dropped,
        },
        Status::NotSaved(error) => Line::State {
            error: chain(&**error),
        },
        Status::Disconnected { cause, retry_in } => Line::Connection {
            state: "disconnected",
            transport: None,
            cause: Some(chain(cause)),
            retry_in: Some(rounded(retry_in.as_secs_f64())),
        },
        Status::Ended(end) => connection("disconnected", None, Some(end.to_string())),
        _ => return Ok(()),
    })
}

/// Rounds seconds to the millisecond.
fn rounded(seconds: f64) -> f64 {
    (seconds * 1e3).round() / 1e3
}

/// Writes one line and flushes, because readers of a pipe expect each event at once.
pub(super) fn line(value: &impl Serialize) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    write(&mut stdout, value)?;
    stdout.flush()
}

/// Writes one line of JSON without flushing.
pub(crate) fn write(out: &mut impl io::Write, value: &impl Serialize) -> io::Result<()> {
    let mut serializer = serde_json::Serializer::with_formatter(&mut *out, EscapeControls);
    value.serialize(&mut serializer)?;
    out.write_all(b"\n")
}

/// Writes a value as one line of JSON without flushing, as it was sent.
pub(super) fn write_as_sent(out: &mut impl io::Write, value: Value<'_>) -> io::Result<()> {
    write(out, &AsSent(value))
}

/// Writes indented JSON for people, with the same escapes.
pub(super) fn write_indented(out: &mut String, value: Value<'_>) {
    // Text and numbers always become JSON.
    let Ok(text) = serde_json::to_string_pretty(&AsSent(value)) else {
        return;
    };
    for letter in text.chars() {
        if letter == '\n' || !is_escaped(letter) {
            out.push(letter);
        } else {
            for unit in letter.encode_utf16(&mut [0; 2]) {
                // Writing into memory does not fail.
                let _ = write!(out, "\\u{unit:04x}");
            }
        }
    }
    out.push('\n');
}

/// Returns whether a letter is escaped in text, although JSON would allow it.
fn is_escaped(letter: char) -> bool {
    matches!(letter, '\u{7f}'..='\u{9f}') || is_invisible(letter)
}

/// Escapes DEL, the C1 controls and characters that hide or reorder text as well: JSON allows them in
/// text, and a terminal obeys them.
struct EscapeControls;

impl Formatter for EscapeControls {
    fn write_string_fragment<W: io::Write + ?Sized>(
        &mut self,
        out: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        let mut rest = fragment;
        while let Some(at) = rest.find(is_escaped) {
            let (plain, tail) = rest.split_at(at);
            out.write_all(plain.as_bytes())?;
            let mut chars = tail.chars();
            if let Some(control) = chars.next() {
                for unit in control.encode_utf16(&mut [0; 2]) {
                    write!(out, "\\u{unit:04x}")?;
                }
            }
            rest = chars.as_str();
        }
        out.write_all(rest.as_bytes())
    }
}

#[cfg(test)]
mod fields;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn controls_that_a_terminal_obeys_are_escaped_in_json() {
        let mut out = Vec::new();
        write(&mut out, &"a\u{7f}b\u{9b}31m\u{1b}é").expect("memory");
        assert_eq!(out, "\"a\\u007fb\\u009b31m\\u001bé\"\n".as_bytes());
        let mut out = Vec::new();
        write(&mut out, &"a\u{202e}b\u{e0041}").expect("memory");
        assert_eq!(out, b"\"a\\u202eb\\udb40\\udc41\"\n");
    }
}
