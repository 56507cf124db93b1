//! What attachments say.

use groupme_model::attachment::{Attachment, AttachmentRef};

use crate::payload::{Payload, fixture};

#[test]
fn places_have_coordinates_as_text_or_as_numbers() {
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
        // GroupMe takes them as text only.
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
fn a_mention_that_cuts_a_character_in_half_covers_nothing() {
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
fn one_unreadable_place_spoils_the_places_rather_than_moving_them_to_other_users() {
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
fn an_unknown_attachment_has_a_name_and_is_written_as_it_came() {
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
