//! `/meta/handshake`.

use serde_json::{Value, json};

use crate::peer::{VirtualSim, handshake};

#[test]
fn answers_as_groupme_does_member_for_member() {
    let mut sim = VirtualSim::new();
    let lane = sim.post(&json!([handshake("1")]));
    let answer = sim.answer(lane);

    let mut expected: Value =
        serde_json::from_str(include_str!("../fixtures/handshake.response.json")).unwrap();
    let client = answer[0]["clientId"].as_str().unwrap();
    assert_eq!(client.len(), 31);
    assert!(
        client
            .bytes()
            .all(|byte| byte.is_ascii_digit() || byte.is_ascii_lowercase())
    );
    expected[0]["clientId"] = client.into();
    // Compared as text to check the order of the members.
    assert_eq!(answer.to_string(), expected.to_string());
}

#[test]
fn gives_each_session_an_id_of_its_own_and_the_same_ones_for_the_same_seed() {
    let ids = || {
        let mut sim = VirtualSim::new();
        [sim.handshake(), sim.handshake(), sim.handshake()]
    };
    let [first, second, third] = ids();
    assert!(first != second && second != third && first != third);
    assert_eq!(ids(), [first, second, third]);
}

#[test]
fn a_new_handshake_on_a_socket_lets_go_of_the_session_before() {
    let mut sim = VirtualSim::new();
    let socket = sim.socket();
    let (first, second) = (sim.handshake(), sim.handshake());
    sim.send(socket, &json!([crate::peer::connect(&first, "a")]));
    sim.send(socket, &json!([crate::peer::connect(&second, "b")]));
    // The first session's connect is answered, the second's is held.
    assert_eq!(
        sim.answer(socket),
        json!([crate::peer::connected(&first, "a")])
    );
}
