//! A Bayeux server without sockets: requests go in, responses come out, and time is an argument.

// Named, since an example without `std` has no prelude of it.
use std::vec::Vec;

use bayeux_proto::{
    Instant, LaneId,
    server::{Config, LaneKind, Member, SecurityPolicy, Server},
};
use bayeux_wire::{Decoder, Frame, ServerPayload};

/// Rules: everybody may do everything.
struct Everybody;

impl SecurityPolicy for Everybody {
    fn fill_random(&mut self, bytes: &mut [u8]) {
        getrandom::fill(bytes).expect("the system has randomness");
    }
}

/// The server, with the parser that it needs.
pub(crate) struct InMemory {
    server: Server,
    decoder: Decoder,
}

impl InMemory {
    pub(crate) fn new() -> Self {
        Self {
            server: Server::new(Config::default()),
            decoder: Decoder::new(),
        }
    }

    /// Takes the body of a request.
    pub(crate) fn post(&mut self, now: Instant, lane: LaneId, body: &[u8]) {
        self.server.handle_open(now, lane, LaneKind::Exchange);
        let mut frame = Frame::from_bytes(body);
        ServerPayload::decode(&mut self.decoder, &mut frame).with(|payload| {
            self.server
                .handle_payload(now, lane, payload, &mut Everybody);
        });
    }

    /// Returns the next response.
    pub(crate) fn poll_response(&mut self) -> Option<(LaneId, Vec<u8>)> {
        let mut body = Vec::new();
        let action = self.server.poll_action(&mut body)?;
        Some((action.lane(), body))
    }

    /// Records that a client gave a request up.
    pub(crate) fn close(&mut self, now: Instant, lane: LaneId) {
        self.server.handle_close(now, lane);
    }

    /// Publishes an event to all subscribers of a channel.
    pub(crate) fn publish(&mut self, now: Instant, channel: &str, json: &str) {
        self.server
            .publish(now, channel, &[Member::new("data", json)]);
    }

    /// Restarts: all sessions are forgotten.
    pub(crate) fn restart(&mut self, now: Instant) {
        self.server.forget_sessions(now);
    }

    /// Returns when to call [`handle_timeout`](Self::handle_timeout).
    #[allow(dead_code, reason = "one of the two examples has no clock")]
    pub(crate) fn poll_timeout(&self) -> Option<Instant> {
        self.server.poll_timeout()
    }

    pub(crate) fn handle_timeout(&mut self, now: Instant) {
        self.server.handle_timeout(now);
    }
}
