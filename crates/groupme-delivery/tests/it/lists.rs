//! Lists that cannot be read, or are not what they should be.

use core::time::Duration;

use groupme_delivery::{Failure, Request, Response, Rows};

use crate::world::{GROUP, T0, World};

#[test]
fn a_list_that_has_the_same_page_again_and_again_ends() {
    let mut world = World::new();
    world.has_one_page = true;
    world.say(GROUP, 1);
    assert_eq!(world.live(), ["caught up"]);
    assert_eq!(
        world.asked,
        ["groups 1", "chats 1", "memberships", "groups 2", "chats 2"]
    );
}

#[test]
fn a_list_with_new_groups_on_every_page_ends_by_name() {
    let mut world = World::new();
    world.has_endless_groups = true;
    world.say(GROUP, 1);
    assert_eq!(
        world.live(),
        ["lost all Messages ?..? (Truncated)", "caught up"]
    );
    let pages = world
        .asked
        .iter()
        .filter(|asked| asked.starts_with("groups"));
    assert_eq!(pages.count(), 200);
}

#[test]
fn lists_that_cannot_be_read_leave_the_known_conversations_to_be_requested_themselves() {
    let mut world = World::new();
    world.say(GROUP, 1);
    world.live();
    world.lose();
    world.say(GROUP, 2);
    world.failures.insert("groups".to_owned(), Failure::Refused);
    assert_eq!(
        world.live(),
        [
            "lost all Messages ?..? (Unavailable)",
            "gap 1835 1..? (Connection)",
            "backfill 1835/2",
            "backfilled 1835: 1",
            "caught up",
        ]
    );
}

/// Returns a world in which these lists could not be read at the first start.
fn met_without(lists: &[&str]) -> World {
    let mut world = World::new();
    for list in lists {
        world
            .failures
            .insert((*list).to_owned(), Failure::Unavailable);
    }
    world.live();
    let output = world.wait(Duration::from_mins(3));
    assert_eq!(
        output,
        ["lost all Messages ?..? (Unavailable)", "caught up"]
    );
    world.failures.clear();
    world
}

#[test]
fn messages_sent_after_a_first_sync_without_lists_are_not_missed() {
    let lists = ["groups", "chats", "memberships"];
    for restarts in [false, true] {
        let mut world = met_without(&lists);
        world.lose();
        world.say(GROUP, 1);
        if restarts {
            world.restart();
        }
        let output = world.live();
        assert!(output.contains(&"backfill 1835/1".to_owned()), "{output:?}");
    }
}

#[test]
fn groups_left_are_reported_lost_once_after_a_first_start_without_the_list_of_memberships() {
    for restarts in [false, true] {
        let mut world = met_without(&["memberships"]);
        world.left.push("77".to_owned());
        world.lose();
        if restarts {
            world.restart();
        }
        // It may have been left before the first start or since: REST does not tell.
        let lost = "lost 77 Messages ?..? (Left)";
        assert_eq!(world.live(), [lost, "caught up"]);
        // Known from then on.
        world.left.push("78".to_owned());
        world.restart();
        let output = world.live();
        assert_eq!(output, ["lost 78 Messages ?..? (Left)", "caught up"]);
    }
}

#[test]
fn topics_that_cannot_be_listed_are_named_unless_there_are_none() {
    for (failure, named) in [
        (Failure::Refused, true),
        (Failure::Unavailable, true),
        (Failure::Gone, false),
    ] {
        let mut world = World::new();
        world.topics.insert(GROUP.to_owned(), vec!["99".to_owned()]);
        world.say(GROUP, 1);
        world.live();
        world.lose();
        world.failures.insert(GROUP.to_owned(), failure);
        let mut output = world.live();
        output.extend(world.wait(Duration::from_mins(3)));
        let lost = output.iter().position(|line| line.starts_with("lost 1835"));
        let caught_up = output.iter().position(|line| line == "caught up");
        // Later, the changes of a group whose history is refused are compared in vain.
        assert_eq!(lost < caught_up && lost.is_some(), named, "{output:?}");
    }
}

#[test]
fn lists_that_cannot_be_read_make_no_gaps_where_nothing_was_said() {
    let mut world = World::new();
    world.say(GROUP, 1);
    world.live();
    world.lose();
    world.failures.insert("groups".to_owned(), Failure::Refused);
    assert_eq!(
        world.live(),
        ["lost all Messages ?..? (Unavailable)", "caught up"]
    );
    assert_eq!(world.say_live(GROUP, 2), ["push 1835/2"]);
}

#[test]
fn a_list_that_is_answered_after_a_loss_leads_to_no_more_requests() {
    let mut world = World::new();
    world.say(GROUP, 1);
    world.live();
    world.lose();
    world.is_slow = true;
    world.live();
    world.lose();
    world.asked.clear();
    assert!(world.answer_all().is_empty());
    assert!(world.asked.is_empty(), "{:?}", world.asked);
    assert_eq!(world.live(), ["caught up"]);
}

#[test]
fn a_response_to_another_request_is_none() {
    let mut world = World::new();
    world.live();
    world.say_live(GROUP, 1);
    world.lose();
    world.say(GROUP, 2);
    let wall = groupme_model::Timestamp::from_secs(T0);
    world.feed.handle_live(world.now, wall);
    while let Some((id, question)) = world.feed.poll_request() {
        let answer = match question {
            Request::Groups { .. } => Response::Messages(Rows::default()),
            Request::Memberships => Response::Memberships(Vec::new()),
            _ => Response::Chats(Vec::new()),
        };
        world.feed.handle_response(world.now, id, Ok(answer));
    }
    assert_eq!(
        world.settle(),
        [
            "lost all Messages ?..? (Unavailable)",
            "lost 1835 Messages 1..? (Refused)",
            "caught up",
            "lost 1835 Changes 1..? (Refused)",
        ]
    );
    assert_eq!(world.feed.requests(), 0);
}

#[test]
fn a_list_that_is_answered_after_a_loss_still_reports_what_was_missed() {
    let mut world = World::new();
    world.say(GROUP, 1);
    world.live();
    world.lose();
    world.is_slow = true;
    world.live();
    world.say(GROUP, 2);
    world.say("77", 3);
    world.lose();
    world.asked.clear();
    let gap = ["gap 1835 1..2 (Connection)"];
    assert_eq!(world.answer_first("groups"), gap);
    assert_eq!(world.asked, ["after 1835/1"]);
    assert_eq!(world.answer_first("after"), ["backfill 1835/2"]);
    world.is_slow = false;
    world.answer_all();
    let output = world.live();
    assert!(output.contains(&"backfill 77/3".to_owned()), "{output:?}");
}
