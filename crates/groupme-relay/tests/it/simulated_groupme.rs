//! Accounts of a simulated GroupMe on real sockets, over a broker in memory.

use core::time::Duration;

use groupme_client::{
    RestClient, RestOptions, Token,
    sim::{Sim, SimGroupId, SimUserId},
};
use groupme_relay::{
    AccountName, AccountRecord, Broker as _, ErrorCode, GroupMe, Keys, MemoryBroker, Node, NodeId,
    NodeSettings, Request, RequestError, Stored, Word,
};
use serde_json::{Value, json};
use tokio::{sync::oneshot, task::JoinHandle, time::sleep};

struct Scene {
    sim: Sim,
    broker: MemoryBroker,
    keys: Keys,
    account: AccountName,
    group: SimGroupId,
    friend: SimUserId,
}

impl Scene {
    async fn new() -> Self {
        let sim = Sim::start().await.unwrap();
        let (user, token, group, friend) = sim.with_world(|world| {
            let user = world.add_user("account");
            let friend = world.add_user("a friend");
            let group = world.add_group("group", friend, &[user]).unwrap();
            (user, world.token(user).unwrap().to_owned(), group, friend)
        });
        let broker = MemoryBroker::new(Duration::from_secs(1), 1);
        let keys = Keys::parse(&Keys::generate().unwrap()).unwrap();
        let account = AccountName::new("t", &user.to_string()).unwrap();
        let token = Token::new(&token).unwrap();
        let record = AccountRecord::new(keys.seal(&account, &token).unwrap(), 1);
        broker.set_account(&account, Some(&record)).await.unwrap();
        Self {
            sim,
            broker,
            keys,
            account,
            group,
            friend,
        }
    }

    fn start_node(
        &self,
        number: u64,
        settings: NodeSettings,
    ) -> (JoinHandle<()>, oneshot::Sender<()>) {
        let options = RestOptions::with_base_url(&self.sim.root_url()).unwrap();
        let rest = RestClient::without_token(&options).unwrap();
        let source = GroupMe::new(self.sim.gateway_url(), rest);
        let broker = self.broker.connect();
        let node = Node::new(
            NodeId::new(number),
            broker,
            source,
            self.keys.clone(),
            settings,
        );
        let (stop, stopped) = oneshot::channel();
        let task = tokio::spawn(node.run(async {
            let _ = stopped.await;
        }));
        (task, stop)
    }

    fn say(&self, text: &str) {
        let said = self
            .sim
            .with_world(|world| world.say(self.group, self.friend, text));
        said.unwrap();
    }

    /// Sends a request to the account, and returns its result.
    async fn ask(&self, verb: &str, body: Value) -> Result<Value, RequestError> {
        let deadline = self.broker.unix_time() + Duration::from_secs(20);
        let request = Request::new(self.account.clone(), verb, deadline, body.to_string());
        let answer = self
            .broker
            .request(&request.with_source_guid("one"))
            .await?;
        Ok(serde_json::from_slice(&answer).unwrap())
    }

    /// Waits until the log fits.
    async fn until(&self, fits: impl Fn(&[Stored]) -> bool) -> Vec<Stored> {
        for _ in 0..1000 {
            let log = self.broker.log(&self.account);
            if fits(&log) {
                return log;
            }
            sleep(Duration::from_millis(20)).await;
        }
        panic!("{:#?}", self.broker.log(&self.account));
    }

    /// Waits until a text is appended, and returns all texts.
    async fn until_text(&self, text: &str) -> Vec<String> {
        let log = self
            .until(|log| texts(log).iter().any(|known| known == text))
            .await;
        texts(&log)
    }
}

fn texts(log: &[Stored]) -> Vec<String> {
    let messages = log.iter().filter(|entry| &*entry.kind == "line.create");
    messages
        .map(|entry| serde_json::from_slice::<Value>(&entry.body).unwrap())
        .filter(|data| data["subject"]["user_id"] != "system")
        .map(|data| data["subject"]["text"].as_str().unwrap().to_owned())
        .collect()
}

fn has(word: Word) -> impl Fn(&[Stored]) -> bool {
    move |log| {
        let last_claim = log.iter().rposition(|entry| entry.is(Word::Claim));
        let since = &log[last_claim.unwrap_or(0)..];
        since.iter().any(|entry| entry.is(word))
    }
}

