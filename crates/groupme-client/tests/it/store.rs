//! The store in a file: another process reads what was saved.

mod file;

use groupme_client::{SqliteStore, Store as _};
use groupme_delivery::{Change, MessageState, Saved};

fn changes() -> Vec<Change> {
    let conversation = || "1835".into();
    vec![
        Change::Baseline(groupme_client::Timestamp::from_millis(1_700_000_000_001)),
        Change::SyncedUntil(groupme_client::Timestamp::from_millis(1_700_000_000_123)),
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
            state: MessageState::default(),
        },
        Change::Seen {
            conversation: conversation(),
            message: "170000000000000002".into(),
            state: MessageState::default(),
        },
        Change::Forgotten {
            conversation: conversation(),
            message: "170000000000000001".into(),
        },
        Change::Left {
            conversation: "1+2".into(),
        },
        Change::LeftGroupsKnown,
        // Nothing of this group was ever delivered.
        Change::Left {
            conversation: "77".into(),
        },
        Change::Left {
            conversation: "78".into(),
        },
        Change::Returned {
            conversation: "78".into(),
        },
        Change::Cursor {
            conversation: conversation(),
            message: "170000000000000003".into(),
        },
    ]
}

#[test]
fn a_new_store_reads_the_state_that_an_earlier_one_saved() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("state");
    let mut expected = Saved::default();
    for change in changes() {
        // Each change in a transaction of its own, and a new process after each.
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
fn a_file_with_more_conversations_than_any_account_has_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let mut store = SqliteStore::open(directory.path().join("state")).unwrap();
    let cursor = |number: u32| Change::Cursor {
        conversation: number.to_string().into(),
        message: "1".into(),
    };
    let mut changes: Vec<_> = (0..50_000).map(cursor).collect();
    store.save(&changes).unwrap();
    assert_eq!(store.load().unwrap().conversations.len(), 50_000);
    changes.push(cursor(50_000));
    store.save(&changes).unwrap();
    let error = store.load().unwrap_err();
    let source = core::error::Error::source(&error).unwrap().to_string();
    assert!(source.contains("more than 50000 conversations"), "{source}");
}

#[test]
fn a_file_of_the_first_version_is_read_and_one_of_the_next_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("state");
    let connection = rusqlite::Connection::open(&file).unwrap();
    connection
        .execute_batch(
            "CREATE TABLE whole (id INTEGER PRIMARY KEY, until_ms INTEGER NOT NULL);
             CREATE TABLE cursor (
                 conversation TEXT PRIMARY KEY,
                 message TEXT NOT NULL,
                 is_left INTEGER NOT NULL DEFAULT 0
             );
             CREATE TABLE seen (
                 conversation TEXT NOT NULL,
                 message TEXT NOT NULL,
                 version BLOB NOT NULL,
                 PRIMARY KEY (conversation, message)
             );
             INSERT INTO cursor VALUES ('1835', '9', 0), ('77', '8', 1);
             PRAGMA user_version = 1;",
        )
        .unwrap();
    drop(connection);
    let mut store = SqliteStore::open(&file).unwrap();
    let saved = store.load().unwrap();
    let of = |id: &str| saved.conversations[&id.into()].clone();
    assert_eq!(of("1835").cursor, Some("9".into()));
    assert!(!of("1835").is_left);
    assert_eq!(of("77").cursor, Some("8".into()));
    assert!(of("77").is_left);
    drop(store);

    let connection = rusqlite::Connection::open(&file).unwrap();
    connection.pragma_update(None, "user_version", 99).unwrap();
    drop(connection);
    let error = SqliteStore::open(&file).unwrap_err();
    let causes = crate::account::chain(&error).join(": ");
    assert!(causes.contains("newer version"), "{causes}");
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

#[tokio::test]
async fn a_file_of_another_account_is_refused_and_stays_as_it_is() {
    let sim = crate::account::sim().await;
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("state");
    let open = || SqliteStore::open(&file).unwrap();
    open().set_user(&"185".into()).unwrap();
    let builder = crate::account::builder_for(&sim, "a-token", "186");
    let error = builder.api_url(sim.api_url()).store(open()).connect();
    let causes = crate::account::chain(&error.unwrap_err()).join(": ");
    assert!(causes.contains("state of user 185"), "{causes}");
    assert!(open().set_user(&"186".into()).is_err());
    open().set_user(&"185".into()).unwrap();
}
