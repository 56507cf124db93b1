//! Behaviour seen of GroupMe on some days only.

use core::time::Duration;

use groupme_sim::{GatewayConfig, IdleConnects, LaneKind};
use serde_json::{Value, json};

use crate::peer::{HOLD, Sent, VirtualSim, connect, connect_for, connected};

fn with(change: impl FnOnce(&mut GatewayConfig)) -> VirtualSim {
    let mut config = GatewayConfig::default();
    config.ping_interval = None;
    change(&mut config);
    VirtualSim::with_config(config)
}

fn texts(messages: &[Value]) -> Vec<&str> {
    messages
        .iter()
        .filter_map(|message| message["data"]["subject"]["text"].as_str())
        .collect()
}

#[test]
fn connects_may_never_be_answered_though_events_flow() {
    let mut sim = with(|config| config.idle_connects = IdleConnects::NeverAnswered);
    let (socket, client) = sim.listen();
    sim.send(socket, &json!([connect_for(&client, "0", 0)]));
    sim.pass(HOLD + Duration::from_secs(1));
    assert_eq!(sim.received(socket), []);
    sim.send_from_mara("heard");
    assert_eq!(texts(&sim.messages(socket)), ["heard"]);
    // Without another connect the session expires, as all sessions do.
    sim.pass(HOLD);
    assert_eq!(sim.received(socket), [Sent::Closed(1000)]);
    assert_eq!(sim.simulation.poll_timeout(), None);
}

#[test]
fn a_poll_without_a_timeout_still_brings_events() {
    let mut sim = with(|config| config.idle_connects = IdleConnects::NeverAnswered);
    let client = sim.handshake();
    let own = format!("/user/{}", sim.cast.me);
    sim.subscribe(&client, &own);
    let poll = sim.post(&json!([connect(&client, "2")]));
    sim.pass(HOLD);
    assert_eq!(sim.received(poll), []);
    sim.send_from_mara("heard");
    assert_eq!(texts(&sim.messages(poll)), ["heard"]);
}

#[test]
fn sessions_lost_under_a_connect_that_is_never_answered_are_lost_at_once() {
    let mut sim = with(|config| config.idle_connects = IdleConnects::NeverAnswered);
    let (socket, client) = sim.listen();
    let now = sim.now;
    sim.simulation.gateway_mut().forget_sessions(now);
    sim.send(socket, &json!([connect(&client, "3")]));
    assert_eq!(sim.answer(socket)[0], crate::peer::unknown(&client, "3"));
    assert_eq!(sim.simulation.poll_timeout(), None);
}

#[test]
fn sockets_may_be_closed_cleanly_after_a_while_and_sessions_live_on() {
    let mut sim = with(|config| config.max_socket_age = Some(Duration::from_secs(20)));
    let idle = sim.open(LaneKind::Socket);
    sim.pass(Duration::from_secs(5));
    let (socket, client) = sim.listen();
    sim.pass(Duration::from_millis(14_999));
    assert_eq!(sim.received(idle), []);
    sim.pass(Duration::from_millis(1));
    assert_eq!(sim.received(idle), [Sent::Closed(1000)]);
    sim.send_from_mara("in time");
    assert_eq!(texts(&sim.messages(socket)), ["in time"]);
    sim.pass(Duration::from_secs(5));
    assert_eq!(
        sim.received(socket),
        [Sent::Closed(1000)],
        "the held connect is not answered"
    );

    sim.send_from_mara("between");
    let next = sim.socket();
    sim.send(next, &json!([connect(&client, "4")]));
    assert_eq!(texts(&sim.messages(next)), ["between"]);
    // A socket closed by the client is not closed again.
    sim.close(next);
    sim.pass(Duration::from_secs(30));
    assert_eq!(sim.received(next), []);
}

#[test]
fn a_session_may_stay_bound_to_its_dead_socket() {
    let mut sim = with(|config| config.sticky_sockets = true);
    let (dead, client) = sim.listen();
    sim.close(dead);
    let next = sim.socket();
    sim.send(next, &json!([connect_for(&client, "4", 5_000)]));
    sim.send_from_mara("lost");
    assert_eq!(sim.received(next), []);
    sim.pass(HOLD);
    // The replies may make a client believe that the session is healthy.
    let answers = sim.messages(next);
    assert_eq!(answers, [connected(&client, "4")]);

    let (fresh, _) = sim.listen();
    sim.send_from_mara("heard");
    assert_eq!(texts(&sim.messages(fresh)), ["heard"]);
    assert_eq!(sim.received(next), []);
}

#[test]
fn the_end_of_an_old_socket_may_close_the_new_one() {
    for spreads in [true, false] {
        let mut sim = with(|config| config.profile.late_close_spreads = spreads);
        let (old, client) = sim.listen();
        let new = sim.socket();
        sim.send(new, &json!([connect(&client, "4")]));
        sim.close(old);
        sim.send_from_mara("heard?");
        if spreads {
            assert_eq!(sim.received(new), [Sent::Closed(1000)]);
        } else {
            assert_eq!(texts(&sim.messages(new)), ["heard?"]);
        }
    }
}

impl VirtualSim {
    fn send_from_mara(&mut self, text: &str) {
        self.with_world(|world, cast| world.say(cast.lake, cast.mara, text).unwrap());
    }
}
