//! Messages of an outbox leave in order, once, and after a restart.

use core::time::Duration;
use std::{fs, io::Write as _, sync::mpsc};

use groupme_client::{
    Client, Error, FileOutbox, GroupId, Outbox, OutboxError, OutboxMessage, OutboxStore,
    RestOptions, StoreError, Token, UserId,
};
use groupme_sim::{FaultPlan, Probability, Sim};

use crate::account::{builder, sim, soon};

/// Returns a client that makes this many attempts, one right after the other.
pub(crate) fn client(sim: &Sim, attempts: u32) -> Client {
    let mut options = RestOptions::with_base_url(&sim.root_url()).unwrap();
    options.request_interval = Duration::from_millis(1);
    options.retry.attempts = attempts;
    options.retry.backoff_base = Duration::from_millis(1);
    builder(sim).rest_options(options).connect().unwrap()
}

/// Makes a percentage of the requests fail; half of those take effect nevertheless.
pub(crate) fn fail(sim: &Sim, percent: u8) {
    let mut plan = FaultPlan::new(7);
    plan.rest.probability = Probability::percent(percent.into());
    sim.set_faults(plan);
}

/// Returns the texts of the user's messages in the group, oldest first.
fn sent(sim: &Sim) -> Vec<String> {
    let cast = *sim.cast();
    let mut texts: Vec<_> = sim.with_world(|world| {
        let messages = world.messages(cast.lake.into());
        let own = messages.filter(|message| message.author() == cast.me);
        own.filter_map(|message| message.text().map(str::to_owned))
            .collect()
    });
    texts.reverse();
    texts
}

#[tokio::test]
async fn messages_leave_in_order_and_once_while_requests_fail() {
    let sim = sim().await;
    let group = GroupId::from(sim.cast().lake);
    let outbox = Outbox::new(&client(&sim, 50).handle()).unwrap();
    let before = sent(&sim).len();
    fail(&sim, 50);
    let expected: Vec<_> = (0..12).map(|number| format!("message {number}")).collect();
    let mut last = None;
    for text in &expected {
        last = Some(outbox.send(&group, text.as_str()).unwrap());
    }
    let elsewhere = outbox.send(UserId::from(sim.cast().mara), "in private");
    assert_eq!(outbox.len(), 13);
    soon(outbox.flush()).await;
    assert_eq!(sent(&sim)[before..], expected);
    assert!(last.unwrap().await.is_ok());
    assert!(elsewhere.unwrap().await.is_ok());
    assert!(outbox.is_empty());
}

#[tokio::test]
async fn a_message_is_tried_again_after_the_client_has_given_up() {
    let sim = sim().await;
    let group = GroupId::from(sim.cast().lake);
    let outbox = Outbox::new(&client(&sim, 1).handle()).unwrap();
    let before = sent(&sim).len();
    fail(&sim, 100);
    let requests = sim.rest_requests();
    let queued = outbox.send(&group, "at last").unwrap();
    soon(sim.until_rest_requests(requests + 1)).await.unwrap();
    sim.clear_faults();
    soon(queued).await.unwrap();
    assert_eq!(sent(&sim)[before..], ["at last"]);
}

#[tokio::test]
async fn a_message_that_is_refused_does_not_hold_the_next_one_back() {
    let sim = sim().await;
    let group = GroupId::from(sim.cast().lake);
    let outbox = Outbox::new(&client(&sim, 1).handle()).unwrap();
    let refused = outbox.send(&group, "x".repeat(1_001)).unwrap();
    let parts = outbox.send_text(&group, &"x".repeat(1_001)).unwrap();
    assert_eq!(parts.len(), 2);
    assert!(matches!(soon(refused).await, Err(OutboxError::Send(_))));
    for part in parts {
        soon(part).await.unwrap();
    }
    let texts = sent(&sim);
    assert!(texts[texts.len() - 2].starts_with("(1/2) xxx"));
    assert!(texts[texts.len() - 1].starts_with("(2/2) xxx"));

    let without = builder(&sim).connect().unwrap().handle();
    assert!(matches!(Outbox::new(&without), Err(Error::NoRest)));
}

/// Store that reports each message it has added.
struct Reporting(FileOutbox, mpsc::Sender<()>);

impl OutboxStore for Reporting {
    fn load(&mut self) -> Result<Vec<OutboxMessage>, StoreError> {
        self.0.load()
    }

    fn add(&mut self, message: &OutboxMessage) -> Result<(), StoreError> {
        self.0.add(message)?;
        self.1.send(()).unwrap();
        Ok(())
    }

    fn remove(&mut self, guid: &str) -> Result<(), StoreError> {
        self.0.remove(guid)
    }
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap()
}

#[test]
fn unsent_messages_are_sent_after_a_restart_and_none_twice() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("outbox");
    let world = runtime();
    let sim = world.block_on(sim());
    let group = GroupId::from(sim.cast().lake);
    let before = sent(&sim).len();

    // The first program sends one message, whose removal a crash loses, and then has no network.
    let first = runtime();
    let (added, saved) = mpsc::channel();
    let line = first.block_on(async {
        let store = Reporting(FileOutbox::open(&path).unwrap(), added.clone());
        let outbox = Outbox::open(&client(&sim, 1).handle(), store)
            .await
            .unwrap();
        let queued = outbox.send(&group, "one").unwrap();
        let line = format!(
            "{{\"add\":{{\"guid\":\"{}\",\"conversation\":\"{group}\",\
             \"draft\":{{\"text\":\"one\",\"attachments\":[]}}}}}}\n",
            queued.guid()
        );
        soon(queued).await.unwrap();
        line
    });
    saved.recv().unwrap();
    drop(first);
    assert_eq!(fs::read_to_string(&path).unwrap(), "");
    fs::write(&path, line).unwrap();

    let second = runtime();
    second.block_on(async {
        let unreachable =
            Client::builder(Token::new(sim.token()).unwrap(), UserId::new(sim.user_id()))
                .gateway_url(sim.gateway_url())
                .api_url("http://127.0.0.1:9")
                .connect()
                .unwrap();
        let store = Reporting(FileOutbox::open(&path).unwrap(), added);
        let in_use = FileOutbox::open(&path).unwrap_err();
        assert!(
            format!("{in_use:?}").contains("another outbox"),
            "{in_use:?}"
        );
        let outbox = Outbox::open(&unreachable.handle(), store).await.unwrap();
        for text in ["two", "three"] {
            drop(outbox.send(&group, text).unwrap());
        }
    });
    for _ in 0..2 {
        saved.recv().unwrap();
    }
    drop(second);
    // The crash cuts a line.
    let mut file = fs::OpenOptions::new().append(true).open(&path).unwrap();
    file.write_all(b"{\"add\":{\"gu").unwrap();
    drop(file);

    // GroupMe has forgotten the ids of what it was sent.
    sim.with_world(|world| world.advance_calendar(Duration::from_secs(61)));
    let third = runtime();
    third.block_on(async {
        let store = FileOutbox::open(&path).unwrap();
        let outbox = Outbox::open(&client(&sim, 1).handle(), store)
            .await
            .unwrap();
        assert_eq!(outbox.len(), 3);
        soon(outbox.flush()).await;
    });
    assert_eq!(sent(&sim)[before..], ["one", "two", "three"]);
    assert_eq!(fs::read_to_string(&path).unwrap(), "");
}
