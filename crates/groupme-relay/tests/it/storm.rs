//! Storms in virtual time: nodes that are killed, stopped and cut off, and a broker that loses answers,
//! delays and doubles requests, goes away and comes back without its last entries.

use core::time::Duration;
use std::collections::BTreeMap;

use groupme_client::Token;
use groupme_relay::{
    AccountName, AccountRecord, Broker as _, Faults, Keys, MemoryBroker, Node, NodeId,
    NodeSettings, Word,
};
use tokio::{runtime::Builder, sync::watch, task::JoinHandle, time::sleep};

use crate::{
    sabotaged::{Sabotage, Sabotaged},
    town::Town,
};

const LEASE: Duration = Duration::from_secs(6);

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
}

impl Storm {
    async fn new(seed: u64, sabotage: Sabotage) -> Self {
        let memory = MemoryBroker::new(LEASE, seed);
        let broker = Sabotaged::new(memory, sabotage);
        let keys = Keys::parse(&Keys::generate().unwrap()).unwrap();
        let accounts: Vec<_> = (0..5_u32)
            .map(|user| AccountName::new("t", &(1000 + user).to_string()).unwrap())
            .collect();
        for account in &accounts {
            let token = Token::new(&format!("token-{}", account.user())).unwrap();
            let record = AccountRecord::new(keys.seal(account, &token).unwrap(), 1);
            broker.set_account(account, Some(&record)).await.unwrap();
        }
        let mut storm = Self {
            random: fastrand::Rng::with_seed(seed),
            broker,
            town: Town::new(),
            keys,
            accounts,
            nodes: Vec::new(),
        };
        for _ in 0..3 {
            storm.start_node();
        }
        storm
    }

    fn start_node(&mut self) {
        let broker = self.broker.connect();
        let gate = watch::Sender::new(true);
        let mut settings = NodeSettings::default();
        settings.snapshot_every = self.random.u64(2..20);
        let node = Node::new(
            NodeId::new(self.random.u64(..)),
            broker.clone(),
            self.town.seen_by(gate.subscribe()),
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

    async fn fault(&mut self) {
        let node = self.random.usize(..self.nodes.len());
        match self.random.u32(0..6) {
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
        sleep(SETTLE).await;
    }

    /// Returns what is wrong with the logs.
    fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        for account in &self.accounts {
            let log = self.broker.inner().log(account);
            let mut place = 0;
            let mut claims = Vec::new();
            let mut appended: BTreeMap<String, Vec<String>> = BTreeMap::new();
            for entry in &log {
                let is_snapshot = entry.is(Word::Snapshot);
                if entry.place != place + u64::from(!is_snapshot) {
                    faults.push(format!("{account}: place {} after {place}", entry.place));
                }
                place = entry.place;
                if entry.is(Word::Claim) {
                    claims.push(&entry.claim);
                } else if claims.last() != Some(&&entry.claim) {
                    faults.push(format!("{account}: an append under an older claim"));
                }
                if entry.event.is_some() {
                    let body = core::str::from_utf8(&entry.body).unwrap();
                    let (conversation, message) = body.split_once('/').unwrap();
                    let messages = appended.entry(conversation.to_owned()).or_default();
                    messages.push(message.to_owned());
                }
            }
            let mut said: BTreeMap<String, Vec<String>> = BTreeMap::new();
            for message in self.town.messages().get(account).into_iter().flatten() {
                let messages = said.entry(message.conversation.to_string()).or_default();
                messages.push(message.id.to_string());
            }
            if appended != said {
                faults.push(format!("{account}: {said:?} said, {appended:?} appended"));
            }
        }
        faults
    }
}

/// Runs a storm and returns what is wrong afterwards.
fn storm(seed: u64, sabotage: Sabotage) -> Vec<String> {
    let runtime = Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap();
    runtime.block_on(async {
        let mut storm = Storm::new(seed, sabotage).await;
        storm.rage(400).await;
        storm.settle().await;
        storm.faults()
    })
}

#[test]
fn nothing_is_lost_duplicated_or_out_of_order_in_any_storm() {
    for seed in 0..SEEDS {
        let faults = storm(seed, Sabotage::Nothing);
        assert!(faults.is_empty(), "seed {seed}: {faults:#?}");
    }
}

#[test]
fn every_promise_that_a_broker_breaks_is_noticed() {
    for sabotage in [
        Sabotage::NoComparison,
        Sabotage::NoLook,
        Sabotage::IdsOfContent,
        Sabotage::StateElsewhere,
    ] {
        let noticed = (0..SEEDS).find(|seed| !storm(*seed, sabotage).is_empty());
        assert!(noticed.is_some(), "{sabotage:?}");
    }
}

/// Number of storms.
const SEEDS: u64 = 40;

/// Time after the last fault within which every account is whole: leases, back-offs of quarrels, claims.
const SETTLE: Duration = Duration::from_mins(12);
