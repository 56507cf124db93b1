//! A client under test: a bare session with its program, or the engine of an account with its own.

mod actions;
mod batch;
mod listener;
mod program;
mod receive;

use core::time::Duration;
use std::collections::{BTreeSet, VecDeque};

use bayeux_proto::{Instant, LaneId, Session};
use bayeux_wire::{Decoder, Frame};
use groupme_account::{Account, Incoming, Moment, Status};
use groupme_model::SourceGuid;

use self::program::Program;
pub(crate) use self::{
    batch::Batch,
    listener::{EPOCH, Listener, Recipient},
    program::State as SubscriptionState,
};
use crate::{
    fact::{ClientFact, Delivered, Fact, Issued},
    network::Arrived,
    plan::{ClientSettings, Command},
    rest_requests::{Call, RestExchange},
    run::Context,
    sabotage::{Sabotage, Saboteur},
};

/// A client and the program that uses it.
pub(crate) struct Client {
    index: usize,
    kind: Kind,
    decoder: Decoder,
    /// Reused for every payload received by a bare session.
    frame: Frame,
    out: Vec<u8>,
    batch: Batch,
    token: String,
    clock: Clock,
    /// The latest time that the clock showed; a session never gets an earlier one.
    local: Instant,
    asleep: Option<Asleep>,
    /// Arrivals during a sleep, or while an engine is not to be read.
    inbox: VecDeque<(LaneId, Arrived)>,
    saboteur: Saboteur,
}

enum Kind {
    Plain(Box<Plain>),
    Listener(Box<Listener>),
}

/// A bare session and its program.
struct Plain {
    session: Session,
    program: Program,
}

/// A clock that is wrong.
#[derive(Clone, Copy, Debug, Default)]
struct Clock {
    ahead: Duration,
    behind: Duration,
}

/// A process that is suspended, or one that is to start.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asleep {
    pub(crate) until: Instant,
    /// Whether the session is woken afterwards.
    pub(crate) wake: bool,
    /// Whether timers fire before what has arrived is read.
    pub(crate) timers_first: bool,
    /// Whether it is a new process that starts.
    pub(crate) starts: bool,
}

impl Client {
    pub(crate) fn new(
        index: usize,
        user: &str,
        settings: &ClientSettings,
        token: &str,
        channels: &[String],
        sabotage: Option<Sabotage>,
    ) -> Self {
        let mut settings = settings.clone();
        if sabotage == Some(Sabotage::ExceedConnectRate) {
            settings.session.connect_burst = u32::MAX;
            settings.session.connect_spacing = Duration::from_nanos(1);
        }
        let kind = match settings.account.clone() {
            Some(account) => {
                Kind::Listener(Box::new(Listener::new(user, &settings, account, channels)))
            }
            None => Kind::Plain(Box::new(Plain {
                session: Session::new(settings.session, settings.seed),
                program: Program::new(index, channels),
            })),
        };
        Self {
            index,
            kind,
            decoder: Decoder::new(),
            frame: Frame::new(),
            out: Vec::new(),
            batch: Batch::default(),
            token: token.to_owned(),
            clock: Clock::default(),
            local: Instant::ORIGIN,
            asleep: None,
            inbox: VecDeque::new(),
            saboteur: Saboteur::new(sabotage),
        }
    }

    /// Returns the program that listens to an account, if it is one.
    pub(crate) fn listener(&self) -> Option<&Listener> {
        match &self.kind {
            Kind::Listener(listener) => Some(listener),
            Kind::Plain(_) => None,
        }
    }

    fn listener_mut(&mut self) -> Option<&mut Listener> {
        match &mut self.kind {
            Kind::Listener(listener) => Some(listener),
            Kind::Plain(_) => None,
        }
    }

    fn engine(&mut self) -> Option<&mut Account> {
        self.listener_mut()?.engine.as_mut()
    }

    /// Returns whether the session is up, as reported to the program.
    pub(crate) fn is_up(&self) -> bool {
        match &self.kind {
            Kind::Plain(plain) => plain.program.is_up(),
            Kind::Listener(listener) => listener.is_up(),
        }
    }

    /// Returns the wanted channels whose subscriptions are in this state.
    pub(crate) fn channels(&self, state: SubscriptionState) -> BTreeSet<&str> {
        match &self.kind {
            Kind::Plain(plain) => plain.program.channels(state),
            Kind::Listener(listener) => listener.channels(state),
        }
    }

    /// Returns whether the client subscribes to conversations by itself.
    pub(crate) fn follows(&self) -> bool {
        self.listener()
            .is_some_and(|listener| listener.settings().follows)
    }

