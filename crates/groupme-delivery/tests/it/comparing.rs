//! Comparing rows of REST with what was delivered.

use groupme_delivery::{Config, Failure};
use groupme_model::Timestamp;
use serde_json::json;

use crate::changes::{found_in_a_gap, with_pushed};
use crate::world::{CHAT, GROUP, LONG_AFTER, T0, World, changed, created, favorite, hearts};

#[test]
fn changes_within_a_gap_are_found_by_comparing() {
    let mut world = World::new();
    world.live();
    for number in 1..=4 {
        world.say_live(GROUP, number);
    }
    world.lose();
    world.change(GROUP, 1, &json!({ "text": "new", "updated_at": T0 + 50 }));
    world.change(
        GROUP,
        2,
        &json!({ "reactions": hearts(&["7"]), "favorited_by": ["7"] }),
    );
    world.change(
        GROUP,
        3,
        &json!({ "deleted_at": T0 + 50, "deletion_actor": "sender" }),
    );
    world.say(GROUP, 5);
    assert_eq!(
        world.live(),
        [
            "gap 1835 4..5 (Connection)",
            "backfill 1835/5",
            "backfilled 1835: 1",
            "caught up",
            "reconciled message.update 1835/1",
            "reconciled favorite 1835/2",
            "reconciled message.deleted 1835/3",
        ]
    );
    // A change handed out once is known.
    world.lose();
    world.say(GROUP, 6);
    let output = world.live();
    assert!(
        !output.iter().any(|line| line.starts_with("reconciled")),
        "{output:?}"
    );
}

#[test]
fn a_message_that_was_never_pushed_is_found_although_the_clock_was_ahead_at_the_first_start() {
    let mut world = World::new();
    world.has_begun = true;
    let ahead = Timestamp::from_secs(T0 + 50);
    world.feed.handle_live(world.now, ahead);
    world.settle();
    world.say_live(GROUP, 1);
    world.say(GROUP, 2);
    world.say_live(GROUP, 3);
    world.lose();
    world.say(GROUP, 4);
    let output = world.live();
    assert!(output.contains(&"backfill 1835/2".to_owned()), "{output:?}");
}

#[test]
fn a_row_that_is_gone_is_a_deletion() {
    let mut world = World::new();
    world.live();
    for number in 1..=3 {
        world.say_live(CHAT, number);
    }
    world.lose();
    world.rows.get_mut(CHAT).unwrap().remove(1);
    world.say(CHAT, 4);
    let output = world.live();
    assert_eq!(
        output.last().map(String::as_str),
        Some("reconciled message.deleted 162+185/2")
    );
}

#[test]
fn reactions_are_compared_where_the_program_listens_even_if_nothing_was_said() {
    let mut world = World::new();
    world.live();
    world.say_live(GROUP, 1);
    world.feed.watch(&GROUP.into(), true);
    world.lose();
    world.change(GROUP, 1, &json!({ "reactions": hearts(&["7"]) }));
    assert_eq!(world.live(), ["caught up", "reconciled favorite 1835/1"]);
}

#[test]
fn the_state_of_a_message_that_is_pushed_late_is_looked_up() {
    let mut world = World::new();
    let late = world.say(GROUP, 1);
    world.change(
        GROUP,
        1,
        &json!({ "deleted_at": T0, "deletion_actor": "sender" }),
    );
    world.say(GROUP, 2);
    world.live();
    assert_eq!(
        world.push(&created(&late), "late"),
        ["late", "reconciled message.deleted 1835/1"]
    );
}

#[test]
fn a_message_that_is_pushed_late_while_it_is_compared_is_not_taken_for_deleted() {
    let mut world = World::new();
    world.live();
    world.say_live(GROUP, 1);
    world.lose();
    world.say(GROUP, 3);
    world.is_slow = true;
    world.live();
    while world.asked.last().map(String::as_str) != Some("newest 1835") {
        world.answer_next();
    }
    // REST does not have the message yet.
    let late = crate::world::row(GROUP, 2);
    assert_eq!(world.push(&created(&late), "late"), ["late"]);
    let output = world.answer_first("newest");
    assert!(output.is_empty(), "{output:?}");
}

