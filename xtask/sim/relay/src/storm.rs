//! One storm: nodes, people and programs, and the faults that a seed draws.

use core::{
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};
use std::sync::{Arc, Mutex};

use groupme_client::Token;
use groupme_relay::{
    AccountName, AccountRecord, Broker as _, Faults, Keys, MemoryBroker, Node, NodeId,
    NodeSettings, Request,
};
use tokio::{
    runtime::Builder,
    sync::watch,
    task::{JoinHandle, JoinSet},
    time::{Instant, sleep},
};

use crate::{
    broker::{Sabotage, Sabotaged},
    consumer::consume,
    invariants::{self, Limits},
    town::Town,
};

/// One node, as a process that can be killed and stopped.
struct Process {
    task: JoinHandle<()>,
    broker: Sabotaged,
    gate: watch::Sender<bool>,
}

struct Storm {
    random: fastrand::Rng,
    broker: Sabotaged,
    town: Town,
    keys: Keys,
    accounts: Vec<AccountName>,
    nodes: Vec<Process>,
    limits: Limits,
    /// Programs that send messages through the relay: each returns the message's id, and whether the relay
    /// said that it was sent.
    callers: JoinSet<(String, bool)>,
    calls: u32,
    consumer: JoinHandle<()>,
    tails_lost: Arc<AtomicU32>,
    doubled: Arc<Mutex<Vec<String>>>,
    began: Instant,
}

/// Outcome of a storm.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Report {
    /// Broken invariants; none in a run that is as it should be.
    pub faults: Vec<String>,
    /// Entries in the logs.
    pub entries: usize,
    /// Messages that were sent through the relay.
    pub calls: u32,
    /// Number of these requests that were answered.
    pub answered: u32,
}

/// Runs a storm in virtual time.
pub fn run(seed: u64, sabotage: Option<Sabotage>) -> Report {
    let runtime = Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap();
    runtime.block_on(async {
        let mut storm = Storm::new(seed, sabotage).await;
        storm.rage(400).await;
        storm.settle().await;
        storm.report().await
    })
}

impl Storm {
    async fn new(seed: u64, sabotage: Option<Sabotage>) -> Self {
        let memory = MemoryBroker::new(LEASE, seed);
        let broker = Sabotaged::new(memory, sabotage);
        let keys = Keys::parse(&Keys::generate().unwrap()).unwrap();
        let mut random = fastrand::Rng::with_seed(seed);
        let accounts: Vec<_> = (0..random.u32(1..9))
            .map(|user| AccountName::new("t", &(1000 + user).to_string()).unwrap())
            .collect();
        for account in &accounts {
            let token = Token::new(format!("token-{}", account.user())).unwrap();
            let record = AccountRecord::new(keys.seal(account, &token).unwrap(), 1);
            broker.set_account(account, Some(&record)).await.unwrap();
        }
        let town = Town::default();
        let has_losses = random.u32(0..4) == 0;
        if has_losses {
            town.keep(random.usize(3..12));
        }
        let limits = Limits {
            has_losses,
            snapshot_every: 20,
            starts_per_second: random.u32(1..5),
            starts_at_once: random.u32(1..5),
            time: Duration::ZERO,
        };
        let (tails_lost, doubled) = (Arc::default(), Arc::default());
        let consumer = consume(
            broker.inner().connect(),
            accounts.clone(),
            Arc::clone(&tails_lost),
            Arc::clone(&doubled),
        );
        let mut storm = Self {
            broker,
            town,
            keys,
            accounts,
            nodes: Vec::new(),
            limits,
            callers: JoinSet::new(),
            calls: 0,
            consumer: tokio::spawn(consumer),
            tails_lost,
            doubled,
            began: Instant::now(),
            random,
        };
        for _ in 0..storm.random.u32(2..6) {
            storm.start_node();
        }
        storm
    }

    fn start_node(&mut self) {
        // Clocks differ by seconds.
        let broker = self.broker.connect(self.random.i64(-2000..2000));
        let gate = watch::Sender::new(true);
        let mut settings = NodeSettings::default();
        settings.snapshot_every = self.random.u64(2..20);
        settings.starts_per_second = self.limits.starts_per_second;
        settings.starts_at_once = self.limits.starts_at_once;
        let number = self.random.u64(..);
        let node = Node::new(
            NodeId::new(number),
            broker.clone(),
            self.town.seen_by(number, gate.subscribe()),
            self.keys.clone(),
            settings,
        );
        self.nodes.push(Process {
            task: tokio::spawn(node.run(core::future::pending())),
            broker,
            gate,
        });
    }

    /// Lets people write while faults happen.
    async fn rage(&mut self, steps: u32) {
        let faults = {
            let mut faults = Faults::default();
            faults.delay = Duration::from_millis(self.random.u64(0..200));
            faults.lost_requests = self.random.u32(0..80);
            faults.lost_answers = self.random.u32(0..80);
            faults.doubled = self.random.u32(0..80);
            faults.late = self.random.u32(0..50);
            faults.failures = self.random.u32(0..50);
            faults
        };
        self.broker.inner().set_faults(faults);
        for _ in 0..steps {
            sleep(Duration::from_millis(self.random.u64(1..400))).await;
            self.speak();
            if self.random.u32(0..20) == 0 {
                self.call();
            }
            if self.random.u32(0..60) == 0 {
                self.fault().await;
            }
        }
    }

