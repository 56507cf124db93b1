//! Lifetime and end of sessions.

use core::time::Duration;

use groupme_sim::GatewayConfig;
use serde_json::json;

use crate::peer::{HOLD, Sent, VirtualSim, connect, connect_for, connected, unknown};

#[test]
fn a_session_dies_two_holds_after_its_last_connect_whatever_else_it_does() {
    let mut sim = VirtualSim::new();
    let client = sim.handshake();
    let own = format!("/user/{}", sim.cast.me);
    for _ in 0..3 {
        sim.pass(HOLD / 2);
        sim.subscribe(&client, &own);
    }
    sim.pass((HOLD / 2).saturating_sub(Duration::from_millis(1)));
    let poll = sim.post(&json!([connect_for(&client, "2", 0)]));
    assert_eq!(sim.answer(poll), json!([connected(&client, "2")]));

    sim.pass(HOLD * 2);
    let poll = sim.post(&json!([connect(&client, "3")]));
    assert_eq!(sim.answer(poll), json!([unknown(&client, "3")]));
    assert_eq!(sim.simulation.gateway().subscribers(&own), 0);
}

#[test]
fn the_socket_of_an_expired_session_is_closed_without_a_message() {
    let mut sim = VirtualSim::new();
    let (socket, client) = sim.listen();
    sim.pass(HOLD);
    assert_eq!(sim.answer(socket), json!([connected(&client, "c")]));
    sim.pass(HOLD);
    assert_eq!(sim.received(socket), [Sent::Closed(1000)]);
}

#[test]
fn a_destroyed_session_answers_its_poll_and_is_unknown_thereafter() {
    let mut sim = VirtualSim::new();
    let client = sim.handshake();
    let poll = sim.post(&json!([connect(&client, "2")]));
    let now = sim.now;
    assert!(sim.simulation.gateway_mut().destroy_session(now, &client));
    assert!(!sim.simulation.gateway_mut().destroy_session(now, &client));
    sim.pass(Duration::ZERO);
    let next = sim.post(&json!([connect(&client, "3")]));
    assert_eq!(sim.answer(poll), json!([connected(&client, "2")]));
    assert_eq!(sim.answer(next), json!([unknown(&client, "3")]));
}

#[test]
fn a_lost_session_gets_no_events_and_is_unknown_at_its_next_request() {
    let mut sim = VirtualSim::new();
    let (socket, client) = sim.listen();
    let now = sim.now;
    sim.simulation.gateway_mut().forget_sessions(now);
    sim.with_world(|world, cast| world.say(cast.lake, cast.mara, "anybody?"))
        .unwrap();
    assert_eq!(sim.received(socket), []);

    sim.pass(HOLD);
    assert_eq!(sim.answer(socket), json!([connected(&client, "c")]));
    sim.send(socket, &json!([connect(&client, "d")]));
    assert_eq!(sim.answer(socket), json!([unknown(&client, "d")]));
}

#[test]
fn a_session_that_does_not_collect_is_destroyed_instead_of_losing_one_event() {
    let mut config = GatewayConfig::default();
    (config.max_queued_events, config.ping_interval) = (10, None);
    let mut sim = VirtualSim::with_config(config);
    let client = sim.handshake();
    let own = format!("/user/{}", sim.cast.me);
    sim.subscribe(&client, &own);
    for _ in 0..10 {
        sim.with_world(|world, cast| world.say(cast.lake, cast.mara, "more"))
            .unwrap();
    }
    assert_eq!(
        sim.simulation.gateway().sessions().collect::<Vec<_>>(),
        [client.as_str()]
    );
    sim.with_world(|world, cast| world.say(cast.lake, cast.mara, "too much"))
        .unwrap();
    assert_eq!(sim.simulation.gateway().sessions().count(), 0);
    let poll = sim.post(&json!([connect(&client, "2")]));
    assert_eq!(sim.answer(poll), json!([unknown(&client, "2")]));
}

#[test]
fn a_session_that_does_not_collect_large_events_is_destroyed_before_they_fill_the_memory() {
    let mut config = GatewayConfig::default();
    config.ping_interval = None;
    let mut sim = VirtualSim::with_config(config);
    let client = sim.handshake();
    let own = format!("/user/{}", sim.cast.me);
    sim.subscribe(&client, &own);
    let large = "x".repeat(1 << 20);
    for _ in 0..40 {
        sim.with_world(|world, cast| world.say(cast.lake, cast.mara, &large))
            .unwrap();
    }
    assert_eq!(sim.simulation.gateway().sessions().count(), 0);
}
