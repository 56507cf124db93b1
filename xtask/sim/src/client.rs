//! A client under test, from the bottom up: session, decoder, gap-free account and program.

mod account;
mod actions;
mod batch;
mod program;
mod receive;

use core::time::Duration;
use std::collections::VecDeque;

use bayeux_proto::{Config, Instant, LaneId, Session};
use bayeux_wire::{Decoder, Frame};

use self::program::Program;
pub(crate) use self::{
    account::{Account, EPOCH, Recipient, address},
    batch::Batch,
    program::State as SubscriptionState,
};
use crate::{
    fact::{ClientFact, Fact, Issued},
    network::Arrived,
    plan::{ClientSettings, Command},
    rest_requests::{Call, RestExchange},
    run::Context,
    sabotage::{Sabotage, Saboteur},
};

/// A client and the program that uses it.
pub(crate) struct Client {
    index: usize,
    session: Session,
    config: Config,
    decoder: Decoder,
    /// Reused for every payload received.
    frame: Frame,
    out: Vec<u8>,
    batch: Batch,
    token: String,
    program: Program,
    /// Gap-free delivery, where the program uses it.
    account: Option<Account>,
    seed: u64,
    clock: Clock,
    /// The latest time that the clock showed; a session never gets an earlier one.
    local: Instant,
    asleep: Option<Asleep>,
    /// Arrivals during a sleep.
    inbox: VecDeque<(LaneId, Arrived)>,
    saboteur: Saboteur,
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
        settings: &ClientSettings,
        token: &str,
        channels: &[String],
        sabotage: Option<Sabotage>,
    ) -> Self {
        let mut config = settings.session.clone();
        if sabotage == Some(Sabotage::ExceedConnectRate) {
            config.connect_burst = u32::MAX;
            config.connect_spacing = Duration::from_nanos(1);
        }
        Self {
            index,
            session: Session::new(config, settings.seed),
            config: settings.session.clone(),
            decoder: Decoder::new(),
            frame: Frame::new(),
            out: Vec::new(),
            batch: Batch::default(),
            token: token.to_owned(),
            program: Program::new(index, channels),
            account: None,
            seed: settings.seed,
            clock: Clock::default(),
            local: Instant::ORIGIN,
            asleep: None,
            inbox: VecDeque::new(),
            saboteur: Saboteur::new(sabotage),
        }
    }

    /// Adds gap-free delivery between session and program.
    #[must_use]
    pub(crate) fn with_account(mut self, account: Account) -> Self {
        self.account = Some(account);
        self
    }

    pub(crate) fn account(&self) -> Option<&Account> {
        self.account.as_ref()
    }

    pub(crate) fn program(&self) -> &Program {
        &self.program
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
        let deadline = self.session.poll_timeout();
        let session = deadline.map(|deadline| self.clock.true_time(deadline.at));
        let account = self.account.as_ref().and_then(Account::poll_timeout);
        let timeouts = [session, self.program.poll_timeout(), account];
        timeouts.into_iter().flatten().min()
    }

    /// Ends the process. Another one starts after `down` with what is in the store.
    pub(crate) fn crash(&mut self, cx: &mut Context, down: Duration) {
        cx.network.crash(cx.now, self.index);
        self.see(cx, ClientFact::Crashed);
        self.seed = self.seed.wrapping_add(1);
        self.session = Session::new(self.config.clone(), self.seed);
        self.program = self.program.restarted();
        self.account = self.account.as_ref().map(Account::restarted);
        self.inbox.clear();
        self.local = Instant::ORIGIN;
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

    /// Subscribes to the user's own channel, unless it is subscribed, and connects.
    pub(crate) fn listen(&mut self, cx: &mut Context) {
        if !self.program.wants_own() {
            self.issue(cx, Command::Subscribe(OWN));
        }
        self.issue(cx, Command::Connect);
    }

    /// Returns the next request for REST, with the number of the process that makes it.
    pub(crate) fn poll_call(&mut self, now: Instant) -> Option<(u32, Call)> {
        let account = self.account.as_mut().filter(|_| self.asleep.is_none())?;
        Some((account.process, account.poll_call(now)?))
    }

    /// Sends a message over REST.
    pub(crate) fn send(&mut self, cx: &mut Context, to: &Recipient) {
        if let Some(account) = self.account.as_mut().filter(|_| self.asleep.is_none()) {
            let guid = account.send(cx.now, to);
            self.see(cx, ClientFact::Sends(&guid));
        }
    }

    /// Handles a REST exchange that is complete or lost.
    pub(crate) fn handle_response(&mut self, cx: &mut Context, exchange: RestExchange) {
        let account = self.account.as_mut();
        if let Some(account) = account.filter(|one| one.process == exchange.process) {
            account.handle_response(cx.now, exchange.call, exchange.reply);
            self.deliver_items(cx);
        }
    }

    /// Acknowledges everything that the program has.
    pub(crate) fn acknowledge(&mut self, cx: &mut Context) {
        if let Some(account) = &mut self.account {
            let acknowledged = account.acknowledge(&mut self.saboteur);
            self.see(cx, ClientFact::Acknowledged(&acknowledged));
            self.see_baseline(cx);
        }
    }

    fn deliver_items(&mut self, cx: &mut Context) {
        while let Some(account) = &mut self.account
            && let Some(delivered) = account.poll_delivery(cx.now)
        {
            let is_lazy = account.settings().is_lazy;
            for delivered in self.saboteur.delivered(delivered) {
                self.see(cx, ClientFact::Delivered(&delivered));
            }
            if !is_lazy {
                self.acknowledge(cx);
            }
        }
        self.see_baseline(cx);
    }

    fn see_baseline(&mut self, cx: &mut Context) {
        if self.account.as_mut().is_some_and(Account::finds_baseline) {
            self.see(cx, ClientFact::Baseline);
        }
    }

    /// Has the program issue a command.
    pub(crate) fn issue(&mut self, cx: &mut Context, command: Command) {
        // A backfilling program does not unsubscribe from the user's own channel.
        let is_forbidden = self.account.is_some() && self.program.would_unsubscribe(command, OWN);
        if self.asleep.is_none() && !is_forbidden {
            self.read_clock(cx.now);
            if let Some(account) = &mut self.account
                && let Some(channel) = self.program.would_unwatch(command)
            {
                account.watch(channel.as_str(), false);
            }
            self.program
                .issue(cx, self.local, command, &mut self.session);
            self.drain(cx);
            self.rest(cx, true);
        }
    }

    /// Has the program listen and connect, whatever it did before.
    pub(crate) fn settle_down(&mut self, cx: &mut Context) {
        if self.account.is_some() {
            self.issue(cx, Command::Subscribe(OWN));
        }
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
        if self.asleep.is_some() {
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
        self.session.handle_timeout(self.local);
        self.program.handle_timeout(cx, &mut self.session);
        if let Some(account) = &mut self.account {
            account.handle_timeout(cx.now);
        }
        self.drain(cx);
        self.rest(cx, true);
    }

    fn wake_up(&mut self, cx: &mut Context, woken: Asleep) {
        if woken.starts {
            self.listen(cx);
        }
        if woken.wake {
            self.see(cx, ClientFact::Issued(Issued::Wake));
            self.session.handle_wake(self.local);
        }
        if woken.timers_first {
            self.session.handle_timeout(self.local);
            self.drain(cx);
        }
        while let Some((lane, what)) = self.inbox.pop_front() {
            self.receive(cx, lane, what);
            self.drain(cx);
        }
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
