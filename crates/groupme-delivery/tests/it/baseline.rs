//! The baseline: the past ends at the first moment at which the account is live, whatever fails
//! after it.

use core::time::Duration;

use groupme_delivery::{Change, Config, Failure, Polling, Store as _};

use crate::world::{CHAT, GROUP, T0, World, created, id, label, row};

/// Returns the numbers of the messages handed out, one conversation after the other.
fn messages(output: &[String]) -> Vec<&str> {
    let handed_out = output.iter().filter_map(|line| {
        line.strip_prefix("push ")
            .or(line.strip_prefix("backfill "))
    });
    let mut messages: Vec<_> = handed_out.filter_map(|line| line.split_once('/')).collect();
    messages.sort_by_key(|(conversation, _)| *conversation);
    messages.into_iter().map(|(_, number)| number).collect()
}

/// Returns a world with a past, live, whose lists are requested and unanswered.
fn started(config: Config) -> World {
    let mut world = World::with(config);
    world.say(GROUP, 1);
    world.is_slow = true;
    assert!(world.live().is_empty());
    world
}

#[test]
fn a_message_is_delivered_that_was_said_before_the_first_lists_were_read_and_never_pushed() {
    let mut world = started(Config::default());
    world.say(GROUP, 2);
    world.say("7+185", 3);
    world.lose();
    world.say(GROUP, 4);
    world.live();
    let output = world.answer_all();
    assert_eq!(messages(&output), ["2", "4", "3"], "{output:?}");
    assert_eq!(output.last().unwrap(), "caught up");
    assert!(
        !output.iter().any(|line| line.starts_with("lost")),
        "{output:?}"
    );
    assert_eq!(world.say_live(GROUP, 5), ["push 1835/5"]);
}

#[test]
fn a_message_is_delivered_that_was_listed_and_never_pushed_when_the_socket_proves_dead() {
    let mut world = started(Config::default());
    world.say(GROUP, 2);
    world.say("7+185", 3);
    assert_eq!(world.answer_all(), ["caught up"]);
    world.lose();
    let output = world.live();
    assert_eq!(messages(&output), ["2", "3"], "{output:?}");
}

#[test]
fn a_message_that_is_not_pushed_is_past_once_all_pushes_before_its_list_have_arrived() {
    let mut world = started(Config::default());
    world.say(GROUP, 2);
    assert_eq!(world.answer_all(), ["caught up"]);
    assert!(world.feed.awaits_proof());
    assert!(world.prove().is_empty());
    world.lose();
    assert!(!world.feed.awaits_proof());
    assert_eq!(world.live(), ["caught up"]);
    world.restart();
    assert_eq!(world.live(), ["caught up"]);
}

/// Returns what a resync hands out of a message from right before the start, which the lists of the
/// start did not have yet. The first session, which ends then, was proved whole after `proved` by
/// this machine's clock, and its last push was sent `last` seconds after the start.
fn resynced_after_a_lagging_start(proved: Duration, last: u64) -> Vec<String> {
    let mut world = World::new();
    let late = world.put(GROUP, row(GROUP, 1));
    world.put(GROUP, row(GROUP, 2));
    world.is_unlisted = Some(GROUP.to_owned());
    world.live();
    world.is_unlisted = None;
    // The push of a message before it was under way.
    let pushed = world.push(&created(&late), "push 1");
    assert_eq!(pushed, ["push 1"]);
    assert_eq!(world.say_live(GROUP, 3), ["push 1835/3"]);
    assert!(world.wait(proved).is_empty());
    assert_eq!(world.say_live(GROUP, last).len(), 1);
    assert!(world.prove().is_empty());
    world.lose();
    world.say(GROUP, 90);
    let output = world.live();
    messages(&output).into_iter().map(str::to_owned).collect()
}

#[test]
fn a_message_is_past_if_a_session_whole_for_a_minute_after_it_did_not_push_it() {
    let long = resynced_after_a_lagging_start(Duration::from_secs(62), 62);
    assert_eq!(long, ["90"]);
    let short = resynced_after_a_lagging_start(Duration::from_secs(59), 62);
    assert_eq!(short, ["90", "2"]);
    // A clock that has jumped ahead proves nothing.
    let jumped = resynced_after_a_lagging_start(Duration::from_mins(40), 59);
    assert_eq!(jumped, ["90", "2"]);
}

