//! Connects: held, answered, superseded, given up; and the sockets that make them nearly idle.

use alloc::{format, sync::Arc, vec::Vec};
use core::time::Duration;

use super::{
    Server,
    batch::BatchId,
    lane::{Lane, LaneKind, Refusal},
    output::Step,
    profile::{ConcurrentConnects, Expiry, Push},
    reply::millis,
    session::{ClientId, Held},
    timers::Timer,
};

impl Server {
    /// Keeps a connect until something happens.
    pub(super) fn hold(&mut self, client: &ClientId, held: Held, time: Duration) {
        let profile = &self.config.profile;
        let (concurrent_connects, answers) =
            (profile.concurrent_connects, profile.answers_idle_connects);
        let Some(session) = self.sessions.get_mut(client) else {
            return;
        };
        let is_first = session.held.is_empty();
        let dropped: Vec<Held> = if concurrent_connects == ConcurrentConnects::BothAnswered {
            let most = self.config.limits.connects.max(1);
            let surplus = (session.held.len() + 1).saturating_sub(most);
            session.held.drain(..surplus).collect()
        } else {
            session.held.drain(..).collect()
        };
        if let Some(batch) = self.batches.get_mut(held.batch) {
            batch.holding.push(ClientId::clone(client));
        }
        session.held.push(held);
        // Otherwise the time goes on that runs for the first one.
        let is_new = is_first || concurrent_connects == ConcurrentConnects::FirstFails;
        if is_new {
            session.over = answers && time.is_zero();
        }
        if session.is_ready() {
            self.due.insert(ClientId::clone(client));
        }
        if is_new && answers && !time.is_zero() {
            let at = self.now + time;
            self.timers.arm(Timer::Hold(ClientId::clone(client)), at);
        }
        if self.config.profile.expiry == Expiry::SinceAnswer {
            self.timers.disarm(&Timer::Expiry(ClientId::clone(client)));
        }
        for held in dropped {
            self.drop_rival(&held);
        }
    }

    fn drop_rival(&mut self, held: &Held) {
        let lane = self.batches.lane(held.batch);
        self.abandon(held.batch);
        if self.config.profile.concurrent_connects == ConcurrentConnects::FirstFails
            && let Some(lane) = lane.filter(|lane| self.is_exchange(*lane))
        {
            self.steps
                .push_back(Step::Refuse(lane, Refusal::Superseded));
        }
    }

    /// The held connects of a session are to be answered, with or without events.
    pub(super) fn call_off(&mut self, client: &ClientId) {
        if let Some(session) = self.sessions.get_mut(client)
            && !session.held.is_empty()
        {
            session.over = true;
            self.due.insert(ClientId::clone(client));
        }
    }

