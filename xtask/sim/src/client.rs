//! The client's side, from the bottom up: session, wire, model, program.

mod account;
mod batch;
mod program;

use core::{fmt, time::Duration};
use std::collections::VecDeque;

use bayeux_proto::{Action, Close, Config, Instant, LaneId, Outgoing, Session, Verdict};
use bayeux_wire::{Decoder, Frame};
use groupme_model::EventRef;

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
    network::{Arrived, Network, Payload},
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
    pub(crate) fn crash(&mut self, now: Instant, network: &mut Network, checks: &mut Checks) {
        network.crash(now, self.index);
        self.see(now, checks, ClientFact::Crashed);
        self.seed = self.seed.wrapping_add(1);
        self.session = Session::new(self.config.clone(), self.seed);
        self.program = self.program.reborn();
        self.account = self.account.as_ref().map(Account::reborn);
        self.inbox.clear();
        self.asleep = None;
        self.local = Instant::ORIGIN;
        self.listen(now, network, checks);
    }

    /// It wants to hear its user's own channel, if it does not yet.
    pub(crate) fn listen(&mut self, now: Instant, network: &mut Network, checks: &mut Checks) {
        if !self.program.wants_own() {
            self.ask(now, Ask::Subscribe(OWN), network, checks);
        }
        self.ask(now, Ask::Connect, network, checks);
    }

    /// The next thing that is wanted of REST, and by which life of the program.
    pub(crate) fn poll_task(&mut self) -> Option<(u32, Task)> {
        let account = self.account.as_mut().filter(|_| self.asleep.is_none())?;
        Some((account.life, account.poll_task()?))
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
                && let Some((channel, is_watched)) = self.program.would_watch(ask)
            {
                account.watch(channel.as_str(), is_watched);
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
        let longer = self.asleep.is_none_or(|(before, _)| before < until);
        if longer {
            self.asleep = Some((until, then));
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

    fn take_in(
        &mut self,
        now: Instant,
        lane: LaneId,
        what: Arrived,
        network: &mut Network,
        checks: &mut Checks,
    ) {
        match what {
            Arrived::Opened => {
                self.see(now, checks, ClientFact::Opened(lane));
                self.session.handle_open(self.local, lane);
            }
            Arrived::Pong => self.session.handle_pong(self.local, lane),
            Arrived::Closed(why) => self.lose(now, lane, why, checks),
            Arrived::Frame(payload) => {
                if !self.read(now, lane, &payload, checks) {
                    network.close(now, self.index, lane);
                    self.lose(now, lane, Close::Garbage, checks);
                }
            }
            Arrived::Answer(payload) => {
                let read = self.read(now, lane, &payload, checks);
                let why = if read {
                    Close::Complete
                } else {
                    Close::Garbage
                };
                self.lose(now, lane, why, checks);
            }
            Arrived::Begin(..) | Arrived::Payload(_) | Arrived::Hangup => {}
        }
    }

    fn lose(&mut self, now: Instant, lane: LaneId, why: Close, checks: &mut Checks) {
        self.see(now, checks, ClientFact::Closed(lane, why));
        let lost = why != Close::Complete && self.sabotage.what == Some(Sabotage::LoseClose);
        if !lost {
            self.session.handle_close(self.local, lane, why);
        }
    }

    /// Hands in the messages of a payload; false if it has none. As the transport's driver does it.
    fn read(&mut self, now: Instant, lane: LaneId, payload: &Payload, checks: &mut Checks) -> bool {
        let mut frame = core::mem::take(&mut self.frame);
        frame.clear();
        frame.extend_from_slice(&payload.bytes);
        let read = self.decoder.decode(&mut frame).is_ok() && frame.messages().len() > 0;
        if read {
            let fact = ClientFact::Arrived {
                lane,
                local: self.local,
                published: payload.published,
                size: payload.bytes.len() + self.sabotage.noise(),
            };
            self.see(now, checks, fact);
            for message in frame.messages() {
                let envelope = message.envelope();
                if envelope.successful.is_some() {
                    let message = &envelope;
                    self.see(now, checks, ClientFact::Replied { lane, message });
                    self.sabotage.replied(message);
                }
                let verdict = self.session.handle_message(self.local, lane, &envelope);
                self.tell(now, checks);
                if verdict == Verdict::Deliver {
                    self.deliver(now, &message, checks);
                }
            }
        }
        self.frame = frame;
        read
    }

    fn deliver(&mut self, now: Instant, message: &bayeux_wire::Message<'_>, checks: &mut Checks) {
        let Some(data) = message.data() else {
            return;
        };
        let number = |name| data.get(name).and_then(bayeux_wire::Value::as_u64);
        let kind = EventRef::from_value(data).kind();
        if let Some(account) = &mut self.account {
            account.pushed(now, &EventRef::from_value(data));
        }
        let (channel, tag) = (message.channel(), number("sim"));
        for (channel, tag) in self.sabotage.deliveries(channel, tag) {
            let fact = ClientFact::Delivered {
                channel: &channel,
                tag,
                own: number("own"),
                kind,
            };
            self.see(now, checks, fact);
            self.program.delivered(tag, &channel);
        }
    }

    fn tell(&mut self, now: Instant, checks: &mut Checks) {
        while let Some(event) = self.session.poll_event() {
            for event in self.sabotage.events(event) {
                self.see(now, checks, ClientFact::Told(&event));
                self.program.told(now, &event);
                if let Some(account) = &mut self.account {
                    let own = self.program.is_own(&event);
                    account.told(now, &event, own, self.program.hears_own());
                }
            }
        }
    }

    fn drain(&mut self, now: Instant, network: &mut Network, checks: &mut Checks) {
        loop {
            self.out.clear();
            let (token, local) = (&self.token, self.local);
            let mut ext = |outgoing: Outgoing<'_>, out: &mut Vec<u8>| {
                if matches!(outgoing, Outgoing::Subscribe(_) | Outgoing::Publish(_)) {
                    out.extend_from_slice(br#"{"access_token":""#);
                    out.extend_from_slice(token.as_bytes());
                    out.extend_from_slice(br#""}"#);
                }
            };
            let Some(action) = self.session.poll_action(local, &mut ext, &mut self.out) else {
                break;
            };
            self.act(now, action, network, checks);
            if checks.has_failed() {
                return;
            }
        }
        self.tell(now, checks);
        self.hand_out(now, checks);
    }

    fn rest(&mut self, now: Instant, rung: bool, checks: &mut Checks) {
        let mut usage = self.session.usage();
        let deadline = self.session.poll_timeout().filter(|_| rung);
        let mut deadline = deadline.map(|deadline| deadline.at);
        match self.sabotage.what {
            Some(Sabotage::GrowQueue) => {
                self.sabotage.count += 1;
                usage.waiting += usize::try_from(self.sabotage.count * 8).unwrap_or(usize::MAX);
            }
            Some(Sabotage::Spin) if self.sabotage.handshakes > 0 => deadline = Some(self.local),
            _ => {}
        }
        let fact = ClientFact::Rested {
            local: self.local,
            deadline,
            usage,
        };
        self.see(now, checks, fact);
    }

    fn act(&mut self, now: Instant, action: Action, network: &mut Network, checks: &mut Checks) {
        self.sabotage.out(&mut self.out);
        let mut times = 1;
        if let Some(sabotage) = self.sabotage.what {
            match (sabotage, action) {
                (Sabotage::SecondConnect, Action::Send(_)) if self.wrote("/meta/connect") => {
                    self.sabotage.count += 1;
                    times += u32::from(self.sabotage.count.is_multiple_of(10));
                }
                (Sabotage::PublishTwice, Action::Send(_)) if self.wrote(r#""own""#) => times = 2,
                (Sabotage::LeakLane, Action::Close(_)) => return,
                (Sabotage::UseDeadLane, Action::Close(lane)) => self.sabotage.spared = Some(lane),
                (Sabotage::NeverResubscribe, Action::Send(_))
                    if self.sabotage.handshakes > 1 && self.wrote("/meta/subscribe") =>
                {
                    return;
                }
                (Sabotage::Panic, Action::Ping(_)) => {
                    panic!("a panic on purpose: somebody pinged");
                }
                _ => {}
            }
        }
        for _ in 0..times {
            self.see(now, checks, ClientFact::Acted(self.local, action));
            self.see_batch(now, action, checks);
            self.perform(now, action, network);
        }
        if let (Some(lane), Action::Open(_)) = (self.sabotage.spared, action) {
            let late = Action::Ping(lane);
            self.see(now, checks, ClientFact::Acted(self.local, late));
        }
    }

    fn wrote(&self, what: &str) -> bool {
        self.out
            .windows(what.len())
            .any(|window| window == what.as_bytes())
    }

    fn see_batch(&mut self, now: Instant, action: Action, checks: &mut Checks) {
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
            self.see(now, checks, fact);
        }
        self.batch = batch;
    }

    fn perform(&self, now: Instant, action: Action, network: &mut Network) {
        let (client, batch) = (self.index, &self.out);
        match action {
            Action::Open(lane) => network.open(now, client, lane),
            Action::Send(lane) => network.send(now, client, lane, batch),
            Action::Exchange(lane, kind) => network.exchange(now, client, lane, kind, batch),
            Action::Ping(lane) => network.ping(now, client, lane),
            Action::Close(lane) => network.close(now, client, lane),
            _ => {}
        }
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
