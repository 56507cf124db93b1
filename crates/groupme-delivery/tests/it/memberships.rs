//! Groups that are joined and left, noticed or unnoticed.

use groupme_delivery::{Config, Failure};

use serde_json::json;

use crate::world::{GROUP, World, created};

#[test]
fn a_group_that_was_joined_and_left_while_away_is_named() {
    let mut world = World::new();
    world.live();
    world.lose();
    world.left.push("77".to_owned());
    assert_eq!(world.live(), ["lost 77 Messages ?..? (Left)", "caught up"]);
    world.lose();
    assert_eq!(world.live(), ["caught up"]);
    world.restart();
    assert_eq!(world.live(), ["caught up"]);
}

#[test]
fn groups_that_were_left_before_the_account_was_first_synced_are_not_named() {
    let mut world = World::new();
    world.left.push("77".to_owned());
    // Requested before the account is live.
    assert!(world.settle().is_empty());
    assert_eq!(world.live(), ["caught up"]);
    world.lose();
    assert_eq!(world.live(), ["caught up"]);
    world.restart();
    assert_eq!(world.live(), ["caught up"]);
}

#[test]
fn a_group_whose_welcome_was_dropped_is_named_when_it_is_left_again() {
    let mut world = World::new();
    world.say(GROUP, 1);
    world.live();
    world.lose();
    world.left.push(GROUP.to_owned());
    let named = "lost 1835 Messages 1..? (Left)".to_owned();
    assert!(world.live().contains(&named));
    world.left.clear();
    world.lose();
    let welcome = world.say(GROUP, 2);
    world.drop_push(&created(&welcome));
    world.left.push(GROUP.to_owned());
    assert_eq!(world.live(), [named, "caught up".to_owned()]);
    world.lose();
    assert_eq!(world.live(), ["caught up"]);
}

#[test]
fn a_group_that_was_left_while_its_members_were_listed_is_named() {
    let mut world = World::new();
    world.live();
    world.lose();
    world.is_slow = true;
    world.rows.insert("77".to_owned(), Vec::new());
    world.live();
    world.answer_first("memberships");
    world.left.push("77".to_owned());
    let output = world.answer_all();
    assert!(
        output.contains(&"lost 77 Messages ?..? (Left)".to_owned()),
        "{output:?}"
    );
    assert_eq!(output.last().map(String::as_str), Some("caught up"));
}

#[test]
fn a_group_that_is_joined_again_is_caught_up_with_before_what_is_pushed() {
    let mut world = World::new();
    world.say(GROUP, 1);
    world.live();
    world.lose();
    world.left.push(GROUP.to_owned());
    world.live();
    world.left.clear();
    world.say(GROUP, 2);
    assert_eq!(
        world.say_live(GROUP, 3),
        [
            "gap 1835 1..3 (Membership)",
            "backfill 1835/2",
            "backfill 1835/3",
            "backfilled 1835: 2",
        ]
    );
    assert_eq!(world.say_live(GROUP, 4), ["push 1835/4"]);
}

#[test]
fn of_a_group_that_is_joined_again_only_the_newest_messages_are_fetched() {
    for is_pushed in [false, true] {
        let mut config = Config::default();
        config.max_backfill = 2;
        let mut world = World::with(config);
        world.say(GROUP, 1);
        world.live();
        world.lose();
        world.left.push(GROUP.to_owned());
        world.live();
        world.left.clear();
        for number in 2..=5 {
            world.say(GROUP, number);
        }
        let output = if is_pushed {
            world.say_live(GROUP, 6)
        } else {
            world.lose();
            world.live()
        };
        let last = if is_pushed { 6 } else { 5 };
        assert_eq!(
            output[1..4],
            [
                format!("lost 1835 Messages 1..{} (Truncated)", last - 1),
                format!("backfill 1835/{}", last - 1),
                format!("backfill 1835/{last}"),
            ]
        );
    }
}

#[test]
fn a_group_that_is_left_again_is_named_again_after_a_crash() {
    let mut world = World::new();
    world.say(GROUP, 1);
    world.live();
    world.lose();
    world.left.push(GROUP.to_owned());
    let named = "lost 1835 Messages 1..? (Left)".to_owned();
    assert!(world.live().contains(&named));
    world.acknowledges = false;
    world.left.clear();
    world.say_live(GROUP, 2);
    world.lose();
    world.left.push(GROUP.to_owned());
    world.live();
    world.restart();
    assert_eq!(world.live(), [named, "caught up".to_owned()]);
}

#[test]
fn messages_sent_while_the_user_was_no_member_come_before_the_welcome() {
    for event in [
        json!({ "type": "membership.announce.rejoined", "data": { "user": { "id": 185 } } }),
        json!({ "type": "membership.announce.joined", "data": { "user": { "id": 185 } } }),
        json!({
            "type": "membership.announce.added",
            "data": { "added_users": [{ "id": 7 }, { "id": 185 }], "adder_user": { "id": 162 } },
        }),
    ] {
        let mut world = World::new();
        world.say(GROUP, 1);
        world.live();
        world.say(GROUP, 2);
        world.say(GROUP, 3);
        let welcome = world.change(GROUP, 3, &json!({ "system": true, "event": event }));
        assert_eq!(
            world.push(&created(&welcome), "welcome"),
            [
                "gap 1835 1..3 (Membership)",
                "backfill 1835/2",
                "backfill 1835/3",
                "backfilled 1835: 2",
            ]
        );
    }
}

