//! An unexpected value affects only its own field.

use groupme_model::{AttachmentRef, Event, EventRef, ReactionRef, inspect};
use serde_json::{Value as Parsed, json};

use crate::payload::{Payload, fixture};

fn push(name: &str) -> Parsed {
    serde_json::from_str(&fixture(name)).expect("JSON")
}

/// Values of which most are of the wrong type for any field.
fn wrong_values() -> [Parsed; 6] {
    [
        json!(null),
        json!([1, "x"]),
        json!({"a": 1}),
        json!(1.5),
        json!(true),
        json!("\u{0}soon"),
    ]
}

#[test]
fn a_field_of_the_wrong_type_leaves_every_other_field_unchanged() {
    for name in [
        "push/line.create.basic",
        "push/favorite",
        "push/membership.create",
    ] {
        let original = push(name);
        let before = owned_as_json(&original);
        let fields: Vec<String> = original["subject"]
            .as_object()
            .unwrap()
            .keys()
            .filter(|key| *key != "id")
            .cloned()
            .collect();
        for field in fields {
            for wrong in wrong_values() {
                let mut changed = original.clone();
                changed["subject"][&field] = wrong.clone();
                let mut after = owned_as_json(&changed);
                let mut before = before.clone();
                before["subject"].as_object_mut().unwrap().remove(&field);
                after["subject"].as_object_mut().unwrap().remove(&field);
                assert_eq!(after, before, "{name}: {field} = {wrong}");
            }
        }
    }
}

#[test]
fn a_field_of_the_wrong_type_is_absent_reported_and_kept() {
    let mut payload = push("push/line.create.basic");
    payload["subject"]["text"] = json!({"html": "<b>hi</b>"});
    payload["subject"]["created_at"] = json!("yesterday");
    let payload = Payload::new(&payload.to_string());
    let event = EventRef::from_value(payload.value());

    let message = event.message().expect("a message");
    assert_eq!(message.text(), None);
    assert_eq!(message.created_at(), None);
    let problems: Vec<String> = event.problems().iter().map(ToString::to_string).collect();
    assert_eq!(
        problems,
        [
            "subject.text: expected text, found an object",
            "subject.created_at: expected a time in seconds, or as RFC 3339, found text",
        ]
    );
    let written = serde_json::to_value(event.into_owned()).unwrap();
    assert_eq!(written["subject"]["text"], json!({"html": "<b>hi</b>"}));
    assert_eq!(written["subject"]["created_at"], json!("yesterday"));
}

#[test]
fn a_field_that_is_given_a_value_replaces_the_unreadable_value_when_written() {
    let json = r#"{"type":"line.create","subject":{"id":"1","text":5,"attachments":"none"}}"#;
    let Ok(Event::LineCreate(mut push)) = serde_json::from_str(json) else {
        panic!("a message")
    };
    push.message.text = Some("five".to_owned());
    let written = serde_json::to_value(Event::LineCreate(push)).unwrap();
    assert_eq!(
        written,
        json!({"type": "line.create", "subject": {"id": "1", "text": "five", "attachments": "none"}})
    );
}

