//! The network between clients and server: what enters on one side leaves on the other, later or
//! not at all.
//!
//! It fails only in ways in which TCP and HTTP can. A stream keeps its order and can be cut at any
//! point, noticed by either side or by neither; a frame of which only a part arrived is no frame.
//! An HTTP exchange is lost before or after the server has received it, or answered by somebody
//! else.

mod conditions;
mod faults;
mod link;

use core::time::Duration;
use std::collections::BTreeMap;

use bayeux_proto::{Close, Exchange, Instant, LaneId};
use groupme_sim::{LaneKind, Output};

use self::{
    conditions::Conditions,
    link::{Direction, Link},
};
use crate::{plan::NetworkSettings, random::Random};

/// An arrival on either side of a lane.
#[derive(Debug)]
pub(crate) struct Arrival {
    pub(crate) client: usize,
    /// The lane, as the client names it.
    pub(crate) lane: LaneId,
    /// The lane, as the server names it.
    pub(crate) key: LaneId,
    pub(crate) what: Arrived,
}

#[derive(Debug)]
pub(crate) enum Arrived {
    /// At the server: a lane begins, with its first payload where it is an exchange.
    Begin(LaneKind, Option<Vec<u8>>),
    /// At the server: a payload.
    Batch(Vec<u8>),
    /// At the server: the lane has ended.
    Hangup,
    /// At the client: the websocket is open.
    Opened,
    /// At the client: a payload.
    Frame(Payload),
    /// At the client: a pong.
    Pong,
    /// At the client: the lane has ended.
    Closed(Close),
    /// At the client: the response to an exchange, which ends with it.
    Response(Payload),
}

/// A payload from the server.
#[derive(Debug)]
pub(crate) struct Payload {
    pub(crate) bytes: Vec<u8>,
    /// Number of events published when it was sent.
    pub(crate) published: u64,
}

/// All lanes between the clients and the server.
#[derive(Debug)]
pub(crate) struct Network {
    random: Random,
    conditions: Conditions,
    links: BTreeMap<u64, Link>,
    /// Packets under way, by time of arrival.
    packets: BTreeMap<(Instant, u64), Packet>,
    sequence: u64,
    /// Number of links so far, which names them.
    opened: u64,
    /// The link of each lane.
    keys: BTreeMap<(usize, LaneId), u64>,
    /// For each client, when the last packet it sent over lanes that are gone arrives.
    late: BTreeMap<usize, Instant>,
    /// Whether those packets may be overtaken by packets over other lanes.
    has_stragglers: bool,
    /// Whether a gateway that is down refuses TCP connections.
    refuses_tcp: bool,
}

#[derive(Debug)]
enum Packet {
    Up(u64, Arrived),
    Down(u64, Arrived),
    /// A ping, which the server's websocket library answers by itself.
    Ping(u64),
    /// Checks whether a link has been idle for too long.
    Idle(u64),
}

impl Network {
    pub(crate) fn new(random: Random, settings: NetworkSettings) -> Self {
        Self {
            random,
            conditions: Conditions::new(settings),
            links: BTreeMap::new(),
            packets: BTreeMap::new(),
            sequence: 0,
            opened: 0,
            keys: BTreeMap::new(),
            late: BTreeMap::new(),
            has_stragglers: settings.has_stragglers,
            refuses_tcp: settings.refuses_tcp,
        }
    }

    /// Returns when the next packet arrives.
    pub(crate) fn poll_timeout(&self) -> Option<Instant> {
        self.packets.first_key_value().map(|((at, _), _)| *at)
    }

    /// Takes the next arrival that is due.
    pub(crate) fn poll_arrival(&mut self, now: Instant) -> Option<Arrival> {
        loop {
            let first = self.packets.first_entry()?;
            if first.key().0 > now {
                return None;
            }
            let arrival = match first.remove() {
                Packet::Up(key, what) => self.arrive_up(now, key, what),
                Packet::Down(key, what) => self.arrive_down(now, key, what),
                Packet::Ping(key) => {
                    let link = self.links.get(&key);
                    if link.is_some_and(|link| link.passes(Direction::Up)) {
                        self.transmit(now, key, Direction::Down, Arrived::Pong);
                    }
                    None
                }
                Packet::Idle(key) => {
                    self.check_idle(now, key);
                    None
                }
            };
            if arrival.is_some() {
                return arrival;
            }
        }
    }

    /// Returns when an HTTP message to or from REST arrives that is sent now; `None` if it is lost.
    pub(crate) fn rest_passage(&mut self, now: Instant) -> Option<Instant> {
        let is_blocked = self.conditions.refuses_rest(now) || self.conditions.drops_packets(now);
        (!is_blocked).then(|| self.conditions.arrival(now, &mut self.random))
    }

