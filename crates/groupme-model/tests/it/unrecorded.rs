//! Objects without a recording: every field that GroupMe's clients are known to read, with a value
//! of the type they expect.

use groupme_model::group::GroupType;
use groupme_model::member::{MemberStateRef, RoleRef};
use groupme_model::{
    CalendarEvent, CalendarEventRef, Chat, ChatRef, DateTime, Group, GroupRef, Member, MemberRef,
    ReadReceipt, ReadReceiptRef, Timestamp, TopicRef, UserId,
};

use crate::checks::{self, Check};
use crate::payload::{Payload, fixture};

pub(crate) const OBJECTS: &[(&str, Check, &str)] = &[
    ("group", checks::group, GROUP),
    ("topic", checks::topic, TOPIC),
    ("chat", checks::chat, CHAT),
    ("member", checks::member, MEMBER),
    ("calendar_event", checks::calendar_event, CALENDAR_EVENT),
    ("relationship", checks::relationship, RELATIONSHIP),
    ("directory", checks::directory, DIRECTORY),
    ("bot", checks::bot, BOT),
    ("poll", checks::poll, POLL),
    (
        "attachment",
        checks::attachment,
        r#"{"type":"image","url":"u","source_url":"u","blur_hash":"b","width":1,"height":2,
        "category":"c","delivery_id":"d","guids":["g"],"media_deleted":false,"replay_allowed":true,"viewed_by":["7",8]}"#,
    ),
    (
        "attachment",
        checks::attachment,
        r#"{"type":"linked_image","url":"u"}"#,
    ),
    (
        "attachment",
        checks::attachment,
        r#"{"type":"image_edited","url":"u"}"#,
    ),
    (
        "attachment",
        checks::attachment,
        r#"{"type":"video","url":"u","preview_url":"u","blur_hash":"b","category":"c",
        "delivery_id":"d","guids":null,"media_deleted":true,"replay_allowed":false,"viewed_by":[]}"#,
    ),
    (
        "attachment",
        checks::attachment,
        r#"{"type":"audio","url":"u","duration":12,"peaks":[0.5,1],"transcript_url":null}"#,
    ),
    (
        "attachment",
        checks::attachment,
        r#"{"type":"location","name":"n","lat":64.5,"lng":"-21","foursquare_venue_id":"f"}"#,
    ),
    (
        "attachment",
        checks::attachment,
        r#"{"type":"split","token":"t"}"#,
    ),
    (
        "attachment",
        checks::attachment,
        r#"{"type":"mentions","user_ids":[7,"-1"],"loci":[[0,4],[6,27]]}"#,
    ),
    (
        "attachment",
        checks::attachment,
        r#"{"type":"event","event_id":"e","view":"brief"}"#,
    ),
    (
        "attachment",
        checks::attachment,
        r#"{"type":"autokicked_member","user_id":"7"}"#,
    ),
    (
        "attachment",
        checks::attachment,
        r#"{"type":"copilot","message_id":"m","part_id":"0","prompt_sender":"7",
        "conversation_id":"c","citations":[{"index":1,"title":"t","url":"u","publisher":"p"}]}"#,
    ),
    (
        "attachment",
        checks::attachment,
        r#"{"type":"copilot_card","card_type":"quiz","card_id":"c","state":"s","title":"t",
        "payload":{"quiz":[{"question":"q","options":["a","b"],"answer":1}]},"source_user_id":"7",
        "source_user_name":"Ada","source_score":{"correct":1,"total":2}}"#,
    ),
    (
        "attachment",
        checks::attachment,
        r#"{"type":"partial_image","id":"1","content":null}"#,
    ),
    (
        "attachment",
        checks::attachment,
        r#"{"type":"postprocessing","queues":["linked_image"]}"#,
    ),
    (
        "reaction",
        checks::reaction,
        r#"{"type":"emoji","pack_id":"1","pack_index":2,"code":"","user_ids":[7,"8"]}"#,
    ),
    (
        "push",
        checks::push,
        r#"{"type":"like.create","alert":"","received_at":1785346072000,"subject":{
        "line":{"id":"1","group_id":"31","group_name":"Rowers","user_id":"7","name":"Ada","text":"hi","favorited_at":1785346072,
            "favorited_by":["8"]},
        "reactions":[{"type":"emoji","pack_id":"1","pack_index":2,"user_ids":["8"]},{"type":"unicode","code":"x","user_ids":["9"]}],
        "user_id":"8","user_reaction":{"type":"emoji","pack_id":1,"pack_index":2}}}"#,
    ),
    (
        "push",
        checks::push,
        r#"{"type":"like.delete","subject":{"direct_message":{"id":"1","chat_id":"7+8"},"user_id":"8"}}"#,
    ),
    (
        "push",
        checks::push,
        r#"{"type":"read_receipt.create","alert":"","received_at":1785346072000,"subject":{"id":"1",
        "chat_id":"7+8","message_id":"1","user_id":"8","read_at":1785346072}}"#,
    ),
    (
        "push",
        checks::push,
        r#"{"type":"subscribe","alert":null,"received_at":1785346072000,"subject":{"any":["thing"]}}"#,
    ),
    ("push", checks::push, r#"{"ping":true}"#),
];

