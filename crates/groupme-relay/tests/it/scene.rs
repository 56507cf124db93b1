//! Nodes over a broker in memory and a town, in virtual time and without faults.

use core::time::Duration;

use groupme_client::Token;
use groupme_relay::{
    AccountName, AccountRecord, Broker as _, Keys, MemoryBroker, Node, NodeId, NodeSettings,
    Stored, Word,
};
use relay_sim::town::Town;
use tokio::{sync::watch, task::JoinHandle, time::sleep};

pub(crate) struct Scene {
    pub(crate) broker: MemoryBroker,
    pub(crate) town: Town,
    pub(crate) keys: Keys,
    pub(crate) account: AccountName,
}

/// Node that runs.
pub(crate) struct Running {
    pub(crate) task: JoinHandle<()>,
    pub(crate) broker: MemoryBroker,
    pub(crate) gate: watch::Sender<bool>,
}

impl Scene {
    /// Returns a scene with one account.
    pub(crate) async fn new() -> Self {
        let scene = Self {
            broker: MemoryBroker::new(Duration::from_secs(6), 1),
            town: Town::default(),
            keys: Keys::parse(&Keys::generate().unwrap()).unwrap(),
            account: AccountName::new("t", "1000").unwrap(),
        };
        scene.add(&scene.account, 1).await;
        scene
    }

    /// Adds an account, or sets its generation.
    pub(crate) async fn add(&self, account: &AccountName, generation: u64) {
        let token = Token::new(format!("token-{}", account.user())).unwrap();
        let record = AccountRecord::new(self.keys.seal(account, &token).unwrap(), generation);
        self.broker
            .set_account(account, Some(&record))
            .await
            .unwrap();
    }

    pub(crate) fn start(&self, number: u64) -> Running {
        self.start_with(number, NodeSettings::default())
    }

    pub(crate) fn start_with(&self, number: u64, settings: NodeSettings) -> Running {
        let broker = self.broker.connect();
        let gate = watch::Sender::new(true);
        let node = Node::new(
            NodeId::new(number),
            broker.clone(),
            self.town.seen_by(number, gate.subscribe()),
            self.keys.clone(),
            settings,
        );
        Running {
            task: tokio::spawn(node.run(core::future::pending())),
            broker,
            gate,
        }
    }

    /// Waits until the account has been claimed so many times.
    pub(crate) async fn until_claimed(&self, times: usize) {
        self.until(|log| claims(log) >= times).await;
        // The requests are taken after the claim.
        sleep(Duration::from_millis(10)).await;
    }

    /// Waits until the log fits.
    pub(crate) async fn until(&self, fits: impl Fn(&[Stored]) -> bool) -> Vec<Stored> {
        for _ in 0..5000 {
            let log = self.broker.log(&self.account);
            if fits(&log) {
                return log;
            }
            sleep(Duration::from_millis(20)).await;
        }
        panic!("{:#?}", self.broker.log(&self.account));
    }
}

pub(crate) fn claims(log: &[Stored]) -> usize {
    log.iter().filter(|entry| entry.is(Word::Claim)).count()
}

/// Returns the bodies of all events.
pub(crate) fn bodies(log: &[Stored]) -> Vec<&str> {
    let events = log.iter().filter(|entry| entry.event.is_some());
    events
        .map(|entry| core::str::from_utf8(&entry.body).unwrap())
        .collect()
}
