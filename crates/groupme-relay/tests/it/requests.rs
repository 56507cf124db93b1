//! Requests to accounts, in virtual time.

use core::time::Duration;

use bytes::Bytes;
use groupme_client::Conversation;
use groupme_relay::{AccountName, Broker as _, Command, ErrorCode, Request, RequestError};
use tokio::time::{Instant, sleep};

use crate::scene::Scene;

impl Scene {
    fn request(&self, ahead: Duration) -> Request {
        let deadline = self.broker.unix_time() + ahead;
        let body = r#"{"conversation":"1","text":"hello"}"#;
        Request::new(self.account.clone(), "send", deadline, body).with_source_guid("one")
    }

    async fn send(&self, ahead: Duration) -> Result<Bytes, RequestError> {
        self.broker.request(&self.request(ahead)).await
    }
}

const FIVE: Duration = Duration::from_secs(5);

#[tokio::test(start_paused = true)]
async fn a_message_is_sent_once_however_often_it_is_asked_for() {
    let scene = Scene::new().await;
    let _node = scene.start(1);
    scene.until_claimed(1).await;
    assert_eq!(scene.send(FIVE).await.unwrap(), "true");
    assert_eq!(scene.send(FIVE).await.unwrap(), "false");
    assert_eq!(scene.town.times_sent("one"), 1);
}

#[tokio::test(start_paused = true)]
async fn an_account_that_no_node_holds_is_told_at_once() {
    let scene = Scene::new().await;
    let began = Instant::now();
    let error = scene.send(FIVE).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::NoOwner);
    assert!(error.code.is_transient() && !error.may_be_done);
    assert_eq!(began.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn a_request_that_cannot_be_read_is_refused_with_the_remedy() {
    let scene = Scene::new().await;
    let _node = scene.start(1);
    scene.until_claimed(1).await;
    let deadline = scene.broker.unix_time() + FIVE;
    for (verb, body, code, word) in [
        ("sing", "{}", ErrorCode::UnknownVerb, "send, edit"),
        ("send", "{", ErrorCode::Malformed, "cannot be read"),
        ("send", "{}", ErrorCode::Malformed, "`conversation`"),
        (
            "send",
            r#"{"conversation":"1","colour":1}"#,
            ErrorCode::Malformed,
            "colour",
        ),
        (
            "send",
            r#"{"conversation":"1/../2","text":"a"}"#,
            ErrorCode::Malformed,
            "`conversation`",
        ),
        (
            "send",
            r#"{"conversation":"1","text":"a"}"#,
            ErrorCode::Malformed,
            "Gm-Source-Guid",
        ),
        (
            "delete",
            r#"{"conversation":"1"}"#,
            ErrorCode::Malformed,
            "`message`",
        ),
    ] {
        let request = Request::new(scene.account.clone(), verb, deadline, body);
        let error = scene.broker.request(&request).await.unwrap_err();
        assert_eq!(error.code, code, "{verb} {body}");
        assert!(error.message.contains(word), "{error}");
    }
    let error = scene.send(Duration::from_mins(2)).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::Malformed);
    assert!(error.message.contains("45 s"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_paused_node_does_not_perform_what_is_past_its_deadline() {
    let scene = Scene::new().await;
    let node = scene.start(1);
    scene.until_claimed(1).await;
    node.broker.set_cut(true);
    node.gate.send_replace(false);
    let error = scene.send(FIVE).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::NoAnswer);
    assert!(error.may_be_done);
    node.broker.set_cut(false);
    node.gate.send_replace(true);
    sleep(Duration::from_secs(10)).await;
    assert_eq!(scene.town.times_sent("one"), 0);
    assert_eq!(scene.send(FIVE).await.unwrap(), "true");
}

#[tokio::test(start_paused = true)]
async fn a_node_whose_account_another_has_claimed_sends_requests_back() {
    let scene = Scene::new().await;
    let first = scene.start(1);
    scene.until_claimed(1).await;
    // Paused for longer than the lease, with a request before its door.
    first.broker.set_cut(true);
    first.gate.send_replace(false);
    let request = scene.request(Duration::from_secs(40));
    let broker = scene.broker.connect();
    let asked = tokio::spawn(async move { broker.request(&request).await });
    sleep(Duration::from_millis(1)).await;
    let _second = scene.start(2);
    scene.until_claimed(2).await;
    first.broker.set_cut(false);
    first.gate.send_replace(true);
    let error = asked.await.unwrap().unwrap_err();
    assert_eq!(error.code, ErrorCode::Moved);
    assert_eq!(scene.town.times_sent("one"), 0);
}

#[tokio::test(start_paused = true)]
async fn a_paused_node_does_not_delay_requests_to_the_one_that_has_claimed_the_account() {
    let scene = Scene::new().await;
    let first = scene.start(1);
    scene.until_claimed(1).await;
    first.broker.set_cut(true);
    first.gate.send_replace(false);
    let _second = scene.start(2);
    scene.until_claimed(2).await;
    let began = Instant::now();
    assert_eq!(scene.send(FIVE).await.unwrap(), "true");
    assert!(began.elapsed() < Duration::from_secs(1));
    first.broker.set_cut(false);
    first.gate.send_replace(true);
    sleep(Duration::from_secs(10)).await;
    assert_eq!(scene.town.times_sent("one"), 1);
}

#[tokio::test(start_paused = true)]
async fn a_request_that_takes_too_long_is_answered_at_its_deadline() {
    let scene = Scene::new().await;
    let node = scene.start(1);
    scene.until_claimed(1).await;
    node.gate.send_replace(false);
    let error = scene.send(FIVE).await.unwrap_err();
    assert!(
        matches!(error.code, ErrorCode::TimedOut | ErrorCode::NoAnswer),
        "{error}"
    );
    assert!(error.may_be_done);
    node.task.abort();
}

#[tokio::test(start_paused = true)]
async fn too_many_requests_at_a_time_are_told_to_wait() {
    let scene = Scene::new().await;
    let _node = scene.start(1);
    scene.until_claimed(1).await;
    let mut callers = tokio::task::JoinSet::new();
    for number in 0..100 {
        let broker = scene.broker.connect();
        let request = scene
            .request(Duration::from_secs(40))
            .with_source_guid(&format!("guid-{number}"));
        callers.spawn(async move { broker.request(&request).await });
    }
    let answers = callers.join_all().await;
    let sent = answers.iter().filter(|answer| answer.is_ok()).count();
    let busy: Vec<_> = answers.into_iter().filter_map(Result::err).collect();
    assert!((64..=66).contains(&sent), "{sent}");
    assert!(busy.iter().all(|error| error.code == ErrorCode::Busy));
    assert!(busy[0].retry_after.is_some());
}

#[test]
fn commands_name_groups_direct_conversations_and_users() {
    let account = AccountName::new("t", "185").unwrap();
    let read = |body: &str| {
        let request = Request::new(account.clone(), "typing", FIVE, body.to_owned());
        match Command::read(&request).unwrap() {
            Command::Typing { conversation } => conversation,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(
        read(r#"{"conversation":"1835"}"#),
        Conversation::Group("1835".into())
    );
    assert_eq!(
        read(r#"{"conversation":"185+230"}"#),
        Conversation::Direct("185+230".parse().unwrap())
    );
    assert_eq!(read(r#"{"user":"230"}"#), Conversation::User("230".into()));
}

#[test]
fn codes_have_names_of_their_own() {
    for code in ErrorCode::ALL {
        assert_eq!(ErrorCode::from_name(code.name()), Some(*code));
    }
}
