//! Bounds of what is remembered, and effects of forgetting.

use core::time::Duration;

use groupme_delivery::{Config, Failure, MessageState};
use groupme_model::{MessageId, SourceGuid, Timestamp};

use crate::world::{CHAT, GROUP, LONG_AFTER, T0, World, created, favorite, id, label, row};

/// Returns a world that remembers this many messages of a conversation.
fn remembering(messages: usize) -> World {
    let mut config = Config::default();
    (config.dedup_window, config.compare_window) = (messages, 0);
    World::with(config)
}

/// Returns the messages of the group that are remembered after a crash.
fn remembered(world: &World) -> Vec<MessageId> {
    let saved = world.saved();
    let seen = &saved.conversations[&GROUP.into()].seen;
    seen.keys().cloned().collect()
}

#[test]
fn only_the_newest_messages_are_remembered_and_older_ones_are_not_delivered_again() {
    let mut world = remembering(5);
    world.live();
    for number in 1..=20 {
        world.say_live(GROUP, number);
    }
    let newest: Vec<MessageId> = (16..=20).map(|number| id(number).as_str().into()).collect();
    assert_eq!(remembered(&world), newest);
    for number in [1, 14, 15, 16, 20] {
        let again = created(&row(GROUP, number));
        assert!(world.push(&again, "again").is_empty(), "{number}");
    }
    // Also in a new process.
    world.restart();
    world.live();
    world.say_live(GROUP, 21);
    for number in [16, 17, 21] {
        let again = created(&row(GROUP, number));
        assert!(world.push(&again, "again").is_empty(), "{number}");
    }
    assert_eq!(remembered(&world).len(), 5);
}

#[test]
fn the_state_of_a_message_is_kept_beyond_the_newest_messages() {
    let mut world = remembering(2);
    world.live();
    world.say_live(GROUP, 1);
    let first = row(GROUP, 1);
    world.push(&favorite(&first, &["7"]), "favorite");
    for number in 2..=5 {
        world.say_live(GROUP, number);
    }
    assert!(world.push(&favorite(&first, &["7"]), "again").is_empty());
}

#[test]
fn a_change_announced_before_its_message_does_not_outlive_a_later_one() {
    let mut world = remembering(2);
    world.live();
    let first = row(GROUP, 1);
    world.push(&favorite(&first, &["7"]), "early");
    world.say_live(GROUP, 1);
    assert_eq!(world.push(&favorite(&first, &["7", "9"]), "new"), ["new"]);
    for number in 2..=4 {
        world.say_live(GROUP, number);
    }
    let again = favorite(&first, &["7", "9"]);
    assert!(world.push(&again, "again").is_empty());
}

#[test]
fn the_changes_of_a_few_older_messages_are_remembered() {
    let mut world = World::new();
    let rows: Vec<_> = (1..=40).map(|number| world.say(GROUP, number)).collect();
    world.live();
    for row in &rows[..32] {
        assert_eq!(world.push(&favorite(row, &["7"]), "new"), ["new"]);
    }
    for row in &rows[..32] {
        assert!(world.push(&favorite(row, &["7"]), "again").is_empty());
    }
    assert!(remembered(&world).is_empty(), "only the newest are saved");
    // With one more, the first is forgotten: its change is handed out again rather than not at all.
    assert_eq!(world.push(&favorite(&rows[32], &["7"]), "new"), ["new"]);
    assert!(world.push(&favorite(&rows[1], &["7"]), "again").is_empty());
    assert_eq!(world.push(&favorite(&rows[0], &["7"]), "again"), ["again"]);
}

#[test]
fn the_last_thousand_messages_of_ones_own_are_recognised() {
    let mut world = World::new();
    world.live();
    for number in 1..=1_001 {
        let guid = format!("guid-{number}");
        world.feed.expect(SourceGuid::from(guid.as_str()));
    }
    assert_eq!(world.say_live(GROUP, 1), ["push 1835/1"]);
    assert_eq!(world.say_live(GROUP, 2), ["push 1835/2 (own)"]);
    assert_eq!(world.say_live(GROUP, 1_001), ["push 1835/1001 (own)"]);
    let mut nameless = row(GROUP, 1_002);
    nameless["source_guid"] = serde_json::Value::Null;
    assert_eq!(world.push(&created(&nameless), "nameless"), ["nameless"]);
}

