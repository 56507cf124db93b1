//! Effects of acknowledgements on the store.

use groupme_delivery::Config;
use groupme_model::Timestamp;

use crate::world::{CHAT, GROUP, T0, World, created};

/// Returns the messages that come again after a crash.
fn again(world: &mut World) -> Vec<String> {
    world.acknowledges = true;
    world.is_slow = false;
    world.restart();
    let mut output = world.live();
    output.extend(world.wait(core::time::Duration::from_mins(2)));
    assert!(
        !output.iter().any(|line| line.starts_with("lost")),
        "{output:?}"
    );
    output.retain(|line| line.starts_with("backfill "));
    output
}

fn synced_until(world: &World) -> Option<i64> {
    world.saved().synced_until.map(Timestamp::as_secs)
}

#[test]
fn all_up_to_a_receipt_can_be_acknowledged_at_once() {
    let mut world = World::new();
    world.live();
    world.acknowledges = false;
    for number in 1..=3 {
        world.say_live(GROUP, number);
    }
    let second = world.tags()[1];
    world.ledger.acknowledge_through(second).unwrap();
    assert_eq!(world.ledger.open(), 1);
    // Acknowledging again changes nothing.
    world.ledger.acknowledge_through(second).unwrap();
    world.ledger.acknowledge(second).unwrap();
    assert_eq!(world.ledger.open(), 1);
    assert_eq!(again(&mut world), ["backfill 1835/3"]);
}

#[test]
fn a_delivery_without_changes_for_the_store_is_not_open() {
    let mut world = World::new();
    world.acknowledges = false;
    assert_eq!(world.live(), ["caught up"]);
    assert_eq!(world.ledger.open(), 0);
}

#[test]
fn an_unacknowledged_message_comes_again_however_many_later_ones_are_acknowledged() {
    let mut config = Config::default();
    (config.dedup_window, config.compare_window) = (10, 10);
    let mut world = World::with(config);
    world.live();
    world.acknowledges = false;
    for number in 1..=2 {
        world.say_live(GROUP, number);
    }
    let second = world.tags()[1];
    world.ledger.acknowledge(second).unwrap();
    world.acknowledges = true;
    // More messages than are remembered without unacknowledged ones.
    for number in 3..=50 {
        world.say_live(GROUP, number);
    }
    assert_eq!(again(&mut world), ["backfill 1835/1"]);
    assert_eq!(world.say_live(GROUP, 51), ["push 1835/51"]);
    let saved = world.saved();
    assert!(
        saved.conversations[&GROUP.into()].seen.len() <= 10,
        "{saved:?}"
    );
}

#[test]
fn late_messages_that_are_open_come_again_in_whatever_order_they_came() {
    for (order, window) in [([2, 4], 50), ([4, 2], 50), ([2, 4], 0), ([4, 2], 0)] {
        let mut config = Config::default();
        config.compare_window = window;
        let mut world = World::with(config);
        let rows: Vec<_> = (1..=5).map(|number| world.say(GROUP, number)).collect();
        world.live();
        world.acknowledges = false;
        for number in order {
            world.push(&created(&rows[number - 1]), "late");
        }
        let output = again(&mut world);
        // A message of the past does not come after a newer one.
        let has_second = output.contains(&"backfill 1835/2".to_owned());
        assert_eq!(has_second, order == [2, 4], "{output:?}");
        assert!(output.contains(&"backfill 1835/4".to_owned()), "{output:?}");
        assert!(
            !output.contains(&"backfill 1835/1".to_owned()),
            "{output:?}"
        );
    }
}

#[test]
fn the_time_up_to_which_the_account_is_synced_is_saved_now_and_then() {
    let mut world = World::new();
    world.live();
    assert_eq!(synced_until(&world), Some(T0));
    world.say_live(GROUP, 29);
    assert_eq!(synced_until(&world), Some(T0));
    world.say_live(CHAT, 30);
    assert_eq!(synced_until(&world), Some(T0 + 30));
    world.say_live(GROUP, 59);
    assert_eq!(synced_until(&world), Some(T0 + 30));
    // A late message does not move the synced time back.
    world.say_live(GROUP, 1);
    assert_eq!(synced_until(&world), Some(T0 + 30));
    world.say_live(GROUP, 60);
    assert_eq!(synced_until(&world), Some(T0 + 60));
}

#[test]
fn the_account_is_synced_no_further_than_what_is_open() {
    let mut world = World::new();
    world.live();
    world.acknowledges = false;
    world.say_live(GROUP, 40);
    world.say_live(GROUP, 80);
    world.say_live(CHAT, 120);
    let tags = world.tags().to_vec();
    world.ledger.acknowledge(tags[2]).unwrap();
    assert_eq!(synced_until(&world), Some(T0));
    world.ledger.acknowledge(tags[0]).unwrap();
    assert_eq!(synced_until(&world), Some(T0 + 40));
    world.ledger.acknowledge(tags[1]).unwrap();
    assert_eq!(synced_until(&world), Some(T0 + 120));
}

#[test]
fn the_account_is_not_synced_while_a_list_is_missing() {
    let mut world = World::new();
    world.say(GROUP, 1);
    world.live();
    world.lose();
    world.is_slow = true;
    world.live();
    world.answer_first("groups 1");
    assert_eq!(world.say_live(GROUP, 100), ["push 1835/100"]);
    assert_eq!(synced_until(&world), Some(T0));
    world.answer_all();
    assert_eq!(world.say_live(GROUP, 101), ["push 1835/101"]);
    assert_eq!(synced_until(&world), Some(T0 + 101));
}
