//! Answers to remote calls: messages with `data` and the id of a publish.
//!
//! A comment such as `C001` above a test names its case in `CONFORMANCE.md`.

use bayeux_proto::{
    Close, Config, Message, Misuse, Outcome, PublishId, SessionEvent, Unexpected, Verdict,
};

use crate::world::{Request, World, channel, event};

fn call() -> (World, PublishId, Request) {
    let mut world = World::established();
    let id = world.publish("/service/quote", "1");
    let request = world.last("/service/quote");
    (world, id, request)
}

fn answer(request: &Request) -> Message<'_> {
    Message {
        has_data: true,
        ..request.ok()
    }
}

// C141
#[test]
fn an_answer_with_data_is_handed_over_with_its_publish_in_either_order() {
    for answer_first in [true, false] {
        let (mut world, id, request) = call();
        let (answer, reply) = (answer(&request), request.ok());
        let payload = if answer_first {
            [answer, reply]
        } else {
            [reply, answer]
        };
        let mut verdicts = world.receive(request.lane, &payload);
        if !answer_first {
            verdicts.reverse();
        }
        assert_eq!(verdicts, [Verdict::Answer(id), Verdict::Handled]);
        let accepted = SessionEvent::Published(id, Outcome::Accepted);
        assert_eq!(world.reported(&accepted), 1);
    }
}

// C141
#[test]
fn an_answer_alone_does_not_settle_its_publish() {
    let (mut world, id, request) = call();
    let verdicts = world.receive(request.lane, &[answer(&request)]);
    assert_eq!(verdicts, [Verdict::Answer(id)]);
    world.pass(crate::world::millis(10_000));
    let unknown = SessionEvent::Published(id, Outcome::Unknown);
    assert_eq!(world.reported(&unknown), 1);
}

// C141
#[test]
fn an_answer_without_successful_is_distinguished_from_an_event_by_its_id() {
    let (mut world, id, request) = call();
    let answer = Message {
        id: request.ok().id,
        ..event("/service/quote")
    };
    let stranger = event("/service/quote");
    let elsewhere = Message {
        channel: "/service/other",
        ..answer
    };
    let verdicts = world.receive(request.lane, &[answer, stranger, elsewhere]);
    let unrouted = Verdict::Unexpected(Unexpected::Unrouted);
    assert_eq!(verdicts, [Verdict::Answer(id), unrouted, unrouted]);
}

// C141
#[test]
fn data_with_successful_on_a_subscribed_channel_is_an_event_without_a_publish() {
    let mut world = World::established();
    world.subscribe("/a");
    let subscribe = world.last("/meta/subscribe");
    let odd = Message {
        successful: Some(true),
        ..event("/a")
    };
    let verdicts = world.receive(subscribe.lane, &[odd]);
    assert_eq!(verdicts, [Verdict::Deliver]);
}

// C141
#[test]
fn only_the_latest_publishes_are_remembered() {
    let mut world = World::established();
    let mut first = None;
    for _ in 0..100 {
        world.publish("/service/quote", "1");
        let request = world.last("/service/quote");
        world.receive(request.lane, &[request.ok()]);
        first.get_or_insert(request);
    }
    let first = first.unwrap();
    let verdicts = world.receive(first.lane, &[answer(&first)]);
    assert_eq!(verdicts, [Verdict::Unexpected(Unexpected::Unrouted)]);
}

/// Publishes and settles `count` publishes.
fn settle_others(world: &mut World, count: usize) {
    for _ in 0..count {
        world.publish("/service/quote", "1");
        let request = world.last("/service/quote");
        world.receive(request.lane, &[request.ok()]);
    }
}

/// Sends a call and its request.
fn awaited() -> (World, PublishId, Request) {
    let mut world = World::established();
    let id = world
        .session
        .call(world.now, &channel("/service/quote"), "1");
    let id = id.expect("room for one more");
    world.drain();
    let request = world.last("/service/quote");
    (world, id, request)
}

// C141
#[test]
fn the_answer_to_a_call_is_recognised_however_many_publishes_settle_before_it() {
    let (mut world, id, request) = awaited();
    world.receive(request.lane, &[request.ok()]);
    settle_others(&mut world, 200);
    let verdicts = world.receive(request.lane, &[answer(&request)]);
    assert_eq!(verdicts, [Verdict::Answer(id)]);
    // A server may repeat the answer, if it was not acknowledged.
    settle_others(&mut world, 200);
    let verdicts = world.receive(request.lane, &[answer(&request)]);
    assert_eq!(verdicts, [Verdict::Answer(id)]);
    world.session.end_call(id);
    let verdicts = world.receive(request.lane, &[answer(&request)]);
    assert_eq!(verdicts, [Verdict::Unexpected(Unexpected::Unrouted)]);
}

// C141
#[test]
fn calls_that_have_not_ended_are_bounded() {
    let mut config = Config::default();
    config.max_requests = 3;
    let mut world = World::connecting(config);
    world.open();
    world.answer_handshake("alice");
    let quote = channel("/service/quote");
    let mut calls = Vec::new();
    for _ in 0..3 {
        calls.push(world.session.call(world.now, &quote, "1").expect("room"));
        world.drain();
        let request = world.last("/service/quote");
        world.receive(request.lane, &[request.ok()]);
    }
    let full = Err(Misuse::QueueFull { limit: 3 });
    assert_eq!(world.session.call(world.now, &quote, "1"), full);
    assert!(world.session.publish(world.now, &quote, "1").is_ok());
    world.session.end_call(calls[0]);
    let next = world.session.call(world.now, &quote, "1").expect("room");
    world.drain();
    let request = world.last("/service/quote");
    let refusal = request.refused("403::No");
    world.receive(request.lane, &[refusal]);
    assert_eq!(
        world
            .session
            .call(world.now, &quote, "1")
            .map(|id| id > next),
        Ok(true)
    );
}

// C141
#[test]
fn calls_end_with_their_session() {
    let mut config = Config::default();
    config.max_requests = 1;
    let mut world = World::connecting(config);
    world.open();
    world.answer_handshake("alice");
    let quote = channel("/service/quote");
    for lost in [true, false] {
        world
            .session
            .call(world.now, &quote, "1")
            .expect("no call is left");
        world.drain();
        let request = world.last("/service/quote");
        world.receive(request.lane, &[request.ok()]);
        let held = world.last("/meta/connect");
        if lost {
            world.answer(&held, &[held.refused("402::session_unknown")]);
            world.reopen();
            world.answer_handshake("bob");
        } else {
            world.close(held.lane, Close::Lost);
            world.disconnect();
        }
    }
    assert!(world.session.usage().in_flight == 0);
}
