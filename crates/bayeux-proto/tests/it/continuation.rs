//! Sessions that another process continues.
//!
//! The comment above a test names its case in `CONFORMANCE.md`.

use bayeux_proto::{
    Ack, Cause, Channel, Close, Config, End, Extension, Instant, Jitter, Misuse, Outgoing,
    Reconnect, Replay, Resume, SavedSession, Session, SessionEvent, Transport, Verdict,
};

use crate::world::{Kind, World, channel, event, millis, over, reconnect};

/// Writes the session of a world down, and returns what another process reads.
fn written(world: &World) -> SavedSession {
    let bytes = world.session.save(world.now).to_bytes();
    let read = SavedSession::from_bytes(&bytes).expect("what was written can be read");
    assert_eq!(read, world.session.save(world.now));
    read
}

/// Continues a session `wait` milliseconds later; `alice` is its clientId.
fn after(saved: &SavedSession, wait: u64, config: Config) -> World {
    let now = saved.at() + millis(wait);
    World::around(Session::restore(saved, config, 8, now), now, Some("alice"))
}

/// Creates an established world with a confirmed subscription to `/news`, ten seconds old.
fn listening(mut world: World) -> World {
    world.subscribe("/news");
    let subscribe = world.last("/meta/subscribe");
    world.answer(&subscribe, &[subscribe.ok()]);
    world.pass(millis(10_000));
    world
}

/// Confirms the resumed session and its subscription.
fn confirm(world: &mut World) {
    if world.is_opening() {
        world.open();
    }
    world.confirm();
    let subscribe = world.last("/meta/subscribe");
    world.answer(&subscribe, &[subscribe.ok()]);
}

fn gaps(world: &World) -> Vec<(Instant, Cause)> {
    let events = world.events.iter().filter_map(|(_, event)| match event {
        SessionEvent::Gap { since, cause } => Some((*since, cause.clone())),
        _ => None,
    });
    events.collect()
}

// C130
#[test]
fn a_saved_session_continues_in_another_process_and_reports_its_gap() {
    for (transport, world) in [
        (Transport::WebSocket, World::established()),
        (Transport::LongPolling, World::established_over_http()),
    ] {
        let mut first = listening(world);
        let kind = match transport {
            Transport::WebSocket => Kind::Socket,
            _ => Kind::Held,
        };
        let lane = first.lane(kind);
        assert_eq!(first.receive(lane, &[event("/news")]), [Verdict::Deliver]);
        let safe = first.now;
        first.pass(millis(3_000));
        let saved = written(&first);
        assert_eq!(saved.gap_since(), Some(safe));

        let mut second = after(&saved, 5_000, over(&[transport]));
        assert_eq!(second.events, [(second.now, SessionEvent::Connecting)]);
        confirm(&mut second);
        let connect = second.last("/meta/connect");
        assert_eq!(second.sent("/meta/handshake").count(), 0, "{transport}");
        assert_eq!(connect.client_id(), Some("alice"));
        let first_connect = second.sent("/meta/connect").next().unwrap();
        assert_eq!(first_connect.asked_hold(), Some(0));
        let ids: Vec<_> = second.session.subscriptions().collect();
        let [(news, name)] = ids[..] else {
            panic!("{ids:?}")
        };
        assert_eq!(name.as_str(), "/news");
        let told: Vec<_> = second.events.iter().map(|(_, event)| event).collect();
        let (up, gap) = (
            SessionEvent::Up {
                transport,
                resumed: true,
            },
            SessionEvent::Gap {
                since: safe,
                cause: Cause::Continued,
            },
        );
        let expected = [
            &SessionEvent::Connecting,
            &up,
            &gap,
            &SessionEvent::Subscribed(news),
        ];
        assert_eq!(told, expected);
        let lane = second.lane(kind);
        assert_eq!(second.receive(lane, &[event("/news")]), [Verdict::Deliver]);
        let recipients: Vec<_> = second.session.recipients("/news").collect();
        assert_eq!(recipients, [news]);
    }
}

// C130
#[test]
fn message_ids_go_on_behind_those_of_the_earlier_process() {
    let first = listening(World::established());
    let largest = |world: &World| {
        let ids = world.requests.iter().map(|request| &request.id);
        ids.map(|id| id.parse::<u64>().unwrap()).max().unwrap()
    };
    let mut second = after(&written(&first), 0, Config::default());
    confirm(&mut second);
    let smallest = second.requests[0].id.parse::<u64>().unwrap();
    assert!(smallest > largest(&first), "{smallest}");
}

