//! Messages sent while pushes did not flow.

use groupme_delivery::Config;
use serde_json::json;

use crate::world::{CHAT, GROUP, World, created, favorite, hearts, id, label, row};

#[test]
fn a_gap_is_reported_and_filled_in_order() {
    let mut world = World::new();
    world.say(GROUP, 1);
    world.live();
    world.lose();
    for number in 2..=4 {
        world.say(GROUP, number);
    }
    world.say(CHAT, 5);
    assert_eq!(
        world.live(),
        [
            "gap 1835 1..4 (Connection)",
            "gap 162+185 ?..5 (Connection)",
            "backfill 1835/2",
            "backfill 1835/3",
            "backfill 1835/4",
            "backfilled 1835: 3",
            "backfill 162+185/5",
            "backfilled 162+185: 1",
            "caught up",
        ]
    );
    assert_eq!(world.say_live(GROUP, 6), ["push 1835/6"]);
}

#[test]
fn a_pushed_id_that_is_no_number_never_becomes_a_position() {
    for odd in ["abc", "", "-1", "+5", " 5", "../x"] {
        let mut world = World::new();
        world.say(GROUP, 1);
        world.live();
        let mut strange = row(GROUP, 2);
        strange["id"] = odd.into();
        assert_eq!(world.push(&created(&strange), "odd"), ["odd"], "{odd:?}");
        world.lose();
        world.say(GROUP, 3);
        assert_eq!(
            world.live(),
            [
                "gap 1835 1..3 (Connection)",
                "backfill 1835/3",
                "backfilled 1835: 1",
                "caught up",
            ],
            "{odd:?}"
        );
    }
}

#[test]
fn nothing_is_fetched_where_nothing_was_said() {
    let mut world = World::new();
    world.say(GROUP, 1);
    world.say(CHAT, 2);
    world.live();
    world.lose();
    world.asked.clear();
    assert_eq!(world.live(), ["caught up"]);
    assert_eq!(
        world.asked,
        ["groups 1", "chats 1", "memberships", "groups 2", "chats 2"]
    );
}

#[test]
fn a_push_that_overtakes_the_backfill_is_delivered_once_and_in_its_place() {
    let mut world = World::new();
    world.say(GROUP, 1);
    world.live();
    world.lose();
    world.say(GROUP, 2);
    world.is_slow = true;
    world.live();
    // Pushed while the lists are read: inside the fetched range ...
    world.say_live(GROUP, 3);
    world.answer_next();
    world.answer_next();
    // ... or after it.
    world.say_live(GROUP, 4);
    let output = world.answer_all();
    assert_eq!(output.first().map(String::as_str), Some("backfill 1835/2"));
    let messages: Vec<&str> = output
        .iter()
        .filter(|line| line.contains('/'))
        .map(|line| line.split('/').next_back().unwrap())
        .collect();
    assert_eq!(messages, ["2", "3", "4"], "{output:?}");
}

#[test]
fn long_gaps_are_fetched_page_by_page() {
    let mut config = Config::default();
    config.page = 3;
    config.compare_window = 0;
    let mut world = World::with(config);
    world.say(GROUP, 1);
    world.live();
    world.lose();
    for number in 2..=9 {
        world.say(GROUP, number);
    }
    let output = world.live();
    assert_eq!(
        output
            .iter()
            .filter(|line| line.starts_with("backfill 1835/"))
            .count(),
        8
    );
    assert_eq!(output.last().map(String::as_str), Some("caught up"));
    let fetched: Vec<&String> = world
        .asked
        .iter()
        .filter(|line| line.starts_with("after"))
        .collect();
    assert_eq!(fetched, ["after 1835/1", "after 1835/4", "after 1835/7"]);
}

#[test]
fn a_second_loss_in_the_middle_of_a_backfill_loses_nothing() {
    let mut config = Config::default();
    config.page = 2;
    let mut world = World::with(config);
    world.say(GROUP, 1);
    world.live();
    world.lose();
    for number in 2..=5 {
        world.say(GROUP, number);
    }
    world.is_slow = true;
    let mut output = world.live();
    while world.asked.last().map(String::as_str) != Some("after 1835/3") {
        output.extend(world.answer_next());
    }
    output.extend(world.lose());
    world.say(GROUP, 6);
    output.extend(world.answer_all());
    output.extend(world.live());
    output.extend(world.say_live(GROUP, 7));
    let messages: Vec<&str> = output
        .iter()
        .filter(|line| line.contains('/'))
        .map(|line| line.split('/').next_back().unwrap())
        .collect();
    assert_eq!(messages, ["2", "3", "4", "5", "6", "7"], "{output:?}");
}

