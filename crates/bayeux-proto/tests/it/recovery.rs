//! Lost sockets and polls: resumption of the session, and gaps.
//!
//! A comment such as `C001` above a test names its case in `CONFORMANCE.md`.

use core::time::Duration;

use bayeux_proto::{
    Cause, Close, Config, Message, Outcome, Reconnect, Resume, SessionEvent, Timer, Verdict,
};

use crate::{
    backoff::{break_all, gaps, websocket_only},
    peer::Peer,
    world::{Kind, World, channel, event, millis, reconnect, timing},
};

fn count(world: &World, which: impl Fn(&SessionEvent) -> bool) -> usize {
    world.events.iter().filter(|(_, e)| which(e)).count()
}

fn is_up(event: &SessionEvent) -> bool {
    matches!(event, SessionEvent::Up { .. })
}

fn is_gap(event: &SessionEvent) -> bool {
    matches!(event, SessionEvent::Gap { .. })
}

// C105
#[test]
fn a_closed_socket_is_reopened_at_once_for_the_same_session() {
    for why in [
        Close::Lost,
        Close::ByPeer { code: None },
        Close::ByPeer { code: Some(1000) },
        Close::ByPeer { code: Some(1001) },
        Close::ByPeer { code: Some(1006) },
        Close::ByPeer { code: Some(1011) },
        Close::Malformed,
        Close::Oversize,
    ] {
        let mut world = World::established();
        world.pass(millis(20_000));
        let lane = world.lane(Kind::Socket);
        world.close(lane, why);
        let SessionEvent::Down { cause, retry_at } = world.last_event() else {
            panic!("{:?}", world.last_event());
        };
        assert_eq!(cause, &Cause::Lane(why));
        assert!(*retry_at - world.now < millis(250), "{why:?}");
        world.reopen();
        assert!(world.now.since_origin() < millis(20_250), "{why:?}");
        let connect = world.last("/meta/connect");
        assert_eq!(connect.client_id(), Some("alice"));
        assert_eq!(
            connect.asked_hold(),
            Some(0),
            "its reply is to prove the session"
        );
        assert_eq!(world.sent("/meta/handshake").count(), 1);
    }
}

// C106 C107
#[test]
fn a_resumed_session_sends_no_handshake_and_reports_the_gap() {
    let mut world = World::established();
    world.subscribe("/foo");
    let subscribe = world.last("/meta/subscribe");
    world.answer(&subscribe, &[subscribe.ok()]);
    world.pass(millis(5_000));
    let lane = world.lane(Kind::Socket);
    world.close(lane, Close::Lost);
    let lane = world.reopen();
    let connect = world.last("/meta/connect");
    // Events that the server kept come before the reply.
    assert_eq!(world.receive(lane, &[event("/foo")]), [Verdict::Deliver]);
    assert_eq!(count(&world, is_up), 1);
    world.story();
    world.answer(&connect, &[connect.ok()]);
    let at = world.now.since_origin().as_millis();
    assert_eq!(
        world.story(),
        [
            format!("{at} send 2 /meta/connect"),
            format!("{at} Up {{ transport: WebSocket, resumed: true }}"),
            format!("{at} Gap {{ since: 0ns, cause: Lane(Lost) }}"),
        ]
    );
    assert_eq!(world.sent("/meta/handshake").count(), 1);
    assert_eq!(world.sent("/meta/subscribe").count(), 1);
    assert_eq!(world.last("/meta/connect").asked_hold(), None);
}

// C106
#[test]
fn with_fresh_handshake_a_lost_socket_ends_the_session() {
    let mut config = Config::default();
    config.resume = Resume::FreshHandshake;
    let mut world = World::connecting(config);
    world.open();
    let mut world = world.establish();
    world.subscribe("/foo");
    let lane = world.lane(Kind::Socket);
    world.close(lane, Close::Lost);
    world.reopen();
    assert_eq!(world.sent("/meta/handshake").count(), 2);
    world.answer_handshake("bob");
    assert_eq!(world.last("/meta/subscribe").client_id(), Some("bob"));
    assert_eq!(count(&world, is_gap), 1);
    assert!(
        world
            .events
            .iter()
            .any(|(_, e)| matches!(e, SessionEvent::Up { resumed: false, .. }))
    );
}

