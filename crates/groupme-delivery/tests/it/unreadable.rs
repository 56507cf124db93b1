//! Messages of REST that cannot be read.

use core::time::Duration;

use groupme_delivery::{Change, Config};
use groupme_model::Timestamp;
use serde_json::json;

use crate::world::{CHAT, GROUP, LONG_AFTER, World, changed, created, id, row};

/// Returns a world that missed the messages from 2 to 6 in a group.
fn missed(config: Config) -> World {
    let mut world = World::with(config);
    world.say(GROUP, 1);
    world.live();
    world.lose();
    for number in 2..=6 {
        world.say(GROUP, number);
    }
    world
}

#[test]
fn a_message_without_a_readable_id_is_reported_and_costs_no_other() {
    let mut world = missed(Config::default());
    world.change(GROUP, 4, &json!({ "no_id": true }));
    assert_eq!(
        world.live(),
        [
            "gap 1835 1..6 (Connection)",
            "lost 1835 Messages 1..6 (Unreadable)",
            "backfill 1835/2",
            "backfill 1835/3",
            "backfill 1835/5",
            "backfill 1835/6",
            "backfilled 1835: 4",
            "caught up",
        ]
    );
}

#[test]
fn the_newest_message_without_a_readable_id_is_lost_once() {
    let mut world = missed(Config::default());
    world.change(GROUP, 6, &json!({ "no_id": true }));
    let mut output = world.live();
    output.extend(world.wait(Duration::from_mins(10)));
    assert_eq!(
        output,
        [
            "gap 1835 1..6 (Connection)",
            "lost 1835 Messages 1..5 (Unreadable)",
            "backfill 1835/2",
            "backfill 1835/3",
            "backfill 1835/4",
            "backfill 1835/5",
            "lost 1835 Messages 5..6 (Unreadable)",
            "caught up",
        ]
    );
    world.lose();
    assert_eq!(world.live(), ["caught up"]);
    assert_eq!(world.say_live(GROUP, 7), ["push 1835/7"]);
}

#[test]
fn a_list_without_a_newest_message_hides_none_of_a_conversation_that_has_some() {
    let mut world = missed(Config::default());
    world.named.insert(GROUP.to_owned(), json!({}));
    assert_eq!(
        world.live(),
        [
            "gap 1835 1..? (Connection)",
            "backfill 1835/2",
            "backfill 1835/3",
            "backfill 1835/4",
            "backfill 1835/5",
            "backfill 1835/6",
            "backfilled 1835: 5",
            "caught up",
        ]
    );
    world.lose();
    assert_eq!(world.live(), ["caught up"]);
}

#[test]
fn a_message_without_a_readable_id_is_not_taken_for_deleted() {
    let mut world = World::new();
    world.say(GROUP, 1);
    world.live();
    for number in 2..=6 {
        world.say_live(GROUP, number);
    }
    world.change(GROUP, 4, &json!({ "no_id": true }));
    world.lose();
    assert_eq!(world.live(), ["caught up"]);
}

#[test]
fn a_message_that_makes_its_answer_unreadable_is_the_only_one_lost() {
    for page in [1, 2, 3, 100] {
        let mut config = Config::default();
        config.page = page;
        let mut world = missed(config);
        world.poisoned = Some(4);
        let mut output = world.live();
        // A response that cannot be read may come from a proxy, so it is requested again.
        output.extend(world.wait(Duration::from_mins(10)));
        output.retain(|line| !line.starts_with("lost 1835 Changes"));
        assert_eq!(
            output,
            [
                "gap 1835 1..6 (Connection)",
                "backfill 1835/2",
                "backfill 1835/3",
                "lost 1835 Messages 3..5 (Unreadable)",
                "backfill 1835/5",
                "backfill 1835/6",
                "backfilled 1835: 4",
                "caught up",
            ],
            "{page} on a page"
        );
        assert_eq!(world.say_live(GROUP, 7), ["push 1835/7"]);
        assert_eq!(world.say_live(CHAT, 8), ["push 162+185/8"]);
    }
}

