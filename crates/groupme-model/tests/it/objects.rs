//! Every recorded object is typed, without a field that is not known, and its twin is on record.

use std::collections::{BTreeMap, BTreeSet};

use groupme_model::{Attachment, Reaction};
use proptest::prelude::*;
use serde_json::{Value as Parsed, json};

use crate::notices::UNRECORDED as NOTICES_UNRECORDED;
use crate::object::{self, Look};
use crate::payload::assert_snapshot;
use crate::rest::{OBJECTS, PARTS, Recorded, recorded, recordings, response};
use crate::tree::{Tree, any_change};
use crate::unrecorded::OBJECTS as OBJECTS_UNRECORDED;

#[test]
fn every_object_is_typed_and_its_twin_is_as_recorded() {
    let mut told: BTreeMap<&str, Vec<Parsed>> = BTreeMap::new();
    for recorded in recorded() {
        let name = format!("{} in {}", recorded.kind, recorded.recording);
        let looked = (recorded.look)(&recorded.object.to_string())
            .expect(&name)
            .expect(&name);
        assert_eq!(looked.unknown_fields, Vec::<String>::new(), "{name}");
        assert_eq!(looked.problems, [], "{name}");
        let told = told.entry(recorded.recording).or_default();
        told.push(json!({"object": recorded.kind, "value": looked.written}));
    }
    for (recording, objects) in told {
        assert_snapshot(&format!("rest/{recording}"), &objects);
    }
}

#[test]
fn no_recording_is_passed_over() {
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
fn parts_of_messages_are_typed_too() {
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
fn a_field_of_the_wrong_shape_leaves_every_other_field_as_it_was() {
    for recorded in all() {
        let name = format!("{} in {}", recorded.kind, recorded.recording);
        let Parsed::Object(members) = &recorded.object else {
            panic!("{name} is no object")
        };
        for field in members.keys() {
            // With another type it is another object.
            if ["type", "ping"].contains(&field.as_str()) {
                continue;
            }
            for misfit in misfits() {
                let mut changed = recorded.object.clone();
                changed[field] = misfit.clone();
                let looked =
                    (recorded.look)(&changed.to_string()).unwrap_or_else(|why| panic!("{why}"));
                // Only ids, and what an object consists of, are needed.
                let Some(looked) = looked else {
                    assert!(
                        NEEDED.contains(&field.as_str()),
                        "{name} is lost with {field} = {misfit}"
                    );
                    continue;
                };
                let before = written(recorded.look, &recorded.object);
                assert_eq!(
                    without(looked.written, field),
                    without(before, field),
                    "{name}: {field} = {misfit}"
                );
            }
        }
    }
}

#[test]
fn a_field_of_the_wrong_shape_is_named_with_what_was_found_and_is_kept() {
    for recorded in all() {
        let name = format!("{} in {}", recorded.kind, recorded.recording);
        let members = recorded.object.as_object().expect(&name);
        for field in members.keys() {
            // With another of these it is another object, or none.
            let tells_what_it_is = ["ping", "subject", "type"].contains(&field.as_str());
            if tells_what_it_is || NEEDED.contains(&field.as_str()) {
                continue;
            }
            // Most fields can be made something of one or two of these, and say nothing then.
            let mut named = 0;
            for (misfit, found) in MISFITS {
                let mut changed = recorded.object.clone();
                changed[field] = serde_json::from_str(misfit).expect("JSON");
                let looked = (recorded.look)(&changed.to_string()).expect(&name);
                let looked = looked.expect(&name);
                let of_field = |path: &str| {
                    let rest = path.strip_prefix(field.as_str());
                    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
                };
                for problem in &looked.problems {
                    assert!(of_field(&problem.path), "{name}: {problem}");
                    if problem.path == *field {
                        assert_eq!(problem.found, *found, "{name}: {field} = {misfit}");
                        assert_eq!(looked.written[field], changed[field], "{name}: {field}");
                        named += 1;
                    }
                }
            }
            let any = RAW.contains(&field.as_str());
            assert!(named >= 3 || any, "{name}: {field} is named {named} times");
        }
    }
}

/// Values that between them are wrong for every field, and what they are.
const MISFITS: &[(&str, &str)] = &[
    (r#"[1,"x"]"#, "a list"),
    (r#"{"a":1}"#, "an object"),
    ("1.5", "a number"),
    ("true", "a boolean"),
    (r#""\u0000soon""#, "text"),
];

/// Fields that take any value.
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

/// Members without which an object is none.
const NEEDED: &[&str] = &[
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
        .map(|(kind, look, json)| Recorded {
            recording: "no recording",
            kind,
            look: *look,
            object: serde_json::from_str(json).expect("JSON"),
        });
    let notices = NOTICES_UNRECORDED.iter().map(|json| Recorded {
        recording: "no recording",
        kind: "system_event",
        look: object::system_event,
        object: serde_json::from_str(json).expect("JSON"),
    });
    recorded()
        .into_iter()
        .chain(unrecorded)
        .chain(notices)
        .collect()
}

/// Values that between them are wrong for every field.
fn misfits() -> [Parsed; 6] {
    [
        json!(null),
        json!([1, "x"]),
        json!({"a": 1}),
        json!(1.5),
        json!(true),
        json!("\u{0}soon"),
    ]
}

fn written(look: Look, object: &Parsed) -> Parsed {
    let looked = look(&object.to_string()).expect("agreement");
    looked.expect("an object").written
}

fn without(mut object: Parsed, field: &str) -> Parsed {
    object.as_object_mut().expect("an object").remove(field);
    object
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 20_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_object_has_the_twin_that_serde_makes_and_survives_encoding(
        (look, object) in any_object(),
        changes in prop::collection::vec(any_change(), 0..6),
    ) {
        let mut tree = Tree::parse(&object);
        for change in &changes {
            tree.apply(change);
        }
        let json = tree.render();
        if let Err(why) = look(&json) {
            prop_assert!(false, "{}: {}", json, why);
        }
    }
}

/// An object of any kind, every kind as often as the others.
fn any_object() -> impl Strategy<Value = (Look, String)> {
    let mut by_kind: BTreeMap<&str, Vec<(Look, String)>> = BTreeMap::new();
    for Recorded {
        kind, look, object, ..
    } in all()
    {
        let objects = by_kind.entry(kind).or_default();
        objects.push((look, object.to_string()));
    }
    let kinds: Vec<_> = by_kind.into_values().collect();
    prop::sample::select(kinds).prop_flat_map(prop::sample::select)
}