    /// Answers the held connects, with the events that waited for it, if there is reason to.
    pub(super) fn flush(&mut self, client: &ClientId) {
        let Some(session) = self.sessions.get_mut(client) else {
            return;
        };
        if !session.is_ready() {
            return;
        }
        let mut held = core::mem::take(&mut session.held);
        if let Some(known) = &mut session.acknowledged {
            known.batch += 1;
            known.sent = core::mem::take(&mut session.waiting);
            for held in &mut held {
                held.reply
                    .put("ext", format!(r#"{{"ack":{}}}"#, known.batch));
            }
        }
        let events: Vec<Arc<str>> = match &session.acknowledged {
            Some(known) => known.sent.iter().cloned().collect(),
            None => session.waiting.take().into(),
        };
        self.let_go(client);
        let events_first = self.config.profile.events_first;
        for Held { batch, reply } in held {
            let mut answers = events.clone();
            let place = if events_first { answers.len() } else { 0 };
            answers.insert(place, reply.into_text());
            self.answer(batch, answers);
        }
    }

    /// No connect of this session is held any more.
    pub(super) fn let_go(&mut self, client: &ClientId) {
        self.timers.disarm(&Timer::Hold(ClientId::clone(client)));
        let Some(session) = self.sessions.get_mut(client) else {
            return;
        };
        session.over = false;
        if let Some(cookie) = &session.cookie
            && self.crowds.get(cookie) == Some(client)
        {
            self.crowds.remove(cookie);
        }
        if session.forgotten {
            self.sessions.remove(client);
        } else if self.config.profile.expiry == Expiry::SinceAnswer {
            self.prolong(client);
        }
    }

    /// Forgets a batch that will never be answered.
    pub(super) fn abandon(&mut self, id: BatchId) {
        if let Some(batch) = self.batches.abandon(id)
            && let Some(carrier) = self.lanes.get_mut(&batch.lane)
        {
            carrier.open.remove(&id);
        }
    }

    pub(super) fn is_exchange(&self, lane: Lane) -> bool {
        self.lanes
            .get(&lane)
            .is_some_and(|carrier| carrier.kind == LaneKind::Exchange)
    }

    /// The advice for a client that polls for several sessions with one cookie, if it does.
    pub(super) fn crowd_advice(
        &mut self,
        lane: Lane,
        client: &ClientId,
    ) -> Option<alloc::string::String> {
        if !self.config.cookies || !self.is_exchange(lane) {
            return None;
        }
        let cookie = self.sessions.get(client)?.cookie.clone()?;
        if let Some(other) = self.crowds.get(&cookie).filter(|other| *other != client)
            && self.sessions.contains_key(other)
        {
            let interval = millis(self.config.crowded_interval);
            return Some(format!(
                r#"{{"multiple-clients":true,"reconnect":"retry","interval":{interval}}}"#
            ));
        }
        self.crowds.insert(cookie, ClientId::clone(client));
        None
    }

    /// Binds the socket to the session that something came over it for; an exchange binds nothing.
    pub(super) fn bind(&mut self, lane: Lane, client: &ClientId) {
        let profile = &self.config.profile;
        if profile.push == Push::Never {
            return;
        }
        let Some(carrier) = self.lanes.get_mut(&lane) else {
            return;
        };
        if carrier.kind == LaneKind::Exchange {
            // A CometD session that polls has left its socket.
            if profile.push == Push::AfterHandshake
                && let Some(session) = self.sessions.get_mut(client)
            {
                session.socket = None;
            }
            return;
        }
        let before = carrier
            .client
            .replace(ClientId::clone(client))
            .filter(|before| before != client);
        if let Some(before) = before
            && let Some(session) = self.sessions.get_mut(&before)
            && session.socket == Some(lane)
        {
            session.socket = None;
            // A socket that connects for another session leaves this one with an answer.
            self.call_off(&before);
        }
        let sticky = self.config.profile.sticky_sockets;
        let Some(session) = self.sessions.get_mut(client) else {
            return;
        };
        if sticky && session.socket.is_some() {
            return;
        }
        session.socket = Some(lane);
        if session.is_pushed_to() {
            for event in session.waiting.take() {
                self.push(lane, &event);
            }
        }
    }

    /// A lane has ended by itself.
    pub(super) fn lose_lane(&mut self, lane: Lane) {
        let profile = &self.config.profile;
        let (notices, spreads) = (profile.notices_lost_polls, profile.late_close_spreads);
        let sticky = profile.sticky_sockets;
        let Some(carrier) = self.lanes.remove(&lane) else {
            return;
        };
        for id in &carrier.open {
            let Some(batch) = self.batches.abandon(*id) else {
                continue;
            };
            if notices {
                for client in &batch.holding {
                    self.take_back(client, *id);
                }
            }
        }
        let Some(client) = carrier.client.filter(|_| !sticky) else {
            return;
        };
        let Some(session) = self.sessions.get_mut(&client) else {
            return;
        };
        if spreads {
            if let Some(socket) = session.socket.take() {
                self.late.push_back(Step::Close(socket, 1000));
            }
            self.release(&client);
        } else if session.socket == Some(lane) {
            session.socket = None;
        }
    }

    /// The server closes a socket, and its session goes on without it.
    pub(super) fn detach(&mut self, lane: Lane) {
        let sticky = self.config.profile.sticky_sockets;
        let Some(carrier) = self.lanes.get_mut(&lane) else {
            return;
        };
        let Some(client) = carrier.client.take().filter(|_| !sticky) else {
            return;
        };
        if let Some(session) = self.sessions.get_mut(&client)
            && session.socket == Some(lane)
        {
            session.socket = None;
            self.release(&client);
        }
    }

    /// Removes a lane whose last output is being given out; false if it is gone already.
    pub(super) fn drop_lane(&mut self, lane: Lane) -> bool {
        let Some(carrier) = self.lanes.remove(&lane) else {
            return false;
        };
        for id in carrier.open {
            if let Some(batch) = self.batches.abandon(id) {
                for client in batch.holding {
                    self.take_back(&client, id);
                }
            }
        }
        true
    }

    /// A connect that can no longer be answered is not held any more.
    fn take_back(&mut self, client: &ClientId, batch: BatchId) {
        let Some(session) = self.sessions.get_mut(client) else {
            return;
        };
        let before = session.held.len();
        session.held.retain(|held| held.batch != batch);
        if before > 0 && session.held.is_empty() {
            self.let_go(client);
        }
    }

    /// Lets go of the connects of a session that lost its socket: a poll is answered, a socket hears
    /// nothing any more but its close.
    fn release(&mut self, client: &ClientId) {
        let Some(session) = self.sessions.get_mut(client) else {
            return;
        };
        let held = core::mem::take(&mut session.held);
        if held.is_empty() {
            return;
        }
        self.let_go(client);
        for held in held {
            self.answer_poll(held, Vec::new());
        }
    }

    /// Answers a connect if it came in an exchange.
    pub(super) fn answer_poll(&mut self, held: Held, events: Vec<Arc<str>>) {
        let lane = self.batches.lane(held.batch);
        if lane.is_some_and(|lane| self.is_exchange(lane)) {
            let mut answers = events;
            answers.insert(0, held.reply.into_text());
            self.answer(held.batch, answers);
        } else {
            self.abandon(held.batch);
        }
    }
}
