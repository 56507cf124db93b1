//! Rules: permissions, services, and messages to new subscribers.

use core::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::Arc;

use bayeux_proto::Channel;
use bayeux_server::{Event, Message, Options, Peer, Rules, Server};
use bayeux_wire::Value;
use http::{Request, StatusCode, request::Parts};
use http_body_util::Full;
use serde_json::json;
use tokio::sync::Notify;

use crate::client::{
    Socket, ask, connect_now, data_of, handshake, open_session, publish, start, subscribe,
};

/// Rules that need a token in `ext`, protect `/private/**`, square numbers, and echo what is
/// published on `/echo`.
struct House;

impl Rules for House {
    async fn admit(&self, request: &Parts) -> Result<(), StatusCode> {
        let is_banned = request.headers.contains_key("x-banned");
        if is_banned {
            Err(StatusCode::UNAUTHORIZED)
        } else {
            Ok(())
        }
    }

    async fn may_handshake(&self, message: &Message<'_>) -> Result<(), String> {
        let token = message.ext().and_then(|ext| ext.get("token")?.as_str());
        match token {
            Some("good") => Ok(()),
            _ => Err("403::Wrong token".to_owned()),
        }
    }

    async fn may_subscribe(&self, _: &Message<'_>, channel: &str) -> Result<(), String> {
        tokio::task::yield_now().await;
        let private = Channel::new("/private/**").unwrap();
        if private.overlaps(channel) {
            return Err(format!("403:{channel}:Not for you"));
        }
        Ok(())
    }

    async fn may_publish(&self, message: &Message<'_>) -> Result<(), String> {
        match message.channel() {
            "/echo" => {
                // Rules hold no lock.
                let echoed = message
                    .data()
                    .map_or("null".to_owned(), |data| data.to_string());
                message
                    .server()
                    .publish("/echoed", &echoed)
                    .map_err(|error| error.to_string())
            }
            channel if channel.starts_with("/service/") => Ok(()),
            channel => Err(format!("403:{channel}:Read only")),
        }
    }

    async fn subscribed(&self, message: &Message<'_>, channel: &str) {
        let client = message.client_id().unwrap();
        let state = format!("{:?}", format!("state of {channel}"));
        message.server().deliver(client, channel, &state).unwrap();
    }

    async fn serve(&self, message: &Message<'_>) {
        if let Some(number) = message.data().and_then(Value::as_u64) {
            message.reply(&(number * number).to_string()).unwrap();
        }
    }
}

async fn session(server: &Server) -> String {
    let mut greeting = handshake();
    greeting["ext"] = json!({"token": "good"});
    let answer = ask(server, &json!([greeting])).await;
    answer[0]["clientId"].as_str().unwrap().to_owned()
}

fn server() -> Server {
    Server::new(House, Options::default())
}