// C105
#[test]
fn a_session_that_must_have_expired_is_not_resumed() {
    let mut world = World::connecting(websocket_only());
    world.open();
    let mut world = world.establish();
    // The hold is 30 s, and servers keep a session for twice that.
    let lane = world.lane(Kind::Socket);
    world.close(lane, Close::Lost);
    break_all(&mut world, millis(70_000), Close::Unreachable);
    let connects = world.sent("/meta/connect").count();
    world.reopen();
    assert_eq!(world.sent("/meta/handshake").count(), 2);
    assert_eq!(world.sent("/meta/connect").count(), connects);
}

// C105
#[test]
fn a_connect_of_the_previous_session_does_not_expire_the_present_one() {
    let mut world = World::established();
    Peer::default().serve(&mut world, millis(1_000));
    let connect = world.last("/meta/connect");
    let gone = Message {
        advice: reconnect(Reconnect::Handshake),
        ..connect.refused("401::Unknown client")
    };
    world.answer(&connect, &[gone]);
    break_all(&mut world, millis(300_000), Close::Unreachable);
    world.reopen();
    world.answer_handshake("bob");
    let lane = world.lane(Kind::Socket);
    world.close(lane, Close::Lost);
    world.reopen();
    assert_eq!(world.last("/meta/connect").client_id(), Some("bob"));
    assert_eq!(world.sent("/meta/handshake").count(), 2);
}

// C111
#[test]
fn messages_over_a_replaced_socket_are_ignored() {
    let mut world = World::established();
    world.subscribe("/foo");
    let subscribe = world.last("/meta/subscribe");
    world.answer(&subscribe, &[subscribe.ok()]);
    let old = world.lane(Kind::Socket);
    let held = world.last("/meta/connect");
    world.pongs = false;
    assert!(world.pass_until(world.now + millis(36_000), |world| world.lanes.is_empty()));
    let new = world.reopen();
    world.confirm();
    world.story();
    let verdicts = world.receive(
        old,
        &[
            event("/foo"),
            held.ok(),
            held.refused("401::Unknown client"),
        ],
    );
    assert!(
        verdicts
            .iter()
            .all(|verdict| matches!(verdict, Verdict::Unexpected(_))),
        "{verdicts:?}"
    );
    world.session.handle_open(world.now, old);
    world.session.handle_pong(world.now, old);
    world.session.handle_close(world.now, old, Close::Lost);
    world.drain();
    assert!(world.story().is_empty());
    assert_eq!(world.receive(new, &[event("/foo")]), [Verdict::Deliver]);
}

// C112
#[test]
fn a_close_of_the_new_socket_when_the_old_one_dies_is_no_streak_of_failures() {
    let mut world = World::established();
    // Half-open: no bytes arrive until the pong is overdue.
    world.pongs = false;
    assert!(world.pass_until(world.now + millis(36_000), |world| world.lanes.is_empty()));
    world.reopen();
    world.confirm();
    // Faye closes the new socket when it notices that the old one is gone.
    Peer::default().serve(&mut world, millis(15_000));
    let lane = world.lane(Kind::Socket);
    world.close(lane, Close::ByPeer { code: Some(1000) });
    let SessionEvent::Down { retry_at, .. } = world.last_event() else {
        panic!("{:?}", world.last_event());
    };
    assert!(*retry_at - world.now < millis(250));
    world.reopen();
    assert_eq!(world.last("/meta/connect").client_id(), Some("alice"));
    assert_eq!(world.last("/meta/connect").kind, Kind::Socket);
    assert_eq!(world.sent("/meta/handshake").count(), 1);
}