#[test]
fn a_change_pushed_while_pins_are_requested_is_newer_than_the_response() {
    let mut config = Config::default();
    config.pinned = true;
    let mut world = World::with(config);
    world.live();
    let row = world.say(GROUP, 1);
    world.push(&created(&row), "one");
    world.pass(LONG_AFTER);
    world.lose();
    world.change(GROUP, 1, &json!({ "pinned_at": T0 }));
    world.say(GROUP, 2);
    world.is_slow = true;
    world.live();
    while world.asked.last().map(String::as_str) != Some("pinned 1835") {
        world.answer_next();
    }
    assert_eq!(world.push(&favorite(&row, &["7"]), "heart"), ["heart"]);
    assert!(world.answer_all().is_empty());
}

#[test]
fn a_change_pushed_while_it_is_compared_is_newer_than_the_answer() {
    let mut world = World::new();
    world.live();
    world.say_live(GROUP, 1);
    world.lose();
    world.say(GROUP, 2);
    let row = world.change(GROUP, 1, &json!({ "reactions": hearts(&["7"]) }));
    world.is_slow = true;
    world.live();
    let mut output = Vec::new();
    while world.asked.last().map(String::as_str) != Some("newest 1835") {
        output.extend(world.answer_next());
    }
    // The response under way has one heart; there are two by now.
    output.extend(world.push(&favorite(&row, &["7", "9"]), "two hearts"));
    output.extend(world.answer_first("newest"));
    assert_eq!(
        output.last().map(String::as_str),
        Some("two hearts"),
        "{output:?}"
    );
}

#[test]
fn reactions_are_compared_once_the_program_begins_to_listen() {
    let mut world = World::new();
    world.live();
    world.say_live(GROUP, 1);
    world.change(GROUP, 1, &json!({ "reactions": hearts(&["7"]) }));
    world.feed.watch(&GROUP.into(), true);
    assert_eq!(world.settle(), ["reconciled favorite 1835/1"]);
    world.feed.watch(&GROUP.into(), false);
    assert!(world.settle().is_empty());
}

#[test]
fn a_conversation_that_is_not_synced_yet_is_compared_once_it_is() {
    let mut world = World::new();
    world.live();
    world.say_live(GROUP, 1);
    world.lose();
    world.feed.watch(&GROUP.into(), true);
    assert!(world.feed.poll_request().is_none());
    world.change(GROUP, 1, &json!({ "reactions": hearts(&["7"]) }));
    assert_eq!(world.live(), ["caught up", "reconciled favorite 1835/1"]);
}

#[test]
fn a_deletion_is_reported_once_that_is_pushed_while_an_older_answer_is_under_way() {
    let mut world = World::new();
    let old = world.say(GROUP, 1);
    world.feed.watch(&GROUP.into(), true);
    world.is_slow = true;
    world.live();
    for list in ["groups 1", "chats 1", "memberships", "groups 2", "chats 2"] {
        world.answer_first(list);
    }
    assert!(world.asked.contains(&"newest 1835".to_owned()));
    let gone = changed("message.deleted", &old);
    assert_eq!(world.push(&gone, "deletion"), ["deletion"]);
    world.answer_all();
    let deleted = json!({ "deleted_at": T0 + 50, "deletion_actor": "sender" });
    world.change(GROUP, 1, &deleted);
    world.lose();
    assert_eq!(world.live(), ["caught up"]);
}

#[test]
fn changes_of_messages_from_before_the_start_are_found_by_comparing() {
    for restarts in [false, true] {
        let mut world = World::new();
        world.say(GROUP, 1);
        world.say(GROUP, 2);
        world.live();
        assert!(found_in_a_gap(&mut world, 3).is_empty());
        world.change(GROUP, 1, &json!({ "reactions": hearts(&["7"]) }));
        if restarts {
            world.restart();
        }
        let found = found_in_a_gap(&mut world, 4);
        assert_eq!(found, ["reconciled favorite 1835/1"]);
        assert!(found_in_a_gap(&mut world, 5).is_empty());
    }
}

#[test]
fn a_message_whose_push_is_late_is_delivered_when_it_is_found_by_comparing() {
    let mut world = with_pushed(1);
    let late = world.say(GROUP, 2);
    world.say_live(GROUP, 3);
    world.feed.watch(&GROUP.into(), true);
    assert_eq!(world.settle(), ["backfill 1835/2"]);
    assert!(world.push(&created(&late), "late").is_empty());
}

