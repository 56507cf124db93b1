//! Sessions: how they begin, what keeps them alive, how they end.

use alloc::{collections::VecDeque, string::String, sync::Arc, vec::Vec};

use super::{
    Asked, Server,
    event::{EndReason, ServerEvent},
    host::{RequestContext, SecurityPolicy},
    lane::{Lane, LaneKind},
    output::Step,
    profile::{Expiry, SessionEnd},
    reply::ADVICE_TO_STOP,
    session::{Acknowledged, ClientId, Session},
    timers::Timer,
};

impl Server {
    /// Makes a session. `None` if there are too many, or the host's randomness repeats itself.
    pub(super) fn begin(
        &mut self,
        lane: Lane,
        acknowledges: bool,
        host: &mut dyn SecurityPolicy,
    ) -> Option<ClientId> {
        if self.sessions.len() >= self.config.limits.sessions {
            return None;
        }
        let client: ClientId = (0..3)
            .map(|_| word(host))
            .find(|word| !self.sessions.contains_key(word.as_str()))?
            .into();
        let mut session = Session::default();
        if acknowledges && self.config.acknowledges {
            session.acknowledged = Some(Acknowledged::default());
        }
        if self.config.cookies
            && let Some(carrier) = self.lanes.get_mut(&lane)
        {
            if carrier.cookie.is_none() && carrier.kind == LaneKind::Exchange {
                carrier.cookie = Some(word(host).into());
                carrier.is_cookie_new = true;
            }
            session.cookie.clone_from(&carrier.cookie);
        }
        self.sessions.insert(ClientId::clone(&client), session);
        self.prolong(&client);
        self.tell(|| ServerEvent::Opened {
            client: ClientId::clone(&client),
        });
        Some(client)
    }

    /// The session that a message names and may use.
    pub(super) fn known(&self, asked: &Asked<'_>) -> Option<ClientId> {
        let client = self.living(asked.request.client_id?)?;
        let session = self.sessions.get(&client)?;
        let carrier = self.lanes.get(&asked.lane)?;
        // A frame has no cookie, and an upgrade may come from what has none.
        let is_excused = carrier.kind == LaneKind::Socket && carrier.cookie.is_none();
        if self.config.cookies
            && session.cookie.is_some()
            && session.cookie != carrier.cookie
            && !is_excused
        {
            return None;
        }
        Some(client)
    }

    /// The session of this name, if it lives.
    pub(super) fn living(&self, client: &str) -> Option<ClientId> {
        let (client, session) = self.sessions.get_key_value(client)?;
        (!session.forgotten).then(|| ClientId::clone(client))
    }

    pub(super) fn context<'a>(&self, asked: &Asked<'a>) -> RequestContext<'a> {
        RequestContext {
            lane: asked.lane,
            index: asked.index,
            request: asked.request,
            is_known: self.known(asked).is_some(),
        }
    }

    /// A session has shown the life that its profile wants to see.
    pub(super) fn prolong(&mut self, client: &ClientId) {
        let at = self.now + self.config.lifetime();
        self.timers.arm(Timer::Expiry(ClientId::clone(client)), at);
    }

    /// A session has sent something other than a connect.
    pub(super) fn show_life(&mut self, client: &ClientId) {
        let is_idle = self
            .sessions
            .get(client)
            .is_some_and(|session| session.held.is_empty());
        if is_idle && self.config.profile.expiry == Expiry::SinceAnswer {
            self.prolong(client);
        }
    }

    /// Ends a session, if it is one, as the profile does.
    pub(super) fn end(&mut self, client: &str, reason: EndReason) {
        let Some(client) = self.living(client) else {
            return;
        };
        match self.config.profile.session_end {
            SessionEnd::Unnoticed => self.forget(&client, reason),
            SessionEnd::ClosedOnly => {
                self.close_socket(&client);
                self.forget(&client, reason);
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
            SessionEnd::Told => {
                if let Some(session) = self.remove(&client, reason) {
                    self.take_leave(session, reason);
                }
            }
        }
    }

    /// Tells the client with its held connect, if there is one.
    fn take_leave(&mut self, session: Session, reason: EndReason) {
        let mut answers: Vec<Arc<str>> = session.waiting.into();
        if reason != EndReason::Disconnected {
            answers.push(r#"{"channel":"/meta/disconnect","successful":true}"#.into());
        }
        for mut held in session.held {
            held.reply.put("advice", ADVICE_TO_STOP);
            answers.push(held.reply.into_text());
            let answers = core::mem::take(&mut answers);
            // Behind the reply to a `/meta/disconnect`.
            self.late.push_back(Step::Settle(held.batch, answers));
        }
    }

    fn close_socket(&mut self, client: &ClientId) {
        let session = self.sessions.get_mut(client);
        if let Some(socket) = session.and_then(|session| session.socket.take()) {
            self.late.push_back(Step::Close(socket, 1000));
        }
    }

    /// Loses a session without a word: what it held is answered in its time.
    pub(super) fn forget(&mut self, client: &ClientId, reason: EndReason) {
        let answers = self.config.profile.answers_idle_connects;
        let Some(session) = self.sessions.get_mut(client) else {
            return;
        };
        if !answers || session.held.is_empty() {
            self.remove(client, reason);
            return;
        }
        session.forgotten = true;
        session.acknowledged = None;
        drop(session.waiting.take());
        self.forget_life(client, reason);
    }

    fn remove(&mut self, client: &ClientId, reason: EndReason) -> Option<Remains> {
        self.forget_life(client, reason);
        self.let_go(client);
        self.timers.disarm(&Timer::Expiry(ClientId::clone(client)));
        self.sessions.remove(client)
    }

    fn forget_life(&mut self, client: &ClientId, reason: EndReason) {
        self.remove_subscriptions(client);
        self.timers.disarm(&Timer::Expiry(ClientId::clone(client)));
        self.tell(|| ServerEvent::Ended {
            client: ClientId::clone(client),
            reason,
        });
    }
}

type Remains = Session;

impl From<super::session::Queue> for Vec<Arc<str>> {
    fn from(mut queue: super::session::Queue) -> Self {
        let events: VecDeque<Arc<str>> = queue.take();
        events.into()
    }
}

/// 160 random bits in 31 digits and small letters, as Faye's client ids are.
fn word(host: &mut dyn SecurityPolicy) -> String {
    const DIGITS: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";
    let mut number = [0; 20];
    host.fill_random(&mut number);
    (0..31)
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
