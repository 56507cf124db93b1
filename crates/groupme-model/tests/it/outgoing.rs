//! Bodies of requests and published events.

use core::ops::Range;

use groupme_model::attachment::{
    Attachment, AttachmentRef, Audio, Emoji, File, Image, Location, Mentions, Reply, Video,
};
use groupme_model::outgoing::{Draft, DraftError, ReactionBody, SourceGuid};
use groupme_model::{Event, EventRef, LikeIcon, Timestamp, UserId};
use serde_json::json;

use crate::payload::Payload;

#[test]
fn a_message_to_a_group_is_wrapped_and_has_its_guid() {
    let body = Draft::new("Example reply")
        .attach(Reply::new(
            "170000000000000001".into(),
            None,
            "20000002".into(),
        ))
        .for_group("guid".into())
        .expect("a body");
    assert_eq!(
        serde_json::to_value(&body).expect("JSON"),
        json!({"message": {"source_guid": "guid", "text": "Example reply", "attachments": [{
            "type": "reply", "reply_id": "170000000000000001",
            "base_reply_id": "170000000000000001", "user_id": "20000002"}]}})
    );
}

#[test]
fn a_direct_message_has_its_recipient() {
    let body = Draft::new("Example DM").for_user("guid".into(), "20000002".into());
    assert_eq!(
        serde_json::to_value(body.expect("a body")).expect("JSON"),
        json!({"direct_message": {"source_guid": "guid", "recipient_id": "20000002",
            "text": "Example DM", "attachments": []}})
    );
}

#[test]
fn the_body_of_an_edit_has_no_wrapper() {
    let body = Draft::new("Example edited body")
        .for_edit()
        .expect("a body");
    assert_eq!(
        serde_json::to_value(body).expect("JSON"),
        json!({"text": "Example edited body", "attachments": []})
    );
}

#[test]
fn the_body_of_a_bot_message_has_the_bots_id() {
    let body = Draft::new("Hello world")
        .for_bot("j5abcdefg".into())
        .expect("a body");
    assert_eq!(
        serde_json::to_value(body).expect("JSON"),
        json!({"bot_id": "j5abcdefg", "text": "Hello world", "attachments": []})
    );
}

#[test]
fn attachments_are_written_as_groupme_accepts_them() {
    let body = Draft::new("")
        .attach(Image::new("https://i.groupme.com/123456789"))
        .attach(Video::new("v", "p"))
        .attach(Audio::new("a", 12.5))
        .attach(File::new("f".into()))
        .attach(Location::new("GroupMe HQ", 40.738_206, -73.993_285))
        .attach(Emoji::new([[1, 42], [2, 34]]))
        .for_group("guid".into())
        .expect("a body");
    assert_eq!(
        serde_json::to_value(&body).expect("JSON"),
        json!({"message": {"source_guid": "guid", "attachments": [
            {"type": "image", "url": "https://i.groupme.com/123456789"},
            {"type": "video", "url": "v", "preview_url": "p"},
            {"type": "audio", "url": "a", "duration": 12.5},
            {"type": "file", "file_id": "f"},
            {"type": "location", "name": "GroupMe HQ", "lat": "40.738206", "lng": "-73.993285"},
            {"type": "emoji", "placeholder": "\u{fffd}", "charmap": [[1, 42], [2, 34]]},
        ]}})
    );
}

#[test]
fn a_message_needs_a_text_or_an_attachment() {
    assert_eq!(
        Draft::new("").for_group("guid".into()),
        Err(DraftError::Empty)
    );
    assert_eq!(Draft::default().for_edit(), Err(DraftError::Empty));
    assert_eq!(
        Draft::default()
            .for_bot("b".into())
            .unwrap_err()
            .to_string(),
        "the message is empty: give it a text or an attachment"
    );
    assert!(Draft::new("").attach(Image::new("u")).for_edit().is_ok());
}

