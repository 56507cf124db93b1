//! The connect loop: exactly one `/meta/connect` outstanding, over whichever transport.

mod rate;

use alloc::vec::Vec;
use core::time::Duration;

use self::rate::Bucket;
use super::{Session, Stage, requests::answers, socket::Socket};
use crate::{
    Action, Cause, Close, End, Exchange, Extension, Instant, LaneId, Message, Outgoing, Reconnect,
    Resume, SessionEvent, Timer, Transport, Unexpected, Verdict, encode::Batch,
};

#[derive(Debug)]
pub(super) struct Connect {
    outstanding: Option<Outstanding>,
    /// When the next one is due.
    due: Instant,
    /// Where the interval ends that the server asked for: no retry and no wake comes sooner.
    not_before: Instant,
    /// Ask the server not to hold the next one, so that its reply proves the session.
    confirm: bool,
    /// The outstanding one is the first over a websocket that is to replace long-polling.
    moving: bool,
    /// Polls that broke without a reply, in a row.
    cuts: u32,
    /// Holds that something on the road cut short, and the hold to ask for because of it.
    short_holds: u32,
    hold_cap: Option<Duration>,
    multiple_clients: bool,
    obedience: Obedience,
    bucket: Bucket,
}

#[derive(Clone, Copy, Debug)]
struct Outstanding {
    id: u64,
    lane: LaneId,
    sent: Instant,
    hold: Duration,
    deadline: Instant,
    confirming: bool,
    doubt: Doubt,
}

/// What has been done about a connect that is not answered in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Doubt {
    None,
    /// It was to be answered at once, and is given the time of a held one.
    Patience,
    /// Traffic was seen, so it was given an extra allowance.
    Extension,
    /// The session is being probed.
    Probe,
}

/// Whether the server does not hold what asks not to be held. The specification lets it do as it
/// likes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Obedience {
    Untold,
    Obeys,
    HoldsAll,
}

impl Obedience {
    fn in_new_session(self) -> Self {
        if self == Self::HoldsAll {
            self
        } else {
            Self::Untold
        }
    }
}

impl Connect {
    pub(super) fn new(burst: u32) -> Self {
        Self {
            outstanding: None,
            due: Instant::ORIGIN,
            not_before: Instant::ORIGIN,
            confirm: true,
            moving: false,
            cuts: 0,
            short_holds: 0,
            hold_cap: None,
            multiple_clients: false,
            obedience: Obedience::Untold,
            bucket: Bucket {
                tokens: burst,
                refilled: Instant::ORIGIN,
            },
        }
    }

    /// The loop of a new session; what was learnt about the road and the rate stays.
    pub(super) fn after(before: &Self, due: Instant) -> Self {
        Self {
            due,
            not_before: before.not_before,
            short_holds: before.short_holds,
            hold_cap: before.hold_cap,
            obedience: before.obedience.in_new_session(),
            bucket: before.bucket,
            ..Self::new(0)
        }
    }
}

impl Session {
    pub(super) fn poll_connect(
        &mut self,
        ext: &mut impl Extension,
        out: &mut Vec<u8>,
    ) -> Option<Action> {
        if self.connect_due()? > self.now {
            return None;
        }
        if self.carrier == Transport::LongPolling && self.open_socket_lane().is_some() {
            self.carrier = Transport::WebSocket;
            self.connect.moving = true;
            self.connect.confirm = true;
        }
        if !self.recovery.up {
            self.announce_attempt();
        }
        if self.carrier == Transport::WebSocket && self.socket.is_none() {
            return Some(self.open_socket());
        }
        if let Some(lane) = self.held_lane() {
            // Its connect was answered, but the response never ended.
            self.drop_exchange(lane);
            return self.condemned.pop_front().map(Action::Close);
        }
        let confirming = self.connect.confirm;
        let server_hold = self.advised.hold(self.carrier, &self.config);
        let asked = self.asked_hold(server_hold);
        let hold = if confirming {
            Duration::ZERO
        } else {
            asked.unwrap_or(server_hold)
        };
        let action = match self.carrier {
            Transport::WebSocket => Action::Send(self.open_socket_lane()?),
            Transport::LongPolling => {
                self.last_lane += 1;
                // The transport need not know that the server was asked to hurry.
                let hold = asked.unwrap_or(server_hold);
                let kind = Exchange::Held { hold };
                self.exchanges.push((LaneId(self.last_lane), kind));
                Action::Exchange(LaneId(self.last_lane), kind)
            }
        };
        self.last_id += 1;
        let mut batch = Batch::new(out);
        let mut item = batch
            .item("/meta/connect", self.last_id)
            .text("clientId", &self.client_id)
            .text("connectionType", self.carrier.name());
        if confirming || asked.is_some() {
            item = item.hold(u64::try_from(hold.as_millis()).unwrap_or(u64::MAX));
        }
        item.finish(ext, Outgoing::Connect);
        batch.finish();
        self.connect.bucket.take(self.now, &self.config);
        self.connect.outstanding = Some(Outstanding {
            id: self.last_id,
            lane: action.lane(),
            sent: self.now,
            hold,
            deadline: self.now + hold + self.config.network_allowance,
            confirming,
            doubt: Doubt::None,
        });
        Some(action)
    }

