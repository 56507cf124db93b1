//! Events arrive typed, in order and once, however slow the program is.

use core::{future::poll_fn, pin::Pin, time::Duration};

use futures_core::Stream as _;
use groupme_client::{Client, Event, GroupId, Incoming, Origin, Status, TransportPolicy, UserId};
use groupme_sim::Sim;

use crate::account::{TRANSPORTS, builder, event, listening, own, sim, soon, statuses_until, text};

/// Pace of the story: fast.
const HURRY: Duration = Duration::from_millis(2);

async fn listening_everywhere(sim: &Sim, transport: TransportPolicy) -> Client {
    let mut builder = builder(sim).transport(transport);
    for group in sim.group_ids() {
        builder = builder.subscribe(GroupId::new(group));
    }
    for user in sim.direct_message_ids() {
        builder = builder.subscribe(UserId::new(user));
    }
    let mut client = builder.connect().unwrap();
    for _ in 0..3 {
        statuses_until(&mut client, |status| {
            matches!(status, Status::Subscribed { .. })
        })
        .await;
    }
    client
}

#[tokio::test]
async fn the_story_arrives_typed_in_order_and_once() {
    for transport in TRANSPORTS {
        let sim = sim().await;
        let mut client = listening_everywhere(&sim, transport).await;
        let playback = sim.play(sim.cast().story(), HURRY);
        let mut seen = Vec::new();
        loop {
            let delivery = event(&mut client).await;
            assert_eq!(delivery.origin(), Origin::Push);
            let channel = delivery.channel().split('/').nth(1).unwrap().to_owned();
            let view = delivery.event();
            let line = format!("{channel} {}", view.kind());
            assert_eq!(view.is_typed(), line != "group weather.warning", "{line}");
            seen.push(line);
            if text(&delivery) == Some("Eight o'clock at the station, then.") {
                break;
            }
        }
        assert_eq!(seen, STORY, "over {transport:?}");
        playback.finished().await.unwrap();
    }
}

/// Built-in story as its hero sees it.
const STORY: [&str; 24] = [
    "group typing",
    "user line.create",
    "user line.create",
    "group favorite",
    "group favorite",
    "user like.create",
    "user line.create",
    "group message.update",
    "user line.create",
    "user ping",
    "user line.create",
    "user line.create",
    "group message.deleted",
    "user line.create",
    "direct_message typing",
    "user direct_message.create",
    "direct_message read_receipt.create",
    "user membership.create",
    "user line.create",
    "user line.create",
    "group favorite",
    "group weather.warning",
    "user line.create",
    "user line.create",
];

async fn a_thousand_messages_arrive_in_order_and_once(transport: TransportPolicy) {
    let sim = sim().await;
    let mut client = listening(&sim, transport).await;
    for number in 0..1000 {
        sim.say(&format!("message {number}")).unwrap();
        if number % 50 == 0 {
            // Some events go out one by one, and others together.
            tokio::task::yield_now().await;
        }
    }
    for number in 0..1000 {
        let delivery = event(&mut client).await;
        assert_eq!(text(&delivery), Some(&*format!("message {number}")));
    }
    sim.say("the last").unwrap();
    assert_eq!(text(&event(&mut client).await), Some("the last"));
}

#[tokio::test]
async fn a_thousand_messages_arrive_in_order_and_once_over_a_websocket() {
    a_thousand_messages_arrive_in_order_and_once(TransportPolicy::WebSocket).await;
}

#[tokio::test]
async fn a_thousand_messages_arrive_in_order_and_once_over_long_polling() {
    a_thousand_messages_arrive_in_order_and_once(TransportPolicy::LongPolling).await;
}

