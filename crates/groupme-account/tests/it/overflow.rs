//! A program that is slower than the events.

use core::time::Duration;

use groupme_account::{Incoming, Status};

use crate::world::{World, is_caught_up, numbers};

#[test]
fn lanes_are_not_read_while_too_much_waits_and_events_are_dropped_into_a_reported_gap_later() {
    let mut world = World::new(false, |config| {
        config.max_waiting = 10;
        config.overflow_after = Duration::from_secs(10);
    });
    assert!(is_caught_up(&world.settle()));
    let mut pushed = 0;
    while world.account.may_read() {
        let frame = world.message();
        world.push(&frame);
        pushed += 1;
    }
    assert_eq!(pushed, 10);
    // Nothing is taken.
    let due = world.account.poll_timeout().unwrap();
    assert_eq!(due, world.now + Duration::from_secs(10));
    world.now = due;
    world.account.handle_timeout(world.moment());
    assert!(world.account.may_read());
    for _ in 0..3 {
        let frame = world.message();
        world.push(&frame);
    }
    let items = world.settle();
    assert_eq!(numbers(&items), (1..=10).collect::<Vec<_>>());
    let overflow = items
        .iter()
        .position(|item| matches!(item, Incoming::Status(Status::Overflow { dropped: 3, .. })));
    let caught_up = items
        .iter()
        .position(|item| matches!(item, Incoming::Status(Status::CaughtUp)));
    assert!(overflow.is_some() && overflow < caught_up, "{items:?}");
}

#[test]
fn a_program_that_takes_in_time_loses_nothing() {
    let mut world = World::new(false, |config| config.max_waiting = 10);
    assert!(is_caught_up(&world.settle()));
    for _ in 0..10 {
        let frame = world.message();
        world.push(&frame);
    }
    assert!(!world.account.may_read());
    assert!(world.account.poll_incoming().is_some());
    assert!(world.account.may_read());
    assert_eq!(numbers(&world.settle()), (2..=10).collect::<Vec<_>>());
}
