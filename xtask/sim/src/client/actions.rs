//! The actions of a session, carried out.

use bayeux_proto::{Action, Outgoing};

use super::Client;
use crate::{fact::ClientFact, run::Context, sabotage::Sabotage};

impl Client {
    /// Carries out all actions, then handles all events and deliveries.
    pub(super) fn drain(&mut self, cx: &mut Context) {
        loop {
            self.out.clear();
            let token = &self.token;
            let mut ext = |outgoing: Outgoing<'_>, out: &mut Vec<u8>| {
                if matches!(outgoing, Outgoing::Subscribe(_) | Outgoing::Publish(_)) {
                    out.extend_from_slice(format!(r#"{{"access_token":"{token}"}}"#).as_bytes());
                }
            };
            let action = self
                .session
                .poll_action(self.local, &mut ext, &mut self.out);
            let Some(action) = action else { break };
            self.act(cx, action);
            if cx.checks.has_failed() {
                return;
            }
        }
        self.handle_events(cx);
        self.deliver_items(cx);
    }

    /// Shows what the session holds, and, once its timers have fired, its deadline.
    pub(super) fn rest(&mut self, cx: &mut Context, have_fired: bool) {
        let mut usage = self.session.usage();
        let deadline = self.session.poll_timeout().filter(|_| have_fired);
        let mut deadline = deadline.map(|deadline| deadline.at);
        match self.saboteur.sabotage {
            Some(Sabotage::GrowQueue) => usage.waiting += self.saboteur.grown(),
            Some(Sabotage::BusyLoop) if self.saboteur.handshakes > 0 => {
                deadline = Some(self.local);
            }
            _ => {}
        }
        let fact = ClientFact::Rested {
            local: self.local,
            deadline,
            usage,
        };
        self.see(cx, fact);
    }

    fn act(&mut self, cx: &mut Context, action: Action) {
        self.saboteur.out(&mut self.out);
        let mut times = 1;
        if let Some(sabotage) = self.saboteur.sabotage {
            match (sabotage, action) {
                (Sabotage::ConcurrentConnects, Action::Send(_)) if self.wrote("/meta/connect") => {
                    times += usize::from(self.saboteur.each(10));
                }
                (Sabotage::DuplicatePublish, Action::Send(_)) if self.wrote(r#""own""#) => {
                    times = 2;
                }
                (Sabotage::LeakLane, Action::Close(_)) => return,
                (Sabotage::UseClosedLane, Action::Close(lane)) => self.saboteur.closed = Some(lane),
                (Sabotage::NeverResubscribe, Action::Send(_))
                    if self.saboteur.handshakes > 1 && self.wrote("/meta/subscribe") =>
                {
                    return;
                }
                (Sabotage::Panic, Action::Ping(_)) => panic!("a panic on purpose, at a ping"),
                _ => {}
            }
        }
        for _ in 0..times {
            self.see(cx, ClientFact::Acted(self.local, action));
            self.see_batch(cx, action);
            self.perform(cx, action);
        }
        if let (Some(lane), Action::Open(_)) = (self.saboteur.closed, action) {
            self.see(cx, ClientFact::Acted(self.local, Action::Ping(lane)));
        }
    }

    fn wrote(&self, what: &str) -> bool {
        let mut windows = self.out.windows(what.len());
        windows.any(|window| window == what.as_bytes())
    }

    fn see_batch(&mut self, cx: &mut Context, action: Action) {
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
            self.see(cx, fact);
        }
        self.batch = batch;
    }

    fn perform(&self, cx: &mut Context, action: Action) {
        let (now, client, batch, network) = (cx.now, self.index, &self.out, &mut cx.network);
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