#[test]
fn a_fetched_message_of_ones_own_is_recognised_too() {
    let mut world = World::new();
    world.live();
    world.lose();
    world.feed.expect(SourceGuid::from("guid-1"));
    world.say(GROUP, 1);
    let output = world.live();
    assert!(
        output.contains(&"backfill 1835/1 (own)".to_owned()),
        "{output:?}"
    );
}

#[test]
fn room_for_what_is_buffered_is_given_back() {
    let mut world = World::new();
    world.say(GROUP, 1);
    world.live();
    world.lose();
    world.is_slow = true;
    world.live();
    // One message after the fetched ones, one before them, and a change.
    let held = world.say(GROUP, 2);
    world.push(&created(&held), "held");
    world.rows.get_mut(GROUP).unwrap().pop();
    world.say(GROUP, 3);
    world.push(&favorite(&row(GROUP, 4), &["7"]), "favorite");
    world.say_live(CHAT, 5);
    assert_eq!(world.feed.buffered(), 3);
    world.answer_all();
    assert_eq!(world.feed.buffered(), 0);
    assert!(world.feed.is_synced());
}

#[test]
fn ten_thousand_pushes_are_buffered_within_bounds_and_none_is_lost_in_silence() {
    let mut config = Config::default();
    (
        config.push_buffer,
        config.dedup_window,
        config.compare_window,
    ) = (50, 20, 20);
    let mut world = World::with(config);
    world.say(GROUP, 1);
    world.live();
    world.pass(LONG_AFTER);
    world.lose();
    world.is_slow = true;
    world.live();
    for number in 2..=10_000 {
        let row = row(GROUP, number);
        assert!(world.push(&created(&row), &label("push", &row)).is_empty());
        world.rows.get_mut(GROUP).unwrap().push(row);
        assert!(world.feed.buffered() <= 50);
        assert!(world.feed.requests() <= 4, "{}", world.feed.requests());
    }
    let output = world.answer_all();
    let messages = output.iter().filter_map(|line| line.split_once("1835/"));
    let messages: Vec<u64> = messages.map(|(_, id)| id.parse().unwrap()).collect();
    assert_eq!(messages, (2..=10_000).collect::<Vec<_>>());
    assert_eq!(world.feed.buffered(), 0);
    assert_eq!(world.feed.backlog(), 0);
    assert_eq!(world.ledger.open(), 0);
    assert_eq!(remembered(&world).len(), 20);
}

#[test]
fn no_more_requests_are_on_their_way_than_may_be() {
    for (limit, asked) in [(0, 1), (1, 1), (2, 2), (3, 3), (4, 3)] {
        let mut config = Config::default();
        config.max_requests = limit;
        let mut world = World::with(config);
        world.is_slow = true;
        world.live();
        assert_eq!(world.asked.len(), asked, "{limit}");
        assert_eq!(world.answer_all(), ["caught up"]);
    }
}

#[test]
fn a_request_that_is_no_longer_needed_is_not_sent() {
    let mut config = Config::default();
    config.max_requests = 1;
    let mut world = World::with(config);
    world.is_slow = true;
    world.live();
    assert_eq!(world.feed.requests(), 3);
    world.lose();
    assert_eq!(world.feed.requests(), 1);
    world.is_slow = false;
    world.answer_all();
    world
        .failures
        .insert("groups".to_owned(), Failure::Unavailable);
    world.live();
    assert!(world.feed.poll_timeout().is_some());
    world.lose();
    assert_eq!(world.feed.requests(), 0);
    assert_eq!(world.feed.poll_timeout(), None);
    assert!(world.wait(Duration::from_mins(5)).is_empty());
}

#[test]
fn requests_for_missed_messages_precede_comparisons() {
    let mut config = Config::default();
    config.page = 2;
    let mut world = World::with(config);
    world.say(GROUP, 1);
    world.say(CHAT, 2);
    world.live();
    world.pass(LONG_AFTER);
    world.lose();
    world.say(GROUP, 3);
    for number in 4..=7 {
        world.say(CHAT, number);
    }
    world.asked.clear();
    world.live();
    let histories: Vec<&str> = world
        .asked
        .iter()
        .map(String::as_str)
        .filter(|line| line.contains(CHAT) || line.contains(GROUP))
        .collect();
    assert_eq!(
        histories,
        [
            "after 1835/1",
            "after 162+185/2",
            "after 162+185/5",
            "newest 1835",
            "newest 162+185",
        ]
    );
}