    fn held_lane(&self) -> Option<LaneId> {
        let held = |kind: &Exchange| matches!(kind, Exchange::Held { .. });
        let mut exchanges = self.exchanges.iter();
        exchanges
            .find(|(_, kind)| held(kind))
            .map(|(lane, _)| *lane)
    }

    /// A shorter hold than the server's own, if one is wanted. A longer one kills a session on
    /// Faye, which holds as long as asked but keeps sessions by its own clock.
    fn asked_hold(&self, server_hold: Duration) -> Option<Duration> {
        let wanted = [self.config.hold, self.connect.hold_cap]
            .into_iter()
            .flatten()
            .min()?;
        (wanted < server_hold).then_some(wanted)
    }

    pub(super) fn handle_connect_reply(&mut self, lane: LaneId, message: &Message<'_>) -> Verdict {
        let answered = self
            .connect
            .outstanding
            .filter(|sent| sent.lane == lane && answers(message.id, sent.id));
        let Some(sent) = answered else {
            return Verdict::Unexpected(Unexpected::UnexpectedReply);
        };
        self.connect.outstanding = None;
        if sent.doubt == Doubt::Patience {
            self.connect.obedience = Obedience::HoldsAll;
        } else if self.connect.obedience == Obedience::Untold {
            self.connect.obedience = Obedience::Obeys;
        }

        if let Some(advice) = &message.advice {
            self.advised.merge(advice);
            if advice.multiple_clients && !self.connect.multiple_clients {
                self.events.push_back(SessionEvent::MultipleClients);
            }
            self.connect.multiple_clients = advice.multiple_clients;
        }
        if self.stage != Stage::Live {
            // While taking leave, whatever the last connect says is no news.
            return Verdict::Handled;
        }
        if message.successful == Some(true) {
            self.connect_succeeded(sent, message);
        } else {
            self.connect_refused(message);
        }
        Verdict::Handled
    }

    fn connect_succeeded(&mut self, sent: Outstanding, message: &Message<'_>) {
        self.connect.confirm = false;
        self.recovery.confirmed(self.now, sent.confirming);
        self.recovery.vouched(sent.sent);
        if !sent.confirming {
            self.connect.cuts = 0;
            self.connect.short_holds = 0;
        }
        if self.carrier == Transport::WebSocket {
            self.websocket.succeeded();
        }
        if core::mem::take(&mut self.connect.moving) {
            self.events.push_back(SessionEvent::Moved {
                transport: self.carrier,
            });
        }
        self.restored(true);
        match message.advice.and_then(|advice| advice.reconnect) {
            Some(Reconnect::None | Reconnect::Unknown) => self.stopped(message),
            Some(Reconnect::Handshake) => self.lose_session(Cause::SessionLost),
            Some(Reconnect::Retry) | None => {
                if self.begin_interval() {
                    self.connect.due = self.now;
                } else {
                    self.finish(End::Stopped(None));
                }
            }
        }
    }

    fn connect_refused(&mut self, message: &Message<'_>) {
        let error = self.server_error(message);
        let advised = message.advice.and_then(|advice| advice.reconnect);
        let unknown = error.is_unknown_client();
        match advised {
            Some(Reconnect::None | Reconnect::Unknown) => self.stopped(message),
            _ if unknown => self.lose_session(Cause::SessionLost),
            Some(Reconnect::Handshake) => self.lose_session(Cause::Refused(error)),
            Some(Reconnect::Retry) | None => {
                if !self.begin_interval() {
                    return self.stopped(message);
                }
                let retry_at = self.failed(Cause::Refused(error));
                self.connect_again(retry_at);
            }
        }
    }

    /// The held exchange ended without a connect reply. Events sent into it are gone on Faye until
    /// the next connect arrives, so the first retry is immediate.
    pub(super) fn held_exchange_ended(&mut self, lane: LaneId, why: Close) {
        let Some(sent) = self.connect.outstanding.filter(|sent| sent.lane == lane) else {
            return;
        };
        self.connect.outstanding = None;
        let cause = match why {
            Close::Complete => Cause::Violation("a response without a connect reply"),
            why => Cause::Lane(why),
        };
        let (held, by_proxy) = (self.now - sent.sent, !matches!(why, Close::Complete));
        if by_proxy && !sent.confirming && held < sent.hold {
            self.connect.short_holds += 1;
            if self.connect.short_holds >= 2 && held >= SHORTEST_HOLD {
                self.connect.hold_cap = Some(held.mul_f32(0.75));
            }
        }
        self.held_cut(sent, cause);
    }