// C115
#[test]
fn a_cut_poll_is_followed_by_another_at_once() {
    let mut world = World::established_over_http();
    world.pass(millis(7_000));
    let cut = world.last("/meta/connect");
    world.close(cut.lane, Close::Lost);
    let next = world.last("/meta/connect");
    assert_ne!(next.id, cut.id);
    assert_eq!(
        next.at, world.now,
        "an event that comes meanwhile is lost on Faye"
    );
    assert_eq!(next.asked_hold(), Some(0));
    world.answer(&next, &[next.ok()]);
    assert_eq!(count(&world, is_gap), 1);
    assert_eq!(world.downs().len(), 0, "one cut is not being down");
}

// C115
#[test]
fn the_gap_of_a_cut_poll_is_reported_before_the_next_event() {
    let mut world = World::established_over_http();
    world.subscribe("/foo");
    let subscribe = world.last("/meta/subscribe");
    world.answer(&subscribe, &[subscribe.ok()]);
    world.pass(millis(7_000));
    let known = world.last("/meta/connect").at;
    let cut = world.lane(Kind::Held);
    world.close(cut, Close::Lost);
    assert_eq!(
        count(&world, is_gap),
        0,
        "nothing shows yet that it is over"
    );
    world.pass(millis(200));
    let next = world.last("/meta/connect");
    // In the payload of the reply, the event comes first.
    assert_eq!(
        world.hand_in(next.lane, &event("/foo")),
        Verdict::Deliver,
        "{:?}",
        world.session
    );
    world.take_events();
    let reported = |world: &World| match world.last_event() {
        SessionEvent::Gap { since, .. } => *since,
        other => panic!("{other:?}"),
    };
    assert_eq!(reported(&world), known);
    // Events sent between that event and the reply may be missing, too.
    let at = world.now;
    world.answer(&next, &[next.ok()]);
    assert_eq!(reported(&world), at);
    assert_eq!(count(&world, is_gap), 2);
}

// C115
#[test]
fn a_second_cut_in_a_row_is_followed_by_pauses_that_grow() {
    let mut world = World::established_over_http();
    let mut times = vec![];
    for _ in 0..20 {
        let held = world.pass_until(world.now + millis(61_000), |world| {
            world.lanes.values().any(|kind| *kind == Kind::Held)
        });
        if !held {
            break;
        }
        times.push(world.now);
        let lane = world.lane(Kind::Held);
        world.close(lane, Close::Lost);
    }
    let gaps = gaps(&times);
    assert_eq!(gaps[0], Duration::ZERO);
    assert!(gaps[2..].iter().all(|gap| *gap >= millis(250)), "{gaps:?}");
    assert_eq!(world.downs().len(), 1);
}

// C115
#[test]
fn polls_that_are_confirmed_and_then_cut_at_once_do_not_spin() {
    let mut world = World::established_over_http();
    let end = world.now + millis(60_000);
    let mut polls = 0;
    while world.pass_until(end, |world| {
        world.lanes.values().any(|kind| *kind == Kind::Held)
    }) {
        let connect = world.last("/meta/connect");
        if connect.asked_hold() == Some(0) {
            world.answer(&connect, &[connect.ok()]);
        } else {
            world.close(connect.lane, Close::Lost);
        }
        polls += 1;
        if world.sent("/meta/handshake").count() > 1 {
            break;
        }
    }
    assert!(polls < 60, "{polls} polls in a minute");
}

