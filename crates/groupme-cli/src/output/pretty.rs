//! For people: one line for each thing that happened.

mod names;
mod sentence;

use std::io::{self, Write as _};

use groupme_client::{Delivery, Status, Timestamp};
use jiff::tz::TimeZone;

use self::names::Names;
use super::chain;

/// Prints lines, and remembers names: pushes often tell no more than an id.
#[derive(Debug)]
pub(super) struct Pretty {
    names: Names,
    zone: TimeZone,
}

impl Pretty {
    pub(super) fn new() -> Self {
        Self {
            names: Names::default(),
            zone: TimeZone::system(),
        }
    }

    pub(super) fn event(&mut self, delivery: &Delivery) -> io::Result<()> {
        let event = delivery.event();
        self.names.learn(&event);
        let text = sentence::event(&event, delivery.channel(), &self.names);
        self.line(event.received_at(), &text)
    }

    pub(super) fn status(&mut self, status: &Status) -> io::Result<()> {
        let text = match status {
            Status::Connecting => "· connecting".to_owned(),
            Status::Connected { transport } => format!("· connected over {transport}"),
            Status::Moved { transport } => format!("· moved to {transport}"),
            Status::Subscribed { channel } => format!("· listening on {channel}"),
            Status::Refused { channel, error } => format!("· refused: {channel}: {error}"),
            Status::Gap { since, cause } => {
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
        writeln!(stdout, "{time}  {text}")?;
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
