//! Gap-free delivery: missed messages are fetched over REST, and none comes twice.

use core::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};
use std::sync::{Arc, Condvar, Mutex};

use bytes::Bytes;
use groupme_client::{
    Builder, Client, Conversation, Delivery, DeliveryConfig, Error, Incoming, LossReason,
    MemoryStore, Origin, Polling, RestClient, RestOptions, Scope, Sent, Status, Store, StoreError,
    Token, TransportPolicy,
    rest_api::{HttpTransport, ResponseFuture},
};
use groupme_delivery::{Change, Saved};
use groupme_sim::Sim;

use crate::account::{TRANSPORTS, builder, is_active, next, own, sim, soon, text};

/// Returns a builder with the simulator's REST API and a fast rate limit.
fn whole(sim: &Sim) -> Builder {
    let mut options = RestOptions::default();
    options.request_interval = Duration::from_millis(1);
    builder(sim).api_url(sim.root_url()).rest_options(options)
}

/// Returns a client that is caught up.
async fn caught_up(builder: Builder) -> Client {
    let mut client = builder.connect().unwrap();
    until(&mut client, |status| matches!(status, Status::CaughtUp)).await;
    client
}

/// Waits for a status; an event before it fails the test.
async fn until(client: &mut Client, wanted: impl Fn(&Status) -> bool) -> Status {
    loop {
        match next(client).await {
            Incoming::Status(status) if wanted(&status) => return status,
            Incoming::Status(_) => {}
            other => panic!("{other:?}"),
        }
    }
}

