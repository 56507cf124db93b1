//! Content of system events.

use groupme_model::{NoticeRef, SystemEventRef};

use crate::payload::{Payload, fixture};

/// Events without a recording, in the form that existing clients handle.
pub(crate) const UNRECORDED: &[&str] = &[
    r#"{"type":"membership.nickname_changed","data":{"user":{"id":1,"nickname":"Ada"},"name":"A."}}"#,
    r#"{"type":"membership.avatar_changed","data":{"user":{"id":1,"nickname":"Ada"},"avatar_url":"u"}}"#,
    r#"{"type":"membership.notifications.autokicked","data":{"user":{"id":1,"nickname":"Ada"}}}"#,
    r#"{"type":"group.role_change_admin","data":{"user":{"id":1,"nickname":"Ada"},"role":"admin",
        "member":{"id":2,"nickname":"Gizmo"}}}"#,
    r#"{"type":"group.subgroup_like_icon_change","data":{"user":{"id":1,"nickname":"Ada"},
        "subgroup_topic":"t","parent_id":5,"like_icon":null}}"#,
    r#"{"type":"group.subgroup_type_change","data":{"user":{"id":1,"nickname":"Ada"},
        "subgroup_topic":"t","parent_id":5,"type":"announcement","message_edit_period":15}}"#,
    r#"{"type":"group.added_to_directory","data":{"user":{"id":1,"nickname":"Ada"},"directory_name":"d"}}"#,
    r#"{"type":"group.call.ended","data":{"call_duration":61000,"user":{"id":"system","nickname":"GroupMe"}}}"#,
    r#"{"type":"poll.finished","data":{"conversation":{"id":"5"},"poll":{"id":"6","subject":"Up?"},
        "options":[{"id":"1","title":"Up","votes":2,"voter_ids":["1","2"]},{"id":"2","title":"Down"}]}}"#,
    r#"{"type":"poll.reminder","data":{"conversation":{"id":"5"},
        "poll":{"id":"6","subject":"Up?","expiration":1700000000}}}"#,
    r#"{"type":"calendar.event.cancelled","data":{"event":{"id":"e","name":"n"},
        "user":{"id":"1","nickname":"Ada"},"conversation":{"id":"5"}}}"#,
    r#"{"type":"bot.rename","data":{"user":{"id":1,"nickname":"Ada"},"bot_name_old":"a","bot_name_new":"b"}}"#,
    r#"{"type":"membership.name_change","data":{"user":{"id":1,"nickname":"Ada"},"name":"A."}}"#,
    r#"{"type":"group.topic_removed","data":{"user":{"id":1,"nickname":"Ada"}}}"#,
    r#"{"type":"group.chat_theme_settings_change","data":{"user":{"id":1,"nickname":"Ada"},"theme_name":"t"}}"#,
    r#"{"type":"group.chat_theme_settings_removed","data":{"user":{"id":1,"nickname":"Ada"}}}"#,
    r#"{"type":"group.office_mode_enabled","data":{"user":{"id":1,"nickname":"Ada"}}}"#,
    r#"{"type":"group.office_mode_disabled","data":{"user":{"id":1,"nickname":"Ada"}}}"#,
    r#"{"type":"group.visibility_set.hidden","data":{"user":{"id":1,"nickname":"Ada"}}}"#,
    r#"{"type":"group.subgroup_description_removed","data":{"user":{"id":1,"nickname":"Ada"},
        "subgroup_topic":"t","parent_id":5}}"#,
    r#"{"type":"group.subgroup_attribute_change","data":{"user":{"id":1,"nickname":"Ada"},
        "subgroup_topic":"t","parent_id":5}}"#,
    r#"{"type":"message.unpinned","data":{"message_id":"175141257527047935","pinned":false}}"#,
    r#"{"type":"message.deleted","data":{"message_id":"175141257527047935","deleted_at":1700000000,"deleter_id":"1"}}"#,
    r#"{"type":"copilot.group.privacy_notice","data":{"trigger_message":"175141257527047935"}}"#,
];

#[test]
fn events_without_a_recording_are_typed_as_well() {
    for json in UNRECORDED {
        let payload = Payload::new(json);
        let event = SystemEventRef::from_value(payload.value()).expect("an object");
        assert!(event.notice().expect("data").is_typed(), "{json}");
        assert_eq!(event.unknown_fields(), Vec::<String>::new(), "{json}");
        assert_eq!(event.problems(), [], "{json}");
    }
}

