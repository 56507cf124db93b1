//! A session without the standard library, as firmware has it: one loop, ticks of a timer instead of
//! a clock, and a modem that does one exchange at a time on each of two connections.
//!
//! `cargo run --example no_std_session`
//!
//! `std` is here for the server and for printing; the device uses `core` and `alloc` only.

#![no_std]

extern crate alloc;
extern crate std;

use alloc::{collections::VecDeque, vec::Vec};

use anyhow::ensure;
use bayeux_proto::{
    Action, Channel, Close, Config, Instant, LaneId, Session, SessionEvent, Transport, Verdict,
};
use bayeux_wire::{Decoder, Frame, Value};

use self::in_memory::InMemory;

#[path = "servers/in_memory.rs"]
mod in_memory;

/// Modem, as the device sees it.
#[derive(Default)]
struct Modem {
    requests: VecDeque<(LaneId, Vec<u8>)>,
    responses: VecDeque<(LaneId, Vec<u8>)>,
    abandoned: Vec<LaneId>,
}

/// Firmware: a session, a parser with its buffer, and the latest number to show.
struct Device {
    session: Session,
    decoder: Decoder,
    batch: Vec<u8>,
    shown: Option<u64>,
}

impl Device {
    /// Does what is due, without waiting; the timer calls it each millisecond.
    fn tick(&mut self, now: Instant, modem: &mut Modem) {
        while let Some((lane, body)) = modem.responses.pop_front() {
            self.receive(now, lane, &body);
        }
        // Harmless before the deadline of `poll_timeout`, which a device that sleeps asks for.
        self.session.handle_timeout(now);
        while let Some(action) = self.session.poll_action(now, &mut (), &mut self.batch) {
            match action {
                Action::Exchange(lane, _) => {
                    let batch = core::mem::take(&mut self.batch);
                    modem.requests.push_back((lane, batch));
                }
                other => modem.abandoned.push(other.lane()),
            }
        }
    }

    fn receive(&mut self, now: Instant, lane: LaneId, body: &[u8]) {
        let mut frame = Frame::from_bytes(body);
        let close = match self.decoder.decode(&mut frame) {
            Ok(()) => Close::Complete,
            Err(_) => Close::Malformed,
        };
        for message in frame.messages() {
            let verdict = self.session.handle_message(now, lane, &message.envelope());
            if verdict == Verdict::Deliver {
                self.shown = message.data().and_then(Value::as_u64).or(self.shown);
            }
        }
        self.session.handle_close(now, lane, close);
    }
}

fn main() -> anyhow::Result<()> {
    let mut config = Config::default();
    config.transports = [Transport::LongPolling].into();
    let mut device = Device {
        session: Session::new(config, 1),
        decoder: Decoder::new(),
        batch: Vec::new(),
        shown: None,
    };
    device.session.subscribe(&Channel::new("/temperature")?)?;
    device.session.connect(Instant::ORIGIN);
    let (mut modem, mut server) = (Modem::default(), InMemory::new());
    let mut gaps = 0;
    for tick in 0..120_000 {
        let now = Instant::from_millis(tick);
        match tick {
            5_000 => server.publish(now, "/temperature", "21"),
            60_000 => server.restart(now),
            110_000 => server.publish(now, "/temperature", "22"),
            _ => {}
        }
        device.tick(now, &mut modem);
        while let Some(event) = device.session.poll_event() {
            std::println!("{tick:>6} ms  {event:?}");
            gaps += usize::from(matches!(event, SessionEvent::Gap { .. }));
        }
        for (lane, body) in modem.requests.drain(..) {
            server.post(now, lane, &body);
        }
        while let Some(lane) = modem.abandoned.pop() {
            server.close(now, lane);
        }
        server.handle_timeout(now);
        while let Some(response) = server.poll_response() {
            modem.responses.push_back(response);
        }
        ensure!(tick != 50_000 || device.shown == Some(21), "the first one");
    }
    ensure!(device.shown == Some(22), "the session is there again");
    ensure!(gaps == 1, "what was missed meanwhile is reported as a gap");
    Ok(())
}