const GROUP: &str = r#"{
    "id":"31","group_id":"31","parent_id":null,"name":"Rowers","description":null,"type":"announcement",
    "group_type":"closed","image_url":null,"avatar_url":null,"preview_url":null,"phone_number":"+1 5555550100",
    "creator_user_id":"7","creator_id":7,"created_at":1730000000,"updated_at":1730000001,"expires_at":null,
    "muted_until":253402300800,"muted_children_count":1,"office_mode":false,"members":null,"members_count":0,
    "group_size":3,"max_members":5000,"max_memberships":5000,"sms_user_count":0,"membership_state":"active",
    "messages":{"count":2,"last_message_id":"170000000000000001","last_message_created_at":1730000002,
        "last_message_updated_at":1730000003,"preview":{"nickname":"Ada","text":null,"image_url":"",
        "attachments":[{"type":"mentions","user_ids":["7"],"loci":[[0,4]]}],"deleted_at":1730000004,
        "deletion_actor":"admin","event":{"type":"bot.add","data":{"user":{"id":7,"nickname":"Ada"},"bot":"b"}}}},
    "unread_count":null,"last_read_message_id":null,"last_read_at":null,"children_count":4,
    "like_icon":{"type":"emoji","pack_id":1,"pack_index":57},"theme_name":"music","theme_id":"t","theme_custom_url":"u",
    "message_deletion_mode":["admin","sender","creator"],"message_deletion_period":2147483647,"message_edit_period":43200,
    "share_url":null,"share_qr_code_url":"u","shared":true,"disable_sharing":false,"requires_approval":true,
    "show_join_question":true,"join_question":{"type":"join_reason/questions/text","text":"Why?"},
    "visibility":"hidden","requires_campus_verification":false,"is_hidden":false,"directory_id":1928,
    "directories":[{"directory_id":1928,"directory_name":"A School","directory_short_name":"AS"}],
    "locations":[{"id":"l","group_id":31,"name":"Here","point":{"lat":40.5,"lon":-111},"full_address":"Here, There",
        "locality":"Here","country_subdivision":"There","country_region":"Land","country_code":"LL",
        "postal_code":"1","signature":"s"}],
    "category_ids":[1,"2"],"category":"sports","group_category":"matchup","matchup":{"game_id":"g"},"trending_allowed":true,
    "system_message_settings":{"all_notifications":true,"categories":{"albums":["member","creator"],
        "events":["host"],"join_leave":["admin"]}},
    "bot_settings":{"copilot":{"message_permission":"all"}},"recap_enabled":false,"audio_message_disabled":false,
    "active_call_participants":null,"chaos":false,"thread_id":5}"#;

const TOPIC: &str = r#"{
    "id":123456789,"parent_id":31,"topic":"Boats","description":"","type":"private","group_type":"private",
    "avatar_url":null,"creator_user_id":7,"created_at":1730000000,"updated_at":1730000001,"muted_until":null,
    "like_icon":null,"messages":{"count":0,"last_message_id":null,"last_message_created_at":null,"preview":{}},
    "unread_count":3,"last_read_message_id":"170000000000000001","last_read_at":1730000002,
    "message_deletion_mode":["sender"],"message_deletion_period":2147483647,"message_edit_period":15,
    "recap_enabled":true,"theme_name":null,"theme_id":"t","theme_custom_url":"u"}"#;