#[test]
fn a_conversation_that_began_in_the_gap_is_fetched_from_its_beginning() {
    let mut world = World::new();
    world.say(GROUP, 1);
    world.live();
    world.lose();
    for number in 2..=3 {
        world.say("7+185", number);
    }
    assert_eq!(
        world.live(),
        [
            "gap 7+185 ?..3 (Connection)",
            "backfill 7+185/2",
            "backfill 7+185/3",
            "backfilled 7+185: 2",
            "caught up",
        ]
    );
}

#[test]
fn topics_are_caught_up_with_like_groups() {
    let mut world = World::new();
    world.topics.insert(GROUP.to_owned(), vec!["99".to_owned()]);
    world.say("99", 1);
    assert_eq!(world.live(), ["caught up"]);
    world.lose();
    world.say("99", 2);
    assert_eq!(
        world.live(),
        [
            "gap 99 1..2 (Connection)",
            "backfill 99/2",
            "backfilled 99: 1",
            "caught up"
        ]
    );
}

#[test]
fn pushes_beyond_what_can_be_buffered_are_fetched() {
    let mut config = Config::default();
    config.push_buffer = 2;
    let mut world = World::with(config);
    world.say(GROUP, 1);
    world.live();
    world.lose();
    world.is_slow = true;
    world.live();
    for number in 2..=6 {
        assert!(world.say_live(GROUP, number).is_empty());
        assert!(world.feed.buffered() <= 2);
    }
    let output = world.answer_all();
    let messages: Vec<&str> = output
        .iter()
        .filter(|line| line.contains('/'))
        .map(|line| line.split('/').next_back().unwrap())
        .collect();
    assert_eq!(messages, ["2", "3", "4", "5", "6"], "{output:?}");
}

#[test]
fn a_change_of_a_message_that_is_still_to_be_fetched_comes_after_it() {
    let mut world = World::new();
    world.say(GROUP, 1);
    world.live();
    world.lose();
    let second = world.say(GROUP, 2);
    world.is_slow = true;
    world.live();
    let reaction = favorite(&second, &["7"]);
    assert!(world.push(&reaction, "favorite").is_empty());
    let mut output = Vec::new();
    while !output.iter().any(|line| line == "backfill 1835/2") {
        output.extend(world.answer_next());
    }
    assert_eq!(output.last().map(String::as_str), Some("favorite"));
}

#[test]
fn a_change_that_a_fetched_message_shows_already_is_not_reported_again() {
    let mut world = World::new();
    world.say(GROUP, 1);
    world.live();
    world.lose();
    world.say(GROUP, 2);
    let second = world.change(GROUP, 2, &json!({ "reactions": hearts(&["7"]) }));
    world.is_slow = true;
    world.live();
    assert!(
        world
            .push(&favorite(&second, &["7"]), "favorite")
            .is_empty()
    );
    let output = world.answer_all();
    assert!(
        !output.iter().any(|line| line.contains("favorite")),
        "{output:?}"
    );
}

#[test]
fn a_message_known_from_the_backfill_is_not_delivered_again_when_it_is_pushed_late() {
    let mut world = World::new();
    world.live();
    world.lose();
    let row = world.say(GROUP, 2);
    world.live();
    assert!(world.push(&created(&row), "late").is_empty());
}

#[test]
fn messages_pushed_out_of_order_are_delivered_in_the_order_of_their_conversation() {
    let mut world = World::new();
    world.say(GROUP, 1);
    world.live();
    world.lose();
    world.is_slow = true;
    world.live();
    // Messages that REST lacks, has, and that come after what it has.
    let rows: Vec<_> = (2..=7).map(|number| world.say(GROUP, number)).collect();
    let kept = world.rows.get_mut(GROUP).unwrap();
    kept.retain(|row| row["id"] == id(1) || row["id"] == id(5));
    for number in [4, 7, 2, 6, 3] {
        let row = &rows[number - 2];
        assert!(world.push(&created(row), &label("push", row)).is_empty());
    }
    let output = world.answer_all();
    let messages: Vec<&str> = output
        .iter()
        .filter(|line| !line.starts_with("reconciled"))
        .filter_map(|line| line.split_once('/'))
        .map(|(_, number)| number)
        .collect();
    assert_eq!(messages, ["2", "3", "4", "5", "6", "7"], "{output:?}");
}