// C116
#[test]
fn after_a_restart_of_the_server_one_handshake_restores_everything() {
    let mut world = World::established();
    for name in ["/a", "/b", "/c"] {
        world.subscribe(name);
        let subscribe = world.last("/meta/subscribe");
        world.answer(&subscribe, &[subscribe.ok()]);
    }
    let lane = world.lane(Kind::Socket);
    world.close(lane, Close::ByPeer { code: Some(1001) });
    break_all(&mut world, millis(20_000), Close::Unreachable);
    let back = world.now;
    world.reopen();
    let connect = world.last("/meta/connect");
    let gone = Message {
        advice: reconnect(Reconnect::Handshake),
        ..connect.refused("401:alice:Unknown client")
    };
    world.answer(&connect, &[gone]);
    world.reopen();
    world.answer_handshake("bob");
    let restored: Vec<_> = world.sent("/meta/subscribe").skip(3).cloned().collect();
    assert_eq!(restored.len(), 3);
    assert!(restored.iter().all(|r| r.client_id() == Some("bob")));
    assert_eq!(world.sent("/meta/handshake").count(), 2);
    let step = Config::default().backoff_cap;
    assert!(world.now - back < step * 2, "{:?}", world.now - back);
    let replies: Vec<_> = restored.iter().map(crate::world::Request::ok).collect();
    world.receive(restored[0].lane, &replies);
    assert_eq!(
        count(&world, |e| matches!(e, SessionEvent::Subscribed(_))),
        6
    );
    assert_eq!(count(&world, is_gap), 1);
}

// C124
#[test]
fn every_change_names_its_cause_and_none_is_reported_twice() {
    let mut world = World::connecting(websocket_only());
    world.open();
    let mut world = world.establish();
    let lane = world.lane(Kind::Socket);
    world.close(lane, Close::ByPeer { code: Some(1011) });
    world.reopen();
    let connect = world.last("/meta/connect");
    world.answer(&connect, &[connect.refused("500::Internal error")]);
    world.pass_until_sent("/meta/connect", millis(5_000));
    world.confirm();
    let reported: Vec<_> = world
        .events
        .iter()
        .skip(2)
        .map(|(_, e)| e.clone())
        .collect();
    let causes: Vec<_> = reported
        .iter()
        .filter_map(|event| match event {
            SessionEvent::Down { cause, .. } | SessionEvent::AttemptFailed { cause, .. } => {
                Some(cause.to_string())
            }
            _ => None,
        })
        .collect();
    assert_eq!(
        causes,
        [
            "closed by the peer with code 1011",
            "the server refused: 500 Internal error"
        ]
    );
    assert!(matches!(
        reported.last(),
        Some(SessionEvent::Gap {
            cause: Cause::Lane(_),
            ..
        })
    ));
    assert_eq!(count(&world, is_up), 2);
    assert_eq!(world.downs().len(), 1);
}

// C124
#[test]
fn one_silence_is_reported_once_however_many_deadlines_it_passes() {
    let mut world = World::established();
    world.subscribe("/foo");
    let publish = world.publish("/foo", "1");
    world.wake(world.now + Duration::from_hours(1));
    assert_eq!(world.downs().len(), 1);
    assert_eq!(world.failures(), 1);
    let unknown = SessionEvent::Published(publish, Outcome::Unknown);
    assert_eq!(world.reported(&unknown), 1);
}

#[test]
fn an_interval_is_kept_through_a_lost_socket() {
    let mut world = World::established();
    let connect = world.last("/meta/connect");
    let slow = Message {
        advice: timing(20_000, 30_000),
        ..connect.ok()
    };
    world.answer(&connect, &[slow]);
    let replied = world.now;
    let lane = world.lane(Kind::Socket);
    world.close(lane, Close::Lost);
    world.session.subscribe(&channel("/foo")).unwrap();
    let opening = |world: &World| world.lanes.values().any(|kind| *kind == Kind::Opening);
    assert!(world.pass_until(world.now + millis(60_000), opening));
    world.open();
    let connect = world.last("/meta/connect");
    assert!(connect.at - replied >= millis(20_000));
}

#[test]
fn a_socket_that_never_opens_is_given_up_in_time() {
    let mut world = World::connecting(websocket_only());
    world.pass(millis(15_000));
    assert!(matches!(
        world.last_event(),
        SessionEvent::AttemptFailed {
            cause: Cause::Silence(Timer::Open),
            attempts: 1,
            ..
        }
    ));
    assert!(world.lanes.is_empty());
}
