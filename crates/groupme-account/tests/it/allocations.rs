//! Allocations of a pushed message on its way from the frame to the program.

use allocation_counter::measure;
use groupme_account::Incoming;

use crate::world::{World, is_caught_up};

/// Returns the allocations for each of many pushed messages, after the windows are full.
fn allocations(has_store: bool) -> u64 {
    let mut world = World::new(has_store, |_| {});
    assert!(is_caught_up(&world.settle()));
    let frames: Vec<_> = (0..400).map(|_| world.message()).collect();
    let (first, rest) = frames.split_at(200);
    let mut changes = Vec::new();
    let mut push = |frame| {
        world.push(frame);
        let mut delivered = 0;
        loop {
            while let Some(id) = world.account.poll_changes(&mut changes) {
                // The store is measured elsewhere.
                changes.clear();
                world.account.handle_saved(id, Ok(()));
            }
            match world.account.poll_incoming() {
                Some(Incoming::Event(delivery)) => {
                    delivered += 1;
                    if let Some(tag) = delivery.tag() {
                        world.account.acknowledge(tag);
                    }
                }
                Some(_) => {}
                None if world.account.has_changes() => {}
                None => break,
            }
        }
        assert_eq!(delivered, 1);
    };
    first.iter().for_each(&mut push);
    let measured = measure(|| rest.iter().for_each(&mut push));
    measured.count_total.div_ceil(200)
}

#[test]
fn a_pushed_message_costs_few_allocations_from_frame_to_program() {
    let (without_store, with_store) = (allocations(false), allocations(true));
    assert!(without_store <= 4, "{without_store} allocations a push");
    assert!(with_store <= 6, "{with_store} allocations with a store");
}
