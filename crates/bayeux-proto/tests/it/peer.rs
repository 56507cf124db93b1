//! Well-behaved server and network.

use core::time::Duration;
use std::collections::BTreeSet;

use bayeux_proto::{Advice, Instant, Message, Reconnect, Timing};

use crate::world::{Kind, Request, World, millis};

/// Hold of a connect that asks for nothing else, in milliseconds.
pub(crate) const HOLD: u64 = 30_000;

/// Opens lanes, answers pings, answers every handshake with a new `clientId`, holds connects, and
/// accepts everything else.
#[derive(Default)]
pub(crate) struct Peer {
    greeted: u64,
    answered: BTreeSet<String>,
    /// Channels whose subscription is refused.
    pub(crate) forbidden: BTreeSet<String>,
    /// Whether connects are never answered.
    pub(crate) ignores_connects: bool,
    /// Whether connects are never held.
    pub(crate) answers_connects_at_once: bool,
}

impl Peer {
    /// Advances the clock, and serves in the meantime.
    pub(crate) fn serve(&mut self, world: &mut World, duration: Duration) {
        self.serve_until(world, duration, |_| false);
    }

    /// Serves until `found` holds or the time is over. Returns whether it holds.
    pub(crate) fn serve_until(
        &mut self,
        world: &mut World,
        limit: Duration,
        holds: impl Fn(&World) -> bool,
    ) -> bool {
        let end = world.now + limit;
        let (mut rounds, mut turn) = (0, world.now);
        loop {
            (rounds, turn) = if turn == world.now {
                (rounds + 1, turn)
            } else {
                (0, world.now)
            };
            assert!(rounds < 10_000, "time stands still: {:?}", world.session);
            if holds(world) {
                return true;
            }
            if self.act(world) {
                continue;
            }
            let held = self
                .unanswered(world)
                .map(|request| self.answer_at(&request))
                .min();
            let deadline = world.session.poll_timeout().map(|deadline| deadline.at);
            let next = held.into_iter().chain(deadline).chain([end]).min();
            let next = next.unwrap_or(end).max(world.now);
            if next >= end {
                world.wake(end);
                return holds(world);
            }
            world.wake(next);
        }
    }

    /// Does one thing that can be done at this moment. Returns false if there is none.
    fn act(&mut self, world: &mut World) -> bool {
        if world.lanes.values().any(|kind| *kind == Kind::Opening) {
            world.open();
            return true;
        }
        if let Some(lane) = world.pings.pop() {
            world.session.handle_pong(world.now, lane);
            world.drain();
            return true;
        }
        let due = self
            .unanswered(world)
            .find(|request| self.answer_at(request) <= world.now);
        if let Some(request) = &due {
            self.answer(world, request);
        }
        due.is_some()
    }

    /// Returns a message that has no answer yet and can still get one.
    fn unanswered<'w>(&'w self, world: &'w World) -> impl Iterator<Item = Request> + 'w {
        world
            .requests
            .iter()
            .filter(|request| world.lanes.contains_key(&request.lane))
            .filter(|request| !self.answered.contains(&request.id))
            .filter(|request| !self.ignores_connects || request.channel != "/meta/connect")
            .cloned()
    }

    /// Answers the request, and all other requests of its exchange.
    fn answer(&mut self, world: &mut World, request: &Request) {
        let due: Vec<_> = self
            .unanswered(world)
            .filter(|other| other.payload == request.payload)
            .collect();
        self.greeted += u64::from(request.channel == "/meta/handshake");
        let name = format!("guest{}", self.greeted);
        let replies: Vec<Message<'_>> = due.iter().map(|r| self.reply(r, &name)).collect();
        self.answered.extend(due.iter().map(|r| r.id.clone()));
        let verdicts = world.answer(request, &replies);
        assert_eq!(verdicts.len(), replies.len());
    }

    fn answer_at(&self, request: &Request) -> Instant {
        match request.channel.as_str() {
            "/meta/connect" if !self.answers_connects_at_once => {
                request.at + millis(request.asked_hold().unwrap_or(HOLD))
            }
            _ => request.at,
        }
    }

    fn reply<'a>(&self, request: &'a Request, name: &'a str) -> Message<'a> {
        let wanted = request.text("subscription").unwrap_or_default();
        match request.channel.as_str() {
            "/meta/handshake" => Message {
                advice: Some(advice()),
                ..request.handshake_ok(name)
            },
            "/meta/connect" => Message {
                advice: Some(advice()),
                ..request.ok()
            },
            "/meta/subscribe" if self.forbidden.contains(wanted) => {
                request.refused("403::Forbidden")
            }
            _ => request.ok(),
        }
    }
}

/// Advice of Faye with each handshake and connect, given for each transport as well, so that no
/// earlier advice remains in force.
fn advice() -> Advice {
    let timing = Timing {
        interval: Some(0),
        timeout: i64::try_from(HOLD).ok(),
        max_interval: Some(0),
    };
    Advice {
        reconnect: Some(Reconnect::Retry),
        timing,
        websocket: timing,
        long_polling: timing,
        multiple_clients: false,
    }
}
