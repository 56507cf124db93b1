//! One JSON object a line, for programs.

mod row;

use std::io::{self, Write as _};

use groupme_client::{ConversationId, Delivery, MessageId, Status, Value};
use serde::Serialize;

pub(super) use self::row::row;
use super::{chain, rfc3339, words};

#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
enum Line<'a> {
    Connection {
        state: &'static str,
        transport: Option<&'static str>,
        cause: Option<String>,
    },
    Subscription {
        channel: &'a str,
        state: &'static str,
        error: Option<String>,
    },
    Event {
        channel: &'a str,
        r#type: &'a str,
        typed: bool,
        origin: &'static str,
        data: Value<'a>,
    },
    Gap {
        #[serde(skip_serializing_if = "Option::is_none")]
        conversation: Option<&'a str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        after: Option<&'a str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        upto: Option<&'a str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        since: Option<String>,
        cause: String,
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
    line(&Line::Event {
        channel: delivery.channel(),
        r#type: event.kind(),
        typed: event.is_typed(),
        origin: delivery.origin().name(),
        data: delivery.data(),
    })
}

pub(super) fn status(status: &Status) -> io::Result<()> {
    let connection = |state, transport, cause| Line::Connection {
        state,
        transport,
        cause,
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
        Status::Refused { channel, error } => Line::Subscription {
            channel,
            state: "refused",
            error: Some(error.to_string()),
        },
        Status::ConnectionGap { since, cause } => Line::Gap {
            conversation: None,
            after: None,
            upto: None,
            since: Some(rfc3339(*since)),
            cause: chain(cause),
        },
        Status::BackfillStarted(gap) => Line::Gap {
            conversation: Some(gap.conversation.as_str()),
            after: gap.after.as_ref().map(MessageId::as_str),
            upto: gap.upto.as_ref().map(MessageId::as_str),
            since: None,
            cause: words::cause(gap.cause).to_owned(),
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
            what: words::what(lost.what),
            after: lost.after.as_ref().map(MessageId::as_str),
            upto: lost.upto.as_ref().map(MessageId::as_str),
            cause: words::why(lost.why),
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
        Status::Disconnected { cause, .. } => connection("disconnected", None, Some(chain(cause))),
        Status::Ended(end) => connection("disconnected", None, Some(end.to_string())),
        _ => return Ok(()),
    })
}

/// Writes one line and flushes it: whoever reads a pipe wants it now.
pub(super) fn line(value: &impl Serialize) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    serde_json::to_writer(&mut stdout, value)?;
    stdout.write_all(b"\n")?;
    stdout.flush()
}