const CHAT: &str = r#"{
    "other_user":{"id":12345,"name":"Rowan","avatar_url":null},"messages_count":108,
    "last_message":{"id":"170000000000000001","conversation_id":"7+12345","text":null,"sender_id":"system",
        "event":{"type":"message.deleted","data":{"message_id":"170000000000000000"}}},
    "created_at":1730000000,"updated_at":1730000001,"unread_count":1,"last_read_message_id":"170000000000000000",
    "last_read_at":1730000002,"muted_until":253402300800,"requires_approval":true,"is_hidden":false,
    "message_deletion_mode":["creator","sender"],"message_deletion_period":2147483647,"message_edit_period":15,
    "theme_id":"t","theme_custom_url":"u"}"#;

const MEMBER: &str = r##"{
    "id":1000000001,"user_id":7,"name":"Ada","nickname":"ada","image_url":"","avatar_url":null,
    "roles":["admin","owner","cox"],"state":"active","muted":true,"muted_until":"253402300800",
    "muted_children":{"107933452":253402300800},"child_states":{"107933452":{"muted_until":"1730000000","recap_enabled":true}},
    "child_state":{},"snoozed":false,"has_sound_enabled":true,"recap_enabled":false,"autokicked":false,
    "app_installed":true,"creator":true,"pending":false,"created_at":1730000000,"updated_at":1730000001,
    "timestamp":1730000002,"reason":{"type":"join_reason/membership_join_reason","method":"discoverable",
        "question":{"type":"join_reason/questions/text","text":"Why?"},
        "answer":{"type":"join_reason/answers/text","response":"Because"}},
    "guid":"g","phone_number":"+1 5555550100","country_code":"1","email":"ada@example.com",
    "directory_short_name":"AS","directory_color":"#00458D","sports_chat_team":"home"}"##;

const CALENDAR_EVENT: &str = r#"{
    "event_id":"0f15691677e444ceb64118bf39d41ec8","conversation_id":"31","conversation_name":"Rowers","rsvp_counts":{"going":1},"name":"Regatta","description":"","creator_id":7,
    "start_at":"2026-07-29T14:29:19.110-04:00","end_at":"2026-07-29T15:29:19Z","end_at_set":true,"is_all_day":false,
    "timezone":"America/New_York","location":{"name":"Pond","address":"1 Pond St","lat":"64.148430","lng":-21.9355508},
    "image_url":null,"reminders":[0,300],"going":["7"],"not_going":[],"maybe_going":null,"waitlisted":[],
    "going_count":-1,"rsvp_list":{"7":"2026-07-29T17:29:30Z"},"rsvp_deadline":null,"my_rsvp_status":"going",
    "capacity":8,"waitlist_enabled":true,"scheduled_call":false,"call_started":false,
    "aesthetics":{"font":"NONE","theme":"NONE","effect":"NONE"},"links":[{"name":"n","type":"t","url":"u"}],
    "album":{"album_id":"a","title":"t"},"created_at":"2026-07-29T17:29:30Z","updated_at":1785346170,"deleted_at":null,
    "share_url":"u","share_qr_code":"u","deep_link_ios":"u","deep_link_android":"u","is_top_level":false,
    "visibility":"campus","directory_id":0,"rrule":"FREQ=WEEKLY","recurrence_end":"2026-12-31T00:00:00Z",
    "series_id":"s","instance_index":2}"#;

const RELATIONSHIP: &str = r#"{
    "id":"8","user_id":8,"name":"Rowan","avatar_url":null,"phone_number":"+1 5555550100","created_at":1727815111,
    "created_at_iso8601":"2024-10-01T20:38:31.690372Z","updated_at":1727815111,
    "updated_at_iso8601":"2024-10-01T20:38:31.690372Z","reason":1,"hidden":false,"is_blocked":false,"blocked":false,
    "app_installed":true,"direct_message_capable":true,"is_active_last_30_days":true,"mri":"8:gid:0","guid":"g"}"#;