#[tokio::test]
async fn a_slow_program_loses_nothing() {
    for transport in TRANSPORTS {
        let sim = sim().await;
        let mut slow = listening(&sim, transport).await;
        let mut quick = listening(&sim, TransportPolicy::WebSocket).await;
        let channel = own(&sim);
        for number in 0..3000 {
            sim.with_world(|world| {
                world.publish_raw(&channel, &format!(r#"{{"type":"n","n":{number}}}"#))
            })
            .unwrap();
            // The slow client reads nothing meanwhile, and its queue fills up to its bounds.
            event(&mut quick).await;
        }
        for number in 0..3000 {
            let Incoming::Event(delivery) = soon(slow.next()).await.unwrap() else {
                panic!("the connection suffered over {transport:?}");
            };
            assert_eq!(delivery.data().get("n").unwrap().as_i64(), Some(number));
        }
    }
}

#[tokio::test]
async fn a_client_is_a_stream() {
    let sim = sim().await;
    let mut client = listening(&sim, TransportPolicy::Auto).await;
    sim.say("over the stream").unwrap();
    let polled = poll_fn(|context| Pin::new(&mut client).poll_next(context));
    let Some(Incoming::Event(delivery)) = soon(polled).await else {
        panic!("no event");
    };
    assert_eq!(text(&delivery), Some("over the stream"));
}

#[tokio::test]
async fn an_event_outlives_its_client_and_crosses_threads() {
    let sim = sim().await;
    let mut client = listening(&sim, TransportPolicy::Auto).await;
    sim.say("keep me").unwrap();
    let delivery = event(&mut client).await;
    drop((client, sim));
    let copy = delivery.clone();
    let owned = std::thread::spawn(move || copy.into_owned())
        .join()
        .unwrap();
    let Event::LineCreate(push) = owned else {
        panic!("{owned:?}");
    };
    assert_eq!(push.message.text.as_deref(), Some("keep me"));
    assert_eq!(text(&delivery), Some("keep me"));
}

#[tokio::test]
async fn a_payload_is_handed_on_as_received() {
    let sim = sim().await;
    let mut client = listening(&sim, TransportPolicy::Auto).await;
    let data = r#"{"type":"novelty","big":18446744073709551615,"small":-9223372036854775808,"deep":[{"a":null},1.5]}"#;
    sim.with_world(|world| world.publish_raw(&own(&sim), data))
        .unwrap();
    let delivery = event(&mut client).await;
    assert_eq!(delivery.channel(), own(&sim));
    assert_eq!(delivery.event().kind(), "novelty");
    assert!(!delivery.event().is_typed());
    assert_eq!(delivery.data().to_string(), data);
}

#[tokio::test]
async fn a_value_that_cannot_be_read_costs_neither_the_socket_nor_the_events_beside_it() {
    for transport in TRANSPORTS {
        let sim = sim().await;
        let mut client = listening(&sim, transport).await;
        let deep = format!("{}{}", "[".repeat(100), "]".repeat(100));
        let bad = [
            r#"{"type":"odd","n":1e400}"#.to_owned(),
            format!(
                r#"{{"type":"line.create","subject":{{"id":"1","group_id":"5","text":"bad","attachments":[{{"type":"x","a":{deep}}}]}}}}"#
            ),
        ];
        let channel = own(&sim);
        sim.with_world(|world| {
            for data in &bad {
                world.publish_raw(&channel, data)?;
            }
            world.publish_raw(&channel, r#"{"type":"n","n":7}"#)
        })
        .unwrap();
        let mut next = async || {
            let Incoming::Event(delivery) = soon(client.next()).await.unwrap() else {
                panic!("the connection suffered over {transport:?}");
            };
            delivery
        };
        let odd = next().await;
        assert_eq!(odd.event().kind(), "odd");
        assert_eq!(odd.data().to_string(), r#"{"type":"odd","n":null}"#);
        let bad = next().await;
        assert_eq!(text(&bad), Some("bad"));
        let problems = bad.event().problems();
        assert_eq!(problems[0].found, "a value nested too deeply");
        assert_eq!(next().await.data().get("n").unwrap().as_i64(), Some(7));
        sim.say("still there").unwrap();
        assert_eq!(text(&next().await), Some("still there"));
    }
}