// C130
#[test]
fn a_session_that_the_server_has_dropped_is_replaced_and_the_gap_is_reported() {
    let first = listening(World::established_over_http());
    let saved = written(&first);
    let mut second = after(&saved, 5_000, over(&[Transport::LongPolling]));
    let connect = second.last("/meta/connect");
    let mut reply = connect.refused("402::Unknown client");
    reply.advice = reconnect(Reconnect::Handshake);
    second.answer(&connect, &[reply]);
    second.pass_until_sent("/meta/handshake", millis(1_000));
    second.answer_handshake("bob");
    second.confirm();
    let subscribe = second.last("/meta/subscribe");
    assert_eq!(subscribe.client_id(), Some("bob"));
    assert_eq!(subscribe.text("subscription"), Some("/news"));
    let since = saved.gap_since().unwrap();
    assert_eq!(gaps(&second), [(since, Cause::Continued)]);
    let resumed = second
        .events
        .iter()
        .any(|(_, event)| matches!(event, SessionEvent::Up { resumed: true, .. }));
    assert!(!resumed);
}

// C130
#[test]
fn an_expired_session_a_forbidden_transport_and_a_fresh_policy_lead_to_a_handshake_at_once() {
    let first = listening(World::established_over_http());
    let saved = written(&first);
    let lp = || over(&[Transport::LongPolling]);
    let fresh = {
        let mut config = lp();
        config.resume = Resume::FreshHandshake;
        config
    };
    // The server holds for 30 s, so it keeps a session for 60 s after its last connect.
    for (wait, config, goes_on) in [
        (45_000, lp(), true),
        (61_000, lp(), false),
        (1_000, over(&[Transport::WebSocket]), false),
        (1_000, fresh, false),
    ] {
        let now = saved.at() + millis(wait);
        let session = Session::restore(&saved, config, 8, now);
        let mut world = World::around(session, now, goes_on.then_some("alice"));
        if goes_on {
            assert_eq!(world.sent("/meta/handshake").count(), 0);
            assert_eq!(world.sent("/meta/connect").count(), 1);
            continue;
        }
        if world.is_opening() {
            world.open();
        }
        assert_eq!(world.requests[0].channel, "/meta/handshake", "after {wait}");
        world.answer_handshake("bob");
        assert_eq!(world.sent("/meta/subscribe").count(), 1);
        let since = saved.gap_since().unwrap();
        assert_eq!(gaps(&world), [(since, Cause::Continued)]);
    }
}

// C130
#[test]
fn an_outage_an_end_and_an_unused_session_are_saved_too() {
    let mut outage = listening(World::established());
    let socket = outage.lane(Kind::Socket);
    let safe = outage.session.save(outage.now).gap_since().unwrap();
    outage.close(socket, Close::Lost);
    outage.pass(millis(100));
    assert_eq!(written(&outage).gap_since(), Some(safe));

    let mut ended = listening(World::established_over_http());
    let held = ended.lane(Kind::Held);
    let connect = ended.last("/meta/connect");
    let mut reply = connect.ok();
    reply.advice = reconnect(Reconnect::None);
    ended.receive(held, &[reply]);
    assert_eq!(ended.reported(&SessionEvent::Ended(End::Stopped(None))), 1);
    let saved = written(&ended);
    assert!(saved.gap_since().is_some());
    let now = saved.at();
    let session = Session::restore(&saved, over(&[Transport::LongPolling]), 1, now);
    let mut world = World::around(session, now, None);
    world.answer_handshake("bob");
    assert_eq!(gaps(&world).len(), 1);

    let mut unused = World::new(over(&[Transport::LongPolling]), 1);
    unused.subscribe("/news");
    let saved = written(&unused);
    assert_eq!(saved.gap_since(), None);
    let session = Session::restore(&saved, over(&[Transport::LongPolling]), 1, now);
    let mut world = World::around(session, now, None);
    world.answer_handshake("bob");
    assert_eq!(gaps(&world), []);
    assert_eq!(world.sent("/meta/subscribe").count(), 1);
}

// C130
#[test]
fn listeners_stay_silent_and_what_was_left_is_unsubscribed() {
    let mut first = listening(World::established_over_http());
    let kept = first.subscribe("/kept");
    let subscribe = first.last("/meta/subscribe");
    first.answer(&subscribe, &[subscribe.ok()]);
    first.session.listen(&channel("/service/quotes")).unwrap();
    first.session.unsubscribe(kept).unwrap();
    // Saved before the request to unsubscribe is written.
    let mut second = after(&written(&first), 100, over(&[Transport::LongPolling]));
    let names = |world: &World, to: &str| -> Vec<String> {
        let sent = world.sent(to).map(|request| request.text("subscription"));
        sent.map(|name| name.unwrap().to_owned()).collect()
    };
    assert_eq!(names(&second, "/meta/subscribe"), ["/news"]);
    assert_eq!(names(&second, "/meta/unsubscribe"), ["/kept"]);
    let lane = second.lane(Kind::Held);
    let verdicts = second.receive(lane, &[event("/service/quotes"), event("/kept")]);
    assert_eq!(verdicts[0], Verdict::Deliver);
    assert!(matches!(verdicts[1], Verdict::Unexpected(_)));
    let ids = second.session.subscriptions();
    let names: Vec<_> = ids.map(|(_, name)| name.as_str()).collect();
    assert_eq!(names, ["/news", "/service/quotes"]);
}

