//! REST fails, or its responses are not what they should be.

use core::time::Duration;

use groupme_delivery::{Config, Failure, Feed};

use crate::world::{GROUP, World, YOU, row};

#[test]
fn a_history_that_cannot_be_read_for_a_while_is_requested_again() {
    let mut world = World::new();
    world.say(GROUP, 1);
    world.live();
    world.lose();
    world.say(GROUP, 2);
    world
        .failures
        .insert(GROUP.to_owned(), Failure::Unavailable);
    assert_eq!(world.live(), ["gap 1835 1..2 (Connection)"]);
    assert!(world.say_live(GROUP, 3).is_empty());
    world.failures.clear();
    assert_eq!(
        world.wait(Duration::from_secs(5)),
        [
            "backfill 1835/2",
            "backfill 1835/3",
            "backfilled 1835: 2",
            "caught up",
        ]
    );
}

#[test]
fn when_patience_ends_the_gap_is_named_and_pushes_go_on() {
    let mut world = World::new();
    world.say(GROUP, 1);
    world.live();
    world.lose();
    world.say(GROUP, 2);
    world
        .failures
        .insert(GROUP.to_owned(), Failure::Unavailable);
    world.live();
    world.say_live(GROUP, 3);
    let output = world.wait(Duration::from_mins(3));
    assert_eq!(
        output[..3],
        [
            "lost 1835 Messages 1..3 (Unavailable)",
            "push 1835/3",
            "caught up",
        ]
    );
    assert_eq!(world.say_live(GROUP, 4), ["push 1835/4"]);
}

#[test]
fn a_fetch_that_is_given_up_after_another_loss_does_not_make_the_conversation_synced() {
    let mut world = World::new();
    world.say(GROUP, 1);
    world.live();
    world.lose();
    world.say(GROUP, 2);
    world
        .failures
        .insert(GROUP.to_owned(), Failure::Unavailable);
    world.live();
    world.lose();
    world.say(GROUP, 3);
    world.is_slow = true;
    world.live();
    // The fetch is given up before the lists name a newer message.
    let mut output = world.wait(Duration::from_mins(2));
    output.extend(world.answer_first("after"));
    assert_eq!(output, ["lost 1835 Messages 1..2 (Unavailable)"]);
    world.failures.clear();
    let output = world.answer_all();
    assert!(output.contains(&"backfill 1835/3".to_owned()), "{output:?}");
    assert_eq!(world.say_live(GROUP, 4), ["push 1835/4"]);
}

#[test]
fn a_message_reported_as_lost_is_not_delivered_out_of_order() {
    let mut world = World::new();
    world.live();
    world.say_live(GROUP, 1);
    world.lose();
    world.say(GROUP, 2);
    world
        .failures
        .insert(GROUP.to_owned(), Failure::Unavailable);
    world.live();
    assert!(world.say_live(GROUP, 3).is_empty());
    world.wait(Duration::from_secs(59));
    world.is_slow = true;
    let mut output = world.wait(Duration::from_mins(1));
    output.extend(world.answer_first("after"));
    world.failures.clear();
    output.extend(world.answer_all());
    assert_eq!(
        output,
        [
            "lost 1835 Messages 1..3 (Unavailable)",
            "push 1835/3",
            "caught up",
        ]
    );
}

#[test]
fn a_conversation_that_was_left_is_named_and_forgotten() {
    let mut world = World::new();
    world.say(GROUP, 1);
    world.live();
    world.lose();
    world.rows.remove(GROUP);
    world.failures.insert(GROUP.to_owned(), Failure::Gone);
    assert_eq!(
        world.live(),
        ["lost 1835 Messages 1..? (Left)", "caught up"]
    );
    world.lose();
    assert_eq!(world.live(), ["caught up"]);
}

#[test]
fn a_newest_message_that_the_history_does_not_have_is_named() {
    let mut world = World::new();
    world.say(GROUP, 1);
    world.live();
    world.lose();
    world.say(GROUP, 2);
    world.is_slow = true;
    world.live();
    for _ in 0..2 {
        world.answer_next();
    }
    world.rows.get_mut(GROUP).unwrap().pop();
    let mut output = world.answer_all();
    output.extend(world.wait(Duration::from_secs(5)));
    assert_eq!(output, ["lost 1835 Messages 1..2 (Truncated)", "caught up"]);
    world.lose();
    assert_eq!(world.live(), ["caught up"]);
}

#[test]
fn a_history_that_lags_behind_the_list_is_waited_for() {
    let mut world = World::new();
    world.say(GROUP, 1);
    world.live();
    world.lose();
    world.say(GROUP, 2);
    world.is_slow = true;
    world.live();
    for _ in 0..2 {
        world.answer_next();
    }
    let late = world.rows.get_mut(GROUP).unwrap().pop().unwrap();
    assert!(world.answer_all().is_empty());
    world.rows.get_mut(GROUP).unwrap().push(late);
    assert_eq!(
        world.wait(Duration::from_secs(5)),
        ["backfill 1835/2", "backfilled 1835: 1", "caught up"]
    );
}

