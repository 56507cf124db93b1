//! Recorded objects of REST are typed, have no unknown fields, and match their snapshots.

use std::collections::{BTreeMap, BTreeSet};

use groupme_model::{Attachment, Reaction};
use proptest::prelude::*;
use serde_json::{Value as Parsed, json};

use crate::checks::{self, Check};
use crate::notices::UNRECORDED as NOTICES_UNRECORDED;
use crate::payload::assert_snapshot;
use crate::recordings::{OBJECTS, PARTS, Recorded, recorded, recordings, response};
use crate::tree::{Tree, any_change};
use crate::unrecorded::OBJECTS as OBJECTS_UNRECORDED;

#[test]
fn every_object_is_typed_and_its_owned_form_matches_the_snapshot() {
    let mut parsed: BTreeMap<&str, Vec<Parsed>> = BTreeMap::new();
    for recorded in recorded() {
        let name = format!("{} in {}", recorded.kind, recorded.recording);
        let checked = (recorded.check)(&recorded.object.to_string())
            .expect(&name)
            .expect(&name);
        assert_eq!(checked.unknown_fields, Vec::<String>::new(), "{name}");
        assert_eq!(checked.problems, [], "{name}");
        let parsed = parsed.entry(recorded.recording).or_default();
        parsed.push(json!({"object": recorded.kind, "value": checked.written}));
    }
    for (recording, objects) in parsed {
        assert_snapshot(&format!("rest/{recording}"), &objects);
    }
}

#[test]
fn no_recording_is_missing_from_the_list() {
    let listed: BTreeSet<&str> = OBJECTS
        .iter()
        .flat_map(|(.., recordings)| recordings.iter().copied())
        .chain(PARTS.iter().copied())
        .collect();
    let there = recordings();
    let there: BTreeSet<&str> = there.iter().map(String::as_str).collect();
    assert_eq!(listed, there);
}

#[test]
fn parts_of_messages_are_typed_as_well() {
    let emoji: Attachment = serde_json::from_value(response("emoji.powerups.2")).expect("JSON");
    assert!(matches!(emoji, Attachment::Emoji(_)), "{emoji:?}");
    for recording in PARTS.iter().skip(1) {
        let reactions = response(recording)["reactions"].clone();
        let reactions: Vec<Reaction> = serde_json::from_value(reactions).expect("reactions");
        let [Reaction::Unicode(reaction)] = &reactions[..] else {
            panic!("{reactions:?}")
        };
        assert!(reaction.extra.is_empty(), "{reaction:?}");
        assert!(reaction.code.is_some(), "{reaction:?}");
    }
}

#[test]
fn a_field_of_the_wrong_type_leaves_every_other_field_unchanged() {
    for recorded in all() {
        let name = format!("{} in {}", recorded.kind, recorded.recording);
        let Parsed::Object(members) = &recorded.object else {
            panic!("{name} is no object")
        };
        for field in members.keys() {
            // A different type makes it a different object.
            if ["type", "ping"].contains(&field.as_str()) {
                continue;
            }
            for wrong in wrong_values() {
                let mut changed = recorded.object.clone();
                changed[field] = wrong.clone();
                let checked =
                    (recorded.check)(&changed.to_string()).unwrap_or_else(|why| panic!("{why}"));
                // Only ids and the subject of an object are required.
                let Some(checked) = checked else {
                    assert!(
                        REQUIRED.contains(&field.as_str()),
                        "{name} is lost with {field} = {wrong}"
                    );
                    continue;
                };
                let before = written(recorded.check, &recorded.object);
                assert_eq!(
                    without(checked.written, field),
                    without(before, field),
                    "{name}: {field} = {wrong}"
                );
            }
        }
    }
}