/// Returns the next event, and the statuses before it.
async fn event(client: &mut Client) -> (Delivery, Vec<Status>) {
    let mut reported = Vec::new();
    loop {
        match next(client).await {
            Incoming::Event(delivery) => return (delivery, reported),
            Incoming::Status(status) => reported.push(status),
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn messages_sent_while_the_socket_is_dead_are_fetched_and_marked_as_backfill() {
    let sim = sim().await;
    for transport in TRANSPORTS {
        let mut client = caught_up(whole(&sim).transport(transport)).await;
        sim.say("before").unwrap();
        let (before, _) = event(&mut client).await;
        assert_eq!(
            (text(&before), before.origin()),
            (Some("before"), Origin::Push)
        );

        sim.restart();
        sim.say("meanwhile").unwrap();
        let (missed, reported) = event(&mut client).await;
        assert_eq!(text(&missed), Some("meanwhile"));
        assert_eq!(missed.origin(), Origin::Backfill);
        assert_eq!(missed.channel(), format!("/user/{}", sim.user_id()));
        assert_eq!(missed.event().kind(), "line.create");
        let gap = reported.iter().find_map(|status| match status {
            Status::BackfillStarted(gap) => Some(gap),
            _ => None,
        });
        let before = before.event().message().unwrap().id().into_owned();
        assert_eq!(gap.unwrap().after.as_ref(), Some(&before));
        let closed = until(&mut client, |status| {
            matches!(status, Status::Backfilled { .. })
        })
        .await;
        assert!(
            matches!(closed, Status::Backfilled { messages: 1, .. }),
            "{closed:?}"
        );
        until(&mut client, |status| matches!(status, Status::CaughtUp)).await;

        sim.say("after").unwrap();
        let (after, _) = event(&mut client).await;
        assert_eq!(
            (text(&after), after.origin()),
            (Some("after"), Origin::Push)
        );
    }
}

#[tokio::test]
async fn nothing_is_lost_when_the_socket_dies_before_the_account_was_caught_up_with() {
    for transport in TRANSPORTS {
        let sim = sim().await;
        let mut client = whole(&sim).transport(transport).connect().unwrap();
        until(&mut client, |status| is_active(status, &own(&sim))).await;
        sim.say("before the restart").unwrap();
        sim.restart();
        sim.say("after the restart").unwrap();
        for expected in ["before the restart", "after the restart"] {
            assert_eq!(text(&event(&mut client).await.0), Some(expected));
        }
        until(&mut client, |status| matches!(status, Status::CaughtUp)).await;
    }
}

#[tokio::test]
async fn nothing_is_lost_when_the_process_ends_before_the_account_was_caught_up_with() {
    let sim = sim().await;
    let store = MemoryStore::default();
    let mut client = whole(&sim).store(store.clone()).connect().unwrap();
    until(&mut client, |status| is_active(status, &own(&sim))).await;
    drop(client);
    sim.say("meanwhile").unwrap();
    let mut client = whole(&sim).store(store).connect().unwrap();
    assert_eq!(text(&event(&mut client).await.0), Some("meanwhile"));
    until(&mut client, |status| matches!(status, Status::CaughtUp)).await;
}

#[tokio::test]
async fn a_restart_with_the_same_store_goes_on_where_it_was() {
    let sim = sim().await;
    let store = MemoryStore::default();
    let mut client = caught_up(whole(&sim).store(store.clone())).await;
    sim.say("one").unwrap();
    assert_eq!(text(&event(&mut client).await.0), Some("one"));
    sim.say("two").unwrap();
    // Asking for the next event acknowledges the last one ...
    assert_eq!(text(&event(&mut client).await.0), Some("two"));
    // ... which does not happen here.
    drop(client);
    sim.say("three").unwrap();

    let mut client = whole(&sim).store(store).connect().unwrap();
    for expected in ["two", "three"] {
        let (delivery, _) = event(&mut client).await;
        assert_eq!(text(&delivery), Some(expected));
        assert_eq!(delivery.origin(), Origin::Backfill);
    }
    until(&mut client, |status| matches!(status, Status::CaughtUp)).await;
}

#[tokio::test]
async fn deliveries_acknowledged_manually_do_not_return_and_the_others_do() {
    let sim = sim().await;
    let store = MemoryStore::default();
    let ready = || whole(&sim).store(store.clone()).manual_ack();
    let mut client = caught_up(ready()).await;
    let handle = client.handle();
    for words in ["one", "two", "three"] {
        sim.say(words).unwrap();
        let (delivery, _) = event(&mut client).await;
        if words != "two" {
            handle.acknowledge(&delivery).await.unwrap();
        }
    }
    drop(client);
    let mut client = ready().connect().unwrap();
    assert_eq!(text(&event(&mut client).await.0), Some("two"));
    until(&mut client, |status| matches!(status, Status::CaughtUp)).await;
}

#[tokio::test]
async fn a_message_of_ones_own_is_sent_over_rest_and_its_echo_is_marked() {
    let sim = sim().await;
    let mut client = caught_up(whole(&sim)).await;
    let handle = client.handle();
    let group = Conversation::Group(sim.group_ids()[0].as_str().into());
    let sent = soon(handle.send(&group, "mine")).await.unwrap();
    let Sent::Created(message) = sent else {
        panic!("{sent:?}")
    };
    let (echo, _) = event(&mut client).await;
    assert!(echo.is_own());
    assert_eq!(echo.event().message().unwrap().id(), message.id);
    sim.say("theirs").unwrap();
    assert!(!event(&mut client).await.0.is_own());
}

#[tokio::test]
async fn the_past_is_delivered_if_it_is_requested() {
    let sim = sim().await;
    for words in ["one", "two", "three"] {
        sim.say(words).unwrap();
    }
    let mut config = DeliveryConfig::default();
    config.history = 2;
    let mut client = whole(&sim).delivery(config).connect().unwrap();
    for expected in ["two", "three"] {
        let (delivery, _) = event(&mut client).await;
        assert_eq!(text(&delivery), Some(expected));
    }
}

const MESSAGES: usize = 6_000;

#[tokio::test]
async fn a_program_that_takes_nothing_loses_events_only_to_be_given_them_later() {
    let sim = sim().await;
    let ready = whole(&sim)
        .transport(TransportPolicy::WebSocket)
        .overflow_after(Duration::from_millis(1));
    let mut client = caught_up(ready).await;
    let (mut said, mut expected, mut reported) = (0, 0, 0);
    for round in 1..=20 {
        for _ in 0..MESSAGES {
            sim.say(&said.to_string()).unwrap();
            said += 1;
            if said % 50 == 0 {
                tokio::task::yield_now().await;
            }
        }
        // The client reads in the background once the program has been away for a while. Its queue
        // is bounded, so some events are dropped then.
        tokio::time::sleep(Duration::from_millis(50) * round).await;
        while expected < said {
            match next(&mut client).await {
                Incoming::Event(delivery) => {
                    assert_eq!(text(&delivery), Some(expected.to_string().as_str()));
                    expected += 1;
                }
                Incoming::Status(Status::Overflow { dropped, .. }) => {
                    assert!(dropped > 0);
                    reported += 1;
                }
                Incoming::Status(Status::Unrecoverable(lost)) => panic!("{lost:?}"),
                _ => {}
            }
        }
        if reported > 0 {
            return;
        }
    }
    panic!("nothing overflowed");
}

#[tokio::test]
async fn rest_takes_over_while_no_gateway_can_be_reached_and_hands_back() {
    let sim = sim().await;
    let mut config = DeliveryConfig::default();
    config.polling = Some(Polling::new(
        Duration::from_millis(1),
        Duration::from_millis(20),
    ));
    let mut client = caught_up(whole(&sim).delivery(config)).await;
    sim.allow_sockets(false);
    sim.allow_polling(false);
    sim.break_connections();
    until(&mut client, |status| {
        matches!(status, Status::Polling(true))
    })
    .await;
    for words in ["one", "two"] {
        sim.say(words).unwrap();
        let (delivery, _) = event(&mut client).await;
        assert_eq!(text(&delivery), Some(words));
        assert_eq!(delivery.origin(), Origin::Backfill);
    }
    sim.allow_sockets(true);
    until(&mut client, |status| {
        matches!(status, Status::Polling(false))
    })
    .await;
    until(&mut client, |status| matches!(status, Status::CaughtUp)).await;
    sim.say("three").unwrap();
    let (delivery, _) = event(&mut client).await;
    assert_eq!(
        (text(&delivery), delivery.origin()),
        (Some("three"), Origin::Push)
    );
}

#[tokio::test]
async fn a_history_that_is_refused_is_reported_and_pushes_go_on() {
    let sim = sim().await;
    let mut config = DeliveryConfig::default();
    config.give_up_after = Duration::from_millis(50);
    let mut options = RestOptions::default();
    options.retry.deadline = Duration::from_millis(50);
    let mut client = builder(&sim)
        .api_url("http://127.0.0.1:1")
        .rest_options(options)
        .delivery(config)
        .connect()
        .unwrap();
    let lost = until(&mut client, |status| {
        matches!(status, Status::Unrecoverable(_))
    })
    .await;
    let Status::Unrecoverable(lost) = lost else {
        unreachable!("waited for")
    };
    assert_eq!(
        (lost.conversation, lost.reason),
        (None, LossReason::Unavailable)
    );
    until(&mut client, |status| matches!(status, Status::CaughtUp)).await;
    sim.say("all the same").unwrap();
    assert_eq!(text(&event(&mut client).await.0), Some("all the same"));
}

/// Transport to the REST API whose requests panic.
struct Panicking;

impl HttpTransport for Panicking {
    fn send(&self, _: http::Request<Bytes>) -> ResponseFuture<'_> {
        panic!("a defect of the transport");
    }
}

#[tokio::test]
async fn a_request_that_panics_is_reported_as_a_loss_and_pushes_go_on() {
    let sim = sim().await;
    let token = Token::new(sim.token()).unwrap();
    let rest = RestClient::with_transport(Panicking, token, &RestOptions::default());
    let mut client = builder(&sim).rest_client(&rest).connect().unwrap();
    let lost = until(&mut client, |status| {
        matches!(status, Status::Unrecoverable(_))
    })
    .await;
    let Status::Unrecoverable(lost) = lost else {
        unreachable!("waited for")
    };
    assert_eq!(
        (lost.conversation, lost.reason),
        (None, LossReason::Internal)
    );
    until(&mut client, |status| matches!(status, Status::CaughtUp)).await;
    sim.say("all the same").unwrap();
    assert_eq!(text(&event(&mut client).await.0), Some("all the same"));
}

#[tokio::test]
async fn a_fetched_message_may_be_nested_deeper_and_larger_than_a_frame_may_be() {
    let sim = sim().await;
    let mut client = caught_up(whole(&sim)).await;
    sim.restart();
    let deep = format!(
        r#"[{{"type":"deep","in":{}1{}}},{{"type":"large","text":"{}"}}]"#,
        "[".repeat(90),
        "]".repeat(90),
        "x".repeat(300_000),
    );
    let cast = sim.cast();
    sim.with_world(|world| world.say_with_attachments(cast.lake, cast.mara, Some("deep"), &deep))
        .unwrap();
    let (delivery, _) = event(&mut client).await;
    assert_eq!(
        (text(&delivery), delivery.origin()),
        (Some("deep"), Origin::Backfill)
    );
}

/// Store whose disk is full for some time.
#[derive(Clone, Debug, Default)]
struct FullDisk {
    store: MemoryStore,
    is_full: Arc<AtomicBool>,
}

impl Store for FullDisk {
    fn load(&mut self) -> Result<Saved, StoreError> {
        self.store.load()
    }

    fn save(&mut self, changes: &[Change]) -> Result<(), StoreError> {
        if self.is_full.load(Ordering::Relaxed) {
            return Err(StoreError::writing("no space is left"));
        }
        self.store.save(changes)
    }
}

#[tokio::test]
async fn a_delivery_that_cannot_be_saved_is_still_handed_out() {
    let sim = sim().await;
    let disk = FullDisk::default();
    let mut client = caught_up(whole(&sim).store(disk.clone())).await;
    disk.is_full.store(true, Ordering::Relaxed);
    // The first message of a conversation is saved before it is handed out.
    let cast = sim.cast();
    sim.with_world(|world| world.direct_message(cast.mara, cast.me, "the first"))
        .unwrap();
    let (delivery, reported) = event(&mut client).await;
    assert_eq!(text(&delivery), Some("the first"));
    assert!(
        reported
            .iter()
            .any(|status| matches!(status, Status::NotSaved(_))),
        "{reported:?}"
    );
}

#[tokio::test]
async fn an_acknowledgement_that_cannot_be_saved_is_an_error() {
    let sim = sim().await;
    let disk = FullDisk::default();
    let mut client = caught_up(whole(&sim).store(disk.clone()).manual_ack()).await;
    sim.say("one").unwrap();
    let (delivery, _) = event(&mut client).await;
    disk.is_full.store(true, Ordering::Relaxed);
    let error = client.handle().acknowledge(&delivery).await.unwrap_err();
    assert!(matches!(error, Error::NotSaved(_)), "{error:?}");
}

/// Store that saves only while its gate is open.
#[derive(Clone, Debug, Default)]
struct Gated {
    store: MemoryStore,
    gate: Arc<(Mutex<bool>, Condvar)>,
}

impl Gated {
    fn set_closed(&self, is_closed: bool) {
        *self.gate.0.lock().unwrap() = is_closed;
        self.gate.1.notify_all();
    }
}

impl Store for Gated {
    fn load(&mut self) -> Result<Saved, StoreError> {
        self.store.load()
    }

    fn save(&mut self, changes: &[Change]) -> Result<(), StoreError> {
        let closed = self.gate.0.lock().unwrap();
        let _open = self.gate.1.wait_while(closed, |closed| *closed).unwrap();
        self.store.save(changes)
    }
}

#[tokio::test]
async fn a_slow_store_holds_up_neither_the_program_nor_the_gateway_and_the_end_waits_for_it() {
    let sim = sim().await;
    let disk = Gated::default();
    // Nothing is compared meanwhile, whose result would have to be saved before what follows.
    let builder = whole(&sim).scope(Scope::Account);
    let mut client = caught_up(builder.store(disk.clone())).await;
    sim.say("first").unwrap();
    event(&mut client).await;
    disk.set_closed(true);
    for number in 0..20 {
        sim.say(&format!("message {number}")).unwrap();
    }
    for number in 0..20 {
        let (delivery, _) = event(&mut client).await;
        assert_eq!(text(&delivery), Some(&*format!("message {number}")));
    }
    client.handle().disconnect();
    disk.set_closed(false);
    until(&mut client, |status| matches!(status, Status::Ended(_))).await;
    assert!(soon(client.next()).await.is_none());
    drop(client);
    // All of them were acknowledged and saved.
    sim.say("last").unwrap();
    let mut client = whole(&sim).store(disk).connect().unwrap();
    assert_eq!(text(&event(&mut client).await.0), Some("last"));
}

#[tokio::test]
async fn a_first_session_that_is_disconnected_in_order_leaves_the_past_behind() {
    // The lists come after the account is live: clocks cannot tell whether the newest message of the
    // group was sent before.
    let sim = sim().await;
    sim.configure_rest(|config| config.response_delay = Duration::from_millis(100));
    let disk = Gated::default();
    let mut client = caught_up(whole(&sim).store(disk.clone())).await;
    client.handle().disconnect();
    until(&mut client, |status| matches!(status, Status::Ended(_))).await;
    drop(client);
    sim.say("of the next run").unwrap();
    let mut client = whole(&sim).store(disk).connect().unwrap();
    assert_eq!(text(&event(&mut client).await.0), Some("of the next run"));
}
