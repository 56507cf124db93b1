//! Credentials stay out of logs.
//!
//! A comment such as `C001` above a test names its case in `CONFORMANCE.md`.

use bayeux_proto::{
    Cause, Channel, Close, Config, End, Message, Outgoing, Reconnect, ServerError, SessionEvent,
};

use crate::world::{Kind, World, reconnect};

const SECRET: &str = "0w1hcbv0yv3puw0bptd6c0fq2i1c";

/// Debug output of all public types of a session.
fn shown(world: &World) -> String {
    let mut shown = format!("{:?} {:#?}", world.session, world.session);
    for (_, event) in &world.events {
        let reported = match event {
            SessionEvent::Down { cause, .. }
            | SessionEvent::AttemptFailed { cause, .. }
            | SessionEvent::Gap { cause, .. } => cause.to_string(),
            SessionEvent::Refused(_, error) => error.to_string(),
            SessionEvent::Ended(end) => end.to_string(),
            _ => String::new(),
        };
        shown.extend([format!("{event:?} {event:#?} "), reported]);
    }
    shown
}

#[track_caller]
fn assert_hidden(shown: &str) {
    assert!(!shown.contains(SECRET), "{shown}");
}

// C127
#[test]
fn debug_of_a_session_shows_neither_its_client_id_nor_queued_payloads() {
    let mut world = World::handshaking();
    world.answer_handshake(SECRET);
    world.session.pause_connects(true);
    let foo = Channel::new("/foo").unwrap();
    let payload = format!(r#"{{"token":"{SECRET}"}}"#);
    world.session.publish(world.now, &foo, &payload).unwrap();
    assert_hidden(&shown(&world));
    world.drain();
    assert!(
        world.last("/foo").json.contains(SECRET),
        "the secret is sent"
    );
    assert_hidden(&shown(&world));
    assert!(shown(&world).contains("Live"), "what helps is shown");
}

// C127
#[test]
fn an_error_that_quotes_the_client_id_is_reported_without_it() {
    let texts = [
        format!("401:{SECRET}:Unknown client"),
        format!("402:{SECRET}:whatever"),
        format!("Session {SECRET} is not known here"),
        format!("500:a,{SECRET},b:no {SECRET} no"),
    ];
    for text in texts {
        for advice in [Reconnect::Retry, Reconnect::Handshake, Reconnect::None] {
            let mut world = World::handshaking();
            world.answer_handshake(SECRET);
            world.subscribe("/foo");
            let subscribe = world.last("/meta/subscribe");
            world.receive(subscribe.lane, &[subscribe.refused(&text)]);
            if world.lanes.values().any(|kind| *kind == Kind::Socket) {
                let connect = world.last("/meta/connect");
                let refused = Message {
                    advice: reconnect(advice),
                    ..connect.refused(&text)
                };
                world.receive(connect.lane, &[refused]);
            }
            assert!(world.events.len() > 2, "{:?}", world.events);
            assert_hidden(&shown(&world));
        }
    }
}

// C127
#[test]
fn an_error_that_quotes_a_hidden_text_is_reported_without_it() {
    for text in [
        format!("401::authentication failed for {SECRET}"),
        format!("403:{SECRET}:denied"),
        SECRET.to_owned(),
    ] {
        let mut world = World::handshaking();
        world.session.hide_in_errors(SECRET);
        let handshake = world.last("/meta/handshake");
        world.receive(handshake.lane, &[handshake.refused(&text)]);
        assert!(!world.events.is_empty());
        assert_hidden(&shown(&world));
        let mut world = World::handshaking();
        world.session.hide_in_errors(SECRET);
        world.answer_handshake("abc");
        world.subscribe("/foo");
        let subscribe = world.last("/meta/subscribe");
        world.receive(subscribe.lane, &[subscribe.refused(&text)]);
        assert_hidden(&shown(&world));
    }
}

// C127
#[test]
fn the_text_of_an_error_is_cut_after_secrets_are_hidden() {
    let mut world = World::handshaking();
    world.session.hide_in_errors(SECRET);
    let handshake = world.last("/meta/handshake");
    let text = format!("401::{}{SECRET}{}", "x".repeat(290), "y".repeat(200_000));
    world.receive(handshake.lane, &[handshake.refused(&text)]);
    let shown = shown(&world);
    assert!(
        !shown.contains(&SECRET[..5]) && shown.len() < 5_000,
        "{shown}"
    );
}

// C127
#[test]
fn debug_of_a_message_shows_neither_its_client_id_nor_an_error_that_quotes_it() {
    for error in [
        format!("401:{SECRET}:Unknown client"),
        format!("402:{SECRET}:whatever"),
        format!("Session {SECRET} is not known here"),
    ] {
        let message = Message {
            channel: "/meta/connect",
            client_id: Some(SECRET),
            successful: Some(false),
            error: Some(&error),
            ..Message::default()
        };
        assert_hidden(&format!("{message:?} {message:#?}"));
        assert!(format!("{message:?}").contains("/meta/connect"));
    }
}

// C127
#[test]
fn an_unknown_client_error_drops_its_arguments() {
    let error = ServerError::parse(&format!("401:{SECRET}:Unknown client"));
    assert!(error.args.is_empty());
    assert_hidden(&format!("{error:?} {error}"));
    assert!(error.is_unknown_client());
    let cause = Cause::Refused(error.clone());
    assert_hidden(&format!("{cause:?} {cause}"));
    let end = End::Stopped(Some(error));
    assert_hidden(&format!("{end:?} {end}"));
}

// C127
#[test]
fn debug_of_the_smaller_types_shows_no_secret() {
    // These types contain names, numbers and codes only.
    assert_eq!(
        format!("{:?}", Outgoing::Subscribe("/foo")),
        r#"Subscribe("/foo")"#
    );
    assert_eq!(
        format!("{:?}", Close::ByPeer { code: Some(1000) }),
        "ByPeer { code: Some(1000) }"
    );
    let config = format!("{:?}", Config::default());
    assert!(
        config.starts_with("Config { transports: [WebSocket, LongPolling]"),
        "{config}"
    );
}
