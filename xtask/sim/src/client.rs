//! The client's side, from the bottom up: session, wire, model, program.

mod account;
mod batch;
mod deeds;
mod intake;
mod program;

use core::{fmt, time::Duration};
use std::collections::VecDeque;

use bayeux_proto::{Config, Instant, LaneId, Session};
use bayeux_wire::{Decoder, Frame};

pub use self::account::Account;
use self::program::Program;
pub(crate) use self::{
    account::{Recipient, address},
    batch::Batch,
};
use crate::{
    checks::Checks,
    errands::{Errand, Task},
    fact::{Asked, ClientFact, Fact},
    network::{Arrived, Network},
    plan::{Ask, ClientSetting},
    sabotage::{Sabotage, Saboteur},
};

/// A client and the program that uses it.
pub struct Client {
    index: usize,
    session: Session,
    config: Config,
    decoder: Decoder,
    /// Reused for all that is received.
    frame: Frame,
    out: Vec<u8>,
    batch: Batch,
    token: String,
    program: Program,
    /// What makes up for what was missed, where the program wants that.
    account: Option<Account>,
    seed: u64,
    /// How far its clock is ahead of the true time.
    ahead: Skew,
    /// The latest time it was told.
    local: Instant,
    /// Until when it does nothing, and what then.
    asleep: Option<(Instant, Waking)>,
    /// What arrived while it was asleep.
    inbox: VecDeque<(LaneId, Arrived)>,
    sabotage: Saboteur,
}

/// How far a clock is off.
#[derive(Clone, Copy, Debug, Default)]
struct Skew {
    ahead: Duration,
    behind: Duration,
}

/// What a program does first after a sleep.
#[derive(Clone, Copy, Debug)]
pub struct Waking {
    /// Tell the session.
    pub wake: bool,
    /// Let the timers ring before what has arrived is read.
    pub timers_first: bool,
    /// It is another process that begins.
    pub begins: bool,
}

impl Client {
    /// A client that nobody has asked for anything.
    pub fn new(
        index: usize,
        setting: &ClientSetting,
        token: &str,
        channels: &[String],
        sabotage: Option<Sabotage>,
    ) -> Self {
        let mut config = setting.session.clone();
        if sabotage == Some(Sabotage::TooFast) {
            config.connect_burst = u32::MAX;
            config.connect_spacing = Duration::from_nanos(1);
        }
        Self {
            index,
            session: Session::new(config, setting.seed),
            config: setting.session.clone(),
            decoder: Decoder::new(),
            frame: Frame::new(),
            out: Vec::new(),
            batch: Batch::default(),
            token: token.to_owned(),
            program: Program::new(index, channels),
            account: None,
            seed: setting.seed,
            ahead: Skew::default(),
            local: Instant::ORIGIN,
            asleep: None,
            inbox: VecDeque::new(),
            sabotage: Saboteur::new(sabotage),
        }
    }

    /// When, by the true time, it wants to be woken.
    pub fn poll_timeout(&self) -> Option<Instant> {
        if let Some((until, _)) = self.asleep {
            return Some(until);
        }
        let session = self.session.poll_timeout().map(|deadline| {
            let at = deadline.at + self.ahead.behind;
            Instant::ORIGIN + (at - (Instant::ORIGIN + self.ahead.ahead))
        });
        let account = self.account.as_ref().and_then(Account::poll_timeout);
        [session, self.program.poll_timeout(), account]
            .into_iter()
            .flatten()
            .min()
    }

    /// The same with gap-free delivery in between.
    #[must_use]
    pub(crate) fn with_account(mut self, account: Account) -> Self {
        self.account = Some(account);
        self
    }

    /// What makes up for what was missed.
    pub fn account(&self) -> Option<&Account> {
        self.account.as_ref()
    }

    /// The process ends, and another one begins with what it left in its store.
    pub(crate) fn crash(
        &mut self,
        now: Instant,
        down: Duration,
        network: &mut Network,
        checks: &mut Checks,
    ) {
        network.crash(now, self.index);
        self.see(now, checks, ClientFact::Crashed);
        self.seed = self.seed.wrapping_add(1);
        self.session = Session::new(self.config.clone(), self.seed);
        self.program = self.program.reborn();
        self.account = self.account.as_ref().map(Account::reborn);
        self.inbox.clear();
        self.local = Instant::ORIGIN;
        let then = Waking {
            wake: false,
            timers_first: false,
            begins: true,
        };
        self.asleep = Some((now + down, then));
        if down.is_zero() {
            self.handle_timeout(now, network, checks);
        }
    }

    /// It wants to hear its user's own channel, if it does not yet.
    pub(crate) fn listen(&mut self, now: Instant, network: &mut Network, checks: &mut Checks) {
        if !self.program.wants_own() {
            self.ask(now, Ask::Subscribe(OWN), network, checks);
        }
        self.ask(now, Ask::Connect, network, checks);
    }

    /// The next thing that is wanted of REST, and by which life of the program.
    pub(crate) fn poll_task(&mut self, now: Instant) -> Option<(u32, Task)> {
        let account = self.account.as_mut().filter(|_| self.asleep.is_none())?;
        Some((account.life, account.poll_task(now)?))
    }

    /// The program says something over REST.
    pub(crate) fn say(&mut self, now: Instant, to: &Recipient, checks: &mut Checks) {
        if let Some(account) = self.account.as_mut().filter(|_| self.asleep.is_none()) {
            let guid = account.say(now, to);
            self.see(now, checks, ClientFact::Sends(&guid));
        }
    }

    /// REST answered, or did not.
    pub(crate) fn handle_answer(&mut self, now: Instant, errand: Errand, checks: &mut Checks) {
        if let Some(account) = self.account.as_mut().filter(|one| one.life == errand.life) {
            account.answered(now, errand.task, errand.answer);
            self.hand_out(now, checks);
        }
    }

