//! Indexed objects have the members that a search finds.

use bayeux_wire::{Frame, IndexedObject, Keys, Value, slots_for};
use proptest::prelude::*;

use crate::oracle::decode_value;

const LIST: &[&str] = &["id", "text", "name", "created_at", "curated_at", "user_id"];
const NAMES: &Keys<{ slots_for(LIST.len()) }> = &Keys::new(LIST);

fn frame(json: &str) -> Frame {
    decode_value(json).unwrap()
}

fn get<'f, const M: usize>(
    members: &IndexedObject<'f, M>,
    names: &Keys<M>,
    name: &str,
) -> Option<Value<'f>> {
    members.get(names.slot(name), name)
}

/// Asserts that each name is found alike by index and by search, in a document and in all objects
/// inside it.
fn assert_same(json: &str) {
    let frame = frame(json);
    assert_same_in(frame.root().unwrap(), json);
}

fn assert_same_in(root: Value<'_>, json: &str) {
    let members = root.indexed(NAMES);
    for name in LIST {
        let found = get(&members, NAMES, name);
        assert_eq!(found, root.get(name), "{name} in {json}");
        // The same value, not only an equal one.
        assert_eq!(
            found.map(|value| value.to_string()),
            root.get(name).map(|value| value.to_string()),
        );
    }
    assert_eq!(members.object(), root);
    let inside = root.entries().map(|(_, value)| value);
    for value in inside.chain(root.items()) {
        assert_same_in(value, json);
    }
}

#[test]
fn the_last_of_repeated_keys_counts() {
    assert_same(r#"{"id":1,"text":"a","id":2,"text":null}"#);
}

#[test]
fn empty_objects_and_other_values_have_no_members() {
    for json in ["{}", "[]", "[\"id\",1]", "null", "7", "\"id\""] {
        assert_same(json);
        let frame = frame(json);
        let members = frame.root().unwrap().indexed(NAMES);
        assert!(LIST.iter().all(|name| get(&members, NAMES, name).is_none()));
    }
}

#[test]
fn a_string_value_is_not_taken_for_a_key() {
    assert_same(r#"{"other":"id","id":"text","list":["name",1],"in":{"user_id":9}}"#);
}

#[test]
fn values_after_an_object_are_not_its_members() {
    assert_same(r#"[{"name":1},"id",2,{"id":3},"text","user_id",4]"#);
    assert_same(r#"{"in":{"name":{"text":1}},"id":2,"list":[{},"id",3]}"#);
    assert_same(r#"{"in":{},"id":1,"deeper":{"in":{},"id":2},"id":3}"#);
}

#[test]
fn a_nested_object_has_its_own_members() {
    assert_same(r#"{"id":1,"text":{"id":2,"text":{"id":3}},"name":[{"id":4},{"id":5}]}"#);
}

#[test]
fn names_of_the_same_length_and_ends_are_distinguished() {
    // The same length, first and last byte.
    for json in [
        r#"{"created_at":1,"curated_at":2}"#,
        r#"{"curated_at":2,"created_at":1}"#,
        r#"{"created_at":1,"crouched_t":2}"#,
        r#"{"crouched_t":2}"#,
        r#"{"created_at":1,"crouched_t":2,"curated_at":3,"c________t":4}"#,
        r#"{"":1,"id":2,"":3}"#,
    ] {
        assert_same(json);
    }
}

#[test]
fn names_may_share_a_slot() {
    // Five names in two slots.
    const FEW: &Keys<2> = &Keys::new(&["a", "b", "c", "d", "e"]);
    let frame = frame(r#"{"e":5,"d":4,"c":3,"b":2,"a":1,"a":0}"#);
    let members = frame.root().unwrap().indexed(FEW);
    for (name, number) in [("a", 0), ("b", 2), ("c", 3), ("d", 4), ("e", 5)] {
        let found = get(&members, FEW, name).and_then(Value::as_i64);
        assert_eq!(found, Some(number), "{name}");
    }
}

#[test]
fn members_beyond_the_range_of_positions_are_found() {
    for zeros in (240..260).chain([65_530, 65_536, 70_000]) {
        let padding = vec!["0"; zeros].join(",");
        assert_same(&format!(
            r#"{{"text":"old","padding":[{padding}],"id":1,"text":"new"}}"#
        ));
    }
}

#[test]
fn the_value_at_the_last_position_is_not_taken_for_the_member() {
    for zeros in 240..260 {
        let padding = vec!["0"; zeros].join(",");
        let decoy = format!("{padding},\"id\",\"decoy\",{padding}");
        assert_same(&format!(r#"{{"padding":[{decoy}],"id":1}}"#));
        assert_same(&format!(r#"{{"in":[{{"padding":[{decoy}],"id":1}}]}}"#));
    }
}

#[test]
fn each_of_sixty_names_has_its_own_slot_among_twice_as_many() {
    let names: Vec<String> = (0..60)
        .map(|n| format!("{}field_{n}", "x".repeat(n % 7)))
        .collect();
    let list: Vec<&str> = names.iter().map(String::as_str).collect();
    let slots = Keys::<{ slots_for(60) }>::new(&list);
    let json = names
        .iter()
        .enumerate()
        .map(|(n, name)| format!("\"{name}\":{n}"))
        .collect::<Vec<_>>()
        .join(",");
    let frame = frame(&format!("{{{json}}}"));
    let members = frame.root().unwrap().indexed(&slots);
    for (n, name) in names.iter().enumerate() {
        let found = get(&members, &slots, name).and_then(Value::as_u64);
        assert_eq!(found, Some(n as u64), "{name}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_object_has_the_members_that_a_search_finds(
        keys in prop::collection::vec(
            prop_oneof![
                prop::sample::select(LIST).prop_map(str::to_owned),
                "[a-z_]{0,11}",
                "c[a-z_]{8}t",
            ],
            0..90,
        ),
    ) {
        let member = |(n, key): (usize, &String)| match n % 5 {
            0 => format!("\"{key}\":[{n},{{\"id\":[]}}]"),
            1 => format!("\"{key}\":{{\"text\":{n}}}"),
            _ => format!("\"{key}\":{n}"),
        };
        let members: Vec<_> = keys.iter().enumerate().map(member).collect();
        assert_same(&format!("{{{}}}", members.join(",")));
    }
}