#[test]
fn neither_time_nor_an_answer_to_an_earlier_request_proves_that_a_message_is_past() {
    let mut world = started(Config::default());
    let before = world.now;
    world.wait(Duration::from_secs(1));
    world.say(GROUP, 2);
    assert_eq!(world.answer_all(), ["caught up"]);
    // Long-polling with a long hold, into a socket that is dead.
    assert!(world.wait(Duration::from_mins(20)).is_empty());
    world.feed.handle_proof(world.now, before);
    world.lose();
    let output = world.live();
    assert_eq!(messages(&output), ["2"], "{output:?}");
}

#[test]
fn messages_that_are_pushed_after_the_list_that_has_them_are_delivered_once() {
    let mut world = started(Config::default());
    let second = world.say(GROUP, 2);
    assert_eq!(world.answer_all(), ["caught up"]);
    let pushed = world.push(&created(&second), &label("push", &second));
    assert_eq!(pushed, ["push 1835/2"]);
    assert!(world.prove().is_empty());
    world.lose();
    assert_eq!(world.live(), ["caught up"]);
}

#[test]
fn a_message_that_precedes_the_first_push_of_an_unbroken_session_is_past() {
    let mut world = started(Config::default());
    // Sent in the second in which the account went live, or right before.
    world.say(GROUP, 2);
    assert!(world.say_live(GROUP, 3).is_empty());
    assert_eq!(world.answer_all(), ["push 1835/3", "caught up"]);
    world.lose();
    assert_eq!(world.live(), ["caught up"]);
}

#[test]
fn an_outage_of_rest_at_the_start_does_not_make_the_past_longer() {
    let mut world = World::new();
    world.say(GROUP, 1);
    for list in ["groups", "chats", "memberships"] {
        world.failures.insert(list.to_owned(), Failure::Unavailable);
    }
    assert!(world.live().is_empty());
    world.say(GROUP, 2);
    assert!(world.wait(Duration::from_secs(20)).is_empty());
    world.say("7+185", 3);
    world.lose();
    world.failures.clear();
    let output = world.live();
    assert_eq!(messages(&output), ["2", "3"], "{output:?}");
}

#[test]
fn the_past_is_not_longer_for_a_process_that_ends_before_the_account_is_synced() {
    let mut world = started(Config::default());
    assert!(world.say_live(GROUP, 2).is_empty());
    world.say(CHAT, 3);
    world.restart();
    world.say(GROUP, 4);
    world.live();
    let output = world.answer_all();
    assert_eq!(messages(&output), ["3", "2", "4"], "{output:?}");
    world.restart();
    assert_eq!(world.live(), ["caught up"]);
}

#[test]
fn the_past_is_not_longer_for_a_process_that_ends_before_its_socket_is_proved_alive() {
    let mut world = started(Config::default());
    world.say(GROUP, 2);
    assert_eq!(world.answer_all(), ["caught up"]);
    world.restart();
    let output = world.live();
    assert_eq!(messages(&output), ["2"], "{output:?}");
}

#[test]
fn a_topic_that_appears_while_the_first_session_breaks_is_delivered_from_its_beginning() {
    let mut world = started(Config::default());
    world.topics.insert(GROUP.to_owned(), vec!["99".to_owned()]);
    world.say("99", 2);
    world.lose();
    world.say("99", 3);
    world.live();
    let output = world.answer_all();
    assert_eq!(messages(&output), ["2", "3"], "{output:?}");
}

#[test]
fn a_group_that_is_joined_while_the_first_session_breaks_is_delivered_from_then_on() {
    for is_listed in [true, false] {
        let mut world = started(Config::default());
        world.say("77", 2);
        world.lose();
        world.say("77", 3);
        world.is_unlisted = (!is_listed).then(|| "77".to_owned());
        world.live();
        let output = world.answer_all();
        assert_eq!(messages(&output), ["2", "3"], "{output:?}");
    }
}

#[test]
fn history_is_followed_by_all_that_was_said_since() {
    for restarts in [false, true] {
        let mut config = Config::default();
        config.history = 1;
        let mut world = started(config);
        for number in 2..=4 {
            world.say(GROUP, number);
        }
        if restarts {
            world.restart();
        } else {
            world.lose();
        }
        world.live();
        let output = world.answer_all();
        assert_eq!(messages(&output), ["2", "3", "4"], "{output:?}");
    }
}