    fn held_cut(&mut self, sent: Outstanding, cause: Cause) {
        if self.stage != Stage::Live {
            return;
        }
        if !sent.confirming && self.now - sent.sent >= SHORTEST_HOLD {
            // It was a good one until it broke.
            self.connect.cuts = 0;
        }
        if self.config.resume == Resume::FreshHandshake {
            // The server may hold it still, or get it only now, and answer it into nowhere.
            return self.lose_session(cause);
        }
        self.connect.cuts += 1;
        let wait = super::recovery::asked_wait(&cause);
        if self.connect.cuts == 1 && wait.is_none() {
            self.mark_gap(cause);
            self.connect_again(self.now);
        } else {
            self.suspended(cause);
        }
    }

    pub(super) fn connect_overdue(&mut self) {
        let Some(sent) = &mut self.connect.outstanding else {
            return;
        };
        if self.now < sent.deadline {
            return;
        }
        let over_socket = self.carrier == Transport::WebSocket;
        let allowance = self.config.network_allowance;
        let active = self.subscriptions.any_active();
        if let Some(channel) = active.filter(|_| over_socket && self.config.probe)
            && sent.doubt != Doubt::Probe
        {
            sent.doubt = Doubt::Probe;
            sent.deadline = self.now + self.config.request_timeout + allowance;
            self.requests.probe(channel.clone());
            return;
        }
        // A server may hold what asks not to be held. Whether it is there at all, a ping tells over a
        // websocket; over HTTP the handshake told a moment ago, or it has done so before.
        let may_be_held = over_socket || self.connect.obedience != Obedience::Obeys;
        if sent.confirming && sent.doubt == Doubt::None && may_be_held {
            sent.doubt = Doubt::Patience;
            let hold = self.advised.hold(self.carrier, &self.config);
            // Measured from now where the machine slept meanwhile.
            sent.deadline = (sent.sent + hold).max(self.now) + allowance;
            if let Some(socket) = &mut self.socket {
                socket.suspect();
            }
            return;
        }
        if !over_socket {
            let sent = *sent;
            self.connect.outstanding = None;
            self.drop_exchange(sent.lane);
            return self.held_cut(sent, Cause::Silence(Timer::Connect));
        }
        let heard = self.socket.as_ref().map(Socket::heard).unwrap_or_default();
        let may_be_late = matches!(sent.doubt, Doubt::None | Doubt::Patience);
        if may_be_late && heard + allowance > self.now {
            sent.doubt = Doubt::Extension;
            sent.deadline = self.now + allowance;
            return;
        }
        self.drop_socket(Cause::Silence(Timer::Connect));
    }

    /// The session lives although its connect is not answered: some servers never do. The same one
    /// stays outstanding, and the next doubt comes a hold later.
    pub(super) fn probe_answered(&mut self) {
        let server_hold = self.advised.hold(self.carrier, &self.config);
        let hold = self.asked_hold(server_hold).unwrap_or(server_hold);
        if let Some(sent) = &mut self.connect.outstanding {
            sent.doubt = Doubt::None;
            sent.deadline = self.now + hold + self.config.network_allowance;
        }
        self.restored(true);
    }

    /// A socket broke. Returns whether it was the one that was to replace long-polling.
    pub(super) fn connect_lost(&mut self) -> bool {
        self.connect.outstanding = None;
        core::mem::take(&mut self.connect.moving)
    }

    /// The next connect is due at `at`, and is to be answered at once.
    pub(super) fn connect_again(&mut self, at: Instant) {
        self.connect.due = at;
        self.connect.confirm = true;
    }

    /// A waiting attempt need not wait any longer.
    pub(super) fn connect_now(&mut self) {
        if self.stage == Stage::Live && !self.recovery.up {
            self.connect.due = self.connect.due.min(self.now);
        }
    }

    /// The server has spoken, and its interval counts from now. Returns whether it wants another
    /// attempt at all.
    pub(super) fn begin_interval(&mut self) -> bool {
        let interval = self.advised.interval(self.carrier, &self.config);
        self.connect.not_before = self.now + interval.unwrap_or_default();
        interval.is_some()
    }

    /// Where the interval ends that the server asked for.
    pub(super) fn interval_end(&self) -> Instant {
        self.connect.not_before
    }

    /// When the next connect can be sent; `None` while something else has to happen first.
    fn connect_due(&self) -> Option<Instant> {
        let opening = self.carrier == Transport::WebSocket
            && self.socket.as_ref().is_some_and(|socket| !socket.is_open());
        let blocked = self.stage != Stage::Live
            || self.held_back
            || opening
            || self.connect.outstanding.is_some();
        (!blocked).then(|| {
            let due = self.connect.due.max(self.connect.not_before);
            due.max(self.connect.bucket.ready(&self.config))
        })
    }

    pub(super) fn connect_deadline(&self) -> (Option<Instant>, Timer) {
        match &self.connect.outstanding {
            Some(sent) if self.stage == Stage::Live => (Some(sent.deadline), Timer::Connect),
            _ if self.recovery.up => (self.connect_due(), Timer::NextConnect),
            _ => (self.connect_due(), Timer::Retry),
        }
    }
}

/// A connect cut sooner is a failure, not a proxy's patience running out.
const SHORTEST_HOLD: Duration = Duration::from_secs(1);
