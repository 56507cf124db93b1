//! A notice and the event of the same change: one of them is handed out.

use core::time::Duration;

use groupme_delivery::Config;
use serde_json::Value;

use crate::world::{GROUP, T0, World, changed, created, notice};

/// Returns a world in which message 1 was pushed and the group's own channel is subscribed.
fn watching() -> World {
    watching_with(Config::default())
}

fn watching_with(config: Config) -> World {
    let mut world = World::with(config);
    world.live();
    world.say_live(GROUP, 1);
    world.feed.watch(&GROUP.into(), true);
    world.settle();
    world
}

/// Returns the notice of a change of message 1, which REST has from here on, and the change.
fn change(world: &mut World, kind: &str) -> (Value, Value) {
    let notice = world.put(GROUP, notice(2, kind, 1));
    let mut row = crate::world::row(GROUP, 1);
    row["updated_at"] = (T0 + 2).into();
    if kind == "message.deleted" {
        row["deleted_at"] = (T0 + 2).into();
    }
    (created(&notice), changed(kind, &row))
}

const KINDS: [&str; 2] = ["message.update", "message.deleted"];

#[test]
fn a_change_is_one_event_whichever_push_comes_first() {
    for kind in KINDS {
        for notice_first in [true, false] {
            let mut world = watching();
            let (notice, event) = change(&mut world, kind);
            let mut pushes = [(notice, "notice"), (event, "event")];
            if !notice_first {
                pushes.reverse();
            }
            let mut output = Vec::new();
            for (data, label) in pushes.iter().chain(&pushes) {
                output.extend(world.push(data, label));
            }
            output.extend(world.wait(Duration::from_mins(1)));
            assert_eq!(output, ["event"], "{kind}");
            // The notice counts as delivered after the next start.
            world.restart();
            assert_eq!(world.live(), ["caught up"]);
        }
    }
}

#[test]
fn a_crash_brings_back_the_notice_of_a_change_that_was_not_acknowledged() {
    for kind in KINDS {
        for notice_first in [true, false] {
            let mut config = Config::default();
            // Message 1 is not remembered any more, so that comparing does not find the change.
            (config.dedup_window, config.compare_window) = (1, 1);
            let mut world = watching_with(config);
            world.say_live(GROUP, 3);
            world.say_live(GROUP, 4);
            let (_, event) = change(&mut world, kind);
            let notice = created(&world.put(GROUP, notice(5, kind, 1)));
            world.acknowledges = false;
            let mut pushes = [(notice, "notice"), (event, "event")];
            if !notice_first {
                pushes.reverse();
            }
            let mut output = Vec::new();
            for (data, label) in &pushes {
                output.extend(world.push(data, label));
            }
            assert_eq!(output, ["event"], "{kind}");
            world.restart();
            let output = world.live();
            assert!(
                output.contains(&"backfill 1835/5".to_owned()),
                "{kind}, {notice_first}: {output:?}"
            );
        }
    }
}

#[test]
fn a_notice_whose_change_is_not_pushed_comes_after_a_while() {
    for kind in KINDS {
        let mut world = watching();
        let (notice, _) = change(&mut world, kind);
        assert!(world.push(&notice, "notice").is_empty());
        assert!(world.wait(Duration::from_millis(1_900)).is_empty());
        assert_eq!(world.wait(Duration::from_millis(200)), ["notice"], "{kind}");
    }
}

#[test]
fn a_notice_comes_before_the_next_message_and_before_a_gap() {
    for kind in KINDS {
        let mut world = watching();
        let (notice, event) = change(&mut world, kind);
        assert!(world.push(&notice, "notice").is_empty());
        assert_eq!(
            world.say_live(GROUP, 3),
            ["notice", "push 1835/3"],
            "{kind}"
        );
        // The event has the new text of an edit, and says nothing new of a deletion.
        let output = world.push(&event, "event");
        assert_eq!(output == ["event"], kind == "message.update", "{output:?}");

        let mut world = watching();
        let (notice, _) = change(&mut world, kind);
        assert!(world.push(&notice, "notice").is_empty());
        assert_eq!(world.lose(), ["notice"], "{kind}");
    }
}

