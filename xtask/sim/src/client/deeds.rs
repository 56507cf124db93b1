//! What a client does.

use bayeux_proto::{Action, Instant, Outgoing};

use super::Client;
use crate::{checks::Checks, fact::ClientFact, network::Network, sabotage::Sabotage};

impl Client {
    pub(super) fn drain(&mut self, now: Instant, network: &mut Network, checks: &mut Checks) {
        loop {
            self.out.clear();
            let (token, local) = (&self.token, self.local);
            let mut ext = |outgoing: Outgoing<'_>, out: &mut Vec<u8>| {
                if matches!(outgoing, Outgoing::Subscribe(_) | Outgoing::Publish(_)) {
                    out.extend_from_slice(br#"{"access_token":""#);
                    out.extend_from_slice(token.as_bytes());
                    out.extend_from_slice(br#""}"#);
                }
            };
            let Some(action) = self.session.poll_action(local, &mut ext, &mut self.out) else {
                break;
            };
            self.act(now, action, network, checks);
            if checks.has_failed() {
                return;
            }
        }
        self.tell(now, checks);
        self.hand_out(now, checks);
    }

    pub(super) fn rest(&mut self, now: Instant, rung: bool, checks: &mut Checks) {
        let mut usage = self.session.usage();
        let deadline = self.session.poll_timeout().filter(|_| rung);
        let mut deadline = deadline.map(|deadline| deadline.at);
        match self.sabotage.what {
            Some(Sabotage::GrowQueue) => {
                self.sabotage.count += 1;
                usage.waiting += usize::try_from(self.sabotage.count * 8).unwrap_or(usize::MAX);
            }
            Some(Sabotage::Spin) if self.sabotage.handshakes > 0 => deadline = Some(self.local),
            _ => {}
        }
        let fact = ClientFact::Rested {
            local: self.local,
            deadline,
            usage,
        };
        self.see(now, checks, fact);
    }

    fn act(&mut self, now: Instant, action: Action, network: &mut Network, checks: &mut Checks) {
        self.sabotage.out(&mut self.out);
        let mut times = 1;
        if let Some(sabotage) = self.sabotage.what {
            match (sabotage, action) {
                (Sabotage::SecondConnect, Action::Send(_)) if self.wrote("/meta/connect") => {
                    self.sabotage.count += 1;
                    times += u32::from(self.sabotage.count.is_multiple_of(10));
                }
                (Sabotage::PublishTwice, Action::Send(_)) if self.wrote(r#""own""#) => times = 2,
                (Sabotage::LeakLane, Action::Close(_)) => return,
                (Sabotage::UseDeadLane, Action::Close(lane)) => self.sabotage.spared = Some(lane),
                (Sabotage::NeverResubscribe, Action::Send(_))
                    if self.sabotage.handshakes > 1 && self.wrote("/meta/subscribe") =>
                {
                    return;
                }
                (Sabotage::Panic, Action::Ping(_)) => {
                    panic!("a panic on purpose: somebody pinged");
                }
                _ => {}
            }
        }
        for _ in 0..times {
            self.see(now, checks, ClientFact::Acted(self.local, action));
            self.see_batch(now, action, checks);
            self.perform(now, action, network);
        }
        if let (Some(lane), Action::Open(_)) = (self.sabotage.spared, action) {
            let late = Action::Ping(lane);
            self.see(now, checks, ClientFact::Acted(self.local, late));
        }
    }

    fn wrote(&self, what: &str) -> bool {
        self.out
            .windows(what.len())
            .any(|window| window == what.as_bytes())
    }

    fn see_batch(&mut self, now: Instant, action: Action, checks: &mut Checks) {
        let (Action::Send(lane) | Action::Exchange(lane, _)) = action else {
            return;
        };
        let mut batch = core::mem::take(&mut self.batch);
        for (message, _) in batch.read(&self.out) {
            let fact = ClientFact::Wrote {
                lane,
                message: &message,
                local: self.local,
            };
            self.see(now, checks, fact);
        }
        self.batch = batch;
    }

    fn perform(&self, now: Instant, action: Action, network: &mut Network) {
        let (client, batch) = (self.index, &self.out);
        match action {
            Action::Open(lane) => network.open(now, client, lane),
            Action::Send(lane) => network.send(now, client, lane, batch),
            Action::Exchange(lane, kind) => network.exchange(now, client, lane, kind, batch),
            Action::Ping(lane) => network.ping(now, client, lane),
            Action::Close(lane) => network.close(now, client, lane),
            _ => {}
        }
    }
}