    /// Returns the number of the latest event on a channel.
    pub(crate) fn last_event(&self, channel: &str) -> Option<u64> {
        match &self.kind {
            Kind::Plain(plain) => plain.program.last_event(channel),
            Kind::Listener(listener) => listener.last_event(channel),
        }
    }

    /// Returns whether it is awake and has read everything that arrived.
    pub(crate) fn is_idle(&self) -> bool {
        self.asleep.is_none() && self.inbox.is_empty()
    }

    /// Returns when, by true time, it has to be woken.
    pub(crate) fn poll_timeout(&self) -> Option<Instant> {
        if let Some(asleep) = self.asleep {
            return Some(asleep.until);
        }
        let (local, true_time) = match &self.kind {
            Kind::Plain(plain) => {
                let deadline = plain.session.poll_timeout();
                (deadline.map(|due| due.at), plain.program.poll_timeout())
            }
            Kind::Listener(listener) => {
                let engine = listener.engine.as_ref().and_then(Account::poll_timeout);
                (engine, listener.poll_timeout())
            }
        };
        let local = local.map(|at| self.clock.true_time(at));
        local.into_iter().chain(true_time).min()
    }

    /// Ends the process of a listener. Another one starts after `down` with what is in the store.
    pub(crate) fn crash(&mut self, cx: &mut Context, down: Duration) {
        let Some(listener) = self.listener_mut().filter(|one| one.is_running()) else {
            return;
        };
        let saved = listener.crash();
        self.gone(cx, &saved);
        self.start_after(cx, down);
    }

    /// Forgets everything of a process that is gone, after its last acknowledgements were saved.
    fn gone(&mut self, cx: &mut Context, saved: &[Delivered]) {
        if !saved.is_empty() {
            self.see(cx, ClientFact::Acknowledged(saved));
        }
        if self.listener().is_some_and(Listener::has_lost_changes) {
            self.see(cx, ClientFact::ChangesLost);
        }
        cx.network.crash(cx.now, self.index);
        self.see_baseline(cx);
        self.see(cx, ClientFact::Crashed);
        self.inbox.clear();
        self.local = Instant::ORIGIN;
    }

    /// Lets no save succeed until then.
    pub(crate) fn fill_disk(&mut self, until: Instant) {
        if let Some(listener) = self.listener_mut() {
            listener.fill_disk(until);
        }
    }

    fn start_after(&mut self, cx: &mut Context, down: Duration) {
        self.asleep = Some(Asleep {
            until: cx.now + down,
            wake: false,
            timers_first: false,
            starts: true,
        });
        if down.is_zero() {
            self.handle_timeout(cx);
        }
    }

    /// Has the program connect, if it has not.
    pub(crate) fn listen(&mut self, cx: &mut Context) {
        self.issue(cx, Command::Connect);
    }

    /// Returns the next request for REST, with the number of the process that makes it.
    pub(crate) fn poll_call(&mut self, now: Instant) -> Option<(u32, Call)> {
        if self.asleep.is_some() {
            return None;
        }
        let listener = self.listener_mut()?;
        Some((listener.process, listener.poll_call(now)?))
    }

    /// Sends a message over REST.
    pub(crate) fn send(&mut self, cx: &mut Context, to: &Recipient) {
        if self.asleep.is_some() {
            return;
        }
        if let Some(listener) = self.listener_mut()
            && let Some(engine) = &mut listener.engine
        {
            let guid = listener.sending.next_guid();
            engine.expect(SourceGuid::from(guid.as_str()));
            listener.sending.put(cx.now, to, &guid);
            self.see(cx, ClientFact::Sends(&guid));
        }
    }

    /// Handles a REST exchange that is complete or lost.
    pub(crate) fn handle_response(&mut self, cx: &mut Context, exchange: RestExchange) {
        self.read_clock(cx.now);
        let at = self.moment(cx);
        let sabotage = self.saboteur.sabotage;
        let listener = self.listener_mut();
        if let Some(listener) = listener.filter(|one| one.process == exchange.process) {
            if listener.handle_response(at, exchange.call, exchange.reply, sabotage) {
                self.see(cx, ClientFact::RestFailed);
            }
            // A sleeping process reads it later, which makes no difference.
            if self.asleep.is_none() {
                self.drain(cx);
            }
        }
    }

    /// Acknowledges everything that the program has.
    pub(crate) fn acknowledge(&mut self, cx: &mut Context) {
        if let Kind::Listener(listener) = &mut self.kind {
            let acknowledged = listener.acknowledge(&mut self.saboteur);
            if !acknowledged.is_empty() {
                self.see(cx, ClientFact::Acknowledged(&acknowledged));
            }
            self.save(cx);
        }
    }

