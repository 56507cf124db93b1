//! A session driven by hand, without sockets, clock or runtime, told as a story: a subscription, an
//! event, a server that restarts, and the gap that follows.
//!
//! `cargo run --example proto_only`

use core::time::Duration;

use anyhow::ensure;
use bayeux_proto::{
    Action, Channel, Close, Config, Instant, LaneId, Session, SessionEvent, Transport, Verdict,
};
use bayeux_wire::{Decoder, Frame};

use self::in_memory::InMemory;

#[path = "servers/in_memory.rs"]
mod in_memory;

/// Client and server, and the moment at which both are.
struct World {
    now: Instant,
    session: Session,
    server: InMemory,
    gaps: usize,
    received: Vec<String>,
}

impl World {
    fn print(&self, text: &str) {
        println!("{:>7} ms  {text}", self.now.since_origin().as_millis());
    }

    /// Jumps from one moment at which something happens to the next.
    fn run(&mut self, duration: Duration) -> anyhow::Result<()> {
        let end = self.now + duration;
        while self.now < end {
            self.act();
            while let Some((lane, body)) = self.server.poll_response() {
                self.receive(lane, &body)?;
                self.act();
            }
            let timeout = self.session.poll_timeout().map(|deadline| deadline.at);
            let moments = [timeout, self.server.poll_timeout(), Some(end)];
            self.now = moments
                .into_iter()
                .flatten()
                .min()
                .unwrap_or(end)
                .max(self.now);
            self.session.handle_timeout(self.now);
            self.server.handle_timeout(self.now);
        }
        Ok(())
    }

    /// Performs the actions of the session, and reads its events.
    fn act(&mut self) {
        let mut batch = Vec::new();
        while let Some(action) = self.session.poll_action(self.now, &mut (), &mut batch) {
            if let Action::Exchange(lane, _) = action {
                self.print(&format!("client > {}", String::from_utf8_lossy(&batch)));
                self.server.post(self.now, lane, &batch);
            } else {
                self.server.close(self.now, action.lane());
            }
            batch.clear();
        }
        while let Some(event) = self.session.poll_event() {
            self.print(&format!("         {event:?}"));
            self.gaps += usize::from(matches!(event, SessionEvent::Gap { .. }));
        }
    }

    /// Reads a response: envelopes are for the session, data is for the program.
    fn receive(&mut self, lane: LaneId, body: &[u8]) -> anyhow::Result<()> {
        self.print(&format!("client < {}", String::from_utf8_lossy(body)));
        let mut frame = Frame::from_bytes(body);
        Decoder::new().decode(&mut frame)?;
        for message in frame.messages() {
            let envelope = message.envelope();
            let verdict = self.session.handle_message(self.now, lane, &envelope);
            if let (Verdict::Deliver, Some(data)) = (verdict, message.data()) {
                self.received.push(data.to_string());
            }
        }
        self.session.handle_close(self.now, lane, Close::Complete);
        Ok(())
    }
}

fn main() -> anyhow::Result<()> {
    let mut config = Config::default();
    config.transports = vec![Transport::LongPolling];
    let mut world = World {
        now: Instant::ORIGIN,
        session: Session::new(config, 1),
        server: InMemory::new(),
        gaps: 0,
        received: Vec::new(),
    };
    world.session.subscribe(&Channel::new("/news")?)?;
    world.session.connect(world.now);
    world.run(Duration::from_secs(1))?;
    world.server.publish(world.now, "/news", "\"first\"");
    world.run(Duration::from_secs(1))?;
    world.print("         -- the server restarts, and an event finds nobody --");
    world.server.restart(world.now);
    world.server.publish(world.now, "/news", "\"missed\"");
    world.run(Duration::from_mins(2))?;
    world.server.publish(world.now, "/news", "\"last\"");
    world.run(Duration::from_secs(1))?;
    ensure!(world.received == ["\"first\"", "\"last\""]);
    ensure!(world.gaps == 1, "missed events are reported as one gap");
    Ok(())
}
