//! Restarts of the process.

use groupme_delivery::Config;

use crate::world::{CHAT, GROUP, World};

#[test]
fn a_restart_is_a_gap_like_another() {
    let mut world = World::new();
    world.live();
    world.say_live(GROUP, 1);
    world.restart();
    world.say(GROUP, 2);
    world.say(CHAT, 3);
    assert_eq!(
        world.live(),
        [
            "gap 1835 1..2 (Absence)",
            "gap 162+185 ?..3 (Absence)",
            "backfill 1835/2",
            "backfilled 1835: 1",
            "backfill 162+185/3",
            "backfilled 162+185: 1",
            "caught up",
        ]
    );
}

#[test]
fn only_what_was_not_acknowledged_comes_again() {
    let mut world = World::new();
    world.say(GROUP, 1);
    world.live();
    world.acknowledges = false;
    for number in 2..=4 {
        world.say_live(GROUP, number);
    }
    // Of 2, 3 and 4, the program has acknowledged 3 only.
    world.acknowledges = true;
    let open = world.ledger.open();
    assert_eq!(open, 3);
    let tags = world.tags().to_vec();
    world.ledger.acknowledge(tags[1]).unwrap();
    world.restart();
    let output = world.live();
    let again: Vec<&String> = output
        .iter()
        .filter(|line| line.starts_with("backfill "))
        .collect();
    assert_eq!(again, ["backfill 1835/2", "backfill 1835/4"]);
}

#[test]
fn a_push_that_comes_after_the_list_that_has_it_comes_again_if_it_was_not_acknowledged() {
    let mut world = World::new();
    world.say(GROUP, 1);
    let second = world.say(GROUP, 2);
    // The list has it, so the past ends after it; its push is late.
    assert_eq!(world.live(), ["caught up"]);
    world.acknowledges = false;
    let push = crate::world::created(&second);
    assert_eq!(world.push(&push, "late"), ["late"]);
    world.acknowledges = true;
    world.restart();
    let output = world.live();
    assert!(output.contains(&"backfill 1835/2".to_owned()), "{output:?}");
    assert!(
        !output.contains(&"backfill 1835/1".to_owned()),
        "{output:?}"
    );
    world.restart();
    assert_eq!(world.live(), ["caught up"]);
}

#[test]
fn a_group_that_was_left_and_is_joined_again_goes_on_where_it_was() {
    let mut world = World::new();
    world.live();
    world.say_live(GROUP, 1);
    world.lose();
    let rows = world.rows.remove(GROUP).unwrap();
    let gone = groupme_delivery::Failure::Gone;
    world.failures.insert(GROUP.to_owned(), gone);
    let output = world.live();
    assert_eq!(output, ["lost 1835 Messages 1..? (Left)", "caught up"]);
    world.restart();
    assert_eq!(world.live(), ["caught up"]);
    world.lose();
    world.failures.clear();
    world.rows.insert(GROUP.to_owned(), rows);
    world.say(GROUP, 2);
    let output = world.live();
    let messages: Vec<&String> = output.iter().filter(|line| line.contains('/')).collect();
    assert_eq!(messages, ["backfill 1835/2"]);
}

#[test]
fn an_account_without_acknowledged_messages_keeps_its_first_sync() {
    let mut world = World::new();
    world.acknowledges = false;
    world.is_slow = true;
    world.live();
    // Buffered, so that it is delivered and not acknowledged before the account is synced.
    world.say_live(GROUP, 1);
    world.answer_all();
    world.acknowledges = true;
    world.restart();
    world.say(CHAT, 2);
    let output = world.live();
    assert!(
        output.contains(&"backfill 162+185/2".to_owned()),
        "{output:?}"
    );
}

#[test]
fn a_crash_in_the_middle_of_a_backfill_goes_on_where_it_was() {
    let mut world = World::new();
    world.say(GROUP, 1);
    world.live();
    world.lose();
    for number in 2..=4 {
        world.say(GROUP, number);
    }
    world.acknowledges = false;
    world.live();
    let tags = world.tags().to_vec();
    world.ledger.acknowledge(tags[0]).unwrap();
    world.acknowledges = true;
    world.restart();
    let output = world.live();
    assert_eq!(
        output.first().map(String::as_str),
        Some("gap 1835 2..4 (Absence)")
    );
    assert_eq!(
        output
            .iter()
            .filter(|line| line.starts_with("backfill "))
            .count(),
        2
    );
}