const DIRECTORY: &str = r##"{
    "id":"1928","name":"A School","short_name":"AS","abbreviation":"A","type":"school_directory","avatar_url":"",
    "logo_url":"u","color":"#00458D","members_count":10380,"groups_count":170,"share_url":"u","share_qr_code_url":"u",
    "city":"Here","state":"There","country":"Land","reason_code":"r","created_at":"2022-08-24T17:52:38+0000",
    "updated_at":"2022-08-24T17:52:38Z"}"##;

const BOT: &str = r#"{
    "bot_id":"j5abcdefg","group_id":31,"group_name":"Rowers","name":"Coxswain","avatar_url":null,"callback_url":"",
    "dm_notification":false,"active":true}"#;

const POLL: &str = r#"{
    "data":{"id":"1766515361214035","conversation_id":"31","subject":"Up?","owner_id":"7","created_at":1766515361,
        "expiration":1767675561,"last_modified":1767675575,"status":"past","type":"multi","visibility":"public",
        "options":[{"id":"1","poll_id":"1766515361214035","title":"Up","votes":1,"voter_ids":["7"]},{"id":2,"title":"Down"}]},
    "user_vote":"1","user_votes":["1",2]}"#;

#[test]
fn every_field_is_known_and_read() {
    for (kind, check, json) in OBJECTS {
        let checked = check(json).expect(kind).expect(kind);
        assert_eq!(checked.unknown_fields, Vec::<String>::new(), "{kind}");
        assert_eq!(checked.problems, [], "{kind}");
    }
}

