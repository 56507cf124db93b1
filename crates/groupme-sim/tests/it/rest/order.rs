//! Order of push and response.

use core::time::Duration;

use serde_json::Value;

use super::{content, message};
use crate::peer::VirtualSim;

fn texts(messages: &[Value]) -> Vec<&str> {
    messages
        .iter()
        .filter_map(|message| message["data"]["subject"]["text"].as_str())
        .collect()
}

#[test]
fn a_slow_answer_comes_after_the_push() {
    let mut sim = VirtualSim::new();
    let (socket, _) = sim.listen();
    sim.simulation.rest_mut().config_mut().response_delay = Duration::from_millis(80);
    let target = sim.lake("/messages");
    let response = sim.post_rest(&target, &message("g", "quick"));
    assert_eq!(texts(&sim.messages(socket)), ["quick"]);
    assert_eq!(response.delay, Duration::from_millis(80));
    assert_eq!(sim.get("/v3/nowhere").delay, Duration::from_millis(80));
}

#[test]
fn a_slow_push_comes_after_the_answer_and_holds_up_those_behind() {
    let mut sim = VirtualSim::new();
    let (socket, _) = sim.listen();
    sim.simulation.rest_mut().config_mut().push_delay = Duration::from_millis(80);
    let target = sim.lake("/messages");
    let response = sim.post_rest(&target, &message("g", "first"));
    assert_eq!(response.delay, Duration::ZERO);
    let sent = content(&response, 201);
    // The message exists before its push.
    let newest = sim.lake("/messages?limit=1");
    let page = content(&sim.get(&newest), 200);
    assert_eq!(page["messages"][0]["id"], sent["message"]["id"]);
    sim.pass(Duration::from_millis(30));
    sim.send_message(sim.cast.mara, "second");
    sim.pass(Duration::from_millis(49));
    assert_eq!(texts(&sim.messages(socket)), Vec::<&str>::new());
    sim.pass(Duration::from_millis(1));
    assert_eq!(texts(&sim.messages(socket)), ["first", "second"]);
    sim.send_message(sim.cast.mara, "third");
    assert_eq!(texts(&sim.messages(socket)), ["third"]);
}
