//! Lists that lag behind the histories.

use core::time::Duration;

use groupme_delivery::Failure;
use serde_json::json;

use crate::world::{GROUP, World, row};

/// Returns a world that has delivered messages 1 and 2 and missed message 3, after a resync whose
/// lists named message `listed` as the newest, with what the resync handed out.
fn resynced(listed: u64) -> (World, Vec<String>) {
    let mut world = World::new();
    world.say(GROUP, 1);
    world.live();
    world.say_live(GROUP, 2);
    world.lose();
    world.say(GROUP, 3);
    world.named.insert(GROUP.to_owned(), row(GROUP, listed));
    let output = world.live();
    world.named.clear();
    (world, output)
}

/// Output of the fetch of message 3.
const FETCHED: [&str; 3] = [
    "gap 1835 2..3 (Connection)",
    "backfill 1835/3",
    "backfilled 1835: 1",
];

#[test]
fn a_list_that_lacks_what_was_delivered_is_known_to_lag() {
    let (mut world, output) = resynced(1);
    assert!(output.contains(&"backfill 1835/3".to_owned()), "{output:?}");
    assert_eq!(world.say_live(GROUP, 4), ["push 1835/4"]);
    assert!(world.wait(Duration::from_mins(1)).is_empty());
}

#[test]
fn a_message_that_a_lagging_list_lacks_is_found_by_the_second_reading() {
    let (mut world, output) = resynced(2);
    assert_eq!(output, ["caught up"]);
    assert_eq!(world.wait(Duration::from_secs(10)), FETCHED);
    assert_eq!(world.say_live(GROUP, 4), ["push 1835/4"]);
    assert!(world.wait(Duration::from_mins(1)).is_empty());
}

#[test]
fn a_message_pushed_during_the_second_fetch_comes_after_the_fetched_ones() {
    let (mut world, _) = resynced(2);
    world.is_slow = true;
    world.wait(Duration::from_secs(10));
    world.answer_first("groups");
    assert!(world.say_live(GROUP, 4).is_empty());
    assert_eq!(
        world.answer_all(),
        ["backfill 1835/3", "backfill 1835/4", "backfilled 1835: 2"]
    );
    assert_eq!(world.say_live(GROUP, 5), ["push 1835/5"]);
}

#[test]
fn a_message_that_a_push_hides_from_the_second_reading_is_found_by_comparing() {
    let (mut world, _) = resynced(2);
    assert_eq!(world.say_live(GROUP, 4), ["push 1835/4"]);
    assert_eq!(world.wait(Duration::from_secs(10)), ["backfill 1835/3"]);
    assert!(world.wait(Duration::from_mins(1)).is_empty());
}

#[test]
fn the_second_look_is_repeated_until_the_rest_api_answers() {
    let (mut world, _) = resynced(2);
    let outage = ("groups".to_owned(), Failure::Unavailable);
    world.failures.extend([outage]);
    assert!(world.wait(Duration::from_mins(5)).is_empty());
    world.failures.clear();
    assert_eq!(world.wait(Duration::from_mins(5)), FETCHED);
}

#[test]
fn messages_before_the_first_delivered_one_of_a_conversation_are_found_by_comparing() {
    let mut world = World::new();
    world.say(GROUP, 1);
    assert_eq!(world.live(), ["caught up"]);
    world.lose();
    world.say(GROUP, 2);
    world.named.insert(GROUP.to_owned(), row(GROUP, 1));
    assert_eq!(world.live(), ["caught up"]);
    world.named.clear();
    assert_eq!(world.say_live(GROUP, 3), ["push 1835/3"]);
    assert_eq!(world.wait(Duration::from_secs(10)), ["backfill 1835/2"]);
    assert!(world.wait(Duration::from_mins(1)).is_empty());
}

#[test]
fn messages_before_the_first_delivered_one_of_a_process_are_found_by_comparing() {
    let mut world = World::new();
    world.say(GROUP, 1);
    world.live();
    assert_eq!(world.say_live(GROUP, 2), ["push 1835/2"]);
    world.restart();
    world.say(GROUP, 3);
    world.named.insert(GROUP.to_owned(), row(GROUP, 2));
    assert_eq!(world.live(), ["caught up"]);
    world.named.clear();
    assert_eq!(world.say_live(GROUP, 4), ["push 1835/4"]);
    assert_eq!(world.wait(Duration::from_secs(10)), ["backfill 1835/3"]);
}

#[test]
fn messages_sent_while_the_user_had_left_are_not_found_by_comparing() {
    let mut world = World::new();
    world.say(GROUP, 1);
    assert_eq!(world.live(), ["caught up"]);
    // The user leaves, which is pushed to nobody, and is added again.
    world.say(GROUP, 2);
    let joined = json!({ "type": "membership.create", "subject": { "id": GROUP, "name": "Lake" } });
    world.push(&joined, "joined");
    assert_eq!(world.say_live(GROUP, 3), ["push 1835/3"]);
    world.lose();
    world.say(GROUP, 4);
    let output = world.live();
    assert!(output.contains(&"backfill 1835/4".to_owned()), "{output:?}");
    assert!(
        !output.contains(&"backfill 1835/2".to_owned()),
        "{output:?}"
    );
}
