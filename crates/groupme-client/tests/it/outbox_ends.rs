//! Ends of an outbox: closed, or without its store.

use std::{fs, path::Path};

use groupme_client::{
    Builder, Client, Draft, Error, FileOutbox, GroupId, Outbox, OutboxError, OutboxMessage,
    OutboxStore, RestOptions, Status, StoreError, Token, UserId,
};
use groupme_sim::Sim;

use crate::{
    account::{builder, event, sim, soon, statuses_until},
    outbox::{client, fail},
};

/// Returns a client that hears of events and whose requests reach nobody.
fn unreachable(sim: &Sim) -> Client {
    let mut options = RestOptions::with_base_url("http://127.0.0.1:9").unwrap();
    options.retry.attempts = 1;
    Client::builder(Token::new(sim.token()).unwrap(), UserId::new(sim.user_id()))
        .gateway_url(sim.gateway_url())
        .rest_options(options)
        .connect()
        .unwrap()
}

fn reaching(sim: &Sim) -> Builder {
    builder(sim).api_url(sim.root_url())
}

async fn open(client: &Client, path: &Path) -> Outbox {
    Outbox::open(&client.handle(), FileOutbox::open(path).unwrap())
        .await
        .unwrap()
}

#[tokio::test]
async fn a_closed_outbox_leaves_what_was_not_sent_in_its_store_and_frees_the_store() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("outbox");
    let sim = sim().await;
    let group = GroupId::from(sim.cast().lake);
    let client = unreachable(&sim);
    let outbox = open(&client, &path).await;
    let clone = outbox.clone();
    let first = outbox.send(&group, "one").unwrap();
    let mara = UserId::from(sim.cast().mara);
    drop(outbox.send(mara, "two").unwrap());
    drop(outbox.send(&group, "three").unwrap());
    soon(outbox.close()).await;
    assert!(matches!(soon(first).await, Err(OutboxError::Stopped)));
    let refused = clone.send(&group, "four").unwrap_err();
    assert!(matches!(refused, Error::OutboxClosed));
    soon(clone.flush()).await;
    let mut kept = FileOutbox::open(&path).unwrap();
    let kept = kept.load().unwrap().into_iter();
    let drafts: Vec<_> = kept.map(|message| message.draft).collect();
    assert_eq!(drafts, ["one", "two", "three"].map(Draft::new));
}

#[tokio::test]
async fn a_message_that_is_saved_is_in_the_store() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("outbox");
    let sim = sim().await;
    let client = unreachable(&sim);
    let outbox = open(&client, &path).await;
    let group = GroupId::from(sim.cast().lake);
    let queued = outbox.send(&group, "one").unwrap();
    let queued = soon(queued.saved()).await.unwrap();
    let stored = fs::read_to_string(&path).unwrap();
    assert!(stored.contains(queued.guid().as_str()), "{stored}");
}

/// Store without space, or with a mistake.
struct Broken {
    panics: bool,
}

impl OutboxStore for Broken {
    fn load(&mut self) -> Result<Vec<OutboxMessage>, StoreError> {
        Ok(Vec::new())
    }

    fn add(&mut self, _: &OutboxMessage) -> Result<(), StoreError> {
        assert!(!self.panics, "a mistake");
        Err(StoreError::writing("no space is left"))
    }

    fn remove(&mut self, _: &str) -> Result<(), StoreError> {
        Ok(())
    }
}

#[tokio::test]
async fn a_message_that_cannot_be_saved_is_not_sent_and_a_lost_store_saves_no_later_one() {
    let sim = sim().await;
    let group = GroupId::from(sim.cast().lake);
    let client = reaching(&sim).connect().unwrap();
    let before = sim.with_world(|world| world.messages(sim.cast().lake.into()).count());
    for panics in [false, true] {
        let outbox = Outbox::open(&client.handle(), Broken { panics })
            .await
            .unwrap();
        for _ in 0..2 {
            let queued = outbox.send(&group, "one").unwrap();
            let error = soon(queued.saved()).await.unwrap_err();
            assert!(matches!(error, OutboxError::NotSaved(_)), "{error:?}");
        }
        let queued = outbox.send(&group, "one").unwrap();
        let error = soon(queued).await.unwrap_err();
        assert!(matches!(error, OutboxError::NotSaved(_)), "{error:?}");
        soon(outbox.flush()).await;
    }
    let after = sim.with_world(|world| world.messages(sim.cast().lake.into()).count());
    assert_eq!(after, before);
}

#[tokio::test]
async fn echoes_of_messages_of_an_earlier_run_are_the_programs_own() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("outbox");
    let sim = sim().await;
    let group = GroupId::from(sim.cast().lake);
    let first = unreachable(&sim);
    let outbox = open(&first, &path).await;
    let queued = outbox.send(&group, "before the end").unwrap();
    let guid = queued.guid().clone();
    soon(outbox.close()).await;
    drop(first);

    let mut second = client(&sim, 1);
    statuses_until(&mut second, |status| matches!(status, Status::CaughtUp)).await;
    // The search before the retry fails, and the outbox waits.
    fail(&sim, 100);
    let requests = sim.rest_requests();
    let _outbox = open(&second, &path).await;
    soon(sim.until_rest_requests(requests + 1)).await.unwrap();
    sim.clear_faults();
    // The request of the earlier run arrives late.
    let rest = reaching(&sim).into_rest().unwrap();
    rest.send_as(&group, "before the end", guid).await.unwrap();
    assert!(event(&mut second).await.is_own());
}
