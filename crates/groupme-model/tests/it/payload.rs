//! Payloads and fixtures for tests.

use std::fs;
use std::path::{Path, PathBuf};

use bayeux_wire::{Decoder, Frame, Value};

/// Decoded JSON document in a frame of its own.
pub(crate) struct Payload(Frame);

impl Payload {
    pub(crate) fn new(json: &str) -> Self {
        let mut frame = Frame::from_bytes(json.as_bytes());
        Decoder::new().decode_value(&mut frame).expect("JSON");
        Self(frame)
    }

    pub(crate) fn value(&self) -> Value<'_> {
        self.0.root().expect("a document")
    }
}

/// Reads the text of a fixture, such as `push/ping`.
pub(crate) fn fixture(name: &str) -> String {
    let path = folder("").join(format!("{name}.json"));
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Returns the names of a family's fixtures, sorted.
pub(crate) fn fixtures(family: &str) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder(family))
        .expect("a folder of fixtures")
        .map(|entry| {
            entry
                .expect("a file")
                .file_name()
                .into_string()
                .expect("UTF-8")
        })
        .filter(|name| !name.ends_with(SNAPSHOT))
        .filter_map(|name| {
            name.strip_suffix(".json")
                .map(|name| format!("{family}/{name}"))
        })
        .collect();
    names.sort();
    assert!(!names.is_empty(), "no fixtures in {family}");
    names
}

/// Compares a value with the snapshot beside a fixture.
///
/// A missing snapshot is written and fails the test: delete a snapshot to have it written anew, and
/// review the difference before committing it.
pub(crate) fn assert_snapshot(fixture: &str, actual: &impl serde::Serialize) {
    let path = folder("").join(format!("{fixture}{SNAPSHOT}"));
    let actual = serde_json::to_string_pretty(actual).expect("JSON") + "\n";
    if let Ok(expected) = fs::read_to_string(&path) {
        assert_eq!(actual, expected, "{fixture} differs from its snapshot");
    } else {
        fs::write(&path, actual).expect("a snapshot");
        panic!("{fixture} had no snapshot; it has been written");
    }
}

const SNAPSHOT: &str = ".owned.json";

fn folder(family: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures")
        .join(family)
}

/// Types of pushes, sorted, with one unknown type.
pub(crate) const PUSHES: [&str; 13] = [
    "direct_message.create",
    "favorite",
    "like.create",
    "like.delete",
    "line.create",
    "membership.create",
    "message.deleted",
    "message.update",
    "never.seen",
    "ping",
    "read_receipt.create",
    "subscribe",
    "typing",
];
