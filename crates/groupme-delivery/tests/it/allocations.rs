//! Allocations of a pushed message on its way through feed, ledger and store.

use core::hint::black_box;

use allocation_counter::measure;
use bayeux_wire::{Decoder, Frame};
use groupme_delivery::Item;
use groupme_model::{EventRef, Timestamp, UserId};
use serde_json::json;

use crate::world::{GROUP, T0, World, YOU, created, row};

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

#[test]
fn a_fetched_message_costs_few_allocations() {
    let mut world = World::new();
    world.say(GROUP, 1);
    world.live();
    world.lose();
    for number in 2..=401 {
        world.say(GROUP, number);
    }
    world.feed.handle_live(world.now, Timestamp::from_secs(T0));
    let user = UserId::from(YOU);
    let (mut fetched, mut allocations) = (0, 0);
    while let Some((id, request)) = world.feed.poll_request() {
        let response = world.find(&request);
        let measured = measure(|| {
            world.feed.handle_response(world.now, id, response);
            while let Some(mut delivered) = world.feed.poll_delivery() {
                if world.ledger.record(&mut delivered).unwrap() {
                    if let Item::Synthesized(made) = &delivered.item {
                        black_box(made.frame(&user).unwrap());
                        fetched += 1;
                    }
                    world.ledger.acknowledge(delivered.tag).unwrap();
                }
            }
        });
        allocations += measured.count_total;
    }
    assert_eq!(fetched, 400);
    let per_row = allocations.div_ceil(400);
    assert!(per_row <= MOST_FETCHED, "{per_row} allocations a row");
}

/// Maximum allocations a fetched message, from its page to a frame for the program. It was 41 with
/// an owned message that was written as JSON and parsed again.
const MOST_FETCHED: u64 = 11;

/// Maximum allocations a push. It was 36 with ids on the heap and keys cloned before each look-up.
const MOST: u64 = 6;
