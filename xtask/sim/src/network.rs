//! The network: what goes in on one side comes out on the other, later, or not at all.
//!
//! It does what carriers can do and nothing else. A TCP stream keeps its order and can be cut at any
//! point, with or without anybody noticing; a frame of which only a part arrived is no frame. An
//! HTTP exchange is lost before or after the server has heard it, or answered by somebody else.

mod link;
mod trouble;
mod weather;

use core::time::Duration;
use std::collections::BTreeMap;

use bayeux_proto::{Close, Exchange, Instant, LaneId};
use groupme_sim::{LaneKind, Output};

use self::{
    link::{Direction, Kind, Link},
    weather::Weather,
};
use crate::{plan::Road, random::Random};

/// What arrives somewhere.
#[derive(Debug)]
pub struct Arrival {
    /// The client whose lane it is about.
    pub client: usize,
    /// The lane, as the client calls it.
    pub lane: LaneId,
    /// The lane, as the server calls it.
    pub key: LaneId,
    /// What arrives.
    pub what: Arrived,
}

/// What arrives.
#[derive(Debug)]
pub enum Arrived {
    /// At the server: a lane begins, with this first payload where it is an exchange.
    Begin(LaneKind, Option<Vec<u8>>),
    /// At the server: a payload.
    Payload(Vec<u8>),
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
    /// At the client: the answer to an exchange, which ends with it.
    Answer(Payload),
}

/// A payload of the server's.
#[derive(Debug)]
pub struct Payload {
    /// Its bytes as they arrive.
    pub bytes: Vec<u8>,
    /// How many events had been published when it was sent.
    pub published: u64,
}

/// All lanes between the clients and the server.
#[derive(Debug)]
pub struct Network {
    random: Random,
    weather: Weather,
    links: BTreeMap<u64, Link>,
    /// What is on its way, by when it arrives.
    packets: BTreeMap<(Instant, u64), Packet>,
    sequence: u64,
    /// How many links there have been, for their names.
    opened: u64,
    /// Names of links by the names the clients gave them.
    keys: BTreeMap<(usize, LaneId), u64>,
    /// For each client, when the last of what it sent over lanes that are gone has arrived.
    late: BTreeMap<usize, Instant>,
    /// Whether that may be overtaken by what it sends over others.
    stragglers: bool,
}

#[derive(Debug)]
enum Packet {
    Up(u64, Arrived),
    Down(u64, Arrived),
    /// A ping, which the server's side of the carrier answers by itself.
    Ping(u64),
    /// Nothing may have happened on this link for too long.
    Idle(u64),
}

impl Network {
    /// A network without lanes.
    pub fn new(random: Random, road: Road) -> Self {
        Self {
            random,
            weather: Weather::new(road),
            links: BTreeMap::new(),
            packets: BTreeMap::new(),
            sequence: 0,
            opened: 0,
            keys: BTreeMap::new(),
            late: BTreeMap::new(),
            stragglers: road.stragglers,
        }
    }

    /// When something arrives next.
    pub fn poll_timeout(&self) -> Option<Instant> {
        self.packets.first_key_value().map(|((at, _), _)| *at)
    }