#[test]
fn a_first_push_that_finds_no_room_is_fetched() {
    let mut config = Config::default();
    config.push_buffer = 1;
    let mut world = started(config);
    assert!(world.say_live(CHAT, 2).is_empty());
    assert!(world.say_live(GROUP, 3).is_empty());
    let output = world.answer_all();
    assert_eq!(messages(&output), ["2", "3"], "{output:?}");
}

#[test]
fn the_baseline_is_the_last_message_pushed_before_a_loss() {
    let mut world = started(Config::default());
    assert!(world.say_live(GROUP, 2).is_empty());
    world.lose();
    world.say(GROUP, 3);
    world.live();
    let output = world.answer_all();
    assert_eq!(messages(&output), ["2", "3"], "{output:?}");
}

#[test]
fn an_account_in_which_nothing_was_said_is_synced_by_polling_too() {
    let mut config = Config::default();
    config.polling = Some(Polling::default());
    for pushes in [false, true] {
        let mut world = World::with(config.clone());
        world.lose();
        world.wait(Duration::from_mins(2));
        world.has_begun = true;
        world.put("77", row("77", 1));
        let output = if pushes {
            world.live()
        } else {
            world.wait(Duration::from_secs(30))
        };
        assert_eq!(messages(&output), ["1"], "{output:?}");
    }
}

#[test]
fn a_store_that_is_old_knows_the_past_of_conversations_that_began_since() {
    let mut world = World::new();
    world.say(GROUP, 1);
    world.live();
    world.say_live(GROUP, 2);
    world.restart();
    for number in 5_000..=5_002 {
        world.say("77", number);
    }
    world.is_slow = true;
    world.live();
    world.lose();
    world.restart();
    world.say("77", 5_003);
    world.live();
    let output = world.answer_all();
    assert_eq!(
        messages(&output),
        ["5000", "5001", "5002", "5003"],
        "{output:?}"
    );
}

#[test]
fn a_snapshot_before_the_first_session_separates_the_past_from_what_follows() {
    let mut world = World::new();
    world.has_begun = true;
    // All of this is of one minute: clocks cannot tell.
    world.say(GROUP, 1);
    world.say(CHAT, 2);
    assert!(world.settle().is_empty());
    assert_eq!(world.asked, ["groups 1", "chats 1", "memberships"]);
    world.is_slow = true;
    world.live();
    world.say(GROUP, 3);
    assert_eq!(world.answer_all(), ["caught up"]);
    world.lose();
    let output = world.live();
    assert_eq!(messages(&output), ["3"], "{output:?}");
}

#[test]
fn a_message_before_the_first_push_is_past_although_a_list_has_named_a_later_one_since() {
    let mut world = World::new();
    world.has_begun = true;
    world.say(GROUP, 1);
    world.say(GROUP, 2);
    world.feed.watch(&GROUP.into(), true);
    assert!(world.settle().is_empty());
    world.say(GROUP, 3);
    world.is_slow = true;
    world.live();
    world.answer_first("groups 1");
    world.answer_first("newest 1835");
    // Subscribed again, without a loss.
    world.live();
    assert!(world.say_live(GROUP, 4).is_empty());
    let output = world.answer_all();
    assert_eq!(messages(&output), ["4"], "{output:?}");
}

#[test]
fn a_snapshot_that_is_older_than_a_minute_is_not_used() {
    let mut world = World::new();
    world.say(GROUP, 1);
    assert!(world.settle().is_empty());
    world.say(GROUP, 2);
    world.wait(Duration::from_secs(61));
    assert_eq!(world.live(), ["caught up"]);
    world.lose();
    assert_eq!(world.live(), ["caught up"]);
}

#[test]
fn a_snapshot_that_fails_is_not_requested_again() {
    let mut world = World::new();
    world
        .failures
        .insert("groups".to_owned(), Failure::Unavailable);
    world.say(GROUP, 1);
    assert!(world.settle().is_empty());
    assert_eq!(world.feed.poll_timeout(), None);
    world.failures.clear();
    assert_eq!(world.live(), ["caught up"]);
    assert_eq!(world.say_live(GROUP, 2), ["push 1835/2"]);
}