    /// Drops all lanes of a client whose process is gone.
    pub(crate) fn crash(&mut self, now: Instant, client: usize) {
        let lanes = self.keys.keys().filter(|(owner, _)| *owner == client);
        for (_, lane) in lanes.copied().collect::<Vec<_>>() {
            self.close(now, client, lane);
        }
        self.keys.retain(|(owner, _), _| *owner != client);
    }

    /// Returns whether the client still has a lane.
    pub(crate) fn is_held(&self, key: LaneId) -> bool {
        let link = self.links.get(&key.number());
        link.is_some_and(|link| link.client_end)
    }

    /// Returns the client of a lane, and the client's name for it.
    pub(crate) fn owner(&self, key: LaneId) -> Option<(usize, LaneId)> {
        let link = self.links.get(&key.number())?;
        Some((link.client, link.lane))
    }
}

/// The clients' side.
impl Network {
    /// Opens a websocket.
    pub(crate) fn open(&mut self, now: Instant, client: usize, lane: LaneId) {
        let key = self.link(now, client, lane, true);
        if let Some(refusal) = self.conditions.refusal(now) {
            return self.refuse(now, key, refusal);
        }
        if let Some(status) = self.conditions.refused_upgrade(now) {
            return self.reject(now, key, status_close(status));
        }
        let begin = Arrived::Begin(LaneKind::Socket, None);
        self.transmit(now, key, Direction::Up, begin);
    }

    /// Writes a batch to a websocket.
    pub(crate) fn send(&mut self, now: Instant, client: usize, lane: LaneId, batch: &[u8]) {
        if let Some(&key) = self.keys.get(&(client, lane)) {
            self.transmit(now, key, Direction::Up, Arrived::Batch(batch.to_vec()));
        }
    }

    /// Begins an exchange.
    pub(crate) fn exchange(
        &mut self,
        now: Instant,
        client: usize,
        lane: LaneId,
        kind: Exchange,
        batch: &[u8],
    ) {
        // The limits of bayeux-transport.
        let limit = match kind {
            Exchange::Held { hold } => hold.saturating_add(Duration::from_secs(20)),
            _ => Duration::from_secs(30),
        };
        let key = self.link(now, client, lane, false);
        self.close_at(now + limit, key, Close::TimedOut);
        if let Some(refusal) = self.conditions.refusal(now) {
            return self.refuse(now, key, refusal);
        }
        if let Some(is_received) = self.conditions.lost_exchange(now, &mut self.random) {
            if !is_received {
                return self.reject(now, key, Close::Lost);
            }
            if let Some(link) = self.links.get_mut(&key) {
                link.loses_response = true;
            }
        }
        if let Some(after) = self.conditions.gateway_timeout(now) {
            self.close_at(now + after, key, status_close(504));
        }
        let begin = Arrived::Begin(LaneKind::Exchange, Some(batch.to_vec()));
        self.transmit(now, key, Direction::Up, begin);
    }

    /// Pings a websocket.
    pub(crate) fn ping(&mut self, now: Instant, client: usize, lane: LaneId) {
        if let Some(&key) = self.keys.get(&(client, lane))
            && let Some(at) = self.packet_arrival(now, key, Direction::Up)
        {
            self.push(at, Packet::Ping(key));
        }
    }

    /// Closes a lane.
    pub(crate) fn close(&mut self, now: Instant, client: usize, lane: LaneId) {
        if let Some(&key) = self.keys.get(&(client, lane)) {
            self.transmit(now, key, Direction::Up, Arrived::Hangup);
            self.release(key);
        }
    }
}

/// The server's side.
impl Network {
    /// Carries an output of the server. `published` is the number of events published until then.
    pub(crate) fn handle_output(&mut self, now: Instant, output: Output, published: u64) {
        let key = output.lane().number();
        let what = match output {
            Output::Frame { text, .. } => Arrived::Frame(self.payload(text, published)),
            Output::Respond { body, .. } => {
                let payload = self.payload(body, published);
                match self.links.get(&key) {
                    Some(link) if link.loses_response => Arrived::Closed(Close::Lost),
                    _ => Arrived::Response(payload),
                }
            }
            Output::Reject { status, .. } => Arrived::Closed(status_close(status)),
            Output::Close { code, .. } => Arrived::Closed(Close::ByPeer { code: Some(code) }),
        };
        let is_last = !matches!(what, Arrived::Frame(_));
        self.transmit(now, key, Direction::Down, what);
        if is_last {
            if let Some(link) = self.links.get_mut(&key) {
                link.server_end = false;
            }
            self.forget_unused(key);
        }
    }

