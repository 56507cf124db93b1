//! Allocations of a pushed message on its way through feed, ledger and store.

use allocation_counter::measure;
use bayeux_wire::{Decoder, Frame};
use groupme_model::EventRef;
use serde_json::json;

use crate::world::{GROUP, World, YOU, created, row};

#[test]
fn a_pushed_message_costs_few_allocations() {
    let mut world = World::new();
    world.live();
    let frames: Vec<Frame> = (1..=400)
        .map(|number| {
            let data = created(&row(GROUP, number));
            let text = json!([{ "channel": format!("/user/{YOU}"), "data": data }]).to_string();
            let mut frame = Frame::from_bytes(text.as_bytes());
            Decoder::new().decode(&mut frame).unwrap();
            frame
        })
        .collect();
    let mut push = |frame: &Frame| {
        let data = frame.messages().next().unwrap().data().unwrap();
        let event = EventRef::from_value(data);
        world.feed.handle_push(world.now, &event, String::new());
        while let Some(mut delivered) = world.feed.poll_delivery() {
            if world.ledger.record(&mut delivered).unwrap() {
                world.ledger.acknowledge(delivered.tag).unwrap();
            }
        }
    };
    // Until the deduplication window is full and every push also forgets a message.
    let (first, rest) = frames.split_at(200);
    first.iter().for_each(&mut push);
    let measured = measure(|| rest.iter().for_each(&mut push));
    let per_push = measured.count_total.div_ceil(200);
    assert!(per_push <= MOST, "{per_push} allocations a push");
}

/// Maximum allocations a push. It was 36 with ids on the heap and keys cloned before each look-up.
const MOST: u64 = 6;