#[test]
fn messages_before_a_pushed_one_are_past_although_the_session_breaks() {
    let mut world = started(Config::default());
    world.say(GROUP, 2);
    assert_eq!(world.answer_all(), ["caught up"]);
    assert_eq!(world.say_live(GROUP, 3), ["push 1835/3"]);
    world.lose();
    assert_eq!(world.live(), ["caught up"]);
}

#[test]
fn a_group_left_before_the_first_lists_were_read_is_reported_lost_if_the_session_broke() {
    for breaks in [false, true] {
        let mut world = started(Config::default());
        world.left.push("77".to_owned());
        if breaks {
            world.lose();
            world.live();
        }
        let output = world.answer_all();
        let lost = output.iter().filter(|line| line.starts_with("lost"));
        assert_eq!(lost.count(), usize::from(breaks), "{output:?}");
        world.prove();
        world.lose();
        assert_eq!(world.live(), ["caught up"]);
        world.restart();
        assert_eq!(world.live(), ["caught up"]);
    }
}

#[test]
fn a_group_left_while_the_first_session_was_dead_is_reported_lost() {
    for restarts in [false, true] {
        let mut world = started(Config::default());
        world.left.push("77".to_owned());
        assert_eq!(world.answer_all(), ["caught up"]);
        // The push of its last message went into a dead socket.
        if restarts {
            world.restart();
        } else {
            world.lose();
        }
        assert_eq!(world.live(), ["lost 77 Messages ?..? (Left)", "caught up"]);
        world.lose();
        assert_eq!(world.live(), ["caught up"]);
    }
}

#[test]
fn a_cursor_of_an_earlier_process_without_a_baseline_is_no_snapshot() {
    let mut world = World::new();
    world.say(GROUP, 1);
    // A process that only polled, and ended before it was synced.
    let cursor = Change::Cursor {
        conversation: GROUP.into(),
        message: id(1).as_str().into(),
    };
    world.store.save(&[cursor]).unwrap();
    world.restart();
    world.say(GROUP, 2);
    let output = world.live();
    assert_eq!(messages(&output), ["2"], "{output:?}");
}

#[test]
fn a_short_history_hides_nothing_that_was_missed_since_the_baseline() {
    let mut config = Config::default();
    config.history = 1;
    let mut world = started(config);
    world.say(GROUP, 2);
    world.say(GROUP, 3);
    world.lose();
    world.live();
    let output = world.answer_all();
    let messages = messages(&output);
    assert!(messages.ends_with(&["2", "3"]), "{output:?}");
}

#[test]
fn a_snapshot_does_not_shorten_the_lists_of_the_first_session() {
    let mut world = World::new();
    world.say(GROUP, 1);
    world.say(CHAT, 2);
    assert!(world.settle().is_empty());
    world.asked.clear();
    assert_eq!(world.live(), ["caught up"]);
    for page in ["groups 1", "groups 2", "chats 1", "chats 2"] {
        assert!(
            world.asked.iter().any(|asked| asked == page),
            "{page}: {:?}",
            world.asked
        );
    }
}

#[test]
fn lists_that_are_given_up_at_the_start_do_not_make_the_past_shorter() {
    let mut world = World::new();
    world.has_begun = true;
    let mut old = row(GROUP, 1);
    old["created_at"] = (T0 - 300).into();
    world.put(GROUP, old);
    for list in ["groups", "chats", "memberships"] {
        world.failures.insert(list.to_owned(), Failure::Unavailable);
    }
    world.live();
    let output = world.wait(Duration::from_mins(3));
    assert!(
        output.iter().any(|line| line.starts_with("lost")),
        "{output:?}"
    );
    world.lose();
    world.failures.clear();
    let output = world.live();
    assert!(messages(&output).is_empty(), "{output:?}");
}

#[test]
fn a_push_without_room_in_the_first_session_is_fetched_although_the_session_is_proved_meanwhile() {
    let mut config = Config::default();
    (config.push_buffer, config.page) = (1, 1);
    let mut world = World::with(config);
    world.say(GROUP, 1);
    // The lists from before the session.
    assert!(world.settle().is_empty());
    world.is_slow = true;
    assert!(world.live().is_empty());
    for number in 2..5 {
        assert!(world.say_live(GROUP, number).is_empty());
    }
    for list in ["groups 1", "chats 1", "memberships", "groups 2", "chats 2"] {
        world.answer_first(list);
    }
    world.prove();
    let output = world.answer_all();
    assert_eq!(messages(&output), ["2", "3", "4"], "{output:?}");
}