#[test]
fn events_made_of_rows_are_what_the_gateway_would_have_pushed() {
    let mut world = World::new();
    world.say(GROUP, 1);
    world.live();
    world.pass(LONG_AFTER);
    world.lose();
    let created = world.say(GROUP, 2);
    let direct = world.say(CHAT, 3);
    world.live();
    world.pass(LONG_AFTER * 2);
    world.lose();
    let edited = world.change(
        GROUP,
        2,
        &json!({ "text": "\u{e9}\n\"new\"", "updated_at": 1_700_000_100 }),
    );
    world.say(GROUP, 4);
    world.live();
    let made: Vec<_> = world
        .made
        .iter()
        .map(|event| serde_json::to_value(event).unwrap())
        .collect();
    let expected = [
        changed("line.create", &created),
        changed("direct_message.create", &direct),
        changed("line.create", &row(GROUP, 4)),
        changed("message.update", &edited),
    ];
    for expected in expected {
        assert!(made.contains(&expected), "{expected} is not among {made:?}");
    }
    assert_eq!(made.len(), 4);
    assert_eq!(made[0]["subject"]["id"], id(2));
}

#[test]
fn an_id_that_is_no_position_is_delivered_and_hides_no_later_message() {
    for damaged in [
        "abc",
        "",
        "-1",
        "+5",
        " 5",
        "../x",
        "999999999999999999",
        "15717",
        "1796040000000001",
    ] {
        let mut world = World::new();
        world.say(GROUP, 1);
        world.live();
        world.say_live(GROUP, 2);
        let mut push = row(GROUP, 3);
        push["id"] = damaged.into();
        assert_eq!(world.push(&created(&push), "push"), ["push"], "{damaged:?}");
        world.lose();
        world.say(GROUP, 4);
        let output = world.live();
        assert!(
            output.contains(&"backfill 1835/4".to_owned()),
            "{damaged:?}: {output:?}"
        );
        assert_eq!(output.last().unwrap(), "caught up");
    }
}

#[test]
fn a_saved_position_that_is_no_number_hides_no_later_message() {
    let mut world = World::new();
    world.say(GROUP, 1);
    world.live();
    world.say_live(GROUP, 2);
    world.lose();
    world.say(GROUP, 3);
    world.save(&Change::Cursor {
        conversation: GROUP.into(),
        message: "abc".into(),
    });
    world.restart();
    let output = world.live();
    assert!(output.contains(&"backfill 1835/3".to_owned()), "{output:?}");
}

/// Returns a world with a new process whose saved position of the group, after message 2, is damaged.
fn with_position_in_future(has_newer: bool) -> World {
    let mut world = World::new();
    world.say(GROUP, 1);
    world.live();
    world.say_live(GROUP, 2);
    world.lose();
    if has_newer {
        world.say(GROUP, 3);
    }
    world.save(&Change::Cursor {
        conversation: GROUP.into(),
        message: "999999999999999999".into(),
    });
    world.restart();
    world
}

#[test]
fn a_saved_position_in_the_future_hides_no_later_message_and_is_named() {
    for has_newer in [true, false] {
        let mut world = with_position_in_future(has_newer);
        let output = world.live();
        assert_eq!(output.last().unwrap(), "caught up");
        if has_newer {
            assert_eq!(output[0], "gap 1835 ?..3 (Position)");
            assert!(output.contains(&"backfill 1835/3".to_owned()), "{output:?}");
        }
        // Only that gap is the file's fault.
        world.lose();
        world.say(GROUP, 4);
        assert_eq!(
            world.live()[0],
            format!("gap 1835 {}..4 (Connection)", if has_newer { 3 } else { 2 })
        );
    }
}

#[test]
fn a_saved_position_in_the_future_is_found_in_a_conversation_that_no_list_has() {
    let mut world = with_position_in_future(true);
    world.say(CHAT, 1);
    world.is_unlisted = Some(GROUP.to_owned());
    let output = world.live();
    assert!(output.contains(&"backfill 1835/3".to_owned()), "{output:?}");
}

#[test]
fn after_a_saved_position_in_the_future_the_next_process_starts_from_a_true_one() {
    for has_newer in [true, false] {
        let mut world = with_position_in_future(has_newer);
        world.live();
        world.restart();
        world.say(GROUP, 4);
        let output = world.live();
        assert_eq!(
            output[0],
            if has_newer {
                "gap 1835 3..4 (Absence)"
            } else {
                "gap 1835 2..4 (Absence)"
            }
        );
        assert!(output.contains(&"backfill 1835/4".to_owned()), "{output:?}");
    }
}

#[test]
fn a_saved_time_in_the_future_hides_no_message_of_a_new_conversation() {
    let mut world = World::new();
    world.say(GROUP, 1);
    world.live();
    world.lose();
    world.save(&Change::SyncedUntil(Timestamp::from_secs(9_999_999_999)));
    world.restart();
    world.say(CHAT, 2);
    let output = world.live();
    assert!(
        output.contains(&"backfill 162+185/2".to_owned()),
        "{output:?}"
    );
}
