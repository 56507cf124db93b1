//! Start, expiry and end of sessions.

use alloc::{collections::VecDeque, string::String, sync::Arc, vec::Vec};

use super::{
    GOING_AWAY, Received, Server,
    action::RANDOM_ID,
    event::{EndReason, ServerEvent},
    id::ClientId,
    lane::LaneKind,
    output::Step,
    policy::{RequestContext, SecurityPolicy},
    profile::{Expiry, SessionEnd},
    reply::ADVICE_TO_STOP,
    session::{AckState, Session},
    timers::Timer,
};
use crate::LaneId;

impl Server {
    /// Creates a session. Returns `None` if the limit is reached or the policy's randomness
    /// repeats.
    pub(super) fn create_session(
        &mut self,
        lane: LaneId,
        offers_ack: bool,
        policy: &mut dyn SecurityPolicy,
    ) -> Option<ClientId> {
        if self.sessions.len() >= self.config.limits.sessions {
            return None;
        }
        let client: ClientId = (0..3)
            .map(|_| random_id(policy))
            .find(|random_id| !self.sessions.contains_key(random_id.as_str()))?
            .into();
        let mut session = Session::default();
        if offers_ack && self.config.ack_extension {
            session.ack = Some(AckState::default());
        }
        if self.config.cookies
            && let Some(state) = self.lanes.get_mut(&lane)
        {
            if state.cookie.is_none() && state.kind == LaneKind::Exchange {
                state.cookie = Some(random_id(policy).into());
                state.is_cookie_new = true;
            }
            session.cookie.clone_from(&state.cookie);
        }
        self.sessions.insert(ClientId::clone(&client), session);
        self.renew_expiry(&client);
        self.emit(|| ServerEvent::Opened {
            client: ClientId::clone(&client),
        });
        Some(client)
    }

    /// Returns the session that a message names, if the message may use it.
    pub(super) fn session_of(&self, received: &Received<'_>) -> Option<ClientId> {
        let client = self.live_session(received.request.message.client_id?)?;
        let session = self.sessions.get(&client)?;
        let state = self.lanes.get(&received.lane)?;
        // A frame carries no cookie, and an upgrade may come from a client without cookies.
        let is_excused = state.kind == LaneKind::Socket && state.cookie.is_none();
        if self.config.cookies
            && session.cookie.is_some()
            && session.cookie != state.cookie
            && !is_excused
        {
            return None;
        }
        Some(client)
    }

    /// Returns the session of this name, if it is live.
    pub(super) fn live_session(&self, client: &str) -> Option<ClientId> {
        let (client, session) = self.sessions.get_key_value(client)?;
        (!session.lost).then(|| ClientId::clone(client))
    }

    pub(super) fn context<'a>(&self, received: &Received<'a>) -> RequestContext<'a> {
        RequestContext {
            lane: received.lane,
            index: received.index,
            request: received.request,
            is_known: self.session_of(received).is_some(),
        }
    }

    /// Restarts the expiry of a session after activity.
    pub(super) fn renew_expiry(&mut self, client: &ClientId) {
        let at = self.now + self.config.session_lifetime();
        self.timers.set(Timer::Expiry(ClientId::clone(client)), at);
    }

    /// Restarts the expiry after a message other than a connect, if the profile counts it as
    /// activity.
    pub(super) fn renew_idle_expiry(&mut self, client: &ClientId) {
        let is_idle = self
            .sessions
            .get(client)
            .is_some_and(|session| session.held.is_empty());
        if is_idle && self.config.profile.expiry == Expiry::SinceAnswer {
            self.renew_expiry(client);
        }
    }

    /// Ends a session as the profile does, if it exists.
    pub(super) fn finish_session(&mut self, client: &str, reason: EndReason) {
        let Some(client) = self.live_session(client) else {
            return;
        };
        match self.config.profile.session_end {
            SessionEnd::Unnoticed => self.lose_session(&client, reason),
            SessionEnd::ClosedOnly => {
                self.close_socket(&client);
                self.lose_session(&client, reason);
            }
            SessionEnd::AnsweredAndClosed => {
                self.close_socket(&client);
                if let Some(session) = self.remove(&client, reason) {
                    let mut events: Vec<Arc<str>> = session.waiting.into();
                    for held in session.held {
                        self.answer_poll(held, core::mem::take(&mut events));
                    }
                }
            }
            SessionEnd::DisconnectSent => {
                if let Some(session) = self.remove(&client, reason) {
                    self.send_session_end(session, reason);
                }
            }
        }
    }

    /// Informs the client with its held connect, if there is one.
    fn send_session_end(&mut self, session: Session, reason: EndReason) {
        let mut answers: Vec<Arc<str>> = session.waiting.into();
        if reason != EndReason::Disconnected {
            answers.push(r#"{"channel":"/meta/disconnect","successful":true}"#.into());
        }
        for mut held in session.held {
            held.reply.put("advice", ADVICE_TO_STOP);
            answers.push(held.reply.into_text());
            let answers = core::mem::take(&mut answers);
            // Sent after the reply to a `/meta/disconnect`.
            self.deferred
                .push_back(Step::AnswerMessage(held.batch, answers));
        }
    }

    fn close_socket(&mut self, client: &ClientId) {
        let session = self.sessions.get_mut(client);
        if let Some(socket) = session.and_then(|session| session.socket.take()) {
            let code = if self.is_shut_down { GOING_AWAY } else { 1000 };
            self.deferred.push_back(Step::Close(socket, code));
        }
    }

    /// Drops a session without notice; its held connects are answered when their hold ends.
    pub(super) fn lose_session(&mut self, client: &ClientId, reason: EndReason) {
        let answers = self.config.profile.answers_idle_connects;
        let Some(session) = self.sessions.get_mut(client) else {
            return;
        };
        if !answers || session.held.is_empty() {
            self.remove(client, reason);
            return;
        }
        session.lost = true;
        session.ack = None;
        drop(session.waiting.take());
        self.remove_traces(client, reason);
    }

    fn remove(&mut self, client: &ClientId, reason: EndReason) -> Option<Session> {
        self.remove_traces(client, reason);
        self.holds_released(client);
        self.timers.cancel(&Timer::Expiry(ClientId::clone(client)));
        self.sessions.remove(client)
    }

    fn remove_traces(&mut self, client: &ClientId, reason: EndReason) {
        self.remove_subscriptions(client);
        self.timers.cancel(&Timer::Expiry(ClientId::clone(client)));
        self.emit(|| ServerEvent::Ended {
            client: ClientId::clone(client),
            reason,
        });
    }
}

impl From<super::session::Queue> for Vec<Arc<str>> {
    fn from(mut queue: super::session::Queue) -> Self {
        let events: VecDeque<Arc<str>> = queue.take();
        events.into()
    }
}

/// Returns 160 random bits as 31 digits and lower-case letters, like Faye's client ids.
fn random_id(policy: &mut dyn SecurityPolicy) -> String {
    const DIGITS: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";
    let mut number = [0; 20];
    policy.fill_random(&mut number);
    (0..RANDOM_ID)
        .map(|_| {
            let mut remainder = 0_u32;
            for byte in &mut number {
                let dividend = remainder << 8 | u32::from(*byte);
                *byte = u8::try_from(dividend / 36).unwrap_or(0);
                remainder = dividend % 36;
            }
            char::from(DIGITS[usize::try_from(remainder).unwrap_or(0)])
        })
        .collect()
}
