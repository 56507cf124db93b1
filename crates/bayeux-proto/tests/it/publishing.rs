//! Publishing: at most once, and every publish settles exactly once.
//!
//! A comment such as `C001` above a test names its case in `CONFORMANCE.md`.

use bayeux_proto::{
    Channel, Close, Config, Instant, Message, Misuse, Outcome, PublishId, Reconnect, ServerError,
    Session, SessionEvent, Unexpected, Verdict,
};

use crate::{
    peer::Peer,
    world::{Kind, World, channel, event, millis, reconnect, timing},
};

/// Returns the outcome of a publish, if it has settled; settling twice is a failure.
fn outcome(world: &World, publish: PublishId) -> Option<&Outcome> {
    let mut settled = world.events.iter().filter_map(|(_, event)| match event {
        SessionEvent::Published(id, outcome) if *id == publish => Some(outcome),
        _ => None,
    });
    let first = settled.next();
    assert_eq!(settled.next(), None, "{publish:?} settled twice");
    first
}

// C092
#[test]
fn a_publish_carries_its_data_and_settles_with_the_reply() {
    let mut world = World::established();
    let publish = world.publish("/foo", r#"{"text":"hi","n":9007199254740993}"#);
    let request = world.last("/foo");
    assert_eq!(
        request.json,
        format!(
            r#"{{"channel":"/foo","id":"{}","clientId":"alice","data":{{"text":"hi","n":9007199254740993}}}}"#,
            request.id
        )
    );
    assert_eq!(outcome(&world, publish), None);
    assert_eq!(world.answer(&request, &[request.ok()]), [Verdict::Handled]);
    assert_eq!(outcome(&world, publish), Some(&Outcome::Accepted));
}

// C092
#[test]
fn the_published_event_before_the_reply_does_not_settle_the_publish() {
    let mut world = World::established();
    let foo = world.subscribe("/foo");
    let subscribe = world.last("/meta/subscribe");
    world.answer(&subscribe, &[subscribe.ok()]);
    let publish = world.publish("/foo", "1");
    let request = world.last("/foo");
    let own = Message {
        id: request.ok().id,
        ..event("/foo")
    };
    assert_eq!(world.receive(request.lane, &[own]), [Verdict::Deliver]);
    assert_eq!(outcome(&world, publish), None);
    assert!(world.session.recipients("/foo").eq([foo]));
    world.receive(request.lane, &[request.ok()]);
    assert_eq!(outcome(&world, publish), Some(&Outcome::Accepted));
}

// C093
#[test]
fn a_refused_publish_reports_the_error() {
    let mut world = World::established();
    let publish = world.publish("/foo", "1");
    let request = world.last("/foo");
    world.answer(&request, &[request.refused("403:/foo:Not for you")]);
    let error = ServerError::parse("403:/foo:Not for you");
    assert_eq!(outcome(&world, publish), Some(&Outcome::Refused(error)));
    world.pass(millis(15_000));
    assert_eq!(world.sent("/foo").count(), 1);
}

// C093
#[test]
fn a_publish_refused_because_the_session_is_gone_is_refused_and_leads_to_a_handshake() {
    let mut world = World::established();
    let publish = world.publish("/foo", "1");
    let request = world.last("/foo");
    world.answer(&request, &[request.refused("402::session_unknown")]);
    assert!(matches!(
        outcome(&world, publish),
        Some(Outcome::Refused(_))
    ));
    world.reopen();
    world.answer_handshake("bob");
    world.confirm();
    assert_eq!(
        world.sent("/foo").count(),
        1,
        "the publish is not sent again"
    );
}

// C094
#[test]
fn a_publish_whose_reply_is_lost_has_an_unknown_outcome_and_is_not_sent_again() {
    let mut world = World::established();
    let publish = world.publish("/foo", "1");
    let lane = world.lane(Kind::Socket);
    world.close(lane, Close::Lost);
    assert_eq!(outcome(&world, publish), Some(&Outcome::Unknown));
    Peer::default().serve(&mut world, millis(120_000));
    assert_eq!(world.sent("/foo").count(), 1);
}

// C094
#[test]
fn a_publish_lost_with_its_exchange_has_an_unknown_outcome() {
    let mut world = World::established_over_http();
    let publish = world.publish("/foo", "1");
    let request = world.last("/foo");
    world.close(request.lane, Close::TimedOut);
    assert_eq!(outcome(&world, publish), Some(&Outcome::Unknown));
    Peer::default().serve(&mut world, millis(120_000));
    assert_eq!(world.sent("/foo").count(), 1);
}

// C094
#[test]
fn a_response_without_the_publish_reply_settles_it_as_unknown() {
    let mut world = World::established_over_http();
    let publish = world.publish("/foo", "1");
    let request = world.last("/foo");
    world.answer(&request, &[]);
    assert_eq!(outcome(&world, publish), Some(&Outcome::Unknown));
}

// C095
#[test]
fn a_publish_that_was_never_written_waits_for_the_socket() {
    let mut world = World::established();
    let lane = world.lane(Kind::Socket);
    world.close(lane, Close::Lost);
    let publish = world.publish("/foo", "1");
    assert_eq!(world.sent("/foo").count(), 0);
    world.reopen();
    Peer::default().serve(&mut world, millis(1_000));
    assert_eq!(world.sent("/foo").count(), 1);
    assert_eq!(outcome(&world, publish), Some(&Outcome::Accepted));
    assert_eq!(world.sent("/meta/handshake").count(), 1);
}

// C095
#[test]
fn a_publish_that_was_never_written_waits_for_the_next_session() {
    let mut world = World::established();
    let connect = world.last("/meta/connect");
    let gone = Message {
        advice: reconnect(Reconnect::Handshake),
        ..connect.refused("401:alice:Unknown client")
    };
    world.answer(&connect, &[gone]);
    let publish = world.publish("/foo", "1");
    world.reopen();
    assert_eq!(world.sent("/foo").count(), 0);
    world.answer_handshake("bob");
    let request = world.last("/foo");
    assert_eq!(request.client_id(), Some("bob"));
    world.answer(&request, &[request.ok()]);
    assert_eq!(outcome(&world, publish), Some(&Outcome::Accepted));
}

// C095
#[test]
fn a_publish_that_waits_too_long_is_cancelled() {
    let mut world = World::new(Config::default(), 7);
    let early = world.publish("/foo", "1");
    world.pass(millis(59_999));
    assert_eq!(outcome(&world, early), None);
    let late = world.publish("/foo", "2");
    world.pass(millis(1));
    assert_eq!(outcome(&world, early), Some(&Outcome::Cancelled));
    assert_eq!(outcome(&world, late), None);
    world.session.connect(world.now);
    world.drain();
    world.open();
    world.answer_handshake("alice");
    let sent: Vec<_> = world
        .sent("/foo")
        .map(|r| r.json.contains(r#""data":2"#))
        .collect();
    assert_eq!(sent, [true], "only what is still wanted goes out");
}

#[test]
fn the_timeout_of_a_publish_counts_from_the_call_and_not_from_the_last_report() {
    let mut world = World::new(Config::default(), 7);
    let early = world.publish("/foo", "1");
    // No report to the session while time passes.
    world.now = world.now + millis(50_000);
    let late = world.publish("/foo", "2");
    world.pass(millis(10_000));
    assert_eq!(outcome(&world, early), Some(&Outcome::Cancelled));
    world.pass(millis(49_999));
    assert_eq!(outcome(&world, late), None);
    world.pass(millis(1));
    assert_eq!(outcome(&world, late), Some(&Outcome::Cancelled));
}

// C095
#[test]
fn a_publish_that_waits_while_nothing_can_be_reached_is_cancelled_in_time() {
    let mut world = World::connecting(Config::default());
    let publish = world.publish("/foo", "1");
    for _ in 0..100 {
        if let Some(lane) = world.lanes.keys().next().copied() {
            world.close(lane, Close::Unreachable);
        }
        if outcome(&world, publish).is_some() {
            break;
        }
        world.pass(millis(1_000));
    }
    assert_eq!(outcome(&world, publish), Some(&Outcome::Cancelled));
    assert_eq!(world.now.since_origin(), millis(60_000));
}

// C096
#[test]
fn a_publish_to_a_meta_channel_or_pattern_is_refused_at_once() {
    let mut world = World::established();
    for name in [
        "/meta/x",
        "/meta/connect",
        "/meta",
        "/foo/*",
        "/foo/**",
        "/**",
    ] {
        let refused = world
            .session
            .publish(world.now, &Channel::new(name).unwrap(), "1");
        assert_eq!(
            refused,
            Err(Misuse::ForbiddenChannel {
                name: name.to_owned()
            })
        );
    }
    world.drain();
    assert!(world.story().is_empty());
    assert!(
        world
            .session
            .publish(world.now, &channel("/service/x"), "1")
            .is_ok()
    );
}

// C097
#[test]
fn a_publish_that_is_never_answered_leaves_the_socket_alone() {
    let mut world = World::established();
    let publish = world.publish("/foo", "1");
    let lane = world.lane(Kind::Socket);
    world.pass(millis(9_999));
    assert_eq!(outcome(&world, publish), None);
    world.pass(millis(1));
    assert_eq!(outcome(&world, publish), Some(&Outcome::Unknown));
    assert!(world.lanes.contains_key(&lane));
    // The late reply matches nothing.
    let request = world.last("/foo");
    let verdicts = world.receive(lane, &[request.ok()]);
    assert_eq!(verdicts, [Verdict::Unexpected(Unexpected::UnexpectedReply)]);
    assert_eq!(outcome(&world, publish), Some(&Outcome::Unknown));
}

// C097
#[test]
fn an_exchange_that_never_ends_blocks_neither_the_session_nor_what_comes_after_it() {
    let mut world = World::established_over_http();
    let stuck = world.publish("/foo", "1");
    let next = world.publish("/foo", "2");
    let first = world.last("/foo");
    world.pass(millis(10_000));
    assert_eq!(outcome(&world, stuck), Some(&Outcome::Unknown));
    assert!(
        !world.lanes.contains_key(&first.lane),
        "the exchange is given up"
    );
    world.pass(millis(1_000));
    let second = world.last("/foo");
    assert_ne!(second.id, first.id);
    world.answer(&second, &[second.ok()]);
    assert_eq!(outcome(&world, next), Some(&Outcome::Accepted));
    assert_eq!(world.sent("/meta/handshake").count(), 1);
    assert!(
        !world
            .events
            .iter()
            .any(|(_, e)| matches!(e, SessionEvent::Down { .. }))
    );
}

// C098
#[test]
fn a_full_queue_refuses_the_next_publish_and_drops_none() {
    let mut config = Config::default();
    config.max_requests = 3;
    let mut world = World::connecting(config);
    let kept: Vec<_> = (0..3).map(|_| world.publish("/foo", "1")).collect();
    let full = Err(Misuse::QueueFull { limit: 3 });
    assert_eq!(
        world.session.publish(world.now, &channel("/foo"), "1"),
        full
    );
    world.open();
    world.answer_handshake("alice");
    // Publishes in flight still count.
    assert_eq!(
        world.session.publish(world.now, &channel("/foo"), "1"),
        full
    );
    for request in world.sent("/foo").cloned().collect::<Vec<_>>() {
        world.answer(&request, &[request.ok()]);
    }
    for publish in kept {
        assert_eq!(outcome(&world, publish), Some(&Outcome::Accepted));
    }
    assert!(
        world
            .session
            .publish(world.now, &channel("/foo"), "1")
            .is_ok()
    );
}

// C099
#[test]
fn commands_of_one_turn_share_a_payload_in_the_order_they_were_given() {
    let mut world = World::established();
    let session = &mut world.session;
    session.subscribe(&channel("/a")).unwrap();
    session
        .publish(Instant::ORIGIN, &channel("/a"), "1")
        .unwrap();
    session.subscribe(&channel("/b")).unwrap();
    session
        .publish(Instant::ORIGIN, &channel("/b"), "2")
        .unwrap();
    world.drain();
    assert_eq!(
        world.story(),
        ["0 send 1 /meta/subscribe:/a /a /meta/subscribe:/b /b"]
    );
}

// C099
#[test]
fn a_connect_never_shares_its_payload() {
    let mut world = World::handshaking();
    world.session.subscribe(&channel("/a")).unwrap();
    world
        .session
        .publish(world.now, &channel("/a"), "1")
        .unwrap();
    world.answer_handshake("alice");
    let connect = world.last("/meta/connect");
    let shared = world
        .requests
        .iter()
        .filter(|r| r.payload == connect.payload);
    assert_eq!(shared.count(), 1);
}

// C100
#[test]
fn a_publish_goes_beside_the_held_connect() {
    let mut world = World::established_over_http();
    let held = world.lane(Kind::Held);
    world.publish("/foo", "1");
    assert_ne!(world.last("/foo").lane, held);
    assert_eq!(world.last("/foo").at, world.now);
    assert!(
        world.lanes.contains_key(&held),
        "the held connect is not disturbed"
    );
    assert_eq!(world.lanes.len(), 2);
}

// C101
#[test]
fn commands_wait_for_the_exchange_before_them_and_then_go_together() {
    let mut world = World::established_over_http();
    let first = world.publish("/foo", "1");
    let others: Vec<_> = (2..5)
        .map(|n| world.publish("/foo", &n.to_string()))
        .collect();
    world.subscribe("/bar");
    assert_eq!(world.sent("/foo").count(), 1);
    assert_eq!(world.lanes.len(), 2, "never a third connection");
    let request = world.last("/foo");
    world.answer(&request, &[request.ok()]);
    assert_eq!(outcome(&world, first), Some(&Outcome::Accepted));
    let batch: Vec<_> = world.requests[world.requests.len() - 4..].to_vec();
    assert!(batch.iter().all(|r| r.payload == batch[0].payload));
    assert_eq!(batch[3].channel, "/meta/subscribe");
    let replies: Vec<_> = batch.iter().map(crate::world::Request::ok).collect();
    world.answer(&batch[0], &replies);
    for publish in others {
        assert_eq!(outcome(&world, publish), Some(&Outcome::Accepted));
    }
}

// C102
#[test]
fn the_answer_of_a_service_reaches_subscribers_of_its_channel() {
    let mut world = World::established();
    let id = world.subscribe("/service/x");
    // Faye refuses such a subscription, and events of a service still arrive.
    let subscribe = world.last("/meta/subscribe");
    world.answer(
        &subscribe,
        &[subscribe.refused("403:/service/x:Forbidden channel")],
    );
    let call = world.publish("/service/x", "1");
    let request = world.last("/service/x");
    let answer = Message {
        id: request.ok().id,
        ..event("/service/x")
    };
    assert_eq!(
        world.receive(request.lane, &[answer, request.ok()]),
        [Verdict::Deliver, Verdict::Handled]
    );
    assert!(world.session.recipients("/service/x").eq([id]));
    assert_eq!(outcome(&world, call), Some(&Outcome::Accepted));
}

// C103
#[test]
fn a_payload_above_the_limit_is_refused_at_once() {
    let mut config = Config::default();
    config.max_payload = 10;
    let mut session = Session::new(config, 7);
    assert_eq!(
        session.publish(Instant::ORIGIN, &channel("/foo"), "12345678901"),
        Err(Misuse::PayloadTooLarge {
            size: 11,
            limit: 10
        })
    );
    assert!(
        session
            .publish(Instant::ORIGIN, &channel("/foo"), "1234567890")
            .is_ok()
    );
}

#[test]
fn a_publish_answered_with_advice_to_stop_settles_before_the_session_ends() {
    let mut world = World::established();
    let publish = world.publish("/foo", "1");
    let request = world.last("/foo");
    let stop = Message {
        advice: reconnect(Reconnect::None),
        ..request.refused("403::Banned")
    };
    world.answer(&request, &[stop]);
    assert!(matches!(
        outcome(&world, publish),
        Some(Outcome::Refused(_))
    ));
    assert!(matches!(world.last_event(), SessionEvent::Ended(_)));
}

#[test]
fn advice_in_a_publish_reply_counts() {
    let mut world = World::established();
    world.publish("/foo", "1");
    let request = world.last("/foo");
    let slow = Message {
        advice: timing(2_000, None),
        ..request.ok()
    };
    world.answer(&request, &[slow]);
    let connect = world.last("/meta/connect");
    world.answer(&connect, &[connect.ok()]);
    world.pass(millis(1_999));
    assert_eq!(world.last("/meta/connect").id, connect.id);
    world.pass(millis(1));
    assert_ne!(world.last("/meta/connect").id, connect.id);
}

// C142
#[test]
fn responses_without_publish_replies_do_not_delay_later_requests() {
    let mut world = World::established_over_http();
    for _ in 0..20 {
        let publish = world.publish("/foo", "1");
        let request = world.last("/foo");
        assert_eq!(request.at, world.now, "the publish leaves at once");
        world.answer(&request, &[]);
        assert_eq!(outcome(&world, publish), Some(&Outcome::Unknown));
        world.pass(millis(10));
    }
    assert_eq!(world.failures(), 0, "{:?}", world.events);
}