#[test]
fn a_version_is_stored_and_read_without_loss() {
    let mut bytes: [u8; MessageState::SIZE] =
        core::array::from_fn(|at| u8::try_from(at + 1).unwrap());
    for flags in 0..4 {
        bytes[24] = flags;
        let version = MessageState::from_bytes(&bytes).unwrap();
        assert_eq!(version.to_bytes(), bytes);
    }
    assert_eq!(MessageState::from_bytes(&bytes[1..]), None);
    assert_eq!(MessageState::from_bytes(&[0; MessageState::SIZE + 1]), None);
}

#[test]
fn no_more_is_requested_while_the_program_has_enough_to_do() {
    let mut config = Config::default();
    (config.max_ready, config.page, config.compare_window) = (5, 2, 0);
    let mut world = World::with(config);
    world.say(GROUP, 1);
    world.live();
    world.pass(LONG_AFTER);
    world.lose();
    for number in 2..=21 {
        world.say(GROUP, number);
    }
    world.feed.handle_live(world.now, Timestamp::from_secs(T0));
    let mut most = 0;
    loop {
        while world.ask_one() {
            most = most.max(world.feed.backlog());
        }
        if world.take().is_empty() {
            break;
        }
    }
    // A page, its gap, and earlier deliveries.
    assert!((5..=8).contains(&most), "{most}");
    assert!(world.feed.is_synced());
    assert_eq!(world.made.len(), 20);
}

#[test]
fn a_history_that_is_fetched_from_its_end_is_finished_before_the_next_is_begun() {
    let mut config = Config::default();
    (config.history, config.page, config.max_requests) = (4, 2, 1);
    let mut world = World::with(config);
    for number in 1..=4 {
        world.say(GROUP, number);
        world.say("77", number + 10);
    }
    world.live();
    let histories: Vec<&str> = world
        .asked
        .iter()
        .map(String::as_str)
        .filter(|asked| asked.starts_with("newest") || asked.starts_with("before"))
        .collect();
    assert_eq!(
        histories[..4],
        ["newest 1835", "before 1835/3", "newest 77", "before 77/13"]
    );
}

#[test]
fn a_message_pushed_after_hundreds_of_newer_ones_is_delivered_once() {
    let mut world = World::new();
    world.live();
    world.say_live(GROUP, 1);
    for number in 3..=900 {
        world.say_live(GROUP, number);
    }
    let late = created(&row(GROUP, 2));
    assert_eq!(world.push(&late, "late"), ["late"]);
    assert!(world.push(&late, "late").is_empty());
    for number in [1, 3, 700, 900] {
        let again = created(&row(GROUP, number));
        assert!(world.push(&again, "again").is_empty(), "{number}");
    }
    assert_eq!(world.say_live(GROUP, 901), ["push 1835/901"]);
}

#[test]
fn a_message_too_late_to_be_distinguished_from_a_repetition_is_reported() {
    let mut world = World::new();
    world.live();
    world.say_live(GROUP, 1);
    for number in 3..=1_200 {
        world.say_live(GROUP, number);
    }
    for number in [1, 2] {
        let late = created(&row(GROUP, number));
        let lost = format!("lost 1835 Messages ?..{number} (Late)");
        assert_eq!(world.push(&late, "late"), [lost]);
    }
    assert_eq!(world.say_live(GROUP, 1_201), ["push 1835/1201"]);
}

#[test]
fn a_page_of_history_in_any_order_and_with_messages_twice_is_delivered_in_order() {
    for order in [[2, 4, 3, 4, 5], [5, 2, 4, 3, 2], [3, 5, 2, 4, 3]] {
        let mut world = World::new();
        world.say(GROUP, 1);
        world.live();
        world.lose();
        world.is_slow = true;
        world.live();
        world.rows.get_mut(GROUP).unwrap().clear();
        for number in order {
            let row = row(GROUP, number);
            world.rows.get_mut(GROUP).unwrap().push(row);
        }
        let output = world.answer_all();
        let messages = output.iter().filter(|line| line.starts_with("backfill "));
        let messages: Vec<_> = messages.map(String::as_str).collect();
        let expected = ["2", "3", "4", "5"].map(|id| format!("backfill 1835/{id}"));
        assert_eq!(messages, expected, "{order:?}");
    }
}