#[test]
fn both_come_if_the_program_wants_both() {
    let mut config = Config::default();
    config.merge_notices = false;
    let mut world = watching_with(config);
    let (notice, event) = change(&mut world, "message.update");
    assert_eq!(world.push(&notice, "notice"), ["notice"]);
    assert_eq!(world.push(&event, "event"), ["event"]);
}

#[test]
fn conversations_are_found_once_and_again_after_a_refusal_and_a_gap() {
    let mut world = World::new();
    world.say(GROUP, 1);
    world.live();
    let found = |world: &mut World| {
        let mut found = Vec::new();
        while let Some((conversation, exists)) = world.feed.poll_found() {
            found.push((conversation.to_string(), exists));
        }
        found.retain(|(conversation, _)| conversation == GROUP);
        found
    };
    let once = [(GROUP.to_owned(), true)];
    assert_eq!(found(&mut world), once);
    world.say_live(GROUP, 2);
    world.lose();
    world.live();
    assert!(found(&mut world).is_empty());
    world.feed.refuse_found(&GROUP.into());
    world.say_live(GROUP, 3);
    assert!(found(&mut world).is_empty());
    world.lose();
    world.live();
    assert_eq!(found(&mut world), once);
}

#[test]
fn a_change_pushed_during_a_resync_is_one_event() {
    for kind in KINDS {
        for notice_first in [true, false] {
            for has_row in [true, false] {
                let mut world = watching();
                world.lose();
                world.is_slow = true;
                world.live();
                let (data, event) = change(&mut world, kind);
                if !has_row {
                    // The history that is read is older than the notice.
                    world.rows.get_mut(GROUP).unwrap().pop();
                }
                let mut pushes = [(data, "notice"), (event, "event")];
                if !notice_first {
                    pushes.reverse();
                }
                let mut output = Vec::new();
                for (data, label) in &pushes {
                    output.extend(world.push(data, label));
                }
                output.extend(world.answer_all());
                output.extend(world.wait(Duration::from_mins(1)));
                output.retain(|line| !line.starts_with("backfilled") && !line.starts_with("gap"));
                assert_eq!(
                    output,
                    ["event", "caught up"],
                    "{kind}, notice first: {notice_first}, in REST: {has_row}"
                );
            }
        }
    }
}

#[test]
fn several_notices_that_wait_for_history_come_in_order_each_once() {
    let mut world = watching();
    world.lose();
    world.say(GROUP, 2);
    world.is_slow = true;
    world.live();
    // The events of these changes are not pushed.
    for number in [3, 4] {
        let row = notice(number, "message.update", 1);
        world.push(&created(&row), &format!("notice {number}"));
    }
    let message = crate::world::row(GROUP, 5);
    world.push(&created(&message), "push 5");
    let mut output = world.answer_all();
    output.extend(world.wait(Duration::from_mins(1)));
    output.retain(|line| line.starts_with("notice") || line.starts_with("push"));
    assert_eq!(output, ["notice 3", "notice 4", "push 5"]);
}

#[test]
fn a_notice_without_a_time_merges_with_a_change_that_waits_for_history_too() {
    let mut world = watching();
    world.lose();
    world.say(GROUP, 2);
    world.is_slow = true;
    world.live();
    // The edited message is not delivered yet.
    let edited = crate::world::row(GROUP, 3);
    world.push(&created(&edited), "push 3");
    let mut row = edited;
    row["updated_at"] = (T0 + 4).into();
    let mut untimed = notice(4, "message.update", 3);
    untimed["event"]["data"]
        .as_object_mut()
        .unwrap()
        .remove("updated_at");
    world.push(&changed("message.update", &row), "event");
    world.push(&created(&untimed), "notice");
    let mut output = world.answer_all();
    output.extend(world.wait(Duration::from_mins(1)));
    output.retain(|line| ["push 3", "event", "notice"].contains(&line.as_str()));
    assert_eq!(output, ["push 3", "event"]);
}
