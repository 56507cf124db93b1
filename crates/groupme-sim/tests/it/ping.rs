//! Pings as documented by GroupMe.

use core::time::Duration;

use groupme_sim::GatewayConfig;
use serde_json::{Value, json};

use crate::peer::VirtualSim;

fn pings(messages: &[Value], channel: &str) -> usize {
    let ping = json!({ "type": "ping" });
    messages
        .iter()
        .filter(|message| message["channel"] == channel && message["data"] == ping)
        .count()
}

#[test]
fn each_channel_that_is_listened_to_is_pinged_every_thirty_seconds() {
    let mut sim = VirtualSim::with_config(GatewayConfig::default());
    let (socket, _) = sim.listen();
    let (own, group) = (
        format!("/user/{}", sim.cast.me),
        format!("/group/{}", sim.cast.lake),
    );
    sim.pass(Duration::from_millis(29_999));
    assert_eq!(sim.received(socket), []);
    sim.pass(Duration::from_secs(61));
    let messages = sim.messages(socket);
    assert_eq!((pings(&messages, &own), pings(&messages, &group)), (3, 3));
    assert_eq!(messages.len(), 6);
}

#[test]
fn a_clients_own_ping_is_echoed_and_puts_the_servers_off() {
    let mut sim = VirtualSim::with_config(GatewayConfig::default());
    let (socket, client) = sim.listen();
    let (token, own) = (sim.token(), format!("/user/{}", sim.cast.me));
    let ping = json!({
        "channel": own,
        "data": { "type": "ping" },
        "clientId": client,
        "id": "9",
        "ext": { "access_token": token },
    });
    sim.pass(Duration::from_secs(20));
    sim.send(socket, &json!([ping]));
    assert_eq!(pings(&sim.messages(socket), &own), 1);
    sim.pass(Duration::from_secs(29));
    assert_eq!(pings(&sim.messages(socket), &own), 0);
    sim.pass(Duration::from_secs(1));
    assert_eq!(pings(&sim.messages(socket), &own), 1);
}

#[test]
fn nobody_listening_means_no_pings_and_no_deadline() {
    let mut sim = VirtualSim::with_config(GatewayConfig::default());
    let client = sim.handshake();
    let own = format!("/user/{}", sim.cast.me);
    sim.subscribe(&client, &own);
    assert!(sim.simulation.poll_timeout().is_some());
    let disconnect = json!({ "channel": "/meta/disconnect", "clientId": client, "id": "d" });
    sim.post(&json!([disconnect]));
    assert_eq!(sim.simulation.poll_timeout(), None);
}

#[test]
fn no_interval_at_all_does_not_stop_the_clock() {
    let mut config = GatewayConfig::default();
    config.ping_interval = Some(Duration::ZERO);
    let mut sim = VirtualSim::with_config(config);
    let (socket, _) = sim.listen();
    sim.pass(Duration::from_millis(10));
    assert_eq!(sim.messages(socket).len(), 20);
}
