//! Time synchronisation extension of `CometD`.

use alloc::{collections::VecDeque, format, vec::Vec};
use core::time::Duration;

use super::{Extension, Outgoing, Payload};
use crate::{Instant, Message};

/// Time synchronisation extension of `CometD`: estimates the lag of the network and the offset
/// between the clocks of server and client, from the latest ten answers.
#[derive(Clone, Debug)]
pub struct TimeSync {
    /// Time of [`Instant::ORIGIN`] since the Unix epoch, in milliseconds.
    origin: i64,
    now: i64,
    /// Lag and offset of the latest answers, in milliseconds.
    samples: VecDeque<(i64, i64)>,
}

impl TimeSync {
    /// Creates the extension. `origin` is the time of [`Instant::ORIGIN`] since the Unix epoch, by
    /// the client's clock.
    pub fn new(origin: Duration) -> Self {
        let origin = millis(origin);
        Self {
            origin,
            now: origin,
            samples: VecDeque::new(),
        }
    }

    /// Returns the time that a message takes from the client to the server, in milliseconds; none
    /// before the first answer.
    pub fn lag(&self) -> Option<i64> {
        self.mean(|(lag, _)| *lag)
    }

    /// Returns the time of the server's clock minus that of the client's, in milliseconds; none
    /// before the first answer.
    pub fn offset(&self) -> Option<i64> {
        self.mean(|(_, offset)| *offset)
    }

    fn mean(&self, of: impl Fn(&(i64, i64)) -> i64) -> Option<i64> {
        let count = i64::try_from(self.samples.len()).ok().filter(|n| *n > 0)?;
        Some(self.samples.iter().map(of).sum::<i64>() / count)
    }
}

impl Extension for TimeSync {
    fn advance(&mut self, now: Instant) {
        self.now = self.origin.saturating_add(millis(now.since_origin()));
    }

    fn write_ext(&mut self, outgoing: Outgoing<'_>, out: &mut Vec<u8>) {
        if matches!(outgoing, Outgoing::Publish(_)) {
            return;
        }
        let (lag, offset) = (self.lag().unwrap_or(0), self.offset().unwrap_or(0));
        let now = self.now;
        let ext = format!(r#"{{"timesync":{{"tc":{now},"l":{lag},"o":{offset}}}}}"#);
        out.extend_from_slice(ext.as_bytes());
    }

    fn incoming(&mut self, _: &Message<'_>, payload: &dyn Payload) {
        let member = |name| payload.integer(&["ext", "timesync", name]);
        let (Some(sent), Some(server)) = (member("tc"), member("ts")) else {
            return;
        };
        // Numbers of a peer: every step saturates or is bounded.
        let processing = member("p").unwrap_or(0);
        let round_trip = self.now.saturating_sub(sent).saturating_sub(processing);
        let lag = (round_trip / 2).clamp(-MAX, MAX);
        let offset = server.saturating_sub(sent).saturating_sub(lag);
        if self.samples.len() == SAMPLES {
            self.samples.pop_front();
        }
        self.samples.push_back((lag, offset.clamp(-MAX, MAX)));
    }
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

/// Number of answers in a mean.
const SAMPLES: usize = 10;

/// Maximum of a lag or offset, in milliseconds, so that the sum of all samples is in range.
const MAX: i64 = i64::MAX / 16;