    fn speak(&mut self) {
        let account = self.accounts[self.random.usize(..self.accounts.len())].clone();
        for _ in 0..self.random.u32(1..4) {
            self.town.say(&account, self.random.u64(1..4));
        }
    }

    /// Lets a program send a message through the relay, and repeat that for half a minute.
    fn call(&mut self) {
        self.calls += 1;
        let guid = format!("guid-{}", self.calls);
        let account = self.accounts[self.random.usize(..self.accounts.len())].clone();
        let broker = self.broker.connect(0);
        let patience = Duration::from_millis(self.random.u64(500..8000));
        self.callers.spawn(async move {
            let end = Instant::now() + Duration::from_secs(30);
            while Instant::now() < end {
                let deadline = broker.unix_time() + patience;
                let body = r#"{"conversation":"1","text":"by the relay"}"#;
                let request = Request::new(account.clone(), "send", deadline, body);
                match broker.request(&request.with_source_guid(&guid)).await {
                    Ok(_) => return (guid, true),
                    Err(error) => assert!(error.code.is_transient(), "{error}"),
                }
                sleep(Duration::from_millis(300)).await;
            }
            (guid, false)
        });
    }

    async fn fault(&mut self) {
        let node = self.random.usize(..self.nodes.len());
        match self.random.u32(0..7) {
            0 => {
                self.nodes.swap_remove(node).task.abort();
                self.start_node();
            }
            1 => {
                // Stopped, for longer than the lease or not.
                self.nodes[node].gate.send_replace(false);
                self.nodes[node].broker.inner().set_cut(true);
                self.pass(1..20).await;
                self.nodes[node].broker.inner().set_cut(false);
                self.nodes[node].gate.send_replace(true);
            }
            2 => {
                self.nodes[node].broker.inner().set_cut(true);
                self.pass(1..20).await;
                self.nodes[node].broker.inner().set_cut(false);
            }
            3 => self.broker.inner().expire_nodes(),
            5 => {
                // Cut off from GroupMe, not from the broker.
                self.nodes[node].gate.send_replace(false);
                self.pass(1..20).await;
                self.nodes[node].gate.send_replace(true);
            }
            4 => {
                self.broker.inner().stop();
                self.pass(1..10).await;
                self.broker.inner().start_without(0);
            }
            _ => {
                // The tail is lost while a node is stopped, which knows nothing of it.
                self.nodes[node].gate.send_replace(false);
                self.nodes[node].broker.inner().set_cut(true);
                self.broker.inner().stop();
                self.pass(1..5).await;
                let lost = self.random.u64(0..6);
                self.tails_lost.fetch_add(1, Ordering::Relaxed);
                self.broker.inner().start_without(lost);
                self.pass(1..15).await;
                self.nodes[node].broker.inner().set_cut(false);
                self.nodes[node].gate.send_replace(true);
            }
        }
    }

    /// Lets people write for some seconds.
    async fn pass(&mut self, seconds: core::ops::Range<u32>) {
        for _ in 0..self.random.u32(seconds) {
            self.speak();
            sleep(Duration::from_secs(1)).await;
        }
    }

    /// Ends all faults, and lets each account have a last message, which has to arrive within the time to
    /// settle.
    async fn settle(&mut self) {
        self.broker.inner().set_faults(Faults::default());
        for account in &self.accounts {
            self.town.say(account, 1);
        }
        sleep(LEASE * 5).await;
        self.consumer.abort();
        sleep(SETTLE).await;
        // An account that moves right now has two clients until the earlier node looks.
        for _ in 0..10 {
            let mut accounts = self.accounts.iter();
            if accounts.all(|account| self.town.clients(account).len() == 1) {
                break;
            }
            sleep(Duration::from_secs(1)).await;
        }
    }

    /// Returns what is wrong with messages that were sent through the relay, and how many requests
    /// were answered. A program gives up after half a minute, and an account may be contested for
    /// longer, so that a storm without any answer is no fault.
    async fn faults_of_calls(&mut self) -> (Vec<String>, u32) {
        let mut faults = Vec::new();
        let mut done = 0;
        while let Some(call) = self.callers.join_next().await {
            let (guid, is_done) = call.unwrap();
            let times = self.town.times_sent(&guid);
            if times > 1 || (is_done && times == 0) {
                faults.push(format!(
                    "{guid} was sent {times} times; the relay said {is_done}"
                ));
            }
            done += u32::from(is_done);
        }
        (faults, done)
    }

    /// Compares the logs with what was said.
    async fn report(mut self) -> Report {
        let (faults, answered) = self.faults_of_calls().await;
        let mut report = Report {
            faults,
            answered,
            entries: 0,
            calls: self.calls,
        };
        self.limits.time = self.began.elapsed();
        report.faults.append(&mut self.doubled.lock().unwrap());
        report
            .faults
            .extend(invariants::pace(&self.town, &self.limits));
        for account in &self.accounts {
            let log = self.broker.inner().log(account);
            report.entries += log.len();
            let faults = invariants::check(account, &log, &self.town, &self.limits);
            report.faults.extend(faults);
        }
        report
    }
}

const LEASE: Duration = Duration::from_secs(6);

/// Time after the last fault within which every account is whole: leases, back-offs of quarrels, claims.
const SETTLE: Duration = Duration::from_mins(12);