#[test]
fn a_group_distinguishes_members_that_are_not_loaded_from_none() {
    let payload = Payload::new(GROUP);
    let group = GroupRef::from_value(payload.value()).expect("a group");
    assert!(group.members().is_none());
    assert_eq!(group.members_count(), Some(0));
    assert_eq!(group.known_members_count(), None);
    assert_eq!(
        group.muted_until(),
        Some(Timestamp::from_secs(253_402_300_800))
    );
    let preview = group.messages().and_then(|messages| messages.preview());
    assert_eq!(preview.expect("a preview").text(), None);

    let owned: Group = group.into_owned();
    assert_eq!(owned.known_members_count(), None);
    assert_eq!(owned.kind, Some(GroupType::Announcement));
    assert!(owned.members.is_none());
    let loaded = Payload::new(r#"{"id":"1","members":[],"members_count":3}"#);
    let loaded = GroupRef::from_value(loaded.value())
        .expect("a group")
        .into_owned();
    assert_eq!(loaded.known_members_count(), Some(3));
    assert_eq!(loaded.members, Some(Vec::new()));
}

#[test]
fn a_topics_ids_are_read_from_numbers() {
    let payload = Payload::new(TOPIC);
    let topic = TopicRef::from_value(payload.value()).expect("a topic");
    assert_eq!(topic.id(), "123456789");
    assert_eq!(topic.parent_id().expect("a group"), "31");
    assert_eq!(topic.creator_user_id().expect("a user"), "7");
}

#[test]
fn a_chat_is_identified_by_the_other_user_and_by_its_last_message() {
    let payload = Payload::new(CHAT);
    let chat = ChatRef::from_value(payload.value()).expect("a chat");
    let other = chat.other_user().and_then(|other| other.id());
    assert_eq!(other.expect("a user"), "12345");
    assert_eq!(chat.conversation().expect("a conversation"), "7+12345");
    let owned: Chat = chat.into_owned();
    assert_eq!(owned.conversation().expect("a conversation"), &"7+12345");
    assert!(Chat::default().conversation().is_none());
}

#[test]
fn a_member_keeps_roles_and_states_without_a_variant() {
    let payload = Payload::new(MEMBER);
    let member = MemberRef::from_value(payload.value()).expect("a member");
    let roles: Vec<_> = member.roles().expect("roles").collect();
    assert_eq!(
        roles,
        [RoleRef::Admin, RoleRef::Owner, RoleRef::from("cox")]
    );
    assert_eq!(member.state(), Some(MemberStateRef::Active));
    let forever = Some(Timestamp::from_secs(253_402_300_800));
    assert_eq!(member.muted_until(), forever);
    let (topic, other) = ("107933452".into(), "1".into());
    assert_eq!(member.topic_muted_until(&topic), forever);
    assert_eq!(member.topic_muted_until(&other), None);
    assert!(member.is_admin());

    let owned: Member = member.into_owned();
    assert_eq!(owned.topic_muted_until(&topic), forever);
    assert_eq!(owned.topic_muted_until(&other), None);
    assert!(owned.is_admin());
    let rower = Payload::new(r#"{"roles":["user"]}"#);
    let rower = MemberRef::from_value(rower.value()).expect("a member");
    assert!(!rower.is_admin() && !rower.into_owned().is_admin());
}

#[test]
fn the_times_of_an_event_are_written_as_text() {
    let payload = Payload::new(CALENDAR_EVENT);
    let event = CalendarEventRef::from_value(payload.value()).expect("an event");
    let start = Timestamp::from_millis(1_785_349_759_110);
    assert_eq!(event.start_at(), Some(DateTime::new(start, -240)));
    assert!(event.maybe_going().is_none());
    assert_eq!(event.not_going().expect("a list").count(), 0);
    let user = UserId::from("7");
    let answered = Some(Timestamp::from_secs(1_785_346_170));
    assert_eq!(event.rsvp_at(&user), answered);

    let owned: CalendarEvent = event.into_owned();
    assert_eq!(owned.rsvp_at(&user), answered);
    assert_eq!(owned.rsvp_at(&"8".into()), None);
    let written = serde_json::to_value(&owned).expect("JSON");
    // The offset decides the day of an event that takes whole days.
    assert_eq!(written["start_at"], "2026-07-29T14:29:19.110-04:00");
    assert_eq!(written["end_at"], "2026-07-29T15:29:19Z");
    assert_eq!(written["updated_at"], "2026-07-29T17:29:30Z");
    assert_eq!(written["location"]["lat"], "64.14843");
}

#[test]
fn a_read_receipt_is_read_from_its_three_forms() {
    for (recording, key, conversation) in [
        (
            "direct_messages.get.read_receipt.2026",
            None,
            "20000001+20000002",
        ),
        (
            "conversations.read_receipt.post.response.2026",
            Some("read_receipt"),
            "20000001+20000002",
        ),
        (
            "v4.read_receipts.one.post.response.2026",
            None,
            "20000001+20000002",
        ),
    ] {
        let payload = Payload::new(&fixture(&format!("rest/{recording}")));
        let mut value = payload.value();
        value = value.get("response").unwrap_or(value);
        value = key.and_then(|key| value.get(key)).unwrap_or(value);
        let receipt = ReadReceiptRef::from_value(value).expect("a receipt");
        assert_eq!(receipt.conversation().expect("one"), conversation);
        assert_eq!(receipt.last_read().expect("one"), "170000000000000001");
        let owned: ReadReceipt = receipt.into_owned();
        assert_eq!(owned.conversation().expect("one"), &conversation);
        assert_eq!(owned.last_read().expect("one"), &"170000000000000001");
    }
}

#[test]
fn every_object_accepts_half_a_surrogate_pair_and_64_bit_integers() {
    let payload = Payload::new(
        r#"{"id":18446744073709551615,"name":"cut \ud83d","topic":"\udc4d","created_at":9223372036854775807,
            "members_count":-9223372036854775808,"max_members":18446744073709551615,"members":[{"nickname":"\ud83d\u0021"}]}"#,
    );
    let group = GroupRef::from_value(payload.value()).expect("a group");
    assert_eq!(group.id(), "18446744073709551615");
    assert_eq!(group.name(), Some("cut \u{fffd}"));
    assert_eq!(
        group.created_at(),
        None,
        "more than 64 bits of milliseconds"
    );
    assert_eq!(group.members_count(), Some(i64::MIN));
    assert_eq!(group.max_members(), None);
    let nickname = group
        .members()
        .and_then(|mut members| members.next()?.nickname());
    assert_eq!(nickname, Some("\u{fffd}!"));
    assert_eq!(group, group.into_owned());
    let written = serde_json::to_string(&group.into_owned()).expect("JSON");
    assert_eq!(
        serde_json::from_str::<Group>(&written).expect("a group"),
        group
    );
}
