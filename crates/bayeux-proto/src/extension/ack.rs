//! Acknowledgement extension of `CometD`.

use alloc::{format, vec::Vec};

use super::{Extension, Outgoing, Payload};
use crate::Message;

/// Acknowledgement extension of `CometD`: the server repeats events until their batch is
/// acknowledged, so nothing is lost when a response is.
///
/// The client asks for the extension in each handshake; a server without it is unaffected. Every
/// connect acknowledges the latest batch that arrived completely. Events count with the connect
/// reply behind them, so a driver delivers them only then
/// ([`Extension::defers_events`]); events of a batch whose reply is lost come again.
///
/// Gaps are reported as without the extension: the session does not know that the server repeats
/// what was lost, as long as the session lives.
#[derive(Clone, Debug, Default)]
pub struct Ack {
    is_on: bool,
    latest: i64,
    /// Batch that began in the handshake reply, and the number of its events that are missing.
    handshake_batch: Option<(i64, i64)>,
}

impl Ack {
    /// Creates the extension.
    pub fn new() -> Self {
        Self::default()
    }

    /// Creates the extension for a session of an earlier process
    /// ([`Session::restore`](crate::Session::restore)), whose extension was on
    /// ([`is_on`](Self::is_on)) and had `latest` as the number of its latest complete batch. What
    /// followed comes again.
    pub fn continuing(latest: i64) -> Self {
        Self {
            is_on: true,
            latest,
            handshake_batch: None,
        }
    }

    /// Returns whether the server of the current session acknowledges.
    pub fn is_on(&self) -> bool {
        self.is_on
    }

    /// Returns the number of the latest complete batch.
    pub fn latest(&self) -> i64 {
        self.latest
    }
}

impl Extension for Ack {
    fn write_ext(&mut self, outgoing: Outgoing<'_>, out: &mut Vec<u8>) {
        match outgoing {
            Outgoing::Handshake => {
                *self = Self::default();
                out.extend_from_slice(br#"{"ack":true}"#);
            }
            Outgoing::Connect if self.is_on => {
                out.extend_from_slice(format!(r#"{{"ack":{}}}"#, self.latest).as_bytes());
            }
            _ => {}
        }
    }

    fn incoming(&mut self, message: &Message<'_>, payload: &dyn Payload) {
        match (message.channel, message.successful) {
            ("/meta/handshake", Some(true)) => {
                let enabled = payload.boolean(&["ext", "ack", "enabled"]);
                self.is_on = enabled.or_else(|| payload.boolean(&["ext", "ack"])) == Some(true);
                self.latest = 0;
                let batch = payload.integer(&["ext", "ack", "batch"]);
                let size = payload.integer(&["ext", "ack", "size"]);
                self.handshake_batch = batch.zip(size).filter(|(_, size)| *size > 0);
            }
            ("/meta/connect", Some(true)) if self.is_on => {
                if let Some(batch) = payload.integer(&["ext", "ack"]) {
                    self.latest = batch;
                    self.handshake_batch = None;
                }
            }
            _ if message.has_data => {
                if let Some((batch, missing)) = &mut self.handshake_batch {
                    *missing -= 1;
                    if *missing == 0 {
                        self.latest = *batch;
                        self.handshake_batch = None;
                    }
                }
            }
            _ => {}
        }
    }

    fn defers_events(&self) -> bool {
        self.is_on && self.handshake_batch.is_none()
    }
}