/// Types whose data is known at least in part.
const TYPED: &[&str] = &[
    "membership.announce.added",
    "membership.announce.joined",
    "membership.announce.rejoined",
    "membership.notifications.exited",
    "membership.notifications.removed",
    "membership.notifications.autokicked",
    "membership.nickname_changed",
    "membership.avatar_changed",
    "membership.name_change",
    "group.avatar_change",
    "group.name_change",
    "group.topic_change",
    "group.topic_removed",
    "group.theme_change",
    "group.chat_theme_settings_change",
    "group.chat_theme_settings_removed",
    "group.like_icon_set",
    "group.like_icon_removed",
    "group.owner_changed",
    "group.role_change_admin",
    "group.type_change",
    "group.requires_approval_enabled",
    "group.requires_approval_disabled",
    "group.office_mode_enabled",
    "group.office_mode_disabled",
    "group.visibility_set.community",
    "group.visibility_set.hidden",
    "group.visibility_set.searchable",
    "group.added_to_directory",
    "group.shared",
    "group.unshared",
    "group.subgroup_created",
    "group.subgroup_removed",
    "group.subgroup_avatar_change",
    "group.subgroup_description_change",
    "group.subgroup_name_change",
    "group.subgroup_type_change",
    "group.subgroup_like_icon_change",
    "group.subgroup_description_removed",
    "group.subgroup_attribute_change",
    "group.call.started",
    "group.call.ended",
    "poll.created",
    "poll.finished",
    "poll.reminder",
    "calendar.event.created",
    "calendar.event.updated",
    "calendar.event.cancelled",
    "calendar.event.starting",
    "calendar.event.user.going",
    "calendar.event.user.not_going",
    "calendar.event.user.undecided",
    "message.deleted",
    "message.update",
    "message.pinned",
    "message.unpinned",
    "bot.add",
    "bot.del",
    "bot.rename",
    "copilot.group.privacy_notice",
];

#[test]
fn every_known_type_is_typed_and_keeps_unknown_members() {
    for kind in TYPED {
        let json = format!(r#"{{"type":"{kind}","data":{{"never_seen":[1]}}}}"#);
        let payload = Payload::new(&json);
        let event = SystemEventRef::from_value(payload.value()).expect("an object");
        let notice = event.notice().expect("data");
        assert_eq!((notice.kind(), notice.is_typed()), (*kind, true));
        assert_eq!(event.unknown_fields(), ["data.never_seen"], "{kind}");
        assert_eq!(event.problems(), [], "{kind}");
        let written = serde_json::to_string(&event.into_owned()).expect("JSON");
        assert_eq!(written, json);
    }
}

#[test]
fn events_with_undocumented_data_are_kept_whole() {
    for kind in [
        "membership.announce.coco.added",
        "membership.notifications.admin.new_pending_user",
        "album.created",
        "sports.score",
    ] {
        let json = format!(r#"{{"type":"{kind}","data":{{"a":[1]}}}}"#);
        let payload = Payload::new(&json);
        let event = SystemEventRef::from_value(payload.value()).expect("an object");
        let notice = event.notice().expect("data");
        assert_eq!((notice.kind(), notice.is_typed()), (kind, false));
        assert_eq!(event.unknown_fields(), ["data"], "{kind}");
        assert_eq!(notice.raw().to_string(), r#"{"a":[1]}"#);
    }
}

#[test]
fn user_ids_are_text_although_they_are_sent_as_numbers() {
    let payload = Payload::new(&fixture("event/membership.announce.added"));
    let event = SystemEventRef::from_value(payload.value()).expect("an object");
    let Some(NoticeRef::MembersAdded(added)) = event.notice() else {
        panic!("{event:?}")
    };
    let ids: Vec<_> = added.added_users().filter_map(|user| user.id()).collect();
    assert_eq!(ids, ["130000022"]);
    assert_eq!(
        added
            .adder_user()
            .and_then(|user| user.id())
            .expect("a user"),
        "90000011"
    );
}

#[test]
fn minutes_until_an_event_are_a_number_although_they_are_sent_as_text() {
    let payload = Payload::new(&fixture("event/calendar.event.starting"));
    let event = SystemEventRef::from_value(payload.value()).expect("an object");
    let Some(NoticeRef::CalendarStarting(starting)) = event.notice() else {
        panic!("{event:?}")
    };
    assert_eq!(starting.minutes(), Some(0));
    assert_eq!(starting.call_started(), Some(false));
}

#[test]
fn an_edit_has_the_new_text() {
    let payload = Payload::new(&fixture("event/message.update"));
    let event = SystemEventRef::from_value(payload.value()).expect("an object");
    let Some(NoticeRef::MessageUpdate(update)) = event.notice() else {
        panic!("{event:?}")
    };
    let message = update.message().expect("the message as it is now");
    assert_eq!(message.text(), Some("Example edited body"));
    assert_eq!(
        event.affected_message_id().expect("the edited message"),
        "170000000000000001"
    );
}

#[test]
fn an_event_without_data_or_without_a_type_has_no_typed_notice() {
    for json in [
        r#"{"type":"bot.add"}"#,
        r#"{"type":"bot.add","data":null}"#,
        "{}",
    ] {
        let payload = Payload::new(json);
        let event = SystemEventRef::from_value(payload.value()).expect("an object");
        assert!(event.notice().is_none(), "{json}");
        assert_eq!(event.affected_message_id(), None);
    }
    let payload = Payload::new(r#"{"data":{"message_id":"1"}}"#);
    let event = SystemEventRef::from_value(payload.value()).expect("an object");
    assert!(!event.notice().expect("data").is_typed());
}