#[test]
fn a_text_has_at_most_a_thousand_characters() {
    let longest = "\u{1f44d}".repeat(Draft::TEXT_LIMIT);
    assert!(Draft::new(longest.clone()).for_group("guid".into()).is_ok());
    let error = Draft::new(longest + "!")
        .for_user("guid".into(), "1".into())
        .unwrap_err();
    assert_eq!(
        error,
        DraftError::TextTooLong {
            len: 1001,
            limit: 1000
        }
    );
    assert_eq!(
        error.to_string(),
        "the text has 1001 characters and GroupMe takes 1000: shorten or split it"
    );
}

#[test]
fn a_guid_is_a_version_4_uuid_of_the_given_bytes() {
    assert_eq!(
        SourceGuid::from_random([0; 16]).as_str(),
        "00000000-0000-4000-8000-000000000000"
    );
    assert_eq!(
        SourceGuid::from_random([0xff; 16]).to_string(),
        "ffffffff-ffff-4fff-bfff-ffffffffffff"
    );
    let counted = core::array::from_fn(|index| u8::try_from(index).expect("small") * 17);
    assert_eq!(
        SourceGuid::from_random(counted).as_str(),
        "00112233-4455-4677-8899-aabbccddeeff"
    );
    let kept: String = SourceGuid::from_random(counted).into();
    assert_eq!(SourceGuid::from(kept), SourceGuid::from_random(counted));
}

#[test]
fn a_reaction_is_a_character_or_an_emoji_of_a_pack() {
    for (icon, json) in [
        (
            LikeIcon::unicode("\u{2764}\u{fe0f}"),
            json!({"like_icon": {"type": "unicode", "code": "\u{2764}\u{fe0f}"}}),
        ),
        (
            LikeIcon::emoji(1, 12),
            json!({"like_icon": {"type": "emoji", "pack_id": 1, "pack_index": 12}}),
        ),
    ] {
        let body = ReactionBody::new(icon);
        assert_eq!(serde_json::to_value(body).expect("JSON"), json);
    }
}

#[test]
fn a_published_event_is_read_as_the_same_event() {
    let typing = Event::typing("90000011".into(), Timestamp::from_millis(1_751_404_765_673));
    let ping = Event::ping();
    for (event, json) in [
        (
            typing,
            r#"{"type":"typing","user_id":"90000011","started":1751404765673}"#,
        ),
        (ping, r#"{"type":"ping"}"#),
    ] {
        assert_eq!(serde_json::to_string(&event).expect("JSON"), json);
        let payload = Payload::new(json);
        assert_eq!(EventRef::from_value(payload.value()), event);
    }
}

#[test]
fn mentions_are_written_in_utf16_units_and_found_again() {
    let text = "\u{1f44d} @Ada and @Rowan \u{1f44d}";
    let mut mentions = Mentions::default();
    for (user, name) in [("1", "@Ada"), ("2", "@Rowan")] {
        let start = text.find(name).expect("in the text");
        let part = start..start + name.len();
        mentions.add(user.into(), text, part).expect("in the text");
    }
    assert_eq!(mentions.loci, Some(vec![[3, 4], [12, 6]]));
    let found: Vec<_> = mentions.in_text(text).collect();
    let (ada, rowan) = (UserId::from("1"), UserId::from("2"));
    assert_eq!(found, [(&ada, Some("@Ada")), (&rowan, Some("@Rowan"))]);

    let written = serde_json::to_string(&Attachment::from(mentions)).expect("JSON");
    let payload = Payload::new(&written);
    let AttachmentRef::Mentions(view) = AttachmentRef::from_value(payload.value()) else {
        panic!("{written}")
    };
    let found: Vec<_> = view.in_text(text).map(|(_, part)| part).collect();
    assert_eq!(found, [Some("@Ada"), Some("@Rowan")]);
}

#[test]
fn a_range_outside_the_text_cannot_be_mentioned() {
    let mut mentions = Mentions::default();
    let backwards = Range { start: 5, end: 4 };
    for part in [0..1, 4..9, backwards, 1..4] {
        let error = mentions
            .add("1".into(), "\u{1f44d}!", part.clone())
            .unwrap_err();
        assert_eq!((error.part, error.len), (part, 5));
    }
    assert_eq!(mentions, Mentions::default());
}
