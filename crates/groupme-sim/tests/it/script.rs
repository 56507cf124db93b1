//! Scripts and the built-in story.

use core::time::Duration;
use std::collections::BTreeSet;

use groupme_sim::{Script, WorldError};
use serde_json::Value;

use crate::peer::VirtualSim;

/// Returns everything that a client subscribed to all its channels sees of the story.
fn watch(pace: Duration, endless: bool, time: Duration) -> (VirtualSim, Vec<Value>) {
    let mut sim = VirtualSim::new();
    let (socket, client) = sim.listen();
    let direct = groupme_sim::Conversation::direct(sim.cast.me, sim.cast.mara).channel();
    sim.subscribe(&client, &direct);
    let (now, story) = (sim.now, sim.cast.story());
    let playback = sim.simulation.play(now, story, pace, endless);
    sim.pass(time);
    let messages = sim.messages(socket);
    assert_eq!(sim.simulation.is_playing(playback), endless);
    assert!(sim.simulation.take_failure(playback).is_none());
    (sim, messages)
}

fn kinds(messages: &[Value]) -> BTreeSet<&str> {
    messages
        .iter()
        .filter_map(|message| message["data"]["type"].as_str())
        .collect()
}

/// Kinds documented by GroupMe or captured, and an unknown one.
const KINDS: [&str; 11] = [
    "direct_message.create",
    "favorite",
    "like.create",
    "line.create",
    "membership.create",
    "message.deleted",
    "message.update",
    "ping",
    "read_receipt.create",
    "typing",
    "weather.warning",
];

#[test]
fn every_kind_of_event_happens_within_twelve_seconds() {
    let (_, messages) = watch(Script::FAST_INTERVAL, false, Duration::from_secs(12));
    assert_eq!(kinds(&messages), KINDS.into_iter().collect());
    assert!(
        messages
            .iter()
            .any(|message| message["data"]["subject"]["attachments"][0]["type"] == "hiking_route")
    );
}

#[test]
fn the_story_can_be_repeated_without_end() {
    let (sim, messages) = watch(Script::SLOW_INTERVAL, true, Duration::from_mins(9));
    let count = |kind: &str| {
        messages
            .iter()
            .filter(|message| message["data"]["type"] == kind)
            .count()
    };
    let rounds =
        usize::try_from(sim.now.since_origin().as_secs()).unwrap() / sim.cast.story().steps();
    assert!(rounds > 20);
    for kind in ["membership.create", "message.deleted", "weather.warning"] {
        assert!(
            count(kind).abs_diff(rounds) <= 1,
            "{kind}: {} in {rounds} rounds",
            count(kind)
        );
    }
}

#[test]
fn every_event_but_the_made_up_one_is_known_to_the_model() {
    let (_, messages) = watch(Script::FAST_INTERVAL, false, Duration::from_secs(12));
    let mut decoder = bayeux_wire::Decoder::new();
    for message in &messages {
        let mut frame = bayeux_wire::Frame::from_bytes(message["data"].to_string().as_bytes());
        decoder.decode_value(&mut frame).unwrap();
        let event = groupme_model::EventRef::from_value(frame.root().unwrap());
        assert_eq!(
            event.is_typed(),
            message["data"]["type"] != "weather.warning",
            "{message:#}"
        );
    }
}

#[test]
fn a_failing_step_ends_its_script_with_the_error() {
    let mut sim = VirtualSim::new();
    let (now, group, mara) = (sim.now, sim.cast.lake, sim.cast.mara);
    let script = Script::new()
        .step(|world, saved| world.delete(saved.get("nothing")?))
        .step(move |world, _| world.say(group, mara, "never said").map(drop));
    let playback = sim
        .simulation
        .play(now, script, Script::SLOW_INTERVAL, false);
    assert!(sim.simulation.is_playing(playback));
    sim.pass(Duration::from_secs(5));
    assert!(!sim.simulation.is_playing(playback));
    assert!(matches!(
        sim.simulation.take_failure(playback),
        Some(WorldError::NotSaved("nothing"))
    ));
    assert_eq!(sim.simulation.poll_timeout(), None);
}

#[test]
fn a_script_does_not_make_up_for_a_standstill() {
    let mut sim = VirtualSim::new();
    let (socket, _) = sim.listen();
    let (now, group, mara) = (sim.now, sim.cast.lake, sim.cast.mara);
    let script = Script::new().step(move |world, _| world.say(group, mara, "tick").map(drop));
    sim.simulation
        .play(now, script, Script::SLOW_INTERVAL, true);
    let later = now + Duration::from_mins(5);
    sim.simulation.handle_timeout(later);
    sim.now = later;
    sim.pass(Duration::from_secs(2));
    assert_eq!(sim.messages(socket).len(), 3);
}
