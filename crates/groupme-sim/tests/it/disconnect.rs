//! `/meta/disconnect`.

use serde_json::{Value, json};

use crate::peer::{Sent, VirtualSim, connect, connected};

fn disconnect(client: &str) -> Value {
    json!({ "channel": "/meta/disconnect", "clientId": client, "id": "q" })
}

fn disconnected(client: &str) -> Value {
    json!({ "id": "q", "clientId": client, "channel": "/meta/disconnect", "successful": true })
}

#[test]
fn a_socket_gets_the_reply_and_is_closed() {
    let mut sim = VirtualSim::new();
    let (socket, client) = sim.listen();
    sim.send(socket, &json!([disconnect(&client)]));
    assert_eq!(
        sim.received(socket),
        [
            Sent::Batch(json!([disconnected(&client)])),
            Sent::Closed(1000)
        ]
    );
    assert_eq!(sim.simulation.gateway().sessions().count(), 0);
}

#[test]
fn a_held_poll_is_answered() {
    let mut sim = VirtualSim::new();
    let client = sim.handshake();
    let poll = sim.post(&json!([connect(&client, "2")]));
    let last = sim.post(&json!([disconnect(&client)]));
    assert_eq!(sim.answer(last), json!([disconnected(&client)]));
    assert_eq!(sim.answer(poll), json!([connected(&client, "2")]));
}

#[test]
fn the_second_time_the_client_is_unknown() {
    let mut sim = VirtualSim::new();
    let client = sim.handshake();
    sim.post(&json!([disconnect(&client)]));
    let again = sim.post(&json!([disconnect(&client)]));
    let expected = json!([{
        "id": "q",
        "channel": "/meta/disconnect",
        "successful": false,
        "error": format!("401:{client}:Unknown client"),
    }]);
    assert_eq!(sim.answer(again), expected);
}
