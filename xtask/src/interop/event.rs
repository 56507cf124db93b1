//! Numbered events that a server publishes, and the check of those that a client receives.

use core::ops::Range;

use anyhow::{bail, ensure};
use serde_json::Value;

/// Consecutive numbered events on one channel.
#[derive(Clone, Debug)]
pub(super) struct Burst {
    pub(super) channel: Channel,
    pub(super) numbers: Range<u64>,
    /// Whether each must arrive; those of an outage may be lost.
    pub(super) required: bool,
}

/// A channel that the client subscribes to, with one type of event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Channel {
    /// Channel of the user, with messages.
    User,
    /// Channel of a group, with events of an unknown type.
    Group,
}

impl Channel {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::User => "/user/1",
            Self::Group => "/group/2",
        }
    }

    pub(super) fn event_type(self) -> &'static str {
        match self {
            Self::User => "line.create",
            Self::Group => "interop.unknown",
        }
    }
}

/// Returns the number of the event in a line of the client, if it is one of an event.
pub(super) fn number(line: &Value) -> Option<u64> {
    (line["kind"] == "event")
        .then(|| line["data"]["seq"].as_u64())
        .flatten()
}

/// Checks that the events among `lines` are those published: in order, once, unchanged, and
/// complete where required.
///
/// # Errors
///
/// If not; the error names the first deviation.
pub(super) fn check(
    lines: impl IntoIterator<Item = Value>,
    published: &[Burst],
) -> anyhow::Result<()> {
    let mut last: Option<u64> = None;
    let mut required = published
        .iter()
        .filter(|burst| burst.required)
        .flat_map(|burst| burst.numbers.clone())
        .peekable();
    for line in lines {
        let Some(number) = number(&line) else {
            continue;
        };
        if let Some(last) = last {
            ensure!(number != last, "event {number} came twice");
            ensure!(number > last, "event {number} came after event {last}");
        }
        let Some(burst) = published
            .iter()
            .find(|burst| burst.numbers.contains(&number))
        else {
            bail!("event {number} was never published");
        };
        check_content(&line, number, burst.channel)?;
        if let Some(&missing) = required.peek()
            && missing < number
        {
            bail!("event {missing} is missing, event {number} came instead");
        }
        required.next_if_eq(&number);
        last = Some(number);
    }
    match required.next() {
        Some(missing) => bail!("event {missing} never came"),
        None => Ok(()),
    }
}

fn check_content(line: &Value, number: u64, channel: Channel) -> anyhow::Result<()> {
    // As `server.js` writes it, with characters that JSON escapes.
    let text = format!("event {number}: \"quoted\" \\ \n \u{2028} caf\u{e9} \u{1f600}");
    let expected = [
        ("channel", &line["channel"], Value::from(channel.name())),
        ("type", &line["type"], Value::from(channel.event_type())),
        (
            "typed",
            &line["typed"],
            Value::from(channel == Channel::User),
        ),
        ("origin", &line["origin"], Value::from("push")),
        (
            "data.type",
            &line["data"]["type"],
            Value::from(channel.event_type()),
        ),
        (
            "data.subject.text",
            &line["data"]["subject"]["text"],
            Value::from(text),
        ),
    ];
    for (field, found, expected) in expected {
        ensure!(
            *found == expected,
            "event {number} has {field} {found}, not {expected}"
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn line(number: u64, channel: Channel) -> Value {
        let text = format!("event {number}: \"quoted\" \\ \n \u{2028} caf\u{e9} \u{1f600}");
        json!({
            "kind": "event", "channel": channel.name(), "type": channel.event_type(),
            "typed": channel == Channel::User, "origin": "push",
            "data": { "seq": number, "type": channel.event_type(), "subject": { "text": text } },
        })
    }

    fn published() -> [Burst; 3] {
        [(1..4, true), (4..6, false), (6..8, true)].map(|(numbers, required)| Burst {
            channel: Channel::User,
            numbers,
            required,
        })
    }

    fn result_of(numbers: &[u64]) -> String {
        let lines = numbers.iter().map(|&n| line(n, Channel::User));
        match check(lines, &published()) {
            Ok(()) => "ok".to_owned(),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn all_events_once_and_in_order_are_accepted() {
        assert_eq!(result_of(&[1, 2, 3, 4, 5, 6, 7]), "ok");
    }

    #[test]
    fn events_of_an_outage_may_be_missing() {
        assert_eq!(result_of(&[1, 2, 3, 6, 7]), "ok");
        assert_eq!(result_of(&[1, 2, 3, 5, 6, 7]), "ok");
    }

    #[test]
    fn required_events_may_not_be_missing() {
        assert_eq!(
            result_of(&[1, 3, 6, 7]),
            "event 2 is missing, event 3 came instead"
        );
        assert_eq!(result_of(&[1, 2, 3, 6]), "event 7 never came");
        assert_eq!(result_of(&[]), "event 1 never came");
    }

    #[test]
    fn wrong_order_and_repetition_are_found() {
        assert_eq!(result_of(&[1, 2, 2, 3]), "event 2 came twice");
        assert_eq!(result_of(&[1, 2, 3, 5, 4]), "event 4 came after event 5");
        assert_eq!(
            result_of(&[1, 2, 3, 6, 7, 9]),
            "event 9 was never published"
        );
    }

    #[test]
    fn a_changed_event_is_found() {
        let mut changed = line(1, Channel::User);
        changed["data"]["subject"]["text"] = json!("event 1");
        let error = check([changed], &published()).unwrap_err().to_string();
        assert!(
            error.starts_with("event 1 has data.subject.text \"event 1\", not"),
            "{error}"
        );
        let elsewhere = line(1, Channel::Group);
        let error = check([elsewhere], &published()).unwrap_err().to_string();
        assert_eq!(error, "event 1 has channel \"/group/2\", not \"/user/1\"");
    }

    #[test]
    fn other_lines_are_ignored() {
        let lines = [
            json!({"kind": "connection", "state": "connected"}),
            json!(null),
        ];
        assert!(check(lines, &[]).is_ok());
    }
}
