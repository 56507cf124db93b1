//! Changes of the world and their pushes, in the shapes of captured events.

use core::time::Duration;

use bayeux_proto::Instant;
use groupme_sim::{Cast, Conversation, SimMessageId, SimUserId, World, WorldError};
use serde_json::{Value, json};

use crate::shape::assert_same_shape;

/// Returns a world with the people of the story, before any event.
fn world() -> (World, Cast) {
    let mut world = World::new(1, Duration::from_millis(1_751_412_575_270));
    let cast = Cast::settle(&mut world).unwrap();
    pushes(&mut world);
    (world, cast)
}

fn pushes(world: &mut World) -> Vec<(String, Value)> {
    core::iter::from_fn(|| world.poll_push())
        .map(|push| (push.channel, serde_json::from_str(&push.data).unwrap()))
        .collect()
}

/// Returns the only push on a channel.
#[track_caller]
fn only(pushes: &[(String, Value)], channel: &str) -> Value {
    let on_channel: Vec<_> = pushes.iter().filter(|(name, _)| name == channel).collect();
    match &on_channel[..] {
        [(_, data)] => data.clone(),
        other => panic!("on {channel}: {other:#?}"),
    }
}

fn own(user: SimUserId) -> String {
    format!("/user/{user}")
}

fn send_message(world: &mut World, cast: Cast, text: &str) -> SimMessageId {
    let message = world.say(cast.lake, cast.mara, text).unwrap();
    pushes(world);
    message
}

macro_rules! fixture {
    ($name:literal) => {
        include_str!(concat!("../fixtures/", $name, ".json"))
    };
}

#[test]
fn a_message_goes_to_every_member_the_author_included() {
    let (mut world, cast) = world();
    let id = world.say(cast.lake, cast.mara, "hi").unwrap();
    let pushes = pushes(&mut world);
    let channels: Vec<_> = pushes.iter().map(|(channel, _)| channel.clone()).collect();
    let members = [cast.mara, cast.me, cast.jonas, cast.priya, cast.theo];
    assert_eq!(channels, members.map(own));

    let data = &pushes[0].1;
    assert_same_shape(data, fixture!("push/line.create.basic"));
    assert_eq!(data["type"], "line.create");
    assert_eq!(data["alert"], "Mara: hi");
    assert_eq!(data["received_at"], 1_751_412_575_000_u64);
    assert_eq!(data["subject"]["id"], id.to_string());
    assert_eq!(data["subject"]["sender_id"], cast.mara.to_string());
    assert!(pushes.iter().all(|(_, other)| other == data));
}

#[test]
fn message_ids_have_eighteen_digits_begin_with_the_second_and_rise() {
    let (mut world, cast) = world();
    let mut last = send_message(&mut world, cast, "first");
    assert_eq!(
        last.to_string(),
        "175141257527000006",
        "six notices came before"
    );
    for _ in 0..100 {
        let next = send_message(&mut world, cast, "next");
        assert!(next > last && next.to_string().len() == 18);
        last = next;
    }
    world.advance(Instant::from_millis(730));
    let later = send_message(&mut world, cast, "later").to_string();
    assert!(later.starts_with("1751412576"), "{later}");
}

