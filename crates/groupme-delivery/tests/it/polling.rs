//! Polling REST while pushes do not flow.

use core::time::Duration;

use groupme_delivery::{Config, Polling};
use groupme_model::Timestamp;

use crate::world::{GROUP, T0, World, created};

#[test]
fn rest_is_polled_after_a_while_without_pushes_and_hands_back() {
    let mut config = Config::default();
    config.polling = Some(Polling::new(
        Duration::from_mins(1),
        Duration::from_secs(20),
    ));
    let mut world = World::with(config);
    world.say(GROUP, 1);
    world.live();
    world.lose();
    world.say(GROUP, 2);
    assert!(world.wait(Duration::from_secs(59)).is_empty());
    let output = world.wait(Duration::from_secs(1));
    assert_eq!(output, ["polling true", "backfill 1835/2"]);
    world.say(GROUP, 3);
    assert_eq!(world.wait(Duration::from_secs(20)), ["backfill 1835/3"]);
    world.say(GROUP, 4);
    assert_eq!(
        world.live(),
        [
            "polling false",
            "gap 1835 3..4 (Connection)",
            "backfill 1835/4",
            "backfilled 1835: 1",
            "caught up",
        ]
    );
}

#[test]
fn nothing_is_polled_unless_it_is_requested() {
    let mut world = World::new();
    world.live();
    world.lose();
    assert_eq!(world.feed.poll_timeout(), None);
}

#[test]
fn each_time_that_rest_is_polled_everything_is_listed() {
    let mut config = Config::default();
    config.polling = Some(Polling::new(
        Duration::from_mins(1),
        Duration::from_secs(20),
    ));
    let mut world = World::with(config);
    world.say(GROUP, 1);
    world.live();
    world.lose();
    world.wait(Duration::from_mins(1));
    for number in 2..=4 {
        world.asked.clear();
        world.say("77", number);
        let output = world.wait(Duration::from_secs(20));
        assert_eq!(output, [format!("backfill 77/{number}")]);
        for list in ["groups 1", "groups 2", "chats 1", "chats 2"] {
            assert!(world.asked.contains(&list.to_owned()), "{:?}", world.asked);
        }
    }
}

#[test]
fn a_short_outage_is_not_polled_and_the_next_one_is_timed_from_its_start() {
    let mut config = Config::default();
    config.polling = Some(Polling::new(
        Duration::from_mins(1),
        Duration::from_secs(20),
    ));
    let mut world = World::with(config);
    world.live();
    world.lose();
    world.wait(Duration::from_secs(40));
    world.live();
    world.wait(Duration::from_secs(40));
    assert_eq!(world.feed.poll_timeout(), None);
    world.lose();
    assert!(world.wait(Duration::from_secs(59)).is_empty());
    assert_eq!(world.wait(Duration::from_secs(1)), ["polling true"]);
}

#[test]
fn an_account_that_is_first_synced_by_polling_is_synced_from_its_newest_message_on() {
    let mut config = Config::default();
    config.polling = Some(Polling::default());
    for has_message in [false, true] {
        let mut world = World::with(config.clone());
        world.has_begun = true;
        if has_message {
            world.say(GROUP, 7);
        }
        world.lose();
        world.wait(Duration::from_mins(2));
        // Without a message, as of when REST was asked.
        let expected = T0 + if has_message { 7 } else { 120 };
        let synced = world.saved().synced_until;
        assert_eq!(synced, Some(Timestamp::from_secs(expected)));
    }
}

#[test]
fn an_account_that_was_only_polled_misses_what_is_said_while_no_process_runs() {
    let mut config = Config::default();
    config.polling = Some(Polling::default());
    let mut world = World::with(config);
    world.lose();
    world.wait(Duration::from_mins(2));
    world.has_begun = true;
    world.restart();
    world.put("77", crate::world::row("77", 1));
    let output = world.live();
    assert!(output.contains(&"backfill 77/1".to_owned()), "{output:?}");
}

#[test]
fn a_push_that_comes_before_the_channel_is_confirmed_hides_no_message_before_it() {
    let mut config = Config::default();
    config.polling = Some(Polling::default());
    let mut world = World::with(config);
    world.live();
    world.lose();
    // The group was joined after its list was read, and only the second message was pushed.
    world.is_unlisted = Some("77".to_owned());
    world.say("77", 1);
    let second = world.say("77", 2);
    assert!(world.push(&created(&second), "push 77/2").is_empty());
    let output = world.wait(Duration::from_mins(2));
    assert_eq!(output, ["polling true", "backfill 77/1", "backfill 77/2"]);
}
