//! `/meta/connect`: the hold, and what ends it.

use core::time::Duration;

use serde_json::json;

use crate::peer::{HOLD, Sent, VirtualSim, connect, connect_for, connected, unknown};

#[test]
fn a_connect_is_held_for_the_whole_hold_and_then_answered() {
    let mut sim = VirtualSim::new();
    let client = sim.handshake();
    for id in ["2", "3"] {
        let poll = sim.post(&json!([connect(&client, id)]));
        sim.pass(HOLD.saturating_sub(Duration::from_millis(1)));
        assert_eq!(sim.received(poll), []);
        sim.pass(Duration::from_millis(1));
        assert_eq!(sim.answer(poll), json!([connected(&client, id)]));
    }
}

#[test]
fn the_client_may_ask_for_a_shorter_hold() {
    let mut sim = VirtualSim::new();
    let client = sim.handshake();

    let poll = sim.post(&json!([connect_for(&client, "2", 1500)]));
    sim.pass(Duration::from_millis(1499));
    assert_eq!(sim.received(poll), []);
    sim.pass(Duration::from_millis(1));
    assert_eq!(sim.answer(poll), json!([connected(&client, "2")]));

    for (id, hold) in [("3", 0), ("4", -1)] {
        let poll = sim.post(&json!([connect_for(&client, id, hold)]));
        assert_eq!(sim.answer(poll), json!([connected(&client, id)]));
    }
}

#[test]
fn a_socket_is_answered_at_once_if_it_asks_for_no_hold() {
    let mut sim = VirtualSim::new();
    let client = sim.handshake();
    let socket = sim.socket();
    sim.send(socket, &json!([connect_for(&client, "2", 0)]));
    assert_eq!(sim.answer(socket), json!([connected(&client, "2")]));
}

#[test]
fn waiting_events_follow_the_reply_in_order() {
    let mut sim = VirtualSim::new();
    let client = sim.handshake();
    let own = format!("/user/{}", sim.cast.me);
    sim.subscribe(&client, &own);
    for text in ["one", "two", "three"] {
        sim.with_world(|world, cast| world.say(cast.lake, cast.mara, text))
            .unwrap();
    }

    let poll = sim.post(&json!([connect(&client, "2")]));
    let answer = sim.answer(poll);
    assert_eq!(answer[0], connected(&client, "2"));
    let texts: Vec<_> = answer.as_array().unwrap()[1..]
        .iter()
        .map(|event| &event["data"]["subject"]["text"])
        .collect();
    assert_eq!(texts, ["one", "two", "three"]);
}

#[test]
fn an_event_ends_the_hold_and_takes_along_all_that_happens_with_it() {
    let mut sim = VirtualSim::new();
    let client = sim.handshake();
    let (own, group) = (
        format!("/user/{}", sim.cast.me),
        format!("/group/{}", sim.cast.lake),
    );
    sim.subscribe(&client, &own);
    sim.subscribe(&client, &group);
    let slip = sim
        .with_world(|world, cast| world.say(cast.lake, cast.theo, "wrong chat"))
        .unwrap();
    let poll = sim.post(&json!([connect_for(&client, "2", 0)]));
    sim.received(poll);

    let poll = sim.post(&json!([connect(&client, "3")]));
    sim.with_world(|world, _| world.delete(slip)).unwrap();
    let answer = sim.answer(poll);
    let channels: Vec<_> = answer
        .as_array()
        .unwrap()
        .iter()
        .map(|message| message["channel"].as_str().unwrap())
        .collect();
    assert_eq!(channels, ["/meta/connect", &group, &own]);
}

#[test]
fn a_second_connect_takes_over_the_time_of_the_first_which_is_never_answered() {
    let mut sim = VirtualSim::new();
    let client = sim.handshake();
    let first = sim.post(&json!([connect(&client, "2")]));
    sim.pass(Duration::from_mins(4));
    let second = sim.post(&json!([connect(&client, "3")]));
    sim.pass(Duration::from_mins(6));
    assert_eq!(sim.answer(second), json!([connected(&client, "3")]));
    sim.pass(HOLD);
    assert_eq!(sim.received(first), []);
}

#[test]
fn an_aborted_poll_loses_the_next_event() {
    let mut sim = VirtualSim::new();
    let client = sim.handshake();
    let own = format!("/user/{}", sim.cast.me);
    sim.subscribe(&client, &own);
    let poll = sim.post(&json!([connect(&client, "2")]));
    sim.close(poll);
    sim.with_world(|world, cast| world.say(cast.lake, cast.mara, "lost"))
        .unwrap();
    sim.with_world(|world, cast| world.say(cast.lake, cast.mara, "kept"))
        .unwrap();

    let poll = sim.post(&json!([connect(&client, "3")]));
    let messages = sim.messages(poll);
    assert_eq!(messages.len(), 2);
    assert_eq!(messages[1]["data"]["subject"]["text"], "kept");
}

#[test]
fn an_unknown_client_is_advised_to_shake_hands() {
    let mut sim = VirtualSim::new();
    let poll = sim.post(&json!([connect("nosuch", "15")]));
    assert_eq!(sim.answer(poll), json!([unknown("nosuch", "15")]));
}

#[test]
fn a_batch_with_a_connect_is_answered_when_the_connect_is() {
    let mut sim = VirtualSim::new();
    let client = sim.handshake();
    let own = format!("/user/{}", sim.cast.me);
    let token = sim.token();
    let poll = sim.post(&json!([
        connect(&client, "2"),
        crate::peer::subscribe(&client, &own, &token)
    ]));
    assert_eq!(sim.received(poll), []);
    sim.pass(HOLD);
    let answer = sim.answer(poll);
    assert_eq!(answer[0]["channel"], "/meta/subscribe");
    assert_eq!(answer[1]["channel"], "/meta/connect");
}

#[test]
fn an_absurd_hold_breaks_nothing() {
    let mut sim = VirtualSim::new();
    let client = sim.handshake();
    let poll = sim.post(&json!([connect_for(&client, "2", i64::MAX)]));
    // The session is destroyed after twice the server's own hold; its connect is answered then.
    sim.pass(HOLD * 2);
    assert_eq!(
        sim.received(poll),
        [Sent::Batch(json!([connected(&client, "2")]))]
    );
    let poll = sim.post(&json!([connect(&client, "3")]));
    assert_eq!(sim.answer(poll), json!([unknown(&client, "3")]));
}