fn messages(output: &[String]) -> Vec<&str> {
    output
        .iter()
        .filter(|line| line.starts_with("push ") || line.starts_with("backfill "))
        .map(|line| line.split_once('/').unwrap().1)
        .collect()
}

#[test]
fn pushes_that_found_no_room_are_fetched_even_behind_what_the_list_named() {
    let mut config = Config::default();
    (config.push_buffer, config.page, config.compare_window) = (1, 1, 0);
    let mut world = World::with(config);
    world.say(GROUP, 1);
    world.live();
    world.lose();
    world.say(GROUP, 2);
    world.is_slow = true;
    world.live();
    // The list names 2, and more messages are sent before it is fetched.
    world.answer_first("groups");
    for number in 3..=5 {
        assert!(world.say_live(GROUP, number).is_empty());
    }
    let mut output = world.answer_all();
    output.extend(world.say_live(GROUP, 6));
    assert_eq!(messages(&output), ["2", "3", "4", "5", "6"], "{output:?}");
}

#[test]
fn pushes_that_found_no_room_are_fetched_where_nothing_was_delivered_before() {
    let mut config = Config::default();
    config.push_buffer = 1;
    let mut world = World::with(config);
    world.live();
    world.lose();
    world.is_slow = true;
    world.live();
    world.answer_first("chats 1");
    world.answer_first("chats 2");
    for number in 1..=3 {
        assert!(world.say_live("7+185", number).is_empty());
    }
    let output = world.answer_all();
    assert_eq!(messages(&output), ["1", "2", "3"], "{output:?}");
}

#[test]
fn changes_that_found_no_room_are_named() {
    let mut config = Config::default();
    config.push_buffer = 1;
    let mut world = World::with(config);
    world.say(GROUP, 1);
    world.live();
    world.lose();
    let second = world.say(GROUP, 2);
    world.is_slow = true;
    world.live();
    for user in ["7", "9"] {
        assert!(world.push(&favorite(&second, &[user]), user).is_empty());
    }
    let output = world.answer_all();
    let named = "lost 1835 Changes 2..? (Truncated)".to_owned();
    assert!(output.contains(&named), "{output:?}");
    world.lose();
    assert!(!world.live().contains(&named));
}

#[test]
fn a_new_conversation_is_fetched_back_to_when_the_account_was_synced_and_some_minutes_more() {
    let mut world = World::new();
    world.live();
    world.say_live(GROUP, 2_000);
    world.lose();
    for number in [1_000, 1_399, 1_400, 2_001] {
        world.say("77", number);
    }
    let output = world.live();
    assert_eq!(messages(&output), ["1400", "2001"], "{output:?}");
}

#[test]
fn a_new_conversation_that_was_silent_since_the_account_was_synced_begins_at_now() {
    let mut world = World::new();
    world.live();
    world.say_live(GROUP, 2_000);
    world.lose();
    world.say("77", 1_000);
    assert_eq!(world.live(), ["caught up"]);
    assert_eq!(world.say_live("77", 2_001), ["push 77/2001"]);
}

#[test]
fn history_back_to_what_was_pushed_ends_where_there_is_no_room_and_says_so() {
    let mut config = Config::default();
    (config.history, config.max_backfill, config.push_buffer) = (2, 4, 1);
    (config.page, config.compare_window) = (2, 0);
    let mut world = World::with(config);
    world.say(GROUP, 1);
    world.is_slow = true;
    world.live();
    for number in 2..=9 {
        world.say_live(GROUP, number);
    }
    let output = world.answer_all();
    assert_eq!(
        output,
        [
            "lost 1835 Messages ?..6 (Truncated)",
            "push 1835/2",
            "backfill 1835/6",
            "backfill 1835/7",
            "backfill 1835/8",
            "backfill 1835/9",
            "caught up",
        ]
    );
}

#[test]
fn a_new_conversation_that_began_at_now_goes_on_from_there_after_a_crash() {
    let mut world = World::new();
    world.live();
    world.say_live(GROUP, 2_000);
    world.lose();
    world.say("77", 1_000);
    world.live();
    world.restart();
    world.say("77", 2_001);
    let output = world.live();
    assert_eq!(output[0], "gap 77 1000..2001 (Absence)");
    assert_eq!(messages(&output), ["2001"]);
}