    fn payload(&mut self, text: String, published: u64) -> Payload {
        let bytes = self.conditions.garbled(text.into_bytes(), &mut self.random);
        Payload { bytes, published }
    }
}

/// Transmission.
impl Network {
    fn link(&mut self, now: Instant, client: usize, lane: LaneId, is_socket: bool) -> u64 {
        self.opened += 1;
        let key = self.opened;
        self.keys.insert((client, lane), key);
        // A new connection takes some round trips, in which earlier packets arrive. Where they do
        // not, a session that is resumed is never safe from its own earlier requests.
        let overtaken = self.late.get(&client).filter(|_| !self.has_stragglers);
        let begin = now.max(overtaken.copied().unwrap_or_default());
        let link = Link::new(begin, client, lane, is_socket);
        self.links.insert(key, link);
        if let Some((limit, _)) = self.conditions.idle {
            self.push(now + limit, Packet::Idle(key));
        }
        key
    }

    fn transmit(&mut self, now: Instant, key: u64, direction: Direction, what: Arrived) {
        if let Some(at) = self.packet_arrival(now, key, direction) {
            let packet = match direction {
                Direction::Up => Packet::Up(key, what),
                Direction::Down => Packet::Down(key, what),
            };
            self.push(at, packet);
        }
    }

    /// Returns when a packet arrives that is sent now; `None` if it never does.
    fn packet_arrival(&mut self, now: Instant, key: u64, direction: Direction) -> Option<Instant> {
        let link = self.links.get_mut(&key)?;
        if link.is_sealed {
            return None;
        }
        if self.conditions.drops_packets(now) {
            link.is_sealed = true;
            return None;
        }
        let at = self.conditions.arrival(now, &mut self.random);
        Some(link.in_order(now, direction, at))
    }

    fn close_at(&mut self, at: Instant, key: u64, why: Close) {
        self.push(at, Packet::Down(key, Arrived::Closed(why)));
    }

    fn push(&mut self, at: Instant, packet: Packet) {
        self.sequence += 1;
        self.packets.insert((at, self.sequence), packet);
    }

    fn arrive_up(&mut self, now: Instant, key: u64, what: Arrived) -> Option<Arrival> {
        let link = self.links.get_mut(&key)?;
        match what {
            Arrived::Begin(..) if link.is_dead => return None,
            Arrived::Begin(..) => link.server_end = true,
            Arrived::Hangup if link.server_end => link.server_end = false,
            Arrived::Batch(_) if link.passes(Direction::Up) => {}
            _ => return None,
        }
        let arrival = link.arrival(key, what);
        if let Arrived::Begin(LaneKind::Socket, _) = arrival.what {
            self.transmit(now, key, Direction::Down, Arrived::Opened);
        }
        self.forget_unused(key);
        Some(arrival)
    }

    fn arrive_down(&mut self, now: Instant, key: u64, what: Arrived) -> Option<Arrival> {
        let link = self.links.get_mut(&key)?;
        let is_close = matches!(what, Arrived::Closed(_));
        if !link.client_end || (link.is_dead && !is_close) {
            return None;
        }
        let is_last = is_close || matches!(what, Arrived::Response(_));
        let arrival = link.arrival(key, what);
        if is_last {
            if link.server_end && !link.is_sealed {
                // The server learns of it, though not at once.
                self.transmit(now, key, Direction::Up, Arrived::Hangup);
            }
            self.release(key);
        }
        Some(arrival)
    }

    /// Ends the client's use of a lane.
    fn release(&mut self, key: u64) {
        if let Some(link) = self.links.get_mut(&key) {
            link.client_end = false;
            let late = self.late.entry(link.client).or_default();
            *late = link.last_up().max(*late);
        }
        self.forget_unused(key);
    }

    /// Forgets a link that neither side uses, unless it is still to reach the server.
    fn forget_unused(&mut self, key: u64) {
        if let Some(link) = self.links.get(&key)
            && !link.client_end
            && !link.server_end
            && (link.is_sealed || link.has_begun)
        {
            let name = (link.client, link.lane);
            // Another process of the client may use the same name.
            if self.keys.get(&name) == Some(&key) {
                self.keys.remove(&name);
            }
            self.links.remove(&key);
        }
    }
}

fn status_close(status: u16) -> Close {
    Close::Status {
        status,
        retry_after: None,
    }
}