    /// Saves what is to be saved.
    fn save(&mut self, cx: &mut Context) {
        let sabotage = self.saboteur.sabotage;
        let Some(listener) = self.listener_mut() else {
            return;
        };
        let saved = listener.save(cx.now, sabotage);
        if !saved.is_empty() {
            self.see(cx, ClientFact::Acknowledged(&saved));
        }
        self.see_baseline(cx);
    }

    /// Takes the next item of an engine. Returns false if there is none.
    fn take_item(&mut self, cx: &mut Context) -> bool {
        let now = cx.now;
        let Some(taken) = self.listener_mut().and_then(|one| one.take(now)) else {
            return false;
        };
        if let Incoming::Status(status) = &taken.incoming {
            self.see(cx, ClientFact::Status(status));
            if let Status::Refused { channel, .. } = status {
                let fact = ClientFact::Watches(channel, false);
                self.see(cx, fact);
            }
        }
        for delivered in self.saboteur.delivered(taken.delivered) {
            self.see(cx, ClientFact::Delivered(&delivered));
        }
        if matches!(taken.incoming, Incoming::Status(Status::Ended(_))) {
            self.end(cx);
            return false;
        }
        let is_lazy = self.listener().is_none_or(|one| one.settings().is_lazy);
        if !is_lazy {
            self.acknowledge(cx);
        }
        true
    }

    /// Ends the process of a listener whose engine has ended. The server or a proxy may change its
    /// mind.
    fn end(&mut self, cx: &mut Context) {
        let Some(listener) = self.listener_mut() else {
            return;
        };
        let saved = listener.flush();
        listener.end();
        let is_wanted = listener.is_wanted;
        self.gone(cx, &saved);
        if is_wanted {
            self.start_after(cx, Duration::from_secs(5));
        }
    }

    fn see_baseline(&mut self, cx: &mut Context) {
        if self.listener_mut().is_some_and(Listener::finds_baseline) {
            self.see(cx, ClientFact::Baseline);
        }
    }

    /// Has the program issue a command.
    pub(crate) fn issue(&mut self, cx: &mut Context, command: Command) {
        if self.asleep.is_some() {
            return;
        }
        self.read_clock(cx.now);
        match &mut self.kind {
            Kind::Plain(plain) => {
                let Plain { session, program } = &mut **plain;
                program.issue(cx, self.local, command, session);
            }
            Kind::Listener(_) => self.issue_to_engine(cx, command),
        }
        self.drain(cx);
        self.rest(cx, true);
    }

