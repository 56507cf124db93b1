//! Held connects and the binding of sockets to sessions.

use alloc::{format, sync::Arc, vec::Vec};
use core::time::Duration;

use super::{
    Server,
    action::Rejection,
    id::{BatchId, ClientId},
    lane::LaneKind,
    output::Step,
    profile::{ConcurrentConnects, Expiry, Push},
    reply::millis,
    session::Held,
    timers::Timer,
};
use crate::LaneId;

impl Server {
    /// Holds a connect.
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
        // Otherwise the hold of the first connect continues.
        let is_new = is_first || concurrent_connects == ConcurrentConnects::FirstFails;
        if is_new {
            session.answer_now = answers && time.is_zero();
        }
        if session.is_ready() {
            self.due_connects.insert(ClientId::clone(client));
        }
        if is_new && answers && !time.is_zero() {
            let at = self.now + time;
            self.timers.set(Timer::Hold(ClientId::clone(client)), at);
        }
        if self.config.profile.expiry == Expiry::SinceAnswer {
            self.timers.cancel(&Timer::Expiry(ClientId::clone(client)));
        }
        for held in dropped {
            self.drop_concurrent(&held);
        }
    }

    fn drop_concurrent(&mut self, held: &Held) {
        let lane = self.batches.lane(held.batch);
        self.abandon(held.batch);
        if self.config.profile.concurrent_connects == ConcurrentConnects::FirstFails
            && let Some(lane) = lane.filter(|lane| self.is_exchange(*lane))
        {
            self.steps
                .push_back(Step::Reject(lane, Rejection::Superseded));
        }
    }

    /// Marks the held connects of a session to be answered, with or without events.
    pub(super) fn answer_held(&mut self, client: &ClientId) {
        if let Some(session) = self.sessions.get_mut(client)
            && !session.held.is_empty()
        {
            session.answer_now = true;
            self.due_connects.insert(ClientId::clone(client));
        }
    }

    /// Answers the held connects with the waiting events, if they are due.
    pub(super) fn flush(&mut self, client: &ClientId) {
        let Some(session) = self.sessions.get_mut(client) else {
            return;
        };
        if !session.is_ready() {
            return;
        }
        let mut held = core::mem::take(&mut session.held);
        if let Some(ack) = &mut session.ack {
            ack.batch += 1;
            ack.sent = core::mem::take(&mut session.waiting);
            for held in &mut held {
                held.reply.put("ext", format!(r#"{{"ack":{}}}"#, ack.batch));
            }
        }
        let events: Vec<Arc<str>> = match &session.ack {
            Some(ack) => ack.sent.iter().cloned().collect(),
            None => session.waiting.take().into(),
        };
        self.holds_released(client);
        let events_first = self.config.profile.events_first;
        for Held { batch, reply } in held {
            let mut answers = events.clone();
            let place = if events_first { answers.len() } else { 0 };
            answers.insert(place, reply.into_text());
            self.answer(batch, answers);
        }
    }

    /// Cleans up after the last held connect of a session.
    pub(super) fn holds_released(&mut self, client: &ClientId) {
        self.timers.cancel(&Timer::Hold(ClientId::clone(client)));
        let Some(session) = self.sessions.get_mut(client) else {
            return;
        };
        session.answer_now = false;
        if let Some(cookie) = &session.cookie
            && self.cookie_sessions.get(cookie) == Some(client)
        {
            self.cookie_sessions.remove(cookie);
        }
        if session.lost {
            self.sessions.remove(client);
        } else if self.config.profile.expiry == Expiry::SinceAnswer {
            self.renew_expiry(client);
        }
    }

    /// Drops a batch that will never be answered.
    pub(super) fn abandon(&mut self, id: BatchId) {
        if let Some(batch) = self.batches.abandon(id)
            && let Some(state) = self.lanes.get_mut(&batch.lane)
        {
            state.open_batches.remove(&id);
        }
    }

    pub(super) fn is_exchange(&self, lane: LaneId) -> bool {
        self.lanes
            .get(&lane)
            .is_some_and(|state| state.kind == LaneKind::Exchange)
    }

    /// Returns the `multiple-clients` advice, if this client polls for several sessions with one
    /// cookie.
    pub(super) fn multiple_clients_advice(
        &mut self,
        lane: LaneId,
        client: &ClientId,
    ) -> Option<alloc::string::String> {
        if !self.config.cookies || !self.is_exchange(lane) {
            return None;
        }
        let cookie = self.sessions.get(client)?.cookie.clone()?;
        if let Some(other) = self
            .cookie_sessions
            .get(&cookie)
            .filter(|other| *other != client)
            && self.sessions.contains_key(other)
        {
            let interval = millis(self.config.multiple_clients_interval);
            return Some(format!(
                r#"{{"multiple-clients":true,"reconnect":"retry","interval":{interval}}}"#
            ));
        }
        self.cookie_sessions.insert(cookie, ClientId::clone(client));
        None
    }

    /// Binds the socket to the session of a message; an exchange binds nothing.
    pub(super) fn bind(&mut self, lane: LaneId, client: &ClientId) {
        let profile = &self.config.profile;
        if profile.push == Push::Never {
            return;
        }
        let Some(state) = self.lanes.get_mut(&lane) else {
            return;
        };
        if state.kind == LaneKind::Exchange {
            if profile.polls_leave_socket
                && let Some(session) = self.sessions.get_mut(client)
            {
                session.socket = None;
            }
            return;
        }
        let before = state
            .client
            .replace(ClientId::clone(client))
            .filter(|before| before != client);
        if let Some(before) = before
            && let Some(session) = self.sessions.get_mut(&before)
            && session.socket == Some(lane)
        {
            session.socket = None;
            // A socket that connects for another session leaves the held connect of this one to be
            // answered.
            self.answer_held(&before);
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

    /// Handles the end of a lane.
    pub(super) fn lane_lost(&mut self, lane: LaneId) {
        let profile = &self.config.profile;
        let (notices, spreads) = (profile.notices_lost_polls, profile.late_close_spreads);
        let sticky = profile.sticky_sockets;
        let Some(state) = self.lanes.remove(&lane) else {
            return;
        };
        for id in &state.open_batches {
            let Some(batch) = self.batches.abandon(*id) else {
                continue;
            };
            if notices {
                for client in &batch.holding {
                    self.remove_held(client, *id);
                }
            }
        }
        let Some(client) = state.client.filter(|_| !sticky) else {
            return;
        };
        let Some(session) = self.sessions.get_mut(&client) else {
            return;
        };
        if spreads {
            if let Some(socket) = session.socket.take() {
                self.deferred.push_back(Step::Close(socket, 1000));
            }
            self.release_held(&client);
        } else if session.socket == Some(lane) {
            session.socket = None;
        }
    }

    /// Unbinds a socket that the server closes from its session, which continues without it.
    pub(super) fn unbind_socket(&mut self, lane: LaneId) {
        let sticky = self.config.profile.sticky_sockets;
        let Some(state) = self.lanes.get_mut(&lane) else {
            return;
        };
        let Some(client) = state.client.take().filter(|_| !sticky) else {
            return;
        };
        if let Some(session) = self.sessions.get_mut(&client)
            && session.socket == Some(lane)
        {
            session.socket = None;
            self.release_held(&client);
        }
    }

    /// Removes a lane with its last output. Returns false if it is gone already.
    pub(super) fn remove_lane(&mut self, lane: LaneId) -> bool {
        let Some(state) = self.lanes.remove(&lane) else {
            return false;
        };
        for id in state.open_batches {
            if let Some(batch) = self.batches.abandon(id) {
                for client in batch.holding {
                    self.remove_held(&client, id);
                }
            }
        }
        true
    }

    /// Removes a connect that can no longer be answered.
    fn remove_held(&mut self, client: &ClientId, batch: BatchId) {
        let Some(session) = self.sessions.get_mut(client) else {
            return;
        };
        let before = session.held.len();
        session.held.retain(|held| held.batch != batch);
        if before > 0 && session.held.is_empty() {
            self.holds_released(client);
        }
    }

    /// Releases the connects of a session that lost its socket: a poll is answered, a socket gets
    /// nothing but its close.
    fn release_held(&mut self, client: &ClientId) {
        let Some(session) = self.sessions.get_mut(client) else {
            return;
        };
        let held = core::mem::take(&mut session.held);
        if held.is_empty() {
            return;
        }
        self.holds_released(client);
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
