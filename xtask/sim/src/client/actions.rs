//! The actions of a session, carried out.

use bayeux_proto::{Action, Outgoing};

use super::{Client, Kind, Listener};
use crate::{fact::ClientFact, run::Context, sabotage::Sabotage};

impl Client {
    /// Carries out all actions, handles all events and deliveries, and reads what may be read.
    pub(super) fn drain(&mut self, cx: &mut Context) {
        self.carry_out(cx);
        if self.asleep.is_none() && !self.inbox.is_empty() {
            self.read_inbox(cx);
        }
    }

    /// Fires the timers that waited while an engine was not to be read, after what had arrived.
    fn fire_late_timers(&mut self, cx: &mut Context) {
        for _ in 0..8 {
            let local = self.local;
            let deadline = self.engine().and_then(|engine| engine.poll_timeout());
            if deadline.is_none_or(|at| at > local) || cx.checks.has_failed() {
                return;
            }
            self.fire_timers(cx);
            self.drain(cx);
        }
    }

    /// Carries out all actions, then handles all events and deliveries.
    pub(super) fn carry_out(&mut self, cx: &mut Context) {
        loop {
            while let Some(action) = self.poll_action(cx) {
                self.act(cx, action);
                if cx.checks.has_failed() {
                    return;
                }
            }
            self.handle_events(cx);
            self.save(cx);
            if self.listener_mut().is_some_and(Listener::begins_to_listen) {
                self.see(cx, ClientFact::Listens);
            }
            let is_saving = self.listener().is_some_and(Listener::is_saving);
            let has_changes = self.engine().is_some_and(|engine| engine.has_changes());
            let has_more = self.take_item(cx) || has_changes && !is_saving;
            if !has_more || cx.checks.has_failed() {
                return;
            }
        }
    }

    fn poll_action(&mut self, cx: &Context) -> Option<Action> {
        self.out.clear();
        let at = self.moment(cx);
        let token = &self.token;
        match &mut self.kind {
            Kind::Plain(plain) => {
                let mut ext = |outgoing: Outgoing<'_>, out: &mut Vec<u8>| {
                    if matches!(outgoing, Outgoing::Subscribe(_) | Outgoing::Publish(_)) {
                        let ext = format!(r#"{{"access_token":"{token}"}}"#);
                        out.extend_from_slice(ext.as_bytes());
                    }
                };
                plain
                    .session
                    .poll_action(self.local, &mut ext, &mut self.out)
            }
            Kind::Listener(listener) => {
                let mut token = |out: &mut Vec<u8>| out.extend_from_slice(token.as_bytes());
                let engine = listener.engine.as_mut()?;
                engine.poll_action(at, &mut token, &mut self.out)
            }
        }
    }

    /// Shows what the session holds, and, once its timers have fired, its deadline.
    pub(super) fn rest(&mut self, cx: &mut Context, have_fired: bool) {
        if have_fired {
            self.fire_late_timers(cx);
        }
        let (mut usage, deadline) = match &self.kind {
            Kind::Plain(plain) => {
                let deadline = plain.session.poll_timeout();
                (plain.session.usage(), deadline.map(|due| due.at))
            }
            Kind::Listener(listener) => {
                let Some(engine) = &listener.engine else {
                    return;
                };
                (engine.usage(), engine.poll_timeout())
            }
        };
        let mut deadline = deadline.filter(|_| have_fired);
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