#[tokio::test]
async fn a_killed_node_loses_nothing_and_duplicates_nothing() {
    let scene = Scene::new().await;
    let mut settings = NodeSettings::default();
    settings.snapshot_every = 2;
    let (first, _stop) = scene.start_node(1, settings);
    scene.until(has(Word::CaughtUp)).await;
    for text in ["one", "two", "three"] {
        scene.say(text);
    }
    scene.until_text("three").await;
    first.abort();
    let _ = first.await;
    for text in ["four", "five"] {
        scene.say(text);
    }
    let (_second, _stop_second) = scene.start_node(2, settings);
    scene.until_text("five").await;
    scene.say("six");
    let texts = scene.until_text("six").await;
    assert_eq!(texts, ["one", "two", "three", "four", "five", "six"]);
    let log = scene.broker.log(&scene.account);
    let places = log.iter().filter(|entry| !entry.is(Word::Snapshot));
    assert!(
        places
            .zip(1_u64..)
            .all(|(entry, place)| entry.place == place)
    );
    let claims = log.iter().filter(|entry| entry.is(Word::Claim));
    assert_eq!(claims.count(), 2);
}

#[tokio::test]
async fn a_stopped_node_releases_its_accounts() {
    let scene = Scene::new().await;
    let (task, stop) = scene.start_node(1, NodeSettings::default());
    scene.until(has(Word::CaughtUp)).await;
    scene.say("one");
    scene.until_text("one").await;
    stop.send(()).unwrap();
    task.await.unwrap();
    let log = scene.broker.log(&scene.account);
    assert!(log.last().unwrap().is(Word::Released));
    assert!(log.iter().any(|entry| entry.is(Word::Snapshot)));
    assert!(scene.broker.nodes().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_refused_token_is_reported_once_and_the_account_tried_again_with_a_new_one() {
    let scene = Scene::new().await;
    let good = scene.broker.accounts(0).await.unwrap().changes[0]
        .1
        .clone()
        .unwrap();
    let bad = Token::new("0123456789012345678901234567890123456789").unwrap();
    let sealed = scene.keys.seal(&scene.account, &bad).unwrap();
    let record = AccountRecord::new(sealed, 2);
    scene
        .broker
        .set_account(&scene.account, Some(&record))
        .await
        .unwrap();
    let (_task, _stop) = scene.start_node(1, NodeSettings::default());
    scene.until(has(Word::Refused)).await;

    let record = AccountRecord::new(good.token, 3);
    scene
        .broker
        .set_account(&scene.account, Some(&record))
        .await
        .unwrap();
    scene.until(has(Word::CaughtUp)).await;
    scene.say("one");
    scene.until_text("one").await;
    let log = scene.broker.log(&scene.account);
    let refused = log.iter().filter(|entry| entry.is(Word::Refused));
    assert_eq!(refused.count(), 1);
}

#[tokio::test]
async fn commands_are_performed_by_the_node_that_holds_the_account() {
    let scene = Scene::new().await;
    let (_task, _stop) = scene.start_node(1, NodeSettings::default());
    scene.until(has(Word::CaughtUp)).await;
    let group = scene.group.to_string();
    let sent = scene.ask(
        "send",
        json!({ "conversation": group, "text": "by the relay" }),
    );
    let sent = sent.await.unwrap();
    assert_eq!(sent["state"], "created");
    let message = &sent["message"];
    let again = scene.ask(
        "send",
        json!({ "conversation": group, "text": "by the relay" }),
    );
    let again = again.await.unwrap();
    assert_eq!(
        (&again["state"], &again["message"]),
        (&json!("duplicate"), message)
    );
    assert_eq!(scene.until_text("by the relay").await, ["by the relay"]);
    for (verb, body) in [
        ("typing", json!({ "conversation": group })),
        (
            "react",
            json!({ "conversation": group, "message": message, "icon": "\u{1f44d}" }),
        ),
        (
            "unreact",
            json!({ "conversation": group, "message": message }),
        ),
        (
            "edit",
            json!({ "conversation": group, "message": message, "text": "changed" }),
        ),
        (
            "delete",
            json!({ "conversation": group, "message": message }),
        ),
    ] {
        let answer = scene.ask(verb, body).await;
        assert!(answer.is_ok(), "{verb}: {answer:?}");
    }
    let kinds = ["message.update", "message.deleted"];
    let is_there = |log: &[Stored], kind: &str| log.iter().any(|entry| &*entry.kind == kind);
    scene
        .until(|log| kinds.iter().all(|kind| is_there(log, kind)))
        .await;
    let refused = scene
        .ask("delete", json!({ "conversation": "9", "message": "1" }))
        .await;
    let refused = refused.unwrap_err();
    assert_eq!(refused.code, ErrorCode::NotFound, "{refused}");
    assert!(!refused.to_string().contains("token"));
}