#[test]
fn a_state_that_was_acknowledged_early_is_not_undone_by_an_older_one() {
    let mut world = World::new();
    world.live();
    world.say_live(GROUP, 1);
    let row = crate::world::row(GROUP, 1);
    world.acknowledges = false;
    world.push(&crate::world::favorite(&row, &["7"]), "one");
    world.push(&crate::world::favorite(&row, &["7", "9"]), "two");
    let tags = world.tags().to_vec();
    world.ledger.acknowledge(tags[1]).unwrap();
    world.ledger.acknowledge(tags[0]).unwrap();
    world.acknowledges = true;
    world.change(
        GROUP,
        1,
        &serde_json::json!({ "reactions": crate::world::hearts(&["7", "9"]) }),
    );
    world.restart();
    world.say(GROUP, 2);
    let output = world.live();
    assert!(
        !output.iter().any(|line| line.starts_with("reconciled")),
        "{output:?}"
    );
}

#[test]
fn the_first_message_of_a_conversation_comes_again_if_the_account_was_not_met_before_the_crash() {
    let mut world = World::new();
    world.is_slow = true;
    world.acknowledges = false;
    world.live();
    world.say_live(GROUP, 1);
    assert_eq!(world.answer_first("groups"), ["push 1835/1"]);
    // The other lists are not read: the account is not synced.
    world.restart();
    world.acknowledges = true;
    world.is_slow = false;
    let output = world.live();
    assert!(output.contains(&"backfill 1835/1".to_owned()), "{output:?}");
    world.restart();
    assert_eq!(world.live(), ["caught up"]);
}

#[test]
fn the_first_message_of_a_conversation_comes_again_however_much_was_said_after_it() {
    let mut config = Config::default();
    config.max_backfill = 2;
    let mut world = World::with(config);
    world.live();
    world.acknowledges = false;
    for number in 1..=5 {
        world.say_live(GROUP, number);
    }
    let tags = world.tags().to_vec();
    for tag in &tags[1..] {
        world.ledger.acknowledge(*tag).unwrap();
    }
    world.acknowledges = true;
    world.restart();
    let mut output = world.live();
    output.extend(world.wait(core::time::Duration::from_secs(10)));
    assert_eq!(
        output,
        [
            "gap 1835 ..5 (Absence)",
            "backfill 1835/1",
            "backfilled 1835: 1",
            "caught up",
        ]
    );
}

#[test]
fn that_a_conversation_was_left_is_reported_again_while_something_of_it_is_open() {
    let mut world = World::new();
    world.live();
    world.acknowledges = false;
    world.say_live(GROUP, 1);
    world.lose();
    world.left.push(GROUP.to_owned());
    let named = ["lost 1835 Messages 1..? (Left)", "caught up"];
    assert_eq!(world.live(), named);
    world.restart();
    world.acknowledges = true;
    // The unacknowledged message cannot be fetched any more.
    let output = world.live();
    assert_eq!(output, ["lost 1835 Messages ..? (Left)", "caught up"]);
    world.restart();
    assert_eq!(world.live(), ["caught up"]);
}

#[test]
fn a_conversation_that_was_left_is_there_again_before_anything_of_it_is_handed_out() {
    let mut world = World::new();
    world.say(GROUP, 1);
    world.live();
    world.lose();
    world.left.push(GROUP.to_owned());
    world.live();
    assert!(is_left(&world));
    world.left.clear();
    // The response is under way when the process ends: nothing was handed out.
    world.is_slow = true;
    world.say_live(GROUP, 2);
    assert_eq!(world.asked.last().unwrap(), "newest 1835");
    assert!(!is_left(&world));
    world.restart();
    world.is_slow = false;
    let output = world.live();
    assert!(output.contains(&"backfill 1835/2".to_owned()), "{output:?}");
}

fn is_left(world: &World) -> bool {
    world.saved().conversations[&GROUP.into()].is_left
}
