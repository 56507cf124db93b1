//! State of the connection, for the status line.

use core::time::Duration;

use groupme_client::{ClientEnd, Status, Timestamp};

/// State of the connection.
#[derive(Clone, Debug, Default)]
pub(crate) struct Connection {
    pub(crate) phase: Phase,
    /// Round-trip time of the last ping through the gateway; `None` before the first and after a loss.
    pub(crate) latency: Option<Duration>,
    /// Whether missed messages are being fetched.
    pub(crate) is_catching_up: bool,
    /// Whether all conversations were synced at least once.
    pub(crate) was_synced: bool,
    /// Whether messages come by polling REST, as the gateway is down.
    pub(crate) is_polling: bool,
}

/// Phase of the connection.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Phase {
    #[default]
    Connecting,
    Connected {
        transport: &'static str,
    },
    Lost {
        cause: String,
        /// Time of the next attempt.
        retry_at: Timestamp,
    },
    Ended(String),
}

impl Connection {
    /// Applies a status. Returns a message for the user if the status is about lost events.
    pub(crate) fn handle(&mut self, now: Timestamp, status: &Status) -> Option<String> {
        match status {
            // The cause of a loss stays until the connection is back.
            Status::Connecting if matches!(self.phase, Phase::Lost { .. }) => {}
            Status::Connecting => self.phase = Phase::Connecting,
            Status::Connected { transport } | Status::Moved { transport } => {
                self.phase = Phase::Connected {
                    transport: transport.name(),
                };
            }
            Status::Disconnected { cause, retry_in } => {
                self.latency = None;
                self.phase = Phase::Lost {
                    cause: cause.to_string(),
                    retry_at: later(now, *retry_in),
                };
            }
            Status::ConnectionGap { .. } | Status::BackfillStarted(_) => {
                self.is_catching_up = true;
            }
            Status::CaughtUp => {
                self.is_catching_up = false;
                self.was_synced = true;
            }
            Status::Polling(is_polling) => self.is_polling = *is_polling,
            Status::Unrecoverable(lost) => return Some(lost.to_string()),
            Status::Overflow { .. } => return Some(status.to_string()),
            Status::Ended(end) => {
                self.phase = Phase::Ended(match end {
                    ClientEnd::Requested => "disconnected".to_owned(),
                    end => end.to_string(),
                });
            }
            _ => {}
        }
        None
    }
}

/// Adds a duration to a time; saturates.
pub(crate) fn later(time: Timestamp, by: Duration) -> Timestamp {
    let by = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
    Timestamp::from_millis(time.as_millis().saturating_add(by))
}
