//! Saving: what has to be in the store before something is handed out.

use groupme_account::Incoming;
use groupme_delivery::Store as _;

use crate::world::{World, is_caught_up, numbers};

#[test]
fn the_baseline_is_saved_as_soon_as_the_account_is_live_whether_or_not_the_program_takes_anything()
{
    let mut world = World::new(true, |_| {});
    while !world.account.is_live() {
        world.advance();
    }
    world.save();
    assert!(world.store.load().unwrap().baseline.is_some());
}

#[test]
fn a_late_message_is_handed_out_once_its_step_back_is_saved() {
    let mut world = World::new(true, |_| {});
    assert!(is_caught_up(&world.settle()));
    for number in [5, 6] {
        let frame = world.message_numbered(number);
        world.push(&frame);
    }
    for item in world.settle() {
        if let Incoming::Event(delivery) = item {
            world.account.acknowledge(delivery.tag().unwrap());
        }
    }
    world.save();
    let cursor = |world: &mut World| {
        let saved = world.store.load().unwrap();
        let (_, of) = saved.conversations.iter().next().unwrap();
        of.cursor.clone().unwrap().as_str().parse::<u64>().unwrap() % 1_000_000
    };
    assert_eq!(cursor(&mut world), 6);

    world.saves = false;
    let frame = world.message_numbered(2);
    world.push(&frame);
    assert_eq!(numbers(&world.settle()), [0; 0], "not saved yet");
    assert!(world.account.has_changes());
    // A crash before the program has it brings the message back.
    world.saves = true;
    assert_eq!(numbers(&world.settle()), [2]);
    assert!(cursor(&mut world) < 2);
}

#[test]
fn without_a_store_there_is_nothing_to_save_or_to_acknowledge() {
    let mut world = World::new(false, |_| {});
    assert!(is_caught_up(&world.settle()));
    let frame = world.message();
    world.push(&frame);
    for item in world.settle() {
        if let Incoming::Event(delivery) = item {
            let tag = delivery.tag().unwrap();
            assert_eq!(world.account.acknowledge(tag), None);
        }
    }
    assert!(!world.account.has_changes());
}