#[test]
fn a_new_conversation_with_more_on_one_page_than_is_fetched_has_its_bounds_named() {
    let mut config = Config::default();
    (config.max_backfill, config.compare_window) = (2, 0);
    let mut world = World::with(config);
    world.say(GROUP, 1);
    world.live();
    world.lose();
    for number in 2..=4 {
        world.say("77", number);
    }
    let output = world.live();
    let lost = "lost 77 Messages ?..3 (Truncated)".to_owned();
    assert!(output.contains(&lost), "{output:?}");
}

#[test]
fn a_new_conversation_with_more_history_than_is_fetched_has_its_bounds_named() {
    let mut config = Config::default();
    (config.max_backfill, config.page, config.compare_window) = (4, 2, 0);
    let mut world = World::with(config);
    world.say(GROUP, 1);
    world.live();
    world.lose();
    for number in 2..=9 {
        world.say("77", number);
    }
    let output = world.live();
    assert_eq!(
        output,
        [
            "gap 77 ?..9 (Connection)",
            "lost 77 Messages ?..6 (Truncated)",
            "backfill 77/6",
            "backfill 77/7",
            "backfill 77/8",
            "backfill 77/9",
            "backfilled 77: 4",
            "caught up",
        ]
    );
}

#[test]
fn nobody_knows_how_much_was_said_before_a_conversation_was_left() {
    let mut world = World::new();
    world.say(GROUP, 1);
    world.live();
    world.lose();
    world.say(GROUP, 2);
    // The list names its newest message, and the conversation is gone when that is requested.
    world.failures.insert(GROUP.to_owned(), Failure::Gone);
    assert_eq!(
        world.live(),
        [
            "gap 1835 1..2 (Connection)",
            "lost 1835 Messages 1..? (Left)",
            "caught up",
        ]
    );
}

#[test]
fn pushes_dropped_for_lack_of_room_are_lost_if_their_fetch_fails() {
    let mut config = Config::default();
    config.push_buffer = 1;
    let mut world = World::with(config);
    world.say(GROUP, 1);
    world.live();
    world.lose();
    world.say(GROUP, 2);
    world
        .failures
        .insert(GROUP.to_owned(), Failure::Unavailable);
    world.live();
    for number in 3..=5 {
        assert!(world.say_live(GROUP, number).is_empty());
    }
    let output = world.wait(Duration::from_mins(3));
    assert_eq!(
        output[..3],
        [
            "lost 1835 Messages 1..5 (Unavailable)",
            "push 1835/3",
            "caught up",
        ]
    );
    assert_eq!(world.say_live(GROUP, 6), ["push 1835/6"]);
}

#[test]
fn a_history_that_stays_behind_its_list_is_requested_again_after_longer_and_longer() {
    let mut world = World::new();
    world.say(GROUP, 1);
    world.live();
    world.lose();
    world.say(GROUP, 2);
    world.is_slow = true;
    world.live();
    world.answer_next();
    world.rows.get_mut(GROUP).unwrap().pop();
    let mut output = world.answer_all();
    let mut waits = Vec::new();
    while let Some(at) = world.feed.poll_timeout() {
        let wait = at - world.now;
        waits.push(wait);
        output.extend(world.wait(wait));
    }
    // In the end, the lists are read once more.
    assert_eq!(waits.len(), 3, "{waits:?}");
    assert_eq!(waits[2], Duration::from_secs(10));
    let seconds = |from, to| Duration::from_millis(from)..=Duration::from_millis(to);
    assert!(seconds(500, 1_000).contains(&waits[0]), "{waits:?}");
    assert!(seconds(1_000, 2_000).contains(&waits[1]), "{waits:?}");
    assert_eq!(output, ["lost 1835 Messages 1..2 (Truncated)", "caught up"]);
}

#[test]
fn a_request_that_is_not_answered_is_requested_again_after_longer_and_longer() {
    let mut world = World::new();
    world.say(GROUP, 1);
    world.live();
    world.lose();
    world.say(GROUP, 2);
    world
        .failures
        .insert(GROUP.to_owned(), Failure::Unavailable);
    world.live();
    let begun = world.now;
    let mut waits = Vec::new();
    while let Some(at) = world.feed.poll_timeout()
        && world.now - begun < Duration::from_mins(1)
    {
        waits.push(at - world.now);
        world.wait(at - world.now);
    }
    let most = [1, 2, 4, 8, 16, 30, 30].map(Duration::from_secs);
    assert!(waits.len() >= 5, "{waits:?}");
    for (wait, most) in waits.iter().zip(most) {
        assert!(most / 2 <= *wait && *wait <= most, "{waits:?}");
    }
}