#[tokio::test(start_paused = true)]
async fn requests_and_handshakes_are_refused() {
    let server = server();
    let request = Request::post("/").header("x-banned", "1");
    let response = server
        .call(request.body(Full::<bytes::Bytes>::from("[]")).unwrap())
        .await;
    assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
    let answer = ask(&server, &json!([handshake()])).await;
    assert_eq!(answer[0]["successful"], false);
    assert_eq!(answer[0]["error"], "403::Wrong token");
    assert_eq!(server.clients(), [""; 0]);
    session(&server).await;
    assert_eq!(server.clients().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn each_channel_and_pattern_of_a_subscription_is_judged() {
    let server = server();
    let client = session(&server).await;
    let one = subscribe(&client, "/news");
    let mut both = subscribe(&client, "");
    both["subscription"] = json!(["/weather", "/private/7"]);
    for (message, is_accepted) in [
        (&one, true),
        (&subscribe(&client, "/private/7"), false),
        (&subscribe(&client, "/*/7"), false),
        (&subscribe(&client, "/**"), false),
        (&both, false),
    ] {
        let reply = ask(&server, &json!([message])).await;
        assert_eq!(reply[0]["successful"], is_accepted, "{reply}");
    }
    assert_eq!(server.subscribers("/weather"), 0);
}

#[tokio::test(start_paused = true)]
async fn a_batch_is_judged_message_by_message() {
    let server = server();
    let client = session(&server).await;
    let batch = json!([
        publish(&client, "/news", &json!(1)),
        null,
        subscribe(&client, "/echoed"),
        publish(&client, "/echo", &json!({"n": 2})),
        subscribe(&client, "/private/7"),
    ]);
    let replies = ask(&server, &batch).await;
    let successes: Vec<_> = replies
        .as_array()
        .unwrap()
        .iter()
        .map(|reply| &reply["successful"])
        .collect();
    assert_eq!(successes, [false, true, true, false]);
}

#[tokio::test(start_paused = true)]
async fn rules_may_publish_and_new_subscribers_get_the_state() {
    let server = server();
    let client = session(&server).await;
    ask(&server, &json!([subscribe(&client, "/echoed")])).await;
    let answer = ask(&server, &json!([connect_now(&client)])).await;
    assert_eq!(data_of(&answer, "/echoed"), [json!("state of /echoed")]);
    ask(&server, &json!([publish(&client, "/echo", &json!("hi"))])).await;
    let answer = ask(&server, &json!([connect_now(&client)])).await;
    assert_eq!(data_of(&answer, "/echoed"), [json!("hi")]);
}

#[tokio::test(start_paused = true)]
async fn a_service_answers_its_caller_alone() {
    let server = server();
    let (caller, other) = (session(&server).await, session(&server).await);
    ask(
        &server,
        &json!([publish(&caller, "/service/square", &json!(7))]),
    )
    .await;
    let answer = ask(&server, &json!([connect_now(&caller)])).await;
    assert_eq!(data_of(&answer, "/service/square"), [json!(49)]);
    let event = answer
        .as_array()
        .unwrap()
        .iter()
        .find(|message| message["data"] == 49);
    assert_eq!(event.unwrap()["id"], "p", "the answer names the call");
    let answer = ask(&server, &json!([connect_now(&other)])).await;
    assert_eq!(answer.as_array().unwrap().len(), 1);
}

/// Rules that wait for a signal before they accept a publish.
struct Slow(Arc<Notify>);

impl Rules for Slow {
    async fn may_publish(&self, message: &Message<'_>) -> Result<(), String> {
        assert!(message.request().extensions.get::<Peer>().is_some());
        self.0.notified().await;
        Ok(())
    }
}

#[tokio::test]
async fn slow_rules_keep_the_messages_of_one_client_in_order_and_no_other_waiting() {
    let signal = Arc::new(Notify::new());
    let (server, addr) = start(Slow(Arc::clone(&signal)), Options::default()).await;
    let mut one = Socket::open(addr).await;
    let client = one.listen("/news").await;
    one.send(&json!([publish(&client, "/news", &json!(1))]))
        .await;
    one.send(&json!([])).await;
    let mut two = Socket::open(addr).await;
    two.listen("/news").await;
    server.publish("/news", "0").unwrap();
    assert_eq!(two.batch().await[0]["data"], 0);
    signal.notify_one();
    assert_eq!(two.batch().await[0]["data"], 1);
    assert_eq!(one.batch().await[0]["data"], 0);
    let rest = [one.batch().await, one.batch().await, one.batch().await];
    assert_eq!(
        rest[2],
        json!([]),
        "the second payload is answered last: {rest:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn the_program_learns_of_sessions_and_subscriptions() {
    use bayeux_proto::server::{EndReason, ServerEvent};

    let server = Server::new(bayeux_server::AllowAll, Options::default());
    let mut events = server.events();
    let client = open_session(&server).await;
    ask(&server, &json!([subscribe(&client, "/news")])).await;
    assert!(server.end_session(&client));
    assert!(!server.end_session(&client));
    let mut next = async || match events.next().await {
        Some(Event::Server(event)) => event,
        other => panic!("{other:?}"),
    };
    assert!(matches!(next().await, ServerEvent::Opened { client: c } if *c == *client));
    assert!(
        matches!(next().await, ServerEvent::Subscribed { channel, .. } if &*channel == "/news")
    );
    let ended = next().await;
    assert!(
        matches!(
            ended,
            ServerEvent::Ended {
                reason: EndReason::Removed,
                ..
            }
        ),
        "{ended:?}"
    );
    drop(server);
    assert_eq!(events.next().await, None);
}

/// Rules that count the messages about which they are asked.
#[derive(Default)]
struct Counting {
    asked: AtomicUsize,
    served: AtomicUsize,
}

#[derive(Clone, Default)]
struct Counter(Arc<Counting>);

impl Rules for Counter {
    async fn may_subscribe(&self, _: &Message<'_>, _: &str) -> Result<(), String> {
        self.0.asked.fetch_add(1, Relaxed);
        Ok(())
    }

    async fn may_publish(&self, _: &Message<'_>) -> Result<(), String> {
        self.0.asked.fetch_add(1, Relaxed);
        Ok(())
    }

    async fn serve(&self, _: &Message<'_>) {
        self.0.served.fetch_add(1, Relaxed);
    }
}

#[tokio::test(start_paused = true)]
async fn a_client_without_a_session_publishes_nothing_and_calls_no_service() {
    let counter = Counter::default();
    let server = Server::new(counter.clone(), Options::default());
    let client = open_session(&server).await;
    ask(&server, &json!([subscribe(&client, "/news")])).await;
    for sender in ["", "guessed"] {
        let mut batch = json!([
            publish(sender, "/news", &json!(1)),
            publish(sender, "/service/square", &json!(2)),
        ]);
        if sender.is_empty() {
            for message in batch.as_array_mut().unwrap() {
                message.as_object_mut().unwrap().remove("clientId");
            }
        }
        let replies = ask(&server, &batch).await;
        assert_eq!(replies[0]["successful"], false, "{replies}");
        assert_eq!(replies[1]["successful"], false, "{replies}");
    }
    let answer = ask(&server, &json!([connect_now(&client)])).await;
    assert!(data_of(&answer, "/news").is_empty(), "{answer}");
    assert_eq!(counter.0.served.load(Relaxed), 0);
    let own = json!([publish(&client, "/service/square", &json!(2))]);
    assert_eq!(ask(&server, &own).await[0]["successful"], true);
    assert_eq!(counter.0.served.load(Relaxed), 1);
}

#[tokio::test(start_paused = true)]
async fn rules_are_not_asked_about_messages_beyond_a_limit() {
    let counter = Counter::default();
    let server = Server::new(counter.clone(), Options::default());
    let client = open_session(&server).await;
    let channels: Vec<_> = (0..1001).map(|number| format!("/c/{number}")).collect();
    let mut many = subscribe(&client, "");
    many["subscription"] = json!(channels);
    let reply = ask(&server, &json!([many])).await;
    assert_eq!(reply[0]["error"], "403::Too many subscriptions");
    let long = publish(&client, "/news", &json!("x".repeat(65 * 1024)));
    let reply = ask(&server, &json!([long])).await;
    assert_eq!(reply[0]["error"], "413::Message too large");
    assert_eq!(counter.0.asked.load(Relaxed), 0);
    many["subscription"] = json!(channels[..1000]);
    assert_eq!(ask(&server, &json!([many])).await[0]["successful"], true);
    assert_eq!(counter.0.asked.load(Relaxed), 1000);
}

#[tokio::test(start_paused = true)]
async fn a_payload_opens_one_session_at_most() {
    let server = Server::new(bayeux_server::AllowAll, Options::default());
    let greetings = vec![handshake(); 100];
    let replies = ask(&server, &json!(greetings)).await;
    assert_eq!(replies[0]["successful"], true);
    assert_eq!(server.clients().len(), 1);
}

/// Rules whose greeting of a subscriber waits for a signal.
struct Greeting {
    begun: Arc<Notify>,
    signal: Arc<Notify>,
}

impl Rules for Greeting {
    async fn subscribed(&self, message: &Message<'_>, channel: &str) {
        self.begun.notify_one();
        self.signal.notified().await;
        let client = message.client_id().unwrap();
        message.server().deliver(client, channel, "1").unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn a_message_takes_effect_although_its_client_is_gone() {
    let (begun, signal) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let rules = Greeting {
        begun: Arc::clone(&begun),
        signal: Arc::clone(&signal),
    };
    let server = Server::new(rules, Options::default());
    let client = open_session(&server).await;
    let batch = json!([subscribe(&client, "/news")]);
    tokio::select! {
        answer = ask(&server, &batch) => panic!("{answer}"),
        () = begun.notified() => {}
    }
    signal.notify_one();
    let answer = ask(&server, &json!([crate::client::connect(&client)])).await;
    assert_eq!(data_of(&answer, "/news"), [json!(1)]);
}

#[tokio::test(start_paused = true)]
async fn a_reader_of_events_that_is_too_slow_learns_of_it() {
    let server = Server::new(bayeux_server::AllowAll, Options::default());
    let mut events = server.events();
    for _ in 0..1030 {
        open_session(&server).await;
    }
    assert_eq!(events.next().await, Some(Event::Missed(6)));
    assert!(matches!(events.next().await, Some(Event::Server(_))));
}