    fn issue_to_engine(&mut self, cx: &mut Context, command: Command) {
        let (index, at) = (self.index, self.moment(cx));
        let Some(listener) = self.listener_mut() else {
            return;
        };
        let mut see = |issued| cx.see(&Fact::Client(index, ClientFact::Issued(issued)));
        match command {
            Command::Connect => {
                listener.is_wanted = true;
                if !listener.is_running() {
                    see(Issued::Connect);
                    listener.start();
                    for channel in listener.wanted() {
                        let fact = ClientFact::Watches(channel.as_str(), true);
                        cx.see(&Fact::Client(index, fact));
                    }
                }
            }
            Command::Disconnect => {
                listener.is_wanted = false;
                see(Issued::Disconnect);
                if let Some(engine) = &mut listener.engine {
                    engine.disconnect();
                }
            }
            Command::Subscribe(pick) => {
                let channel = listener.channel(pick);
                if let Some(engine) = &mut listener.engine {
                    see(Issued::Listen(&channel));
                    if engine.subscribe(&channel).is_err() {
                        return;
                    }
                }
                listener.want(&channel, true);
                let fact = ClientFact::Watches(channel.as_str(), true);
                cx.see(&Fact::Client(index, fact));
            }
            Command::Unsubscribe(pick) => {
                let Some(channel) = listener.unsubscribed(pick) else {
                    return;
                };
                if let Some(engine) = &mut listener.engine {
                    see(Issued::Listen(&channel));
                    if engine.unsubscribe(&channel).is_err() {
                        return;
                    }
                }
                listener.want(&channel, false);
                let fact = ClientFact::Watches(channel.as_str(), false);
                cx.see(&Fact::Client(index, fact));
            }
            Command::Publish(pick) => {
                let channel = listener.channel(pick);
                let own = index as u64 * 1_000_000 + listener.published;
                listener.published += 1;
                if let Some(engine) = &mut listener.engine {
                    let json = format!(r#"{{"type":"typing","own":{own},"user_id":"1"}}"#);
                    let result = engine.publish(&channel, &json);
                    let result = result.as_ref().map(|id| *id);
                    see(Issued::Publish(&channel, own, result));
                }
            }
            Command::Wake => {
                if let Some(engine) = &mut listener.engine {
                    see(Issued::Wake);
                    engine.wake(at);
                }
            }
            // No client offers it; or sent over REST, not by the session.
            Command::PauseConnects(_) | Command::Send(_) => {}
        }
    }

    /// Has the program listen and connect, whatever it did before.
    pub(crate) fn settle_down(&mut self, cx: &mut Context) {
        self.issue(cx, Command::PauseConnects(false));
        self.issue(cx, Command::Connect);
    }

    /// Suspends the process, unless it is suspended for longer already.
    pub(crate) fn sleep(&mut self, cx: &mut Context, mut asleep: Asleep) {
        let before = self.asleep;
        if before.is_none_or(|before| before.until < asleep.until) {
            asleep.starts = before.is_some_and(|before| before.starts);
            self.asleep = Some(asleep);
            self.see(cx, ClientFact::Issued(Issued::Sleep(asleep.until)));
        }
    }

    /// Moves the clock.
    pub(crate) fn jump(&mut self, cx: &mut Context, forward: bool, by: Duration) {
        let Clock { ahead, behind } = &mut self.clock;
        *(if forward { ahead } else { behind }) += by;
        let shown = self.clock.shown(cx.now);
        self.see(cx, ClientFact::Issued(Issued::ClockJump(shown)));
    }

    pub(crate) fn handle_arrival(&mut self, cx: &mut Context, lane: LaneId, what: Arrived) {
        let is_read = self.engine().is_none_or(|engine| engine.may_read());
        if !is_read && self.saboteur.drops_unread(&what) {
            return;
        }
        if self.asleep.is_some() || !is_read || !self.inbox.is_empty() {
            self.inbox.push_back((lane, what));
            return;
        }
        self.read_clock(cx.now);
        self.receive(cx, lane, what);
        self.drain(cx);
        // Timers that are due at this very moment have not fired yet.
        self.rest(cx, false);
    }

    pub(crate) fn handle_timeout(&mut self, cx: &mut Context) {
        if self.asleep.is_some_and(|asleep| cx.now < asleep.until) {
            return;
        }
        let woken = self.asleep.take();
        self.read_clock(cx.now);
        if let Some(woken) = woken {
            self.wake_up(cx, woken);
        }
        self.fire_timers(cx);
        if let Kind::Plain(plain) = &mut self.kind {
            let Plain { session, program } = &mut **plain;
            program.handle_timeout(cx, session);
        }
        self.drain(cx);
        self.rest(cx, true);
    }

    fn fire_timers(&mut self, cx: &Context) {
        let (local, at) = (self.local, self.moment(cx));
        match &mut self.kind {
            Kind::Plain(plain) => plain.session.handle_timeout(local),
            Kind::Listener(listener) => {
                if let Some(engine) = &mut listener.engine {
                    engine.handle_timeout(at);
                }
            }
        }
    }

    fn wake_up(&mut self, cx: &mut Context, woken: Asleep) {
        if woken.starts {
            self.listen(cx);
        }
        if woken.wake {
            self.see(cx, ClientFact::Issued(Issued::Wake));
            let (local, at) = (self.local, self.moment(cx));
            match &mut self.kind {
                Kind::Plain(plain) => plain.session.handle_wake(local),
                Kind::Listener(listener) => {
                    if let Some(engine) = &mut listener.engine {
                        engine.wake(at);
                    }
                }
            }
        }
        if woken.timers_first {
            self.fire_timers(cx);
            self.drain(cx);
        }
        self.read_inbox(cx);
    }

    /// Reads what has arrived, as far as it is to be read.
    fn read_inbox(&mut self, cx: &mut Context) {
        while self.engine().is_none_or(|engine| engine.may_read())
            && let Some((lane, what)) = self.inbox.pop_front()
        {
            self.receive(cx, lane, what);
            self.carry_out(cx);
        }
    }

    /// Returns the present moment, as the engine is told.
    fn moment(&self, cx: &Context) -> Moment {
        let error = self.listener().map_or(0, Listener::clock_error);
        Moment::new(self.local, listener::time_of_day(cx.now, error))
    }

    fn read_clock(&mut self, now: Instant) {
        self.local = self.local.max(self.clock.shown(now));
    }

    fn see(&self, cx: &mut Context, fact: ClientFact<'_>) {
        cx.see(&Fact::Client(self.index, fact));
    }
}

impl Clock {
    fn shown(self, now: Instant) -> Instant {
        let ahead = now + self.ahead;
        Instant::ORIGIN + (ahead - (Instant::ORIGIN + self.behind))
    }

    /// Returns when the clock shows this time.
    fn true_time(self, shown: Instant) -> Instant {
        let at = shown + self.behind;
        Instant::ORIGIN + (at - (Instant::ORIGIN + self.ahead))
    }
}

/// Index of the user's own channel among a program's channels.
const OWN: usize = 0;
