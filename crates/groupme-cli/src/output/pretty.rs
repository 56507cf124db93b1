//! For people: one line for each thing that happened.

mod names;
mod row;
mod sentence;

use std::{
    borrow::Cow,
    io::{self, Write as _},
};

use groupme_client::{Delivery, LossReason, Status, Timestamp, UserId};
use groupme_model::{Chat, Group};
use jiff::tz::TimeZone;

use self::names::Names;
use super::{chain, words};

/// Prints lines, and remembers names: pushes often tell no more than an id.
#[derive(Debug)]
pub(super) struct Pretty {
    names: Names,
    /// Whether something was lost since nothing was missing last.
    has_lost: bool,
    zone: TimeZone,
}

impl Pretty {
    pub(super) fn new() -> Self {
        Self {
            names: Names::default(),
            has_lost: false,
            zone: TimeZone::system(),
        }
    }

    pub(super) fn meet(&mut self, own: &UserId, groups: &[Group], chats: &[Chat]) {
        self.names.learn_account(own, groups, chats);
    }

    pub(super) fn event(&mut self, delivery: &Delivery) -> io::Result<()> {
        let event = delivery.event();
        self.names.learn(&event);
        let text = sentence::event(&event, delivery.channel(), &self.names);
        self.line(event.received_at(), &text)
    }

    pub(super) fn status(&mut self, status: &Status) -> io::Result<()> {
        let names = &self.names;
        let text = match status {
            Status::Connecting => "· connecting".to_owned(),
            Status::Connected { transport } => format!("· connected over {transport}"),
            Status::Moved { transport } => format!("· moved to {transport}"),
            Status::Subscribed { channel } => {
                format!("· listening on {}", names.channel(channel))
            }
            Status::Refused { channel, error } => {
                format!("· refused: {}: {error}", names.channel(channel))
            }
            Status::ConnectionGap { since, cause } => {
                let since = self.clock(*since);
                format!("· events since {since} may be missing: {}", chain(cause))
            }
            Status::Disconnected { cause, retry_in } => {
                let wait = retry_in.as_secs_f64();
                format!(
                    "· disconnected: {}; next attempt in {wait:.1} s",
                    chain(cause)
                )
            }
            Status::BackfillStarted(gap) => format!(
                "· behind in {}: {}; fetching",
                names.conversation(&gap.conversation),
                words::cause(gap.cause)
            ),
            Status::Backfilled {
                conversation,
                messages,
            } => {
                let of = names.conversation(conversation);
                format!("· caught up in {of}: {messages} fetched")
            }
            Status::Unrecoverable(lost) => {
                self.has_lost = true;
                let of = lost.conversation.as_ref();
                let of = of.map_or_else(
                    || "some conversations".to_owned(),
                    |conversation| names.conversation(conversation),
                );
                let (what, why) = (words::what(lost.what), words::why(lost.why));
                if lost.why == LossReason::Left {
                    format!("· {of}: {why}; what was said there last may be missing")
                } else {
                    format!("· lost {what} of {of}: {why}")
                }
            }
            // What is lost is missing, and stays so.
            Status::CaughtUp if core::mem::take(&mut self.has_lost) => {
                "· nothing else is missing".to_owned()
            }
            Status::CaughtUp => "· nothing is missing".to_owned(),
            Status::Polling(true) => "· no gateway; fetching now and then".to_owned(),
            Status::Polling(false) => "· the gateway is back".to_owned(),
            Status::Overflow { dropped, .. } => {
                format!("· too slow: {dropped} events dropped; fetching what can be had")
            }
            Status::NotSaved(error) => format!("· {}", chain(&**error)),
            Status::Ended(end) => format!("· ended: {end}"),
            _ => return Ok(()),
        };
        self.line(None, &text)
    }

    /// Prints a line under a time, or under the present.
    fn line(&self, time: Option<Timestamp>, text: &str) -> io::Result<()> {
        let time = match time {
            Some(time) => self.clock(time),
            None => self.clock_of(jiff::Timestamp::now()),
        };
        let mut stdout = io::stdout().lock();
        writeln!(stdout, "{time}  {}", harmless(text))?;
        stdout.flush()
    }

    fn clock(&self, time: Timestamp) -> String {
        jiff::Timestamp::from_millisecond(time.as_millis())
            .map_or_else(|_| "--:--:--".to_owned(), |time| self.clock_of(time))
    }

    fn clock_of(&self, time: jiff::Timestamp) -> String {
        time.to_zoned(self.zone.clone())
            .strftime("%H:%M:%S")
            .to_string()
    }
}

/// What others wrote must neither break the line nor command the terminal.
fn harmless(text: &str) -> Cow<'_, str> {
    if !text.contains(char::is_control) {
        return Cow::Borrowed(text);
    }
    let shown = |letter| match letter {
        '\n' => '⏎',
        letter if char::is_control(letter) => char::REPLACEMENT_CHARACTER,
        letter => letter,
    };
    Cow::Owned(text.chars().map(shown).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_of_many_lines_or_with_terminal_codes_stays_one_harmless_line() {
        assert_eq!(harmless("plain — ünï ❤️"), "plain — ünï ❤️");
        assert_eq!(harmless("two\nlines"), "two⏎lines");
        assert_eq!(
            harmless("\u{1b}[2J\u{9b}31m\r"),
            "\u{fffd}[2J\u{fffd}31m\u{fffd}"
        );
    }
}
