//! One JSON object a line, for programs.

mod row;

use std::io::{self, Write as _};

use groupme_client::{Delivery, Status, Value};
use serde::Serialize;

pub(super) use self::row::row;
use super::{chain, rfc3339};

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
        since: String,
        cause: String,
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
        Status::Gap { since, cause } => Line::Gap {
            since: rfc3339(*since),
            cause: chain(cause),
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
