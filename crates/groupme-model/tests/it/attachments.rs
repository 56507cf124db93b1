//! Content of attachments.

use groupme_model::attachment::{Attachment, AttachmentRef};

use crate::payload::{Payload, fixture};

#[test]
fn locations_have_coordinates_as_text_or_as_numbers() {
    for json in [
        fixture("attachment/location.docs"),
        r#"{"type":"location","name":"Heaven?","lat":64.148430,"lng":-21.9355508}"#.to_owned(),
    ] {
        let payload = Payload::new(&json);
        let attachment = AttachmentRef::from_value(payload.value());
        let AttachmentRef::Location(place) = attachment else {
            panic!("{attachment:?}")
        };
        assert_eq!(
            (place.lat(), place.lng()),
            (Some(64.14843), Some(-21.935_550_8))
        );
        // GroupMe accepts coordinates only as text.
        let written = serde_json::to_value(attachment.into_owned()).unwrap();
        assert_eq!(written["lat"], "64.14843");
    }
}

#[test]
fn mentions_cover_parts_of_the_text_in_utf16_units() {
    let payload =
        Payload::new(r#"{"type":"mentions","user_ids":["1",2,"-1"],"loci":[[3,4],[8,2],[8,200]]}"#);
    let attachment = AttachmentRef::from_value(payload.value());
    let AttachmentRef::Mentions(mentions) = attachment else {
        panic!("{attachment:?}")
    };
    let covered: Vec<_> = mentions.in_text("\u{1f44d} @Ada \u{1f44d} more").collect();
    assert_eq!(covered.len(), 3);
    assert_eq!((covered[0].0, covered[0].1), ("1".into(), Some("@Ada")));
    assert_eq!(covered[1].1, Some("\u{1f44d}"));
    assert!(covered[2].0.is_everyone());
    assert_eq!(covered[2].1, None, "reaches past the text");
}

#[test]
fn a_mention_that_splits_a_character_covers_nothing() {
    let payload =
        Payload::new(r#"{"type":"mentions","user_ids":["1","2"],"loci":[[1,1],[-1,3],[0,0]]}"#);
    let AttachmentRef::Mentions(mentions) = AttachmentRef::from_value(payload.value()) else {
        panic!("typed")
    };
    let covered: Vec<_> = mentions
        .in_text("\u{1f44d}")
        .map(|(_, text)| text)
        .collect();
    assert_eq!(covered, [None, None]);
}

#[test]
fn one_unreadable_locus_makes_all_loci_unreadable_instead_of_shifting_them_to_other_users() {
    let json = r#"{"type":"mentions","user_ids":["1","2"],"loci":[[0],[8,6]]}"#;
    let payload = Payload::new(json);
    let attachment = AttachmentRef::from_value(payload.value());
    let AttachmentRef::Mentions(mentions) = attachment else {
        panic!("typed")
    };
    assert!(mentions.loci().is_none());
    assert_eq!(mentions.in_text("hello, hello").count(), 0);
    assert_eq!(attachment.problems()[0].path, "loci[0]");
    let written = serde_json::to_string(&attachment.into_owned()).unwrap();
    assert_eq!(written, json, "and they are kept");
}

#[test]
fn an_unknown_attachment_keeps_its_type_and_is_written_as_received() {
    let json = r#"{"type":"queue","items":[1,2.5,"x"],"deep":{"a":null}}"#;
    let payload = Payload::new(json);
    let attachment = AttachmentRef::from_value(payload.value());
    assert_eq!((attachment.kind(), attachment.is_typed()), ("queue", false));
    let Attachment::Unknown(unknown) = attachment.into_owned() else {
        panic!("unknown")
    };
    assert_eq!(unknown.kind(), "queue");
    assert_eq!(
        serde_json::to_value(unknown.raw()).unwrap(),
        serde_json::from_str::<serde_json::Value>(json).unwrap()
    );
}

#[test]
fn emoji_match_their_placeholders_in_the_text() {
    let json = r#"{"type":"emoji","placeholder":"\ufffd","charmap":[[3,13],[3,12],[3,11]]}"#;
    let payload = Payload::new(json);
    let AttachmentRef::Emoji(emoji) = AttachmentRef::from_value(payload.value()) else {
        panic!("typed")
    };
    let text = "\u{fffd} \u{e9}\u{fffd}!";
    let found = [(0..3, [3, 13]), (6..9, [3, 12])];
    assert_eq!(emoji.in_text(text).collect::<Vec<_>>(), found);
    assert_eq!(emoji.into_owned().in_text(text).collect::<Vec<_>>(), found);
    let more = "\u{fffd}".repeat(5);
    assert_eq!(emoji.in_text(&more).count(), 3, "no picture for the others");
}

#[test]
fn a_placeholder_may_have_several_characters_or_none() {
    for (placeholder, places) in [(":-)", vec![0..3, 4..7]), ("", vec![]), ("x", vec![])] {
        let json =
            format!(r#"{{"type":"emoji","placeholder":"{placeholder}","charmap":[[1,2],[1,3]]}}"#);
        let payload = Payload::new(&json);
        let AttachmentRef::Emoji(emoji) = AttachmentRef::from_value(payload.value()) else {
            panic!("typed")
        };
        let found: Vec<_> = emoji.in_text(":-) :-)").map(|(place, _)| place).collect();
        assert_eq!(found, places, "{placeholder:?}");
    }
    let payload = Payload::new(r#"{"type":"emoji","charmap":[[1,2]]}"#);
    let AttachmentRef::Emoji(emoji) = AttachmentRef::from_value(payload.value()) else {
        panic!("typed")
    };
    assert_eq!(emoji.in_text("\u{fffd}").count(), 0);
}

#[test]
fn a_reply_names_the_message_it_replies_to_and_the_first_of_the_chain() {
    for (json, answered, root) in [
        (
            r#"{"type":"reply","reply_id":"2","base_reply_id":"1"}"#,
            "2",
            "1",
        ),
        (r#"{"type":"reply","reply_id":"2"}"#, "2", "2"),
        (
            r#"{"type":"reply","base_reply_id":1,"reply_id":null}"#,
            "1",
            "1",
        ),
        (
            r#"{"type":"reply","reply_id":"2","base_reply_id":""}"#,
            "2",
            "2",
        ),
        (
            r#"{"type":"reply","reply_id":"","base_reply_id":"1"}"#,
            "1",
            "1",
        ),
    ] {
        let payload = Payload::new(json);
        let AttachmentRef::Reply(reply) = AttachmentRef::from_value(payload.value()) else {
            panic!("typed")
        };
        assert_eq!(reply.replied_to().expect("a message"), answered);
        assert_eq!(reply.root().expect("a message"), root);
        let owned = reply.into_owned();
        assert_eq!(owned.replied_to().expect("a message"), &answered);
        assert_eq!(owned.root().expect("a message"), &root);
    }
}

#[test]
fn the_duration_of_a_sound_is_written_as_a_number() {
    for (duration, written) in [("12", "12"), ("12.5", "12.5"), ("\"12\"", "12")] {
        let json = format!(r#"{{"type":"audio","url":"u","duration":{duration}}}"#);
        let audio: Attachment = serde_json::from_str(&json).unwrap();
        assert_eq!(
            serde_json::to_string(&audio).unwrap(),
            format!(r#"{{"type":"audio","url":"u","duration":{written}}}"#)
        );
    }
}

#[test]
fn every_known_type_is_typed_despite_unknown_members() {
    for kind in [
        "image",
        "linked_image",
        "image_edited",
        "video",
        "audio",
        "file",
        "location",
        "split",
        "emoji",
        "reply",
        "mentions",
        "poll",
        "event",
        "autokicked_member",
        "copilot",
        "copilot_card",
        "partial_image",
        "postprocessing",
    ] {
        let payload = Payload::new(&format!(r#"{{"never_seen":[1],"type":"{kind}"}}"#));
        let attachment = AttachmentRef::from_value(payload.value());
        assert_eq!((attachment.kind(), attachment.is_typed()), (kind, true));
        assert_eq!(attachment.unknown_fields(), ["never_seen"], "{kind}");
        assert_eq!(attachment.problems(), [], "{kind}");
        assert_eq!(attachment.into_owned(), attachment, "{kind}");
    }
}

#[test]
fn ids_of_every_kind_are_read_from_text_and_from_numbers() {
    for (kind, field) in [
        ("audio", "delivery_id"),
        ("autokicked_member", "user_id"),
        ("copilot", "conversation_id"),
        ("copilot", "message_id"),
        ("copilot", "part_id"),
        ("copilot", "prompt_sender"),
        ("copilot_card", "card_id"),
        ("copilot_card", "source_user_id"),
        ("event", "event_id"),
        ("file", "file_id"),
        ("image", "delivery_id"),
        ("location", "foursquare_venue_id"),
        ("partial_image", "id"),
        ("poll", "poll_id"),
        ("reply", "base_reply_id"),
        ("reply", "reply_id"),
        ("reply", "user_id"),
        ("video", "delivery_id"),
    ] {
        let number = "9007199254740993";
        let of = |id: &str| format!(r#"{{"type":"{kind}","{field}":{id}}}"#);
        let as_text = of(&format!("\"{number}\""));
        for json in [&as_text, &of(number)] {
            let payload = Payload::new(json);
            let attachment = AttachmentRef::from_value(payload.value());
            assert_eq!(attachment.problems(), [], "{json}");
            let written = serde_json::to_string(&attachment.into_owned()).expect("JSON");
            assert_eq!(written, as_text);
        }
    }
}

#[test]
fn types_without_known_fields_are_kept_whole() {
    for kind in ["queue", "charge", "meeting", ""] {
        let json = format!(r#"{{"n":1,"type":"{kind}"}}"#);
        let payload = Payload::new(&json);
        let attachment = AttachmentRef::from_value(payload.value());
        assert_eq!((attachment.kind(), attachment.is_typed()), (kind, false));
        assert_eq!(
            serde_json::to_string(&attachment.into_owned()).expect("JSON"),
            json
        );
    }
}