    /// The program acknowledges what it has.
    pub(crate) fn acknowledge(&mut self, now: Instant, checks: &mut Checks) {
        if let Some(account) = &mut self.account {
            let handed = account.acknowledge(&mut self.sabotage);
            self.see(now, checks, ClientFact::Acknowledged(&handed));
            self.see_baseline(now, checks);
        }
    }

    fn see_baseline(&mut self, now: Instant, checks: &mut Checks) {
        if self.account.as_mut().is_some_and(Account::finds_baseline) {
            self.see(now, checks, ClientFact::Baseline);
        }
    }

    fn hand_out(&mut self, now: Instant, checks: &mut Checks) {
        while let Some(account) = &mut self.account
            && let Some(handed) = account.poll_delivery(now)
        {
            let is_lazy = account.setting().is_lazy;
            for handed in self.sabotage.handed(handed) {
                self.see(now, checks, ClientFact::Handed(&handed));
            }
            if !is_lazy {
                self.acknowledge(now, checks);
            }
        }
        self.see_baseline(now, checks);
    }

    /// The program, to look at.
    pub fn program(&self) -> &Program {
        &self.program
    }

    /// Whether it is awake and has read everything that arrived.
    pub fn is_idle(&self) -> bool {
        self.asleep.is_none() && self.inbox.is_empty()
    }

    /// The limits it was given.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// The program asks for something.
    pub fn ask(&mut self, now: Instant, ask: Ask, network: &mut Network, checks: &mut Checks) {
        // Whoever wants everything does not give up the channel that it comes on.
        let forbidden = self.account.is_some() && self.program.would_leave(ask, OWN);
        if self.asleep.is_none() && !forbidden {
            self.look_at_clock(now);
            if let Some(account) = &mut self.account
                && let Some(channel) = self.program.would_unwatch(ask)
            {
                account.watch(channel.as_str(), false);
            }
            self.program
                .ask(now, self.local, ask, &mut self.session, checks);
            self.drain(now, network, checks);
            self.rest(now, true, checks);
        }
    }

    /// It wants to hear of everything, and be heard, whatever was asked for before.
    pub fn settle_down(&mut self, now: Instant, network: &mut Network, checks: &mut Checks) {
        if self.account.is_some() {
            self.ask(now, Ask::Subscribe(OWN), network, checks);
        }
        for ask in [Ask::HoldBack(false), Ask::Connect] {
            self.ask(now, ask, network, checks);
        }
    }

    /// Program and machine do nothing until then.
    pub fn sleep(&mut self, now: Instant, until: Instant, then: Waking, checks: &mut Checks) {
        let before = self.asleep;
        if before.is_none_or(|(before, _)| before < until) {
            let begins = before.is_some_and(|(_, then)| then.begins);
            self.asleep = Some((until, Waking { begins, ..then }));
            self.see(now, checks, ClientFact::Asked(Asked::Sleep(until)));
        }
    }

    /// Its clock jumps.
    pub fn jump(&mut self, now: Instant, forward: bool, by: Duration, checks: &mut Checks) {
        let Skew { ahead, behind } = &mut self.ahead;
        *(if forward { ahead } else { behind }) += by;
        let shown = self.ahead.shown(now);
        self.see(now, checks, ClientFact::Asked(Asked::Jump(shown)));
    }

    /// Something has arrived.
    pub fn handle_arrival(
        &mut self,
        now: Instant,
        lane: LaneId,
        what: Arrived,
        network: &mut Network,
        checks: &mut Checks,
    ) {
        if self.asleep.is_some() {
            self.inbox.push_back((lane, what));
            return;
        }
        self.look_at_clock(now);
        self.take_in(now, lane, what, network, checks);
        self.drain(now, network, checks);
        // Timers that are due at this very moment have not rung yet.
        self.rest(now, false, checks);
    }

    /// Time has passed.
    pub fn handle_timeout(&mut self, now: Instant, network: &mut Network, checks: &mut Checks) {
        let mut waking = None;
        if let Some((until, then)) = self.asleep {
            if now < until {
                return;
            }
            self.asleep = None;
            waking = Some(then);
        }
        self.look_at_clock(now);
        if let Some(then) = waking {
            if then.begins {
                self.listen(now, network, checks);
            }
            if then.wake {
                self.see(now, checks, ClientFact::Asked(Asked::Wake));
                self.session.handle_wake(self.local);
            }
            if then.timers_first {
                self.session.handle_timeout(self.local);
                self.drain(now, network, checks);
            }
            while let Some((lane, what)) = self.inbox.pop_front() {
                self.take_in(now, lane, what, network, checks);
                self.drain(now, network, checks);
            }
        }
        self.session.handle_timeout(self.local);
        self.program.handle_timeout(now, &mut self.session, checks);
        if let Some(account) = &mut self.account {
            account.handle_timeout(now);
        }
        self.drain(now, network, checks);
        self.rest(now, true, checks);
    }

    fn look_at_clock(&mut self, now: Instant) {
        self.local = self.local.max(self.ahead.shown(now));
    }

    fn see(&self, now: Instant, checks: &mut Checks, fact: ClientFact<'_>) {
        checks.see(now, &Fact::Client(self.index, fact));
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("session", &self.session)
            .field("program", &self.program)
            .finish_non_exhaustive()
    }
}

impl Skew {
    fn shown(self, now: Instant) -> Instant {
        let ahead = now + self.ahead;
        Instant::ORIGIN + (ahead - (Instant::ORIGIN + self.behind))
    }
}

/// Which of a program's channels is the account's own.
const OWN: usize = 0;
