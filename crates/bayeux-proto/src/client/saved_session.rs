//! Session written down, to be continued by another process.

use alloc::{string::String, vec::Vec};
use core::{fmt, time::Duration};

use super::merged_advice::MergedAdvice;
use crate::{Channel, Instant, Misuse, Timing, Transport};

/// Session written down by [`Session::save`](crate::Session::save), for
/// [`Session::restore`](crate::Session::restore) in another process.
///
/// Contains the `clientId`: a reader can act as the session. Files of it are for the
/// user's eyes only.
#[derive(Clone, PartialEq, Eq)]
pub struct SavedSession {
    pub(super) at: Instant,
    pub(super) gap_since: Option<Instant>,
    pub(super) proved_until: Instant,
    /// Session of the server, if there is one.
    pub(super) established: Option<Established>,
    pub(super) subscriptions: Vec<(Channel, Share)>,
}

/// Session of a server.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Established {
    pub(super) client_id: String,
    /// Transport of `/meta/connect`.
    pub(super) transport: Transport,
    /// Whether the server offers websockets.
    pub(super) has_websocket: bool,
    pub(super) last_id: u64,
    /// Time at which the server last confirmed the session.
    pub(super) confirmed_at: Instant,
    pub(super) interval_end: Instant,
    pub(super) advice: MergedAdvice,
}

/// Share of a program and of the server in a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Share {
    /// Subscription, to be requested.
    Subscriber,
    /// Subscription that the server is not asked for.
    Listener,
    /// The server may have the channel, and the program has left it.
    Leftover,
}

impl SavedSession {
    /// Returns when the session was saved, in its own time. The process that continues it starts
    /// its clock there, plus the time in between.
    pub fn at(&self) -> Instant {
        self.at
    }

    /// Returns the latest instant up to which no event can be missing; `None` if the session has
    /// never been up.
    pub fn gap_since(&self) -> Option<Instant> {
        self.gap_since
    }

    /// Lets the gap that the next process reports begin at `since` at the latest: for a driver that
    /// holds events which the session has counted and the program has not had.
    pub fn widen_gap(&mut self, since: Instant) {
        self.gap_since = self.gap_since.map(|start| start.min(since));
    }

    /// Writes the session down, for [`from_bytes`](Self::from_bytes) of this or a later version.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Writer(MAGIC.to_vec());
        out.instant(self.at);
        out.option(self.gap_since, Writer::instant);
        out.instant(self.proved_until);
        out.option(self.established.as_ref(), |out, session| {
            out.text(&session.client_id);
            out.byte(u8::from(session.transport == Transport::LongPolling));
            out.byte(u8::from(session.has_websocket));
            out.number(session.last_id);
            out.instant(session.confirmed_at);
            out.instant(session.interval_end);
            for timing in session.advice.timings() {
                for millis in [timing.interval, timing.timeout, timing.max_interval] {
                    out.option(millis, |out, millis| out.number(millis.cast_unsigned()));
                }
            }
        });
        for (channel, share) in &self.subscriptions {
            out.byte(match share {
                Share::Subscriber => 0,
                Share::Listener => 1,
                Share::Leftover => 2,
            });
            out.text(channel.as_str());
        }
        out.0
    }

    /// Reads a session that was written down.
    ///
    /// # Errors
    ///
    /// [`Misuse::MalformedSession`] if `bytes` are anything else, or were written by a later
    /// version.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Misuse> {
        let Some(rest) = bytes.strip_prefix(MAGIC) else {
            return Err(malformed("it begins differently"));
        };
        let mut from = Reader(rest);
        let mut saved = Self {
            at: from.instant()?,
            gap_since: from.option(Reader::instant)?,
            proved_until: from.instant()?,
            established: from.option(Reader::established)?,
            subscriptions: Vec::new(),
        };
        while !from.0.is_empty() {
            let share = match from.byte()? {
                0 => Share::Subscriber,
                1 => Share::Listener,
                2 => Share::Leftover,
                _ => return Err(malformed("a subscription of an unknown kind")),
            };
            let channel = Channel::lenient(&from.text()?)?;
            if channel.is_meta() {
                return Err(malformed("a subscription to a `/meta/` channel"));
            }
            saved.subscriptions.push((channel, share));
        }
        Ok(saved)
    }
}