#[test]
fn a_message_may_carry_any_attachment_and_no_text() {
    let (mut world, cast) = world();
    world
        .say_with_attachments(cast.lake, cast.mara, None, r#"[{"type":"riddle","n":7}]"#)
        .unwrap();
    let data = only(&pushes(&mut world), &own(cast.me));
    assert_eq!(
        data["subject"]["attachments"],
        json!([{ "type": "riddle", "n": 7 }])
    );
    assert_eq!(data["subject"]["text"], Value::Null);
    let error = world
        .say_with_attachments(cast.lake, cast.mara, None, "{}")
        .unwrap_err();
    assert_eq!(error.to_string(), "attachments must be a JSON array");
    assert!(core::error::Error::source(&error).is_some());
}

#[test]
fn a_direct_message_goes_to_both() {
    let (mut world, cast) = world();
    world.direct_message(cast.mara, cast.me, "hola").unwrap();
    let pushes = pushes(&mut world);
    let data = only(&pushes, &own(cast.me));
    assert_same_shape(&data, fixture!("push/direct_message.create.basic"));
    assert_eq!(data["alert"], "Mara: hola");
    assert_eq!(data["subject"]["recipient_id"], cast.me.to_string());
    // Sorted as numbers, which differs from the order of text here.
    assert_eq!(
        data["subject"]["chat_id"],
        format!("{}+{}", cast.mara, cast.me)
    );
    assert_eq!(only(&pushes, &own(cast.mara)), data);
    assert_eq!(pushes.len(), 2);
}

#[test]
fn an_edit_is_an_update_in_the_group_and_a_notice_to_everybody() {
    let (mut world, cast) = world();
    let message = send_message(&mut world, cast, "hi");
    world.advance(Instant::from_millis(60_000));
    world.edit(message, "hola").unwrap();
    let pushes = pushes(&mut world);

    let update = only(&pushes, &Conversation::Group(cast.lake).channel());
    assert_same_shape(&update, fixture!("push/message.update"));
    assert_eq!(update["subject"]["text"], "hola");
    assert_eq!(update["subject"]["updated_at"], 1_751_412_635);
    assert_eq!(update["subject"]["created_at"], 1_751_412_575);

    let notice = only(&pushes, &own(cast.me));
    assert_eq!(notice["type"], "line.create");
    let event = &notice["subject"]["event"];
    // The recorded event has an empty list of attachments, too.
    assert_same_shape(event, fixture!("event/message.update"));
    assert_eq!(event["data"]["message_id"], message.to_string());
    assert_ne!(notice["subject"]["id"], message.to_string());
    assert_eq!(pushes.len(), 6);
}

#[test]
fn a_deletion_has_its_date_as_text_in_the_group_and_as_a_number_in_the_notice() {
    let (mut world, cast) = world();
    let message = send_message(&mut world, cast, "oops");
    world.delete(message).unwrap();
    let pushes = pushes(&mut world);

    let deleted = only(&pushes, &Conversation::Group(cast.lake).channel());
    assert_same_shape(&deleted, fixture!("push/message.deleted"));
    assert_eq!(deleted["subject"]["id"], message.to_string());
    assert_eq!(deleted["subject"]["text"], "This message was deleted");
    assert_eq!(
        deleted["subject"]["deleted_at"],
        "2025-07-01T23:29:35.2700Z"
    );

    let notice = only(&pushes, &own(cast.me));
    assert_same_shape(
        &notice["subject"]["event"],
        fixture!("event/message.deleted"),
    );
    assert_eq!(
        notice["subject"]["event"]["data"]["deleted_at"],
        1_751_412_575
    );
    assert!(matches!(
        world.edit(message, "no"),
        Err(WorldError::Deleted(_))
    ));
    assert!(matches!(world.delete(message), Err(WorldError::Deleted(_))));
}

#[test]
fn a_pin_is_a_notice() {
    let (mut world, cast) = world();
    let message = send_message(&mut world, cast, "remember");
    world.pin(message, cast.theo).unwrap();
    let pushes = pushes(&mut world);
    let notice = only(&pushes, &own(cast.me));
    assert_same_shape(&notice, fixture!("push/line.create.system_event_pinned"));
    assert_eq!(notice["alert"], "Theo pinned a message.");
    assert_eq!(pushes.len(), 5);
}

#[test]
fn a_change_of_a_direct_message_is_a_notice_to_each_user_as_recipient() {
    let (mut world, cast) = world();
    let message = world.direct_message(cast.mara, cast.me, "hola").unwrap();
    pushes(&mut world);
    world.pin(message, cast.mara).unwrap();
    let pinned = pushes(&mut world);
    for user in [cast.me, cast.mara] {
        let notice = only(&pinned, &own(user));
        assert_same_shape(
            &notice,
            fixture!("push/direct_message.create.system_event_pinned"),
        );
        assert_eq!(notice["subject"]["recipient_id"], user.to_string());
    }
    world.edit(message, "hello").unwrap();
    world.delete(message).unwrap();
    let after = pushes(&mut world);
    let kinds: Vec<_> = after
        .iter()
        .map(|(_, data)| data["subject"]["event"]["type"].as_str().unwrap())
        .collect();
    assert_eq!(
        kinds,
        [
            "message.update",
            "message.update",
            "message.deleted",
            "message.deleted"
        ]
    );
}

#[test]
fn a_reaction_is_pushed_to_the_group_with_the_whole_list_and_to_the_author() {
    let (mut world, cast) = world();
    let message = send_message(&mut world, cast, "hi");
    world.react(message, cast.jonas, "❤️").unwrap();
    let pushes = pushes(&mut world);
    let favorite = only(&pushes, &Conversation::Group(cast.lake).channel());
    assert_same_shape(&favorite, fixture!("push/favorite"));
    assert_eq!(favorite["subject"]["user_id"], cast.jonas.to_string());
    let like = only(&pushes, &own(cast.mara));
    assert_eq!(like["type"], "like.create");
    assert_eq!(
        like["subject"]["user_reaction"],
        json!({ "code": "❤️", "type": "unicode" })
    );
    assert_eq!(
        like["subject"]["reactions"],
        favorite["subject"]["reactions"]
    );
    assert_eq!(pushes.len(), 2);
}

#[test]
fn a_person_has_one_reaction_at_most_and_may_take_it_back() {
    let (mut world, cast) = world();
    let message = send_message(&mut world, cast, "hi");
    let mut codes = |act: &dyn Fn(&mut World)| {
        act(&mut world);
        let favorite = only(
            &pushes(&mut world),
            &Conversation::Group(cast.lake).channel(),
        );
        let reactions = favorite["subject"]["reactions"].as_array().unwrap().clone();
        reactions
            .iter()
            .map(|reaction| {
                (
                    reaction["code"].as_str().unwrap().to_owned(),
                    reaction["user_ids"].as_array().unwrap().len(),
                )
            })
            .collect::<Vec<_>>()
    };
    let of = |code: &str, users| (code.to_owned(), users);
    assert_eq!(
        codes(&|world| world.react(message, cast.jonas, "👍").unwrap()),
        [of("👍", 1)]
    );
    assert_eq!(
        codes(&|world| world.react(message, cast.theo, "👍").unwrap()),
        [of("👍", 2)]
    );
    assert_eq!(
        codes(&|world| world.react(message, cast.jonas, "😂").unwrap()),
        [of("👍", 1), of("😂", 1)]
    );
    assert_eq!(
        codes(&|world| world.unreact(message, cast.theo).unwrap()),
        [of("😂", 1)]
    );
    assert_eq!(
        codes(&|world| world.unreact(message, cast.jonas).unwrap()),
        []
    );
}

#[test]
fn a_reaction_to_a_direct_message_names_it_as_one() {
    let (mut world, cast) = world();
    let message = world.direct_message(cast.mara, cast.me, "hola").unwrap();
    pushes(&mut world);
    world.react(message, cast.me, "👍").unwrap();
    let favorite = only(
        &pushes(&mut world),
        &Conversation::direct(cast.me, cast.mara).channel(),
    );
    assert_eq!(
        favorite["subject"]["direct_message"]["id"],
        message.to_string()
    );
    assert!(favorite["subject"].get("line").is_none());
    assert!(matches!(
        world.react(message, cast.theo, "👍"),
        Err(WorldError::NotInConversation { .. })
    ));
}

#[test]
fn a_new_member_is_notified_of_the_group_and_all_others_of_the_member() {
    let (mut world, cast) = world();
    world.add_member(cast.surprise, cast.mara, cast.me).unwrap();
    let pushed = pushes(&mut world);
    let mine: Vec<_> = pushed
        .iter()
        .filter(|(channel, _)| *channel == own(cast.me))
        .collect();
    assert_same_shape(&mine[0].1, fixture!("push/membership.create"));
    assert_eq!(
        mine[0].1["alert"],
        "You've been added to \"Surprise for Jonas\" with Mara."
    );
    assert_eq!(mine[0].1["subject"]["id"], cast.surprise.to_string());
    assert_same_shape(
        &mine[1].1["subject"]["event"],
        fixture!("event/membership.announce.added"),
    );
    assert_eq!(pushed.len(), 5);

    world.add_member(cast.surprise, cast.mara, cast.me).unwrap();
    assert_eq!(pushes(&mut world), []);
}

#[test]
fn a_member_who_is_gone_is_announced_to_the_others() {
    let (mut world, cast) = world();
    world
        .remove_member(cast.lake, cast.theo, cast.theo)
        .unwrap();
    world
        .remove_member(cast.lake, cast.mara, cast.priya)
        .unwrap();
    let pushed = pushes(&mut world);
    let mine: Vec<_> = pushed
        .iter()
        .filter(|(channel, _)| *channel == own(cast.me))
        .collect();
    assert_same_shape(
        &mine[0].1["subject"]["event"],
        fixture!("event/membership.notifications.exited"),
    );
    assert_same_shape(
        &mine[1].1["subject"]["event"],
        fixture!("event/membership.notifications.removed"),
    );
    assert!(pushed.iter().all(|(channel, _)| *channel != own(cast.theo)));
    assert!(matches!(
        world.say(cast.lake, cast.theo, "wait"),
        Err(WorldError::NotAMember { .. })
    ));
}

#[test]
fn typing_and_reading_show_where_they_happen() {
    let (mut world, cast) = world();
    let between = Conversation::direct(cast.me, cast.mara);
    world
        .start_typing(Conversation::Group(cast.lake), cast.theo)
        .unwrap();
    world.start_typing(between, cast.mara).unwrap();
    world.read_direct_messages(cast.me, cast.mara).unwrap();
    let message = world.direct_message(cast.mara, cast.me, "hola").unwrap();
    world.read_direct_messages(cast.me, cast.mara).unwrap();
    let pushes = pushes(&mut world);
    let typing = only(&pushes, &Conversation::Group(cast.lake).channel());
    assert_same_shape(&typing, fixture!("push/typing"));
    assert_eq!(typing["started"], 1_751_412_575_270_u64);
    let kinds: Vec<_> = pushes
        .iter()
        .filter(|(channel, _)| *channel == between.channel())
        .map(|(_, data)| data["type"].as_str().unwrap())
        .collect();
    assert_eq!(
        kinds,
        ["typing", "read_receipt.create"],
        "nothing to read the first time"
    );
    assert_eq!(
        pushes.last().unwrap().1["subject"]["message_id"],
        message.to_string()
    );
}

#[test]
fn anything_can_be_published_as_long_as_it_is_json() {
    let (mut world, _) = world();
    let odd = r#"{"type":"odd","n":18446744073709551616,"n":1e2}"#;
    world.publish_raw("/user/1", odd).unwrap();
    assert_eq!(world.poll_push().unwrap().data, odd);
    let error = world.publish_raw("/user/1", "{").unwrap_err();
    assert_eq!(error.to_string(), "data must be JSON");
}

#[test]
fn misuse_is_an_error_that_names_the_mistake() {
    let (mut world, cast) = world();
    let (nobody, nowhere) = (SimUserId::new(7), groupme_sim::SimGroupId::new(8));
    let text = |error: WorldError| error.to_string();
    assert_eq!(
        text(world.say(cast.lake, nobody, "").unwrap_err()),
        "there is no user 7: add one first"
    );
    assert_eq!(
        text(world.say(nowhere, cast.me, "").unwrap_err()),
        "there is no group 8: add one first"
    );
    assert!(
        text(world.edit(SimMessageId::new(9), "").unwrap_err())
            .starts_with("there is no message 9")
    );
    assert!(
        text(world.direct_message(cast.me, cast.me, "").unwrap_err()).contains("to themselves")
    );
    assert!(
        text(world.say(cast.surprise, cast.me, "").unwrap_err())
            .contains("is not a member of group")
    );
    assert_eq!(pushes(&mut world), []);
}

#[test]
fn old_messages_are_dropped_so_an_endless_story_has_bounded_memory() {
    let (mut world, cast) = world();
    let first = send_message(&mut world, cast, "first");
    for _ in 0..10_000 {
        send_message(&mut world, cast, "next");
    }
    assert!(matches!(
        world.edit(first, "late"),
        Err(WorldError::NoSuchMessage(_))
    ));
}

#[test]
fn the_profile_is_a_json_object_with_the_users_name() {
    let (world, cast) = world();
    let profile: Value = serde_json::from_str(&world.profile(cast.me).unwrap()).unwrap();
    assert_eq!(
        (&profile["user_id"], &profile["name"]),
        (&json!(cast.me.to_string()), &json!("Robin"))
    );
    assert_eq!(world.profile(SimUserId::new(7)), None);
}