#[test]
fn a_field_of_the_wrong_type_is_reported_with_the_found_type_and_is_kept() {
    for recorded in all() {
        let name = format!("{} in {}", recorded.kind, recorded.recording);
        let members = recorded.object.as_object().expect(&name);
        for field in members.keys() {
            // A different value makes it a different object, or none.
            let tells_what_it_is = ["ping", "subject", "type"].contains(&field.as_str());
            if tells_what_it_is || REQUIRED.contains(&field.as_str()) {
                continue;
            }
            // Most fields accept one or two of these values and then report nothing.
            let mut named = 0;
            for (wrong, found) in WRONG_VALUES {
                let mut changed = recorded.object.clone();
                changed[field] = serde_json::from_str(wrong).expect("JSON");
                let checked = (recorded.check)(&changed.to_string()).expect(&name);
                let checked = checked.expect(&name);
                let of_field = |path: &str| {
                    let rest = path.strip_prefix(field.as_str());
                    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
                };
                for problem in &checked.problems {
                    assert!(of_field(&problem.path), "{name}: {problem}");
                    if problem.path == *field {
                        assert_eq!(problem.found, *found, "{name}: {field} = {wrong}");
                        assert_eq!(checked.written[field], changed[field], "{name}: {field}");
                        named += 1;
                    }
                }
            }
            let any = RAW.contains(&field.as_str());
            assert!(named >= 3 || any, "{name}: {field} is named {named} times");
        }
    }
}

/// Values of which at least three are of the wrong type for any field, with the name of each type.
const WRONG_VALUES: &[(&str, &str)] = &[
    (r#"[1,"x"]"#, "a list"),
    (r#"{"a":1}"#, "an object"),
    ("1.5", "a number"),
    ("true", "a boolean"),
    (r#""\u0000soon""#, "text"),
];

/// Fields that accept any value.
const RAW: &[&str] = &[
    "child_state",
    "child_states",
    "matchup",
    "muted_children",
    "payload",
    "peaks",
    "rsvp_counts",
    "rsvp_list",
    "source_score",
];

/// Members that an object requires.
const REQUIRED: &[&str] = &[
    "bot_id",
    "data",
    "direct_message",
    "event_id",
    "id",
    "message",
    "user",
];

/// Every object, recorded or not.
pub(crate) fn all() -> Vec<Recorded> {
    let unrecorded = OBJECTS_UNRECORDED
        .iter()
        .map(|(kind, check, json)| Recorded {
            recording: "no recording",
            kind,
            check: *check,
            object: serde_json::from_str(json).expect("JSON"),
        });
    let notices = NOTICES_UNRECORDED.iter().map(|json| Recorded {
        recording: "no recording",
        kind: "system_event",
        check: checks::system_event,
        object: serde_json::from_str(json).expect("JSON"),
    });
    recorded()
        .into_iter()
        .chain(unrecorded)
        .chain(notices)
        .collect()
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

fn written(check: Check, object: &Parsed) -> Parsed {
    let checked = check(&object.to_string()).expect("agreement");
    checked.expect("an object").written
}

fn without(mut object: Parsed, field: &str) -> Parsed {
    object.as_object_mut().expect("an object").remove(field);
    object
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 20_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn for_any_object_view_and_serde_agree_and_encoding_loses_nothing(
        (check, object) in any_object(),
        changes in prop::collection::vec(any_change(), 0..6),
    ) {
        let mut tree = Tree::parse(&object);
        for change in &changes {
            tree.apply(change);
        }
        let json = tree.render();
        if let Err(why) = check(&json) {
            prop_assert!(false, "{}: {}", json, why);
        }
    }
}

/// Strategy for an object of any kind, with equal weight for each kind.
fn any_object() -> impl Strategy<Value = (Check, String)> {
    let mut by_kind: BTreeMap<&str, Vec<(Check, String)>> = BTreeMap::new();
    for Recorded {
        kind,
        check,
        object,
        ..
    } in all()
    {
        let objects = by_kind.entry(kind).or_default();
        objects.push((check, object.to_string()));
    }
    let kinds: Vec<_> = by_kind.into_values().collect();
    prop::sample::select(kinds).prop_flat_map(prop::sample::select)
}