impl fmt::Debug for SavedSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The clientId stays out of logs.
        f.debug_struct("SavedSession")
            .field("at", &self.at)
            .field("gap_since", &self.gap_since)
            .field("is_established", &self.established.is_some())
            .field("subscriptions", &self.subscriptions.len())
            .finish_non_exhaustive()
    }
}

/// Bytes being written. Numbers are little-endian, and texts follow their length.
struct Writer(Vec<u8>);

impl Writer {
    fn byte(&mut self, byte: u8) {
        self.0.push(byte);
    }

    fn number(&mut self, number: u64) {
        self.0.extend_from_slice(&number.to_le_bytes());
    }

    /// Writes an instant as nanoseconds, at most 584 years.
    fn instant(&mut self, instant: Instant) {
        let nanos = u64::try_from(instant.since_origin().as_nanos());
        self.number(nanos.unwrap_or(u64::MAX));
    }

    fn text(&mut self, text: &str) {
        self.number(u64::try_from(text.len()).unwrap_or(u64::MAX));
        self.0.extend_from_slice(text.as_bytes());
    }

    fn option<T>(&mut self, value: Option<T>, write: impl FnOnce(&mut Self, T)) {
        self.byte(u8::from(value.is_some()));
        if let Some(value) = value {
            write(self, value);
        }
    }
}

/// Bytes still to be read.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> Result<&'a [u8], Misuse> {
        let (taken, rest) = self
            .0
            .split_at_checked(count)
            .ok_or(malformed("it ends too early"))?;
        self.0 = rest;
        Ok(taken)
    }

    fn byte(&mut self) -> Result<u8, Misuse> {
        Ok(self.take(1)?[0])
    }

    fn flag(&mut self) -> Result<bool, Misuse> {
        match self.byte()? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(malformed("a byte that is neither 0 nor 1")),
        }
    }

    fn number(&mut self) -> Result<u64, Misuse> {
        let bytes = self.take(size_of::<u64>())?.try_into();
        let bytes = bytes.map_err(|_| malformed("it ends too early"))?;
        Ok(u64::from_le_bytes(bytes))
    }

    fn instant(&mut self) -> Result<Instant, Misuse> {
        let nanos = self.number()?;
        Ok(Instant::from_origin(Duration::from_nanos(nanos)))
    }

    fn text(&mut self) -> Result<String, Misuse> {
        let length = usize::try_from(self.number()?).unwrap_or(usize::MAX);
        let text = core::str::from_utf8(self.take(length)?);
        text.map(String::from)
            .map_err(|_| malformed("a text that is not UTF-8"))
    }

    fn option<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<T, Misuse>,
    ) -> Result<Option<T>, Misuse> {
        self.flag()?.then(|| read(self)).transpose()
    }

    fn established(&mut self) -> Result<Established, Misuse> {
        let client_id = self.text()?;
        if client_id.is_empty() {
            return Err(malformed("a session without clientId"));
        }
        Ok(Established {
            client_id,
            transport: if self.flag()? {
                Transport::LongPolling
            } else {
                Transport::WebSocket
            },
            has_websocket: self.flag()?,
            last_id: self.number()?,
            confirmed_at: self.instant()?,
            interval_end: self.instant()?,
            advice: MergedAdvice::of([self.timing()?, self.timing()?, self.timing()?]),
        })
    }

    fn timing(&mut self) -> Result<Timing, Misuse> {
        let mut millis = || self.option(|from| Ok(from.number()?.cast_signed()));
        Ok(Timing {
            interval: millis()?,
            timeout: millis()?,
            max_interval: millis()?,
        })
    }
}

fn malformed(why: &'static str) -> Misuse {
    Misuse::MalformedSession { why }
}

/// Start of the bytes, with the version of what follows.
const MAGIC: &[u8] = b"bayeux session 1\n";
