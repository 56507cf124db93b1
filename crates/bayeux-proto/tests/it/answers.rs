//! Answers to remote calls: messages with `data` and the id of a publish.

use bayeux_proto::{Message, Outcome, PublishId, SessionEvent, Unexpected, Verdict};

use crate::world::{Request, World, event};

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
fn an_answer_without_successful_is_told_from_an_event_by_its_id() {
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