#[test]
fn a_message_sent_during_a_comparison_is_pushed() {
    let mut world = with_pushed(1);
    world.is_slow = true;
    world.feed.watch(&GROUP.into(), true);
    world.settle();
    let next = world.say(GROUP, 2);
    assert!(world.answer_all().is_empty());
    assert_eq!(world.push(&created(&next), "push"), ["push"]);
}

#[test]
fn comparisons_of_a_conversation_follow_one_another() {
    let mut world = with_pushed(1);
    world.is_slow = true;
    world.asked.clear();
    for _ in 0..3 {
        world.feed.watch(&GROUP.into(), true);
        world.settle();
    }
    assert_eq!(world.asked, ["newest 1835"]);
    assert!(world.answer_next().is_empty());
    assert_eq!(world.asked, ["newest 1835", "newest 1835"]);
    assert!(world.answer_next().is_empty());
    assert_eq!(world.asked.len(), 2);
}

#[test]
fn a_response_from_before_a_loss_is_not_compared() {
    let mut world = with_pushed(1);
    world.is_slow = true;
    world.feed.watch(&GROUP.into(), true);
    world.settle();
    world.lose();
    world.change(GROUP, 1, &json!({ "reactions": hearts(&["7"]) }));
    world.asked.clear();
    assert!(world.answer_next().is_empty());
    assert!(world.asked.is_empty(), "{:?}", world.asked);
    world.is_slow = false;
    assert_eq!(world.live(), ["caught up", "reconciled favorite 1835/1"]);
}

#[test]
fn a_response_from_before_a_loss_that_comes_after_it_leads_to_another_request() {
    let mut world = with_pushed(1);
    world.is_slow = true;
    world.feed.watch(&GROUP.into(), true);
    world.settle();
    world.lose();
    world.live();
    world.answer_first("groups");
    let asked = world.asked.len();
    assert!(world.answer_first("newest").is_empty());
    assert_eq!(world.asked[asked..], ["newest 1835"]);
    world.change(GROUP, 1, &json!({ "reactions": hearts(&["7"]) }));
    assert_eq!(world.answer_first("newest"), ["reconciled favorite 1835/1"]);
}

#[test]
fn pinned_messages_are_compared_however_old_if_it_is_requested() {
    let mut config = Config::default();
    (config.pinned, config.compare_window) = (true, 1);
    let mut world = World::with(config);
    world.live();
    for number in 1..=5 {
        world.say_live(GROUP, number);
    }
    for number in [1, 3] {
        world.change(GROUP, number, &json!({ "pinned_at": T0 }));
    }
    let found = found_in_a_gap(&mut world, 6);
    let pins = [
        "reconciled message.update 1835/1",
        "reconciled message.update 1835/3",
    ];
    assert_eq!(found, pins);
    world.change(GROUP, 1, &json!({ "text": "new", "updated_at": T0 + 60 }));
    assert_eq!(found_in_a_gap(&mut world, 7), pins[..1]);
    assert!(world.asked.contains(&"pinned 1835".to_owned()));
}

#[test]
fn changes_that_cannot_be_compared_are_named() {
    for (failure, named) in [
        (Failure::Refused, Some("lost 1835 Changes 1..? (Refused)")),
        (Failure::Gone, None),
    ] {
        let mut world = with_pushed(1);
        world.failures.insert(GROUP.to_owned(), failure);
        world.feed.watch(&GROUP.into(), true);
        assert_eq!(world.settle().first().map(String::as_str), named);
        // The next comparison requests it again.
        world.failures.clear();
        world.change(GROUP, 1, &json!({ "reactions": hearts(&["7"]) }));
        world.feed.watch(&GROUP.into(), true);
        assert_eq!(world.settle(), ["reconciled favorite 1835/1"]);
    }
}

#[test]
fn nothing_is_compared_for_what_comes_in_order() {
    let mut world = with_pushed(1);
    world.feed.watch(&GROUP.into(), true);
    world.settle();
    world.asked.clear();
    for number in 2..=9 {
        world.say_live(GROUP, number);
    }
    assert!(world.asked.is_empty(), "{:?}", world.asked);
}

#[test]
fn a_conversation_that_is_unsubscribed_is_not_compared_without_a_gap() {
    let mut world = with_pushed(1);
    world.feed.watch(&GROUP.into(), true);
    world.settle();
    world.feed.watch(&GROUP.into(), false);
    world.lose();
    world.asked.clear();
    assert_eq!(world.live(), ["caught up"]);
    assert!(!world.asked.contains(&"newest 1835".to_owned()));
}
