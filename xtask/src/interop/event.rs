//! The numbered events a server publishes, and what a client must have made of them.

use core::ops::Range;

use anyhow::{bail, ensure};
use serde_json::Value;

/// A run of numbered events on one channel.
#[derive(Clone, Debug)]
pub(super) struct Burst {
    pub(super) stream: Stream,
    pub(super) numbers: Range<u64>,
    /// Whether each of them must arrive; those of an outage may be lost.
    pub(super) owed: bool,
}

/// Which of the client's channels carries a burst, and with it which kind of event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stream {
    /// Messages, on the channel of the user.
    Messages,
    /// Events of a type nobody has heard of, on the channel of a group.
    Unheard,
}

impl Stream {
    pub(super) fn channel(self) -> &'static str {
        match self {
            Self::Messages => "/user/1",
            Self::Unheard => "/group/2",
        }
    }

    pub(super) fn kind(self) -> &'static str {
        match self {
            Self::Messages => "line.create",
            Self::Unheard => "interop.unheard",
        }
    }
}

/// Returns the number of the event that a line of the client tells of.
pub(super) fn number(line: &Value) -> Option<u64> {
    (line["kind"] == "event")
        .then(|| line["data"]["seq"].as_u64())
        .flatten()
}

/// Checks that the events among `lines` are those published: in order, once, complete where they
/// are owed, and unchanged.
///
/// # Errors
///
/// If they are not; the first deviation is named.
pub(super) fn check(
    lines: impl IntoIterator<Item = Value>,
    published: &[Burst],
) -> anyhow::Result<()> {
    let mut last: Option<u64> = None;
    let mut owed = published
        .iter()
        .filter(|burst| burst.owed)
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
        check_content(&line, number, burst.stream)?;
        if let Some(&missing) = owed.peek()
            && missing < number
        {
            bail!("event {missing} is missing, event {number} came instead");
        }
        owed.next_if_eq(&number);
        last = Some(number);
    }
    match owed.next() {
        Some(missing) => bail!("event {missing} never came"),
        None => Ok(()),
    }
}

fn check_content(line: &Value, number: u64, stream: Stream) -> anyhow::Result<()> {
    // As peer.js writes it: what JSON escapes must come out as it went in.
    let text = format!("event {number}: \"quoted\" \\ \n \u{2028} caf\u{e9} \u{1f600}");
    let expected = [
        ("channel", &line["channel"], Value::from(stream.channel())),
        ("type", &line["type"], Value::from(stream.kind())),
        (
            "typed",
            &line["typed"],
            Value::from(stream == Stream::Messages),
        ),
        ("origin", &line["origin"], Value::from("push")),
        (
            "data.type",
            &line["data"]["type"],
            Value::from(stream.kind()),
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

    fn line(number: u64, stream: Stream) -> Value {
        let text = format!("event {number}: \"quoted\" \\ \n \u{2028} caf\u{e9} \u{1f600}");
        json!({
            "kind": "event", "channel": stream.channel(), "type": stream.kind(),
            "typed": stream == Stream::Messages, "origin": "push",
            "data": { "seq": number, "type": stream.kind(), "subject": { "text": text } },
        })
    }

    fn published() -> [Burst; 3] {
        [(1..4, true), (4..6, false), (6..8, true)].map(|(numbers, owed)| Burst {
            stream: Stream::Messages,
            numbers,
            owed,
        })
    }

    fn judge(numbers: &[u64]) -> String {
        let lines = numbers.iter().map(|&n| line(n, Stream::Messages));
        match check(lines, &published()) {
            Ok(()) => "ok".to_owned(),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn all_in_order_and_once_is_right() {
        assert_eq!(judge(&[1, 2, 3, 4, 5, 6, 7]), "ok");
    }

    #[test]
    fn what_an_outage_took_may_be_missing() {
        assert_eq!(judge(&[1, 2, 3, 6, 7]), "ok");
        assert_eq!(judge(&[1, 2, 3, 5, 6, 7]), "ok");
    }

    #[test]
    fn what_is_owed_may_not_be_missing() {
        assert_eq!(
            judge(&[1, 3, 6, 7]),
            "event 2 is missing, event 3 came instead"
        );
        assert_eq!(judge(&[1, 2, 3, 6]), "event 7 never came");
        assert_eq!(judge(&[]), "event 1 never came");
    }

    #[test]
    fn order_and_repetition_are_found() {
        assert_eq!(judge(&[1, 2, 2, 3]), "event 2 came twice");
        assert_eq!(judge(&[1, 2, 3, 5, 4]), "event 4 came after event 5");
        assert_eq!(judge(&[1, 2, 3, 6, 7, 9]), "event 9 was never published");
    }

    #[test]
    fn a_changed_event_is_found() {
        let mut changed = line(1, Stream::Messages);
        changed["data"]["subject"]["text"] = json!("event 1");
        let error = check([changed], &published()).unwrap_err().to_string();
        assert!(
            error.starts_with("event 1 has data.subject.text \"event 1\", not"),
            "{error}"
        );
        let elsewhere = line(1, Stream::Unheard);
        let error = check([elsewhere], &published()).unwrap_err().to_string();
        assert_eq!(error, "event 1 has channel \"/group/2\", not \"/user/1\"");
    }

    #[test]
    fn other_lines_are_passed_over() {
        let lines = [
            json!({"kind": "connection", "state": "connected"}),
            json!(null),
        ];
        assert!(check(lines, &[]).is_ok());
    }
}
