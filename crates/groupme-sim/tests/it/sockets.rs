//! WebSockets: pushes, their times and their sockets.

use serde_json::{Value, json};

use crate::peer::{Sent, VirtualSim, connect, handshake, subscribe};

fn texts(messages: &[Value]) -> Vec<&Value> {
    messages
        .iter()
        .map(|message| &message["data"]["subject"]["text"])
        .collect()
}

#[test]
fn nothing_is_pushed_before_the_first_connect_and_everything_after_it() {
    let mut sim = VirtualSim::new();
    let socket = sim.socket();
    sim.send(socket, &json!([handshake("1")]));
    let client = sim.answer(socket)[0]["clientId"]
        .as_str()
        .unwrap()
        .to_owned();
    let (own, token) = (format!("/user/{}", sim.cast.me), sim.token());
    sim.send(socket, &json!([subscribe(&client, &own, &token)]));
    assert_eq!(sim.answer(socket)[0]["successful"], true);

    for text in ["early", "earlier"] {
        sim.with_world(|world, cast| world.say(cast.lake, cast.mara, text))
            .unwrap();
    }
    assert_eq!(sim.received(socket), []);
    sim.send(socket, &json!([connect(&client, "4")]));
    sim.with_world(|world, cast| world.say(cast.lake, cast.mara, "then"))
        .unwrap();

    // Each event has its own frame, and the connect is still held.
    let frames = sim.received(socket);
    assert!(
        frames
            .iter()
            .all(|frame| matches!(frame, Sent::Batch(Value::Array(one)) if one.len() == 1))
    );
    let messages: Vec<Value> = frames
        .into_iter()
        .map(|frame| match frame {
            Sent::Batch(batch) => batch[0].clone(),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(texts(&messages), ["early", "earlier", "then"]);
}

#[test]
fn events_are_pushed_between_connects_too() {
    let mut sim = VirtualSim::new();
    let (socket, _) = sim.listen();
    sim.pass(crate::peer::HOLD);
    assert_eq!(sim.messages(socket).len(), 1);
    sim.with_world(|world, cast| world.say(cast.lake, cast.mara, "between"))
        .unwrap();
    assert_eq!(texts(&sim.messages(socket)), ["between"]);
}

#[test]
fn the_newest_socket_gets_the_events_and_goes_down_with_the_one_before() {
    let mut sim = VirtualSim::new();
    let (first, client) = sim.listen();
    let second = sim.socket();
    sim.send(second, &json!([connect(&client, "h")]));
    sim.with_world(|world, cast| world.say(cast.lake, cast.mara, "to the second"))
        .unwrap();
    assert_eq!(sim.received(first), []);
    assert_eq!(texts(&sim.messages(second)), ["to the second"]);

    sim.close(first);
    assert_eq!(sim.received(second), [Sent::Closed(1000)]);
}

#[test]
fn events_without_a_socket_wait_for_the_next_one() {
    let mut sim = VirtualSim::new();
    let (first, client) = sim.listen();
    sim.close(first);
    sim.with_world(|world, cast| world.say(cast.lake, cast.mara, "meanwhile"))
        .unwrap();
    let second = sim.socket();
    sim.send(second, &json!([connect(&client, "p")]));
    assert_eq!(texts(&sim.messages(second)), ["meanwhile"]);
}

#[test]
fn an_empty_array_is_answered_with_one_and_nonsense_not_at_all() {
    let mut sim = VirtualSim::new();
    let socket = sim.socket();
    sim.send_text(socket, "[]");
    assert_eq!(sim.answer(socket), json!([]));
    for nonsense in ["[{\"channel\"", "1", "", "\"text\""] {
        sim.send_text(socket, nonsense);
        assert_eq!(sim.received(socket), [], "{nonsense:?}");
    }
    sim.send(socket, &handshake("1"));
    assert_eq!(sim.answer(socket)[0]["successful"], true);
}

#[test]
fn nonsense_in_an_exchange_is_a_bad_request() {
    use groupme_sim::LaneKind;
    let mut sim = VirtualSim::new();
    for nonsense in ["[{\"channel\"", "1", "", "\"text\""] {
        let lane = sim.open(LaneKind::Exchange);
        sim.send_text(lane, nonsense);
        assert_eq!(sim.received(lane), [Sent::Refused(400)], "{nonsense:?}");
    }
}

#[test]
fn more_messages_than_a_batch_may_have_are_refused_with_the_reason() {
    use groupme_sim::LaneKind;
    let mut sim = VirtualSim::new();
    let crowd = json!(vec![handshake("1"); 1_001]);
    let poll = sim.post(&crowd);
    assert_eq!(sim.received(poll), [Sent::Refused(413)]);
    let socket = sim.open(LaneKind::Socket);
    sim.send_text(socket, &crowd.to_string());
    assert_eq!(sim.received(socket), [Sent::Closed(1009)]);
}