    /// Takes the next thing that has arrived by `now`.
    pub fn poll_arrival(&mut self, now: Instant) -> Option<Arrival> {
        loop {
            let first = self.packets.first_entry()?;
            if first.key().0 > now {
                return None;
            }
            let arrival = match first.remove() {
                Packet::Up(key, what) => self.arrive_up(now, key, what),
                Packet::Down(key, what) => self.arrive_down(now, key, what),
                Packet::Ping(key) => {
                    if let Some(link) = self.links.get(&key)
                        && link.passes(Direction::Up)
                    {
                        self.down(now, key, Arrived::Pong);
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

    /// When something that goes over HTTP to REST now, or back from there, arrives; `None` if it
    /// does not.
    pub fn rest_passage(&mut self, now: Instant) -> Option<Instant> {
        let blocked = self.weather.refusal(now).is_some() || self.weather.swallows(now);
        (!blocked).then(|| self.weather.arrival(now, &mut self.random))
    }

    /// A client is gone without a word.
    pub fn crash(&mut self, now: Instant, client: usize) {
        let lanes = self.keys.keys().filter(|(owner, _)| *owner == client);
        for (_, lane) in lanes.copied().collect::<Vec<_>>() {
            self.close(now, client, lane);
        }
        self.keys.retain(|(owner, _), _| *owner != client);
    }

    /// Whether the client still holds on to a lane.
    pub fn is_held(&self, key: LaneId) -> bool {
        let link = self.links.get(&key.number());
        link.is_some_and(|link| link.client_end)
    }

    /// Whose lane it is, and how its client calls it.
    pub fn owner(&self, key: LaneId) -> Option<(usize, LaneId)> {
        let link = self.links.get(&key.number())?;
        Some((link.client, link.lane))
    }
}

/// What clients do.
impl Network {
    /// A client opens a websocket.
    pub fn open(&mut self, now: Instant, client: usize, lane: LaneId) {
        let key = self.link(now, client, lane, Kind::Socket);
        if let Some(refusal) = self.weather.refusal(now) {
            return self.refuse(now, key, refusal);
        }
        if let Some(status) = self.weather.refused_upgrade(now) {
            let why = Close::Status {
                status,
                retry_after: None,
            };
            return self.turn_away(now, key, why);
        }
        self.up(now, key, Arrived::Begin(LaneKind::Socket, None));
    }

    /// A client writes a batch into a websocket.
    pub fn send(&mut self, now: Instant, client: usize, lane: LaneId, batch: &[u8]) {
        if let Some(&key) = self.keys.get(&(client, lane)) {
            self.up(now, key, Arrived::Payload(batch.to_vec()));
        }
    }

    /// A client makes an exchange.
    pub fn exchange(
        &mut self,
        now: Instant,
        client: usize,
        lane: LaneId,
        kind: Exchange,
        batch: &[u8],
    ) {
        // As the transport has it.
        let limit = match kind {
            Exchange::Held { hold } => hold.saturating_add(Duration::from_secs(20)),
            _ => Duration::from_secs(30),
        };
        let key = self.link(now, client, lane, Kind::Exchange);
        self.push(
            now + limit,
            Packet::Down(key, Arrived::Closed(Close::TimedOut)),
        );
        if let Some(refusal) = self.weather.refusal(now) {
            return self.refuse(now, key, refusal);
        }
        if let Some(heard) = self.weather.lost_exchange(now, &mut self.random) {
            if !heard {
                return self.turn_away(now, key, Close::Lost);
            }
            if let Some(link) = self.links.get_mut(&key) {
                link.loses_answer = true;
            }
        }
        if let Some(after) = self.weather.gateway_timeout(now) {
            let why = Close::Status {
                status: 504,
                retry_after: None,
            };
            self.push(now + after, Packet::Down(key, Arrived::Closed(why)));
        }
        let begin = Arrived::Begin(LaneKind::Exchange, Some(batch.to_vec()));
        self.up(now, key, begin);
    }

    /// A client pings a websocket.
    pub fn ping(&mut self, now: Instant, client: usize, lane: LaneId) {
        let Some(&key) = self.keys.get(&(client, lane)) else {
            return;
        };
        if let Some(at) = self.passage(now, key, Direction::Up) {
            self.push(at, Packet::Ping(key));
        }
    }

    /// A client lets go of a lane.
    pub fn close(&mut self, now: Instant, client: usize, lane: LaneId) {
        let Some(&key) = self.keys.get(&(client, lane)) else {
            return;
        };
        if let Some(at) = self.passage(now, key, Direction::Up) {
            self.push(at, Packet::Up(key, Arrived::Hangup));
        }
        self.let_go(key);
    }
}

/// What the server does.
impl Network {
    /// The server has written something. `published` counts the events published by then.
    pub fn handle_output(&mut self, now: Instant, output: Output, published: u64) {
        let key = output.lane().number();
        let payload = |text: String| Payload {
            bytes: text.into_bytes(),
            published,
        };
        match output {
            Output::Frame { text, .. } => {
                let payload = self.weather.garbled(payload(text), &mut self.random);
                self.down(now, key, Arrived::Frame(payload));
            }
            Output::Respond { body, .. } => {
                let payload = self.weather.garbled(payload(body), &mut self.random);
                let lost = self.links.get(&key).is_some_and(|link| link.loses_answer);
                let what = if lost {
                    Arrived::Closed(Close::Lost)
                } else {
                    Arrived::Answer(payload)
                };
                self.down(now, key, what);
                self.server_gone(key);
            }
            Output::Reject { status, .. } => {
                let why = Close::Status {
                    status,
                    retry_after: None,
                };
                self.down(now, key, Arrived::Closed(why));
                self.server_gone(key);
            }
            Output::Close { code, .. } => {
                let why = Close::ByPeer { code: Some(code) };
                self.down(now, key, Arrived::Closed(why));
                self.server_gone(key);
            }
        }
    }
}

/// How it gets there.
impl Network {
    fn link(&mut self, now: Instant, client: usize, lane: LaneId, kind: Kind) -> u64 {
        self.opened += 1;
        let key = self.opened;
        self.keys.insert((client, lane), key);
        // A new connection takes some round trips, in which what is on its way arrives. Where it does
        // not, no session that is taken up again is safe from what it sent before.
        let overtaken = self.late.get(&client).filter(|_| !self.stragglers);
        let begin = now.max(overtaken.copied().unwrap_or_default());
        self.links.insert(key, Link::new(begin, client, lane, kind));
        if let Some((patience, _)) = self.weather.idle() {
            self.push(now + patience, Packet::Idle(key));
        }
        key
    }

    fn up(&mut self, now: Instant, key: u64, what: Arrived) {
        if let Some(at) = self.passage(now, key, Direction::Up) {
            self.push(at, Packet::Up(key, what));
        }
    }

    fn down(&mut self, now: Instant, key: u64, what: Arrived) {
        if let Some(at) = self.passage(now, key, Direction::Down) {
            self.push(at, Packet::Down(key, what));
        }
    }

    /// When something sent now arrives; `None` if it never does.
    fn passage(&mut self, now: Instant, key: u64, direction: Direction) -> Option<Instant> {
        let link = self.links.get_mut(&key)?;
        if link.sealed {
            return None;
        }
        if self.weather.swallows(now) {
            link.sealed = true;
            return None;
        }
        let at = self.weather.arrival(now, &mut self.random);
        Some(link.in_order(now, direction, at))
    }

    fn push(&mut self, at: Instant, packet: Packet) {
        self.sequence += 1;
        self.packets.insert((at, self.sequence), packet);
    }

    fn arrive_up(&mut self, now: Instant, key: u64, what: Arrived) -> Option<Arrival> {
        let link = self.links.get_mut(&key)?;
        match what {
            Arrived::Begin(..) if link.dead => return None,
            Arrived::Begin(..) => link.server_end = true,
            Arrived::Hangup if link.server_end => link.server_end = false,
            Arrived::Payload(_) if link.passes(Direction::Up) => {}
            _ => return None,
        }
        let arrival = link.arrival(key, what);
        if let Arrived::Begin(LaneKind::Socket, _) = arrival.what {
            self.down(now, key, Arrived::Opened);
        }
        self.tidy(key);
        Some(arrival)
    }

    fn arrive_down(&mut self, now: Instant, key: u64, what: Arrived) -> Option<Arrival> {
        let link = self.links.get_mut(&key)?;
        let ends = matches!(what, Arrived::Closed(_) | Arrived::Answer(_));
        let told = matches!(what, Arrived::Closed(_));
        if !link.client_end || (link.dead && !told) {
            return None;
        }
        let arrival = link.arrival(key, what);
        if ends {
            if link.server_end && !link.sealed {
                // The server learns of it, though not at once.
                self.up(now, key, Arrived::Hangup);
            }
            self.let_go(key);
        }
        Some(arrival)
    }

    /// A client has no use for a lane any more, by its own will or not.
    fn let_go(&mut self, key: u64) {
        if let Some(link) = self.links.get_mut(&key) {
            link.client_end = false;
            let late = self.late.entry(link.client).or_default();
            *late = link.last_up().max(*late);
        }
        self.tidy(key);
    }

    fn server_gone(&mut self, key: u64) {
        if let Some(link) = self.links.get_mut(&key) {
            link.server_end = false;
        }
        self.tidy(key);
    }

    /// Forgets a link that nobody holds on to. One that has not reached the server yet may still.
    fn tidy(&mut self, key: u64) {
        let Some(link) = self.links.get(&key) else {
            return;
        };
        let is_gone = !link.client_end && !link.server_end;
        if is_gone && (link.sealed || link.begun) {
            let name = (link.client, link.lane);
            // Another life of the client may use the name again.
            if self.keys.get(&name) == Some(&key) {
                self.keys.remove(&name);
            }
            self.links.remove(&key);
        }
    }
}