#[test]
fn a_message_without_an_id_is_unknown_and_reports_the_missing_id() {
    let an_id = "subject.id: expected an id, as text or an integer, found";
    let a_message = "subject: expected a usable Message object, found";
    for (subject, why) in [
        (r#","subject":{}"#, format!("{an_id} nothing")),
        (r#","subject":{"id":null}"#, format!("{an_id} null")),
        (r#","subject":{"id":{}}"#, format!("{an_id} an object")),
        (r#","subject":{"id":1.5}"#, format!("{an_id} a number")),
        (r#","subject":null"#, format!("{a_message} null")),
        (r#","subject":7"#, format!("{a_message} an integer")),
        (r#","subject":[]"#, format!("{a_message} a list")),
        ("", format!("{a_message} nothing")),
    ] {
        let json = format!(r#"{{"type":"line.create"{subject}}}"#);
        let payload = Payload::new(&json);
        let event = EventRef::from_value(payload.value());
        assert!(matches!(event, EventRef::Unknown(_)), "{json}");
        assert_eq!(event.kind(), "line.create");
        assert_eq!(event.raw().to_string(), json);
        let problems: Vec<String> = event.problems().iter().map(ToString::to_string).collect();
        assert!(problems.contains(&why), "{json}: {problems:?}");
        assert_eq!(
            problems[0],
            "expected a usable MessagePush object, found an object"
        );
    }
}

#[test]
fn a_missing_type_is_reported_by_every_union_at_any_depth() {
    for (json, why) in [
        ("{}", "type: expected text, found nothing"),
        (r#"{"type":null}"#, "type: expected text, found null"),
        (r#"{"type":7}"#, "type: expected text, found an integer"),
        ("7", "expected an object with a type, found an integer"),
        ("null", "expected an object with a type, found null"),
    ] {
        let payload = Payload::new(json);
        let value = payload.value();
        for problems in [
            EventRef::from_value(value).problems(),
            AttachmentRef::from_value(value).problems(),
            ReactionRef::from_value(value).problems(),
            inspect::push(value).problems,
            inspect::attachment(value).problems,
        ] {
            let problems: Vec<String> = problems.iter().map(ToString::to_string).collect();
            assert_eq!(problems, [why], "{json}");
        }
    }
    let old_ping = Payload::new(r#"{"ping":true}"#);
    assert_eq!(EventRef::from_value(old_ping.value()).problems(), []);
}

#[test]
fn negative_zero_is_an_integer_however_it_is_written() {
    for zero in ["-0", "-0.0", "-0e5", "-1e-400"] {
        let json = format!(r#"{{"type":"line.create","subject":{{"id":{zero},"n":{zero}}}}}"#);
        let payload = Payload::new(&json);
        let event = EventRef::from_value(payload.value());
        let message = event.message().expect("a message");
        assert_eq!(message.id(), "0", "{json}");
        let parsed: Event = serde_json::from_str(&json).unwrap();
        assert_eq!(parsed, event.into_owned(), "{json}");
        assert_eq!(event, parsed, "{json}");
    }
}

#[test]
fn an_unknown_type_keeps_its_name_and_its_content() {
    let json = r#"{"type":"group.teleported","subject":{"id":"1","to":[64.5,-21.5]},"n":18446744073709551615}"#;
    let payload = Payload::new(json);
    let event = EventRef::from_value(payload.value());
    assert_eq!(
        (event.kind(), event.is_typed()),
        ("group.teleported", false)
    );
    assert_eq!(event.raw().to_string(), json);
    assert_eq!(
        serde_json::to_value(event.into_owned()).unwrap(),
        serde_json::from_str::<Parsed>(json).unwrap()
    );
}

#[test]
fn data_that_is_not_an_object_is_unknown_without_a_type() {
    for json in [
        "null",
        "7",
        "\"ping\"",
        "[]",
        "{}",
        r#"{"type":7}"#,
        r#"{"ping":"true"}"#,
    ] {
        let payload = Payload::new(json);
        let event = EventRef::from_value(payload.value());
        assert_eq!((event.kind(), event.is_typed()), ("", false), "{json}");
    }
}

#[test]
fn the_order_of_members_does_not_matter_and_the_last_repeated_one_counts() {
    let json = r#"{"subject":{"text":"old","id":"0","text":"new","id":"1"},"type":"x","type":"line.create"}"#;
    let payload = Payload::new(json);
    let message = EventRef::from_value(payload.value())
        .message()
        .expect("a message");
    assert_eq!(message.id(), "1");
    assert_eq!(message.text(), Some("new"));
}

#[test]
fn unknown_fields_are_named_by_their_paths() {
    let json = r#"{"type":"line.create","weight":1,"subject":{"id":"1","mood":2,"location":{"alt":3},
        "attachments":[{"type":"image","url":"u","camera":4},{"type":"hologram","size":5}],
        "event":{"type":"bot.add","data":{"bot":"b","user":{"id":1,"age":6}}},"a.b":7}}"#;
    let payload = Payload::new(json);
    assert_eq!(
        EventRef::from_value(payload.value()).unknown_fields(),
        [
            "subject.attachments[0].camera",
            "subject.attachments[1]",
            "subject.event.data.user.age",
            "subject.location.alt",
            "subject.mood",
            "subject[\"a.b\"]",
            "weight",
        ]
    );
}

#[test]
fn one_unreadable_element_of_a_list_does_not_affect_its_neighbours() {
    let json = r#"{"type":"favorite","subject":{"line":{"id":"1","favorited_by":["7",null,8,{}]},
        "reactions":[null,{"type":"unicode","code":"x","user_ids":["7",[],8]},{"type":"sparkle","hue":3}]}}"#;
    let payload = Payload::new(json);
    let EventRef::Favorite(push) = EventRef::from_value(payload.value()) else {
        panic!("typed")
    };
    let message = push.change().message().expect("a message");
    let by: Vec<_> = message.favorited_by().expect("a list").collect();
    assert_eq!(by, ["7", "8"]);
    let kinds: Vec<_> = push
        .change()
        .reactions()
        .expect("a list")
        .map(|r| r.kind())
        .collect();
    assert_eq!(kinds, ["", "unicode", "sparkle"]);
    let paths: Vec<_> = push
        .problems()
        .into_iter()
        .map(|problem| problem.path)
        .collect();
    assert_eq!(
        paths,
        [
            "subject.line.favorited_by[1]",
            "subject.line.favorited_by[3]",
            "subject.reactions[0]",
            "subject.reactions[1].user_ids[1]",
        ]
    );
    assert_eq!(push.unknown_fields(), ["subject.reactions[2]"]);
}

#[test]
fn missing_reactions_are_not_the_same_as_none() {
    let reactions = |json: &str| {
        let payload = Payload::new(json);
        let EventRef::LikeDelete(push) = EventRef::from_value(payload.value()) else {
            panic!()
        };
        push.change().reactions().map(Iterator::count)
    };
    assert_eq!(
        reactions(r#"{"type":"like.delete","subject":{"user_id":"1"}}"#),
        None
    );
    assert_eq!(
        reactions(r#"{"type":"like.delete","subject":{"reactions":[]}}"#),
        Some(0)
    );
    let owned: Event =
        serde_json::from_str(r#"{"type":"like.delete","subject":{"reactions":[]}}"#).unwrap();
    assert_eq!(
        serde_json::to_value(owned).unwrap(),
        json!({"type": "like.delete", "subject": {"reactions": []}})
    );
}

#[test]
fn pack_numbers_may_be_text() {
    let payload = Payload::new(r#"{"type":"emoji","pack_id":"1","pack_index":62,"code":""}"#);
    let reaction = ReactionRef::from_value(payload.value());
    let ReactionRef::Emoji(emoji) = reaction else {
        panic!()
    };
    assert_eq!((emoji.pack_id(), emoji.pack_index()), (Some(1), Some(62)));
    assert_eq!(reaction.unknown_fields(), Vec::<String>::new());
}

#[test]
fn half_a_surrogate_pair_in_a_text_is_accepted() {
    let payload =
        Payload::new(r#"{"type":"line.create","subject":{"id":"1","text":"cut \ud83d"}}"#);
    let message = EventRef::from_value(payload.value())
        .message()
        .expect("a message");
    assert_eq!(message.text(), Some("cut \u{fffd}"));
}

#[test]
fn an_open_enum_keeps_a_value_without_a_variant_in_one_representation() {
    use groupme_model::{SenderType, SenderTypeRef};
    let robot = SenderType::from("robot");
    assert_eq!(robot.as_str(), "robot");
    assert_eq!(robot.to_string(), "robot");
    assert_eq!(SenderTypeRef::from("robot"), robot);
    assert_eq!(SenderType::from("bot"), SenderType::Bot);
    assert_eq!(serde_json::to_string(&robot).unwrap(), "\"robot\"");
    assert_eq!(
        serde_json::from_str::<SenderType>("\"system\"").unwrap(),
        SenderType::System
    );
}

fn owned_as_json(payload: &Parsed) -> Parsed {
    let payload = Payload::new(&payload.to_string());
    serde_json::to_value(EventRef::from_value(payload.value()).into_owned()).expect("JSON")
}

#[test]
fn a_value_that_cannot_be_represented_is_absent_and_reported_wherever_it_is() {
    let deep = format!("{}7{}", "[".repeat(80), "]".repeat(80));
    let json = format!(
        r#"{{"type":"line.create","subject":{{"id":"1","text":{deep},"created_at":1e400,
            "favorited_by":["2",-1e999,"3"],"mood":{{"n":[1,1e400]}},
            "attachments":[{{"type":"image","url":"u"}},{{"type":"hologram","a":{deep}}},{deep}]}}}}"#
    );
    let payload = Payload::new(&json);
    let event = EventRef::from_value(payload.value());
    let message = event.message().unwrap();
    assert_eq!((message.text(), message.created_at()), (None, None));
    assert!(message.favorited_by().unwrap().eq(["2", "3"]));
    assert_eq!(message.attachments().next().unwrap().kind(), "image");
    let problems = event.problems();
    let problems: Vec<_> = problems.iter().map(ToString::to_string).collect();
    let within = |levels: usize| "[0]".repeat(levels);
    assert_eq!(
        problems,
        [
            // The message itself is two levels deep, and its text begins the third.
            "subject.mood.n[1]: expected a value that can be read, \
             found a number outside the range of a float"
                .to_owned(),
            "subject.text: expected text, found a list".to_owned(),
            "subject.created_at: expected a time in seconds, or as RFC 3339, \
             found a number outside the range of a float"
                .to_owned(),
            "subject.favorited_by[1]: expected an id, as text or an integer, \
             found a number outside the range of a float"
                .to_owned(),
            format!(
                "subject.attachments[1].a{}: expected a value that can be read, \
                 found a value nested too deeply",
                within(60)
            ),
            "subject.attachments[2]: expected an object with a type, found a list".to_owned(),
        ]
    );
    assert_eq!(
        event.unknown_fields(),
        ["subject.attachments[1]", "subject.mood"]
    );

    // The owned form has everything else, and survives serialization.
    let owned = event.into_owned();
    assert_eq!(owned, event);
    let written = serde_json::to_string(&owned).unwrap();
    assert_eq!(serde_json::from_str::<Event>(&written).unwrap(), owned);
    assert_eq!(owned.message().unwrap().created_at, None);
    assert!(!owned.message().unwrap().extra.contains_key("created_at"));
}

#[test]
fn an_event_whose_subject_cannot_be_represented_is_unknown_and_reported() {
    let deep = format!("{}{{\"id\":1}}{}", "[".repeat(80), "]".repeat(80));
    for (subject, found) in [
        ("1e400".to_owned(), "a number outside the range of a float"),
        (
            r#"{"id":1e400}"#.to_owned(),
            "a number outside the range of a float",
        ),
        (deep, "a list"),
    ] {
        let payload = Payload::new(&format!(r#"{{"type":"line.create","subject":{subject}}}"#));
        let event = EventRef::from_value(payload.value());
        assert!(!event.is_typed());
        assert!(
            event
                .problems()
                .iter()
                .any(|problem| problem.found == found),
            "{subject}"
        );
        assert_eq!(event.into_owned(), event);
    }
}
