//! The first start of an account.

use groupme_delivery::Config;

use crate::world::{CHAT, GROUP, World, created, label};

#[test]
fn an_account_starts_at_now() {
    let mut world = World::new();
    world.say(GROUP, 1);
    world.say(CHAT, 2);
    assert_eq!(world.live(), ["caught up"]);
    assert_eq!(world.say_live(GROUP, 3), ["push 1835/3"]);
    assert_eq!(world.say_live(CHAT, 4), ["push 162+185/4"]);
    assert_eq!(
        world.asked,
        ["groups 1", "chats 1", "memberships", "groups 2", "chats 2"]
    );
}

#[test]
fn history_is_delivered_first_if_it_is_requested() {
    let mut config = Config::default();
    config.history = 2;
    let mut world = World::with(config);
    for number in 1..=4 {
        world.say(GROUP, number);
    }
    let output = world.live();
    assert_eq!(output, ["backfill 1835/3", "backfill 1835/4", "caught up"]);
    assert_eq!(world.say_live(GROUP, 5), ["push 1835/5"]);
}

#[test]
fn a_message_pushed_while_the_lists_are_read_waits_and_is_delivered_once() {
    let mut world = World::new();
    world.say(GROUP, 1);
    world.is_slow = true;
    assert!(world.live().is_empty());
    assert!(world.say_live(GROUP, 2).is_empty());
    assert!(world.say_live(CHAT, 3).is_empty());
    // The lists have the new messages, too.
    let output = world.answer_all();
    assert_eq!(output, ["push 1835/2", "push 162+185/3", "caught up"]);
    assert_eq!(world.feed.buffered(), 0);
    assert!(
        world
            .push(&created(&crate::world::row(GROUP, 2)), "again")
            .is_empty()
    );
}

#[test]
fn a_loss_before_the_account_was_first_synced_is_a_gap_behind_the_first_push() {
    let mut world = World::new();
    world.say(GROUP, 1);
    world.is_slow = true;
    world.live();
    assert!(world.say_live(GROUP, 2).is_empty());
    world.lose();
    world.say(GROUP, 3);
    world.live();
    assert!(world.say_live(GROUP, 4).is_empty());
    let output = world.answer_all();
    let messages: Vec<&str> = output
        .iter()
        .filter(|line| line.contains('/'))
        .map(|line| line.split('/').next_back().unwrap())
        .collect();
    assert_eq!(messages, ["2", "3", "4"], "{output:?}");
}

#[test]
fn a_push_that_comes_late_and_is_buffered_comes_before_what_is_fetched_behind_it() {
    let mut world = World::new();
    let first = world.say(GROUP, 1);
    // The list has it, so the past ends after it; its push is late.
    world.live();
    world.lose();
    world.is_slow = true;
    world.live();
    assert!(world.push(&created(&first), "late").is_empty());
    world.say(GROUP, 2);
    let output = world.answer_all();
    let messages: Vec<&String> = output
        .iter()
        .filter(|line| *line == "late" || line.contains('/'))
        .collect();
    assert_eq!(messages, ["late", "backfill 1835/2"], "{output:?}");
}

#[test]
fn a_conversation_that_begins_later_is_delivered_from_its_first_message() {
    let mut world = World::new();
    world.live();
    assert_eq!(world.say_live("77", 1), ["push 77/1"]);
    assert_eq!(world.say_live("77", 2), ["push 77/2"]);
}

#[test]
fn a_message_pushed_after_a_newer_one_is_late_but_not_lost() {
    let mut world = World::new();
    world.live();
    let early = world.say(GROUP, 1);
    assert_eq!(world.say_live(GROUP, 2), ["push 1835/2"]);
    assert_eq!(
        world.push(&created(&early), &label("push", &early)),
        ["push 1835/1"]
    );
    assert!(world.push(&created(&early), "again").is_empty());
}

#[test]
fn the_echo_of_a_message_of_ones_own_is_marked() {
    let mut world = World::new();
    world.live();
    let guid = groupme_model::SourceGuid::from("guid-1");
    world.feed.expect(guid);
    assert_eq!(world.say_live(GROUP, 1), ["push 1835/1 (own)"]);
    assert_eq!(world.say_live(GROUP, 2), ["push 1835/2"]);
}

#[test]
fn messages_before_the_delivered_history_are_not_delivered_late() {
    let mut config = Config::default();
    config.history = 1;
    let mut world = World::with(config);
    let past = world.say(GROUP, 1);
    world.say(GROUP, 2);
    assert_eq!(world.live(), ["backfill 1835/2", "caught up"]);
    assert!(world.push(&created(&past), "past").is_empty());
}

#[test]
fn messages_from_before_the_first_sync_do_not_come_after_later_ones() {
    for is_newer_first in [false, true] {
        let mut world = World::new();
        let past = world.say(GROUP, 1);
        world.live();
        if is_newer_first {
            assert_eq!(world.say_live(GROUP, 2), ["push 1835/2"]);
        }
        let output = world.push(&created(&past), "past");
        assert_eq!(output.is_empty(), is_newer_first, "{output:?}");
    }
}

#[test]
fn history_reaches_back_to_what_was_pushed_before_a_loss() {
    let mut config = Config::default();
    config.history = 2;
    let mut world = World::with(config);
    world.is_slow = true;
    world.live();
    world.say_live(GROUP, 1);
    world.lose();
    for number in 2..=6 {
        world.say(GROUP, number);
    }
    world.live();
    let output = world.answer_all();
    assert_eq!(
        output,
        [
            "backfill 1835/1",
            "backfill 1835/2",
            "backfill 1835/3",
            "backfill 1835/4",
            "backfill 1835/5",
            "backfill 1835/6",
            "caught up",
        ]
    );
}

#[test]
fn history_reaches_back_to_the_first_push_that_found_no_room() {
    let mut config = Config::default();
    (config.history, config.push_buffer) = (2, 1);
    let mut world = World::with(config);
    world.say(GROUP, 1);
    world.is_slow = true;
    world.live();
    for number in 2..=6 {
        world.say_live(GROUP, number);
    }
    let output = world.answer_all();
    let messages: Vec<&str> = output
        .iter()
        .filter_map(|line| line.split_once('/'))
        .map(|(_, number)| number)
        .collect();
    assert_eq!(messages, ["2", "3", "4", "5", "6"], "{output:?}");
}

#[test]
fn a_push_that_comes_after_its_message_was_seen_by_comparing_is_delivered_and_comes_again() {
    let mut world = World::new();
    let row = world.say(GROUP, 1);
    // The list has it, so the past ends after it; its push is late.
    world.live();
    world.feed.watch(&GROUP.into(), true);
    assert!(world.settle().is_empty());
    assert_eq!(world.asked.last().unwrap(), "newest 1835");
    world.acknowledges = false;
    assert_eq!(world.push(&created(&row), "late"), ["late"]);
    assert!(world.push(&created(&row), "again").is_empty());
    world.restart();
    world.acknowledges = true;
    let output = world.live();
    assert!(output.contains(&"backfill 1835/1".to_owned()), "{output:?}");
    world.restart();
    assert_eq!(world.live(), ["caught up"]);
}