#[test]
fn a_new_conversation_whose_newest_message_the_history_does_not_have_is_named() {
    let mut world = World::new();
    world.live();
    world.lose();
    world.say("77", 1);
    world.is_slow = true;
    world.live();
    world.answer_first("groups");
    world.rows.get_mut("77").unwrap().clear();
    assert_eq!(
        world.answer_all(),
        ["lost 77 Messages ?..1 (Truncated)", "caught up"]
    );
    assert_eq!(world.say_live("77", 2), ["push 77/2"]);
}

#[test]
fn two_feeds_do_not_ask_again_at_the_same_time() {
    let waits = [1, 2, 3].map(|seed| {
        let mut world = World::new();
        world.feed = Feed::new(Config::default(), YOU.into(), world.saved(), seed);
        world
            .failures
            .insert("groups".to_owned(), Failure::Unavailable);
        world.live();
        world.feed.poll_timeout().unwrap()
    });
    assert!(waits[0] != waits[1] && waits[1] != waits[2], "{waits:?}");
}

#[test]
fn a_message_that_was_reported_missing_is_not_looked_for_again() {
    for restarts in [false, true] {
        let mut world = World::new();
        world.say(GROUP, 1);
        world.live();
        world.lose();
        world.named.insert(GROUP.to_owned(), row(GROUP, 2));
        world.live();
        let output = world.wait(Duration::from_secs(5));
        assert_eq!(output, ["lost 1835 Messages 1..2 (Truncated)", "caught up"]);
        world.lose();
        if restarts {
            world.restart();
        }
        assert_eq!(world.live(), ["caught up"]);
    }
}

#[test]
fn a_request_without_a_timely_response_is_repeated_after_the_next_loss() {
    let mut world = World::new();
    world.say(GROUP, 1);
    world.live();
    world.lose();
    world.say(GROUP, 2);
    world
        .failures
        .insert(GROUP.to_owned(), Failure::Unavailable);
    world.live();
    let output = world.wait(Duration::from_mins(3));
    assert_eq!(output[0], "lost 1835 Messages 1..2 (Unavailable)");
    world.failures.clear();
    world.lose();
    let output = world.live();
    assert!(output.contains(&"backfill 1835/2".to_owned()), "{output:?}");
}

#[test]
fn the_newest_messages_in_place_of_the_next_ones_leave_no_hole() {
    for is_inclusive in [false, true] {
        let mut config = Config::default();
        (config.page, config.compare_window) = (3, 0);
        let mut world = World::with(config);
        (world.has_newest_only, world.is_inclusive) = (true, is_inclusive);
        world.say(GROUP, 1);
        world.live();
        world.lose();
        for number in 2..=9 {
            world.say(GROUP, number);
        }
        let output = world.live();
        let fetched = (2..=9).map(|number| format!("backfill 1835/{number}"));
        let expected: Vec<String> = core::iter::once("gap 1835 1..9 (Connection)".to_owned())
            .chain(fetched)
            .chain(["backfilled 1835: 8".to_owned(), "caught up".to_owned()])
            .collect();
        assert_eq!(output, expected);
    }
}

#[test]
fn a_history_that_repeats_its_bound_ends() {
    let mut config = Config::default();
    (config.page, config.compare_window) = (3, 0);
    let mut world = World::with(config);
    world.is_inclusive = true;
    world.say(GROUP, 1);
    world.live();
    world.lose();
    for number in 2..=5 {
        world.say(GROUP, number);
        world.say("77", number + 10);
    }
    let output = world.live();
    let mut messages: Vec<&str> = output
        .iter()
        .filter_map(|line| line.strip_prefix("backfill "))
        .collect();
    messages.sort_unstable();
    assert_eq!(
        messages,
        [
            "1835/2", "1835/3", "1835/4", "1835/5", "77/12", "77/13", "77/14", "77/15",
        ]
    );
}

#[test]
fn a_panic_in_a_request_is_reported_at_once_and_pushes_go_on() {
    for request in ["groups", "chats", "memberships"] {
        let mut world = World::new();
        world.say(GROUP, 1);
        world.failures.insert(request.to_owned(), Failure::Internal);
        assert_eq!(
            world.live(),
            ["lost all Messages ?..? (Internal)", "caught up"]
        );
        assert_eq!(world.say_live(GROUP, 2), ["push 1835/2"]);
    }
    let mut world = World::new();
    world.say(GROUP, 1);
    world.live();
    world.lose();
    world.say(GROUP, 2);
    world.failures.insert(GROUP.to_owned(), Failure::Internal);
    let output = world.live();
    assert!(
        output.contains(&"lost 1835 Messages 1..2 (Internal)".to_owned()),
        "{output:?}"
    );
    assert!(output.contains(&"caught up".to_owned()), "{output:?}");
}