// C130
#[test]
fn a_gap_can_be_widened_for_events_that_the_program_has_not_had() {
    let mut first = listening(World::established());
    let socket = first.lane(Kind::Socket);
    assert_eq!(first.receive(socket, &[event("/news")]), [Verdict::Deliver]);
    let mut saved = written(&first);
    let since = saved.gap_since().unwrap();
    saved.widen_gap(since + millis(1));
    assert_eq!(saved.gap_since(), Some(since));
    saved.widen_gap(Instant::from_millis(1));
    assert_eq!(saved.gap_since(), Some(Instant::from_millis(1)));
    let mut unused = World::new(Config::default(), 1)
        .session
        .save(Instant::ORIGIN);
    unused.widen_gap(Instant::ORIGIN);
    assert_eq!(unused.gap_since(), None);
}

// C130
#[test]
fn extensions_go_on_where_they_were() {
    let mut ack = Ack::continuing(17);
    let mut out = Vec::new();
    ack.write_ext(Outgoing::Connect, &mut out);
    assert_eq!(String::from_utf8(out).unwrap(), r#"{"ack":17}"#);
    assert!(ack.is_on() && ack.defers_events());

    let mut replay = Replay::new(Replay::TIP);
    replay.set("/news", 5);
    let saved = written(&listening(World::established_over_http()));
    let mut session = Session::restore(&saved, over(&[Transport::LongPolling]), 1, saved.at());
    let mut sent = Vec::new();
    while session
        .poll_action(saved.at(), &mut replay, &mut sent)
        .is_some()
    {}
    let sent = String::from_utf8(sent).unwrap();
    assert!(sent.contains(r#"{"replay":{"/news":5}}"#), "{sent}");
}

// C130
#[test]
fn bytes_that_are_no_saved_session_are_refused_by_name() {
    let mut first = listening(World::established_over_http());
    first.session.listen(&channel("/service/quotes")).unwrap();
    let bytes = first.session.save(first.now).to_bytes();
    let whole = SavedSession::from_bytes(&bytes).unwrap();
    let short = |length| SavedSession::from_bytes(&bytes[..length]);
    let readable: Vec<_> = (0..bytes.len())
        .filter(|length| short(*length).is_ok())
        .collect();
    // Only the ends of whole subscriptions are ends.
    assert_eq!(readable.len(), 2, "{readable:?}");
    let error = SavedSession::from_bytes(b"{}").unwrap_err();
    assert!(matches!(error, Misuse::MalformedSession { .. }));
    assert!(error.to_string().contains("begins differently"), "{error}");
    let mut jitter = Jitter::new(5);
    for _ in 0..20_000 {
        let mut changed = bytes.clone();
        let at = usize::try_from(jitter.below(millis(changed.len() as u64)).as_millis()).unwrap();
        changed[at] ^= u8::try_from(1 + jitter.below(millis(254)).as_millis()).unwrap();
        if let Ok(saved) = SavedSession::from_bytes(&changed) {
            assert!(saved != whole || changed == bytes, "byte {at} is not read");
            // Whatever it holds, nothing panics.
            let mut session = Session::restore(&saved, Config::default(), 1, saved.at());
            let mut out = Vec::new();
            while session.poll_action(saved.at(), &mut (), &mut out).is_some() {}
            session.handle_timeout(saved.at() + millis(1_000_000));
        }
    }
}

// C127, C130
#[test]
fn a_saved_session_shows_no_client_id() {
    let saved = written(&listening(World::established()));
    let shown = format!("{saved:?}");
    assert!(
        shown.contains("SavedSession") && !shown.contains("alice"),
        "{shown}"
    );
}

// C130
#[test]
fn lenient_names_survive() {
    let name = "/topic/X?City='San\u{0}Jose'\n";
    let mut session = Session::new(Config::default(), 1);
    session.subscribe(&Channel::lenient(name).unwrap()).unwrap();
    let saved = SavedSession::from_bytes(&session.save(Instant::ORIGIN).to_bytes()).unwrap();
    let restored = Session::restore(&saved, Config::default(), 1, saved.at());
    let names: Vec<_> = restored
        .subscriptions()
        .map(|(_, name)| name.as_str())
        .collect();
    assert_eq!(names, [name]);
}
