//! The store in a file: what was saved is there, whoever opens it next.

use groupme_client::{SqliteStore, Store as _};
use groupme_delivery::{Change, Saved, Version};

fn changes() -> Vec<Change> {
    let conversation = || "1835".into();
    vec![
        Change::Whole(groupme_client::Timestamp::from_millis(1_700_000_000_123)),
        Change::Cursor {
            conversation: conversation(),
            message: "170000000000000002".into(),
        },
        Change::Cursor {
            conversation: "1+2".into(),
            message: "170000000000000009".into(),
        },
        Change::Seen {
            conversation: conversation(),
            message: "170000000000000001".into(),
            version: Version::default(),
        },
        Change::Seen {
            conversation: conversation(),
            message: "170000000000000002".into(),
            version: Version::default(),
        },
        Change::Forgotten {
            conversation: conversation(),
            message: "170000000000000001".into(),
        },
        Change::Left {
            conversation: "1+2".into(),
        },
        Change::Cursor {
            conversation: conversation(),
            message: "170000000000000003".into(),
        },
    ]
}

#[test]
fn what_is_saved_is_what_the_next_one_reads() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("state");
    let mut expected = Saved::default();
    for change in changes() {
        // One transaction each, and a new process after each.
        let mut store = SqliteStore::open(&file).unwrap();
        store.save(core::slice::from_ref(&change)).unwrap();
        expected.apply(&change);
        drop(store);
        assert_eq!(SqliteStore::open(&file).unwrap().load().unwrap(), expected);
    }
    let other = directory.path().join("other");
    let mut store = SqliteStore::open(other).unwrap();
    store.save(&changes()).unwrap();
    assert_eq!(store.load().unwrap(), expected);
}

#[test]
fn a_file_that_another_one_uses_or_that_is_something_else_is_refused_with_the_reason() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("state");
    let mut first = SqliteStore::open(&file).unwrap();
    first.save(&changes()).unwrap();
    let error = SqliteStore::open(&file).unwrap_err();
    let causes = crate::account::chain(&error);
    assert_eq!(causes[1], "another program uses it", "{causes:?}");

    let other = directory.path().join("letter");
    std::fs::write(&other, "Dear state file, ".repeat(500)).unwrap();
    let error = SqliteStore::open(&other).unwrap_err();
    let causes = crate::account::chain(&error).join(": ");
    assert!(causes.contains("not a database"), "{causes}");
    assert!(SqliteStore::open(directory.path().join("no/such/place")).is_err());
}
