//! A program that is slower than the events.

use core::time::Duration;

use groupme_account::{Incoming, Status};

use crate::world::{World, is_caught_up, numbers, statuses};

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
    for taken in 0..5 {
        assert!(!world.account.may_read(), "{taken}");
        assert!(world.account.poll_incoming().is_some());
    }
    // Not before half of it is taken, so that reading is not stopped for every event.
    assert!(world.account.may_read());
    assert_eq!(numbers(&world.settle()), (6..=10).collect::<Vec<_>>());
}

#[test]
fn a_slow_program_that_takes_something_within_the_grace_loses_nothing() {
    let mut world = World::new(false, |config| config.max_waiting = 10);
    assert!(is_caught_up(&world.settle()));
    let mut taken = Vec::new();
    for _ in 0..20 {
        while world.account.may_read() {
            let frame = world.message();
            world.push(&frame);
        }
        taken.extend(world.account.poll_incoming());
        world.now = world.account.poll_timeout().unwrap();
        world.account.handle_timeout(world.moment());
    }
    taken.extend(world.settle());
    let numbers = numbers(&taken);
    assert_eq!(numbers, (1..=29).collect::<Vec<_>>());
}

#[test]
fn statuses_of_a_connection_that_comes_and_goes_are_bounded_while_events_are_dropped() {
    let mut world = World::new(false, |config| config.max_waiting = 10);
    assert!(is_caught_up(&world.settle()));
    while world.account.may_read() {
        let frame = world.message();
        world.push(&frame);
    }
    world.now = world.account.poll_timeout().unwrap();
    world.account.handle_timeout(world.moment());
    for _ in 0..100 {
        world.cut();
        world.advance();
        while !world.account.is_live() {
            world.now = world.account.poll_timeout().unwrap();
            world.account.handle_timeout(world.moment());
            world.advance();
        }
    }
    let waiting = world.account.waiting();
    assert!(waiting <= 20, "{waiting}");
    let statuses = statuses(&world.settle());
    // The state of the connection, and one gap, from before the first of all disconnects.
    let gaps = statuses
        .iter()
        .filter(|text| text.contains("may have been missed"));
    assert_eq!(gaps.count(), 1, "{statuses:?}");
    for text in ["connected over", "subscribed to", "disconnected: "] {
        let count = statuses.iter().filter(|status| status.starts_with(text));
        assert_eq!(count.count(), 1, "{text}: {statuses:?}");
    }
}
