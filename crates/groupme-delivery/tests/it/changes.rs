//! Edits, deletions and reactions: handed out once, and found by comparing if their pushes were
//! missed.

use core::time::Duration;

use groupme_model::{DeletionActor, Event};
use serde_json::json;

use crate::world::{
    CHAT, GROUP, T0, World, YOU, changed, created, favorite, hearts, label, notice,
};

#[test]
fn the_same_reactions_reported_on_two_channels_are_delivered_once() {
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
fn an_edit_that_a_notice_reported_is_not_reported_again_by_comparing() {
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
    let output = world.live();
    assert!(
        !output.iter().any(|line| line.starts_with("reconciled")),
        "{output:?}"
    );
}

#[test]
fn a_message_that_is_pushed_after_its_deletion_was_fetched_is_not_announced() {
    let mut world = World::new();
    world.live();
    world.lose();
    let gone = world.say(GROUP, 1);
    world.rows.get_mut(GROUP).unwrap().clear();
    world.say(GROUP, 2);
    let event = json!({ "type": "message.deleted", "data": { "message_id": gone["id"] } });
    world.change(GROUP, 2, &json!({ "system": true, "event": event }));
    let output = world.live();
    assert!(output.contains(&"backfill 1835/2".to_owned()), "{output:?}");
    assert!(world.push(&created(&gone), "late").is_empty());
    assert_eq!(world.say_live(GROUP, 3), ["push 1835/3"]);
}

#[test]
fn a_change_of_a_late_message_that_waits_waits_with_it() {
    let mut world = World::new();
    world.live();
    world.say_live(GROUP, 9);
    world.lose();
    world.is_slow = true;
    world.live();
    let late = crate::world::row(GROUP, 8);
    assert!(world.push(&created(&late), "late").is_empty());
    assert!(world.push(&favorite(&late, &["7"]), "favorite").is_empty());
    let output = world.answer_all();
    let at = |what: &str| output.iter().position(|line| line == what);
    assert!(
        at("late").is_some() && at("late") < at("favorite"),
        "{output:?}"
    );
}

/// Returns a world in which these messages were pushed.
pub(crate) fn with_pushed(messages: u64) -> World {
    let mut world = World::new();
    world.live();
    for number in 1..=messages {
        world.say_live(GROUP, number);
    }
    world
}

/// Misses one more message, and returns what the comparison after it finds.
pub(crate) fn found_in_a_gap(world: &mut World, number: u64) -> Vec<String> {
    world.lose();
    world.say(GROUP, number);
    let mut output = world.live();
    // After several gaps, comparisons are a second apart.
    output.extend(world.wait(Duration::from_secs(2)));
    output.retain(|line| line.starts_with("reconciled"));
    output
}

#[test]
fn an_edit_is_reported_once_and_never_an_older_one_after_it() {
    let mut world = with_pushed(1);
    let edit = |at: i64, text: &str| {
        let mut edited = crate::world::row(GROUP, 1);
        (edited["updated_at"], edited["text"]) = ((T0 + at).into(), text.into());
        changed("message.update", &edited)
    };
    assert_eq!(world.push(&edit(9, "nine"), "first"), ["first"]);
    assert!(world.push(&edit(9, "nine"), "again").is_empty());
    assert!(world.push(&edit(5, "five"), "older").is_empty());
    assert_eq!(world.push(&edit(9, "other"), "other"), ["other"]);
    assert_eq!(world.push(&edit(10, "ten"), "newer"), ["newer"]);
    let mut timeless = edit(0, "eleven");
    timeless["subject"]["updated_at"] = serde_json::Value::Null;
    assert_eq!(world.push(&timeless, "timeless"), ["timeless"]);
}

#[test]
fn a_deletion_is_reported_once() {
    let mut world = with_pushed(1);
    let gone = changed("message.deleted", &crate::world::row(GROUP, 1));
    assert_eq!(world.push(&gone, "gone"), ["gone"]);
    assert!(world.push(&gone, "again").is_empty());
    // The comparison does not look for this change.
    world.change(
        GROUP,
        1,
        &json!({ "deleted_at": T0, "updated_at": T0 + 50, "reactions": hearts(&["7"]) }),
    );
    assert!(found_in_a_gap(&mut world, 2).is_empty());
}

#[test]
fn reactions_differ_by_who_and_by_what() {
    let mut world = with_pushed(1);
    let row = crate::world::row(GROUP, 1);
    assert_eq!(world.push(&favorite(&row, &["7"]), "one"), ["one"]);
    assert_eq!(world.push(&favorite(&row, &["9"]), "another"), ["another"]);
    let mut thumb = favorite(&row, &["9"]);
    thumb["subject"]["reactions"][0]["code"] = "👍".into();
    assert_eq!(world.push(&thumb, "thumb"), ["thumb"]);
    assert!(world.push(&thumb, "again").is_empty());
    thumb["subject"]["reactions"] = serde_json::Value::Null;
    assert_eq!(world.push(&thumb, "unlisted"), ["unlisted"]);
}

#[test]
fn reactions_of_an_unknown_type_differ_by_all_they_have() {
    let mut world = with_pushed(1);
    let mut push = favorite(&crate::world::row(GROUP, 1), &["7"]);
    let mut reaction = json!({ "type": "sticker", "sticker": 1, "user_ids": ["7", "9"] });
    for (name, value, is_new) in [
        ("sticker", json!(1), true),
        ("sticker", json!(2), true),
        ("user_ids", json!(["9", "7"]), false),
        ("user_ids", json!(["9"]), true),
        ("size", json!(null), true),
    ] {
        reaction[name] = value;
        push["subject"]["reactions"] = json!([reaction]);
        let output = world.push(&push, "sticker");
        assert_eq!(!output.is_empty(), is_new, "{reaction}");
    }
}

#[test]
fn an_edit_is_reported_by_its_push_on_a_subscribed_channel_and_else_by_its_notice() {
    for listens in [false, true] {
        let mut world = with_pushed(1);
        world.feed.watch(&GROUP.into(), listens);
        world.settle();
        let notice = notice(9, "message.update", 1);
        let mut edited = crate::world::row(GROUP, 1);
        edited["updated_at"] = (T0 + 9).into();
        let mut output = world.push(&created(&notice), "notice");
        output.extend(world.push(&changed("message.update", &edited), "edit"));
        let once = if listens { "edit" } else { "notice" };
        assert_eq!(output, [once]);
    }
}

#[test]
fn pins_are_reported_by_their_notices_or_found_by_comparing() {
    for listens in [false, true] {
        let mut world = with_pushed(2);
        world.feed.watch(&GROUP.into(), listens);
        world.settle();
        world.change(GROUP, 1, &json!({ "pinned_at": T0 + 3 }));
        let pinned = notice(3, "message.pinned", 1);
        world.rows.get_mut(GROUP).unwrap().push(pinned.clone());
        assert_eq!(world.push(&created(&pinned), "pinned"), ["pinned"]);
        assert!(found_in_a_gap(&mut world, 4).is_empty());
        world.change(GROUP, 1, &json!({ "pinned_at": null }));
        let unpinned = notice(5, "message.unpinned", 1);
        world.rows.get_mut(GROUP).unwrap().push(unpinned.clone());
        assert_eq!(world.push(&created(&unpinned), "unpinned"), ["unpinned"]);
        assert!(found_in_a_gap(&mut world, 6).is_empty());
        // A pin without a notice is found, once.
        world.change(GROUP, 2, &json!({ "pinned_at": T0 + 6 }));
        let found = found_in_a_gap(&mut world, 7);
        assert_eq!(found, ["reconciled message.update 1835/2"]);
        assert!(found_in_a_gap(&mut world, 8).is_empty());
    }
}

#[test]
fn a_difference_found_by_comparing_is_reported_once_in_another_process_too() {
    let mut world = with_pushed(3);
    world.rows.get_mut(GROUP).unwrap().remove(1);
    world.change(GROUP, 1, &json!({ "text": "new", "updated_at": T0 + 9 }));
    assert_eq!(
        found_in_a_gap(&mut world, 4),
        [
            "reconciled message.deleted 1835/2",
            "reconciled message.update 1835/1",
        ]
    );
    let is_deletion = |event: &&Event| event.kind() == "message.deleted";
    let gone = world.made.iter().find(is_deletion).unwrap();
    let gone = gone.message().unwrap();
    assert_eq!(gone.deletion_actor, Some(DeletionActor::Admin));
    assert!(found_in_a_gap(&mut world, 5).is_empty());
    world.restart();
    assert!(found_in_a_gap(&mut world, 6).is_empty());
}

#[test]
fn a_deletion_that_a_fetched_notice_announces_is_still_found() {
    let mut world = with_pushed(1);
    world.lose();
    world.change(GROUP, 1, &json!({ "deleted_at": T0 + 2 }));
    let notice = notice(2, "message.deleted", 1);
    world.rows.get_mut(GROUP).unwrap().push(notice);
    let output = world.live();
    let found = "reconciled message.deleted 1835/1".to_owned();
    assert!(output.contains(&found), "{output:?}");
}

#[test]
fn a_fetched_message_has_the_form_of_a_pushed_one() {
    let mut world = World::new();
    world.live();
    world.lose();
    world.say(GROUP, 1);
    world.say(CHAT, 2);
    world.live();
    let kinds: Vec<&str> = world.made.iter().map(Event::kind).collect();
    assert_eq!(kinds, ["line.create", "direct_message.create"]);
}

#[test]
fn an_edit_is_known_by_its_notice_and_another_of_the_same_second_is_not() {
    let mut world = with_pushed(1);
    let notice = notice(9, "message.update", 1);
    assert_eq!(world.push(&created(&notice), "notice"), ["notice"]);
    let edit = |text: &str| {
        let mut edited = crate::world::row(GROUP, 1);
        (edited["updated_at"], edited["text"]) = ((T0 + 9).into(), text.into());
        changed("message.update", &edited)
    };
    assert!(world.push(&edit("one"), "the edit").is_empty());
    assert_eq!(world.push(&edit("two"), "another"), ["another"]);
}

#[test]
fn a_direct_message_is_known_by_its_people_whoever_sent_it() {
    for (sender, recipient) in [("162", YOU), (YOU, "162")] {
        let mut world = World::new();
        world.live();
        let full = world.say(CHAT, 1);
        let mut bare = full.clone();
        for key in ["conversation_id", "group_id"] {
            bare.as_object_mut().unwrap().remove(key);
        }
        bare["sender_id"] = sender.into();
        bare["user_id"] = sender.into();
        bare["recipient_id"] = recipient.into();
        assert_eq!(world.push(&created(&bare), "bare"), ["bare"]);
        assert!(world.push(&created(&full), "full").is_empty());
    }
}