#[test]
fn a_user_who_leaves_and_comes_back_during_the_first_sync_misses_nothing_between() {
    let mut world = World::new();
    world.is_slow = true;
    world.live();
    world.say_live(GROUP, 1);
    world.say(GROUP, 2);
    world.say(GROUP, 3);
    let event =
        json!({ "type": "membership.announce.rejoined", "data": { "user": { "id": 185 } } });
    let welcome = world.change(GROUP, 3, &json!({ "system": true, "event": event }));
    world.push(&created(&welcome), "welcome");
    let output = world.answer_all();
    assert_eq!(
        output,
        [
            "push 1835/1",
            "gap 1835 1..3 (Absence)",
            "backfill 1835/2",
            "backfill 1835/3",
            "backfilled 1835: 2",
            "caught up",
        ]
    );
}

#[test]
fn that_there_is_no_list_of_memberships_costs_nothing_else() {
    let mut world = World::new();
    world
        .failures
        .insert("memberships".to_owned(), Failure::Refused);
    world.live();
    world.lose();
    world.say(GROUP, 1);
    assert_eq!(
        world.live(),
        [
            "gap 1835 ?..1 (Connection)",
            "backfill 1835/1",
            "backfilled 1835: 1",
            "caught up",
        ]
    );
}

#[test]
fn a_group_that_is_joined_again_brings_what_was_missed_in_its_topics() {
    let mut world = World::new();
    world.topics.insert(GROUP.to_owned(), vec!["99".to_owned()]);
    world.say(GROUP, 1);
    world.say("99", 2);
    world.live();
    world.lose();
    world.left.extend([GROUP.to_owned(), "99".to_owned()]);
    assert_eq!(
        world.live(),
        [
            "lost 99 Messages 2..? (Left)",
            "lost 1835 Messages 1..? (Left)",
            "caught up",
        ]
    );
    world.say("99", 3);
    world.left.clear();
    let output = world.say_live(GROUP, 4);
    assert_eq!(
        output,
        [
            "gap 1835 1..4 (Membership)",
            "backfill 1835/4",
            "backfilled 1835: 1",
            "gap 99 2..? (Membership)",
            "backfill 99/3",
            "backfilled 99: 1",
        ]
    );
    assert_eq!(world.say_live("99", 5), ["push 99/5"]);
    // Also after a crash.
    world.restart();
    world.left.extend([GROUP.to_owned(), "99".to_owned()]);
    let output = world.live();
    assert!(
        output.contains(&"lost 99 Messages 5..? (Left)".to_owned()),
        "{output:?}"
    );
}

#[test]
fn somebody_elses_welcome_is_a_message_like_another() {
    for user in [json!({ "id": 7 }), json!({ "nickname": "nobody" })] {
        let mut world = World::new();
        world.say(GROUP, 1);
        world.live();
        world.say(GROUP, 2);
        let event = json!({ "type": "membership.announce.joined", "data": { "user": user } });
        let welcome = world.change(GROUP, 2, &json!({ "system": true, "event": event }));
        assert_eq!(world.push(&created(&welcome), "welcome"), ["welcome"]);
    }
}

#[test]
fn a_topic_that_was_pushed_is_known_by_its_group() {
    let mut world = World::new();
    world.live();
    world.say_live(GROUP, 1);
    for parent in [GROUP, ""] {
        let mut row = world.say("99", 2);
        row["parent_id"] = parent.into();
        world.push(&created(&row), "topic");
    }
    world.lose();
    world.left.extend([GROUP.to_owned(), "99".to_owned()]);
    world.live();
    world.left.clear();
    world.say("99", 3);
    let output = world.say_live(GROUP, 4);
    assert!(output.contains(&"backfill 99/3".to_owned()), "{output:?}");
}

#[test]
fn a_group_that_is_listed_again_is_there_again_in_another_process_too() {
    let mut world = World::new();
    world.say(GROUP, 1);
    world.live();
    world.lose();
    world.left.push(GROUP.to_owned());
    world.live();
    world.lose();
    world.left.clear();
    assert_eq!(world.live(), ["caught up"]);
    assert!(!world.saved().conversations[&GROUP.into()].is_left);
    world.restart();
    world.left.push(GROUP.to_owned());
    assert_eq!(
        world.live(),
        ["lost 1835 Messages 1..? (Left)", "caught up"]
    );
}

#[test]
fn a_welcome_that_the_history_never_has_is_still_handed_out() {
    let mut world = World::new();
    world.say(GROUP, 1);
    world.live();
    let event =
        json!({ "type": "membership.announce.rejoined", "data": { "user": { "id": 185 } } });
    let mut welcome = crate::world::row(GROUP, 2);
    (welcome["system"], welcome["event"]) = (true.into(), event);
    let mut output = world.push(&created(&welcome), "welcome");
    output.extend(world.wait(core::time::Duration::from_secs(10)));
    assert_eq!(output.last().unwrap(), "welcome");
    assert_eq!(world.say_live(GROUP, 3), ["push 1835/3"]);
}
