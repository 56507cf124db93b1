//! A client under test: a bare session with its program, or the engine of an account with its own.

mod actions;
mod batch;
mod clock;
mod commands;
mod listener;
mod process;
mod program;
mod receive;

use core::time::Duration;
use std::collections::{BTreeSet, VecDeque};

use bayeux_proto::{Instant, LaneId, Session};
use bayeux_wire::{Decoder, Frame};
use groupme_account::{Account, Incoming, Moment, Status};
use groupme_model::SourceGuid;

pub(crate) use self::{
    batch::Batch,
    listener::{EPOCH, Listener, Recipient},
    process::SuspendedProcess,
    program::State as SubscriptionState,
};
use self::{clock::Clock, program::Program};
use crate::{
    fact::{ClientFact, Fact, Issued},
    network::Arrived,
    plan::ClientSettings,
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
    /// Batch of the action under way, reused.
    out: Vec<u8>,
    batch: Batch,
    token: String,
    clock: Clock,
    /// The latest time that the clock showed; a session never gets an earlier one.
    local: Instant,
    asleep: Option<SuspendedProcess>,
    /// Arrivals during a sleep, or while an engine is not to be read.
    inbox: VecDeque<(LaneId, Arrived)>,
    saboteur: Saboteur,
}

enum Kind {
    /// Subscribes and publishes, without gap-free delivery.
    Plain(Box<Plain>),
    /// Listens to an account.
    Listener(Box<Listener>),
}

/// A bare session and its program.
struct Plain {
    session: Session,
    program: Program,
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
            listener.sending.push(cx.now, to, &guid);
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

    fn see_baseline(&mut self, cx: &mut Context) {
        if self.listener_mut().is_some_and(Listener::finds_baseline) {
            self.see(cx, ClientFact::Baseline);
        }
    }

    /// Moves the clock.
    pub(crate) fn jump(&mut self, cx: &mut Context, forward: bool, by: Duration) {
        self.clock.jump(forward, by);
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
            program.handle_timeout(cx, self.local, session);
        }
        self.drain(cx);
        self.rest(cx, true);
    }

    fn fire_timers(&mut self, cx: &Context) {
        self.drive(cx, Session::handle_timeout, Account::handle_timeout);
    }

    /// Passes an input to the bare session, or to the engine of the process that runs, if any.
    fn drive(
        &mut self,
        cx: &Context,
        session: impl FnOnce(&mut Session, Instant),
        account: impl FnOnce(&mut Account, Moment),
    ) {
        let (local, at) = (self.local, self.moment(cx));
        match &mut self.kind {
            Kind::Plain(plain) => session(&mut plain.session, local),
            Kind::Listener(listener) => {
                if let Some(engine) = &mut listener.engine {
                    account(engine, at);
                }
            }
        }
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

    /// Returns the present moment, as it is passed to the engine.
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

/// Index of the user's own channel among a program's channels.
const OWN: usize = 0;
