//! Text output: one line for each event or status.

mod cells;
mod message;
mod names;
mod row;
mod sentence;

use std::io::{self, Write as _};

use groupme_client::{Delivery, LossReason, Status, Timestamp, UserId};
use jiff::tz::TimeZone;

use self::names::Names;
use super::{
    KnownNames, chain,
    table::Table,
    terminal::Terminal,
    text::{Style, Text},
};

/// Prints lines with names, which pushes often lack: they carry ids only.
#[derive(Debug)]
pub(super) struct Pretty {
    names: Names,
    /// Losses were reported since the last `CaughtUp`.
    has_lost: bool,
    zone: TimeZone,
    terminal: Terminal,
    /// Rows of the table that is printed at the end.
    table: Option<Table>,
}

impl Pretty {
    pub(super) fn new() -> Self {
        Self {
            names: Names::default(),
            has_lost: false,
            zone: TimeZone::system(),
            terminal: Terminal::stdout(),
            table: None,
        }
    }

    pub(super) fn set_names(&mut self, own: &UserId, known: &KnownNames) {
        self.names.learn_account(own, known);
    }

    pub(super) fn event(&mut self, delivery: &Delivery) -> io::Result<()> {
        let event = delivery.event();
        self.names.learn(&event);
        let text = sentence::event(&event, delivery.channel(), &self.names);
        self.line(event.received_at(), text)
    }

    pub(super) fn status(&mut self, status: &Status) -> io::Result<()> {
        let names = &self.names;
        let text = match status {
            Status::Connecting => "· connecting".to_owned(),
            Status::Connected { transport } => format!("· connected over {transport}"),
            Status::Moved { transport } => format!("· moved to {transport}"),
            Status::Subscribed { channel } => {
                format!("· subscribed to {}", names.channel(channel))
            }
            Status::Following { conversations } => {
                format!("· conversations followed: {conversations}")
            }
            Status::Refused { channel, error } => {
                // GroupMe blames the token for the channel of a group that the user has left.
                let hint = if channel.starts_with("/group/") {
                    "; is the user still a member?"
                } else {
                    ""
                };
                let channel = names.channel(channel);
                format!("· subscription refused: {channel}: {error}{hint}")
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
                "· messages missed in {}: {}; fetching",
                names.conversation(&gap.conversation),
                gap.cause
            ),
            Status::Backfilled {
                conversation,
                messages,
            } => {
                let of = names.conversation(conversation);
                format!("· messages fetched of {of}: {messages}")
            }
            Status::Unrecoverable(lost) => {
                self.has_lost = true;
                let of = lost.conversation.as_ref();
                let of = of.map_or_else(
                    || "some conversations".to_owned(),
                    |conversation| names.conversation(conversation),
                );
                let (what, why) = (lost.kind, lost.reason);
                if lost.reason == LossReason::Left {
                    format!("· {of}: {why}; its last messages may be missing")
                } else {
                    format!("· lost {what} of {of}: {why}")
                }
            }
            Status::CaughtUp if core::mem::take(&mut self.has_lost) => {
                "· caught up, except for the losses above".to_owned()
            }
            Status::CaughtUp => "· caught up: nothing is missing".to_owned(),
            Status::Polling(true) => "· gateway unreachable; polling the REST API".to_owned(),
            Status::Polling(false) => "· gateway reachable again; polling ended".to_owned(),
            Status::Overflow { dropped, .. } => {
                format!("· output too slow: {dropped} events dropped; fetching them again")
            }
            Status::NotSaved(error) => format!("· {}", chain(&**error)),
            Status::Ended(end) => format!("· ended: {end}"),
            _ => return Ok(()),
        };
        let mut status = Text::default();
        status.push(&text, Style::Faint);
        self.line(None, status)
    }

    /// Prints a line with a time; `None` is the current time.
    fn line(&self, time: Option<Timestamp>, text: Text) -> io::Result<()> {
        let time = match time {
            Some(time) => self.clock(time),
            None => self.clock_of(jiff::Timestamp::now()),
        };
        let head = format!("{time}  ");
        let mut line = Text::default();
        line.push(&head, Style::Faint);
        line.append(text);
        let mut out = String::new();
        line.write_wrapped(&mut out, self.terminal, head.len());
        let mut stdout = io::stdout().lock();
        stdout.write_all(out.as_bytes())?;
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
