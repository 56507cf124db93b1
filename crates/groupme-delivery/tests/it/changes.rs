//! Edits, deletions and reactions: told once, and found when nobody told.

use serde_json::json;

use crate::world::{CHAT, GROUP, T0, World, created, favorite, hearts, label};

#[test]
fn the_same_reactions_told_on_two_channels_are_delivered_once() {
    let mut world = World::new();
    world.live();
    world.say_live(GROUP, 1);
    let row = crate::world::row(GROUP, 1);
    let mut like = favorite(&row, &["7"]);
    like["type"] = "like.create".into();
    assert_eq!(world.push(&like, "like"), ["like"]);
    assert!(world.push(&favorite(&row, &["7"]), "favorite").is_empty());
    assert_eq!(
        world.push(&favorite(&row, &[]), "taken back"),
        ["taken back"]
    );
    assert_eq!(world.push(&like, "like again"), ["like again"]);
    let both = favorite(&row, &["9", "7"]);
    assert_eq!(world.push(&both, "both"), ["both"]);
    assert!(
        world
            .push(&favorite(&row, &["7", "9"]), "in another order")
            .is_empty()
    );
}

#[test]
fn changes_of_messages_from_before_the_start_are_delivered_once_too() {
    let mut world = World::new();
    let row = world.say(GROUP, 1);
    world.live();
    assert_eq!(
        world.push(&favorite(&row, &["7"]), "favorite"),
        ["favorite"]
    );
    assert!(world.push(&favorite(&row, &["7"]), "again").is_empty());
}

#[test]
fn what_changed_in_a_gap_is_found_by_comparing() {
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
    // Once told, it is known.
    world.lose();
    world.say(GROUP, 6);
    let said = world.live();
    assert!(
        !said.iter().any(|line| line.starts_with("reconciled")),
        "{said:?}"
    );
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
    let said = world.live();
    assert_eq!(
        said.last().map(String::as_str),
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
fn an_edit_that_a_notice_told_is_not_told_again_by_comparing() {
    let mut world = World::new();
    world.live();
    world.say_live(GROUP, 1);
    world.change(GROUP, 1, &json!({ "text": "new", "updated_at": T0 + 9 }));
    let mut notice = crate::world::row(GROUP, 2);
    notice["sender_id"] = "system".into();
    notice["event"] = json!({
        "type": "message.update",
        "data": { "message_id": crate::world::id(1), "updated_at": T0 + 9 },
    });
    world.rows.get_mut(GROUP).unwrap().push(notice.clone());
    let push = created(&notice);
    assert_eq!(world.push(&push, &label("push", &notice)), ["push 1835/2"]);
    world.lose();
    world.say(GROUP, 3);
    let said = world.live();
    assert!(
        !said.iter().any(|line| line.starts_with("reconciled")),
        "{said:?}"
    );
}

#[test]
fn what_became_of_a_message_that_is_pushed_late_is_looked_up() {
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
fn a_message_that_is_pushed_after_its_deletion_was_fetched_is_not_told_of() {
    let mut world = World::new();
    world.live();
    world.lose();
    let gone = world.say(GROUP, 1);
    world.rows.get_mut(GROUP).unwrap().clear();
    world.say(GROUP, 2);
    let event = json!({ "type": "message.deleted", "data": { "message_id": gone["id"] } });
    world.change(GROUP, 2, &json!({ "system": true, "event": event }));
    let said = world.live();
    assert!(said.contains(&"backfill 1835/2".to_owned()), "{said:?}");
    assert!(world.push(&created(&gone), "late").is_empty());
    assert_eq!(world.say_live(GROUP, 3), ["push 1835/3"]);
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
    let mut said = Vec::new();
    while world.asked.last().map(String::as_str) != Some("newest 1835") {
        said.extend(world.answer_next());
    }
    // The answer is on its way and has one heart, when there are two.
    said.extend(world.push(&favorite(&row, &["7", "9"]), "two hearts"));
    said.extend(world.answer_next());
    assert_eq!(
        said.last().map(String::as_str),
        Some("two hearts"),
        "{said:?}"
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
fn a_conversation_that_is_not_whole_yet_is_compared_once_it_is() {
    let mut world = World::new();
    world.live();
    world.say_live(GROUP, 1);
    world.lose();
    world.feed.watch(&GROUP.into(), true);
    assert!(world.feed.poll_question().is_none());
    world.change(GROUP, 1, &json!({ "reactions": hearts(&["7"]) }));
    assert_eq!(world.live(), ["caught up", "reconciled favorite 1835/1"]);
}
