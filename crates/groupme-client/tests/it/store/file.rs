//! The file of a store: created for its owner only, told apart from files of others, which stay as
//! they are.

use std::{
    collections::BTreeMap,
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
};

use groupme_client::{SqliteStore, Store as _};
use rusqlite::{Connection, config::DbConfig};

use super::changes;

/// Returns each file of a directory with its content.
fn content(directory: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let entries = fs::read_dir(directory).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    paths
        .map(|path| (path.clone(), fs::read(path).unwrap()))
        .collect()
}

fn reason(file: impl AsRef<Path>) -> String {
    let error = SqliteStore::open(file).unwrap_err();
    crate::account::chain(&error).join(": ")
}

fn application_id(file: &Path) -> i32 {
    let connection = Connection::open(file).unwrap();
    connection
        .pragma_query_value(None, "application_id", |row| row.get(0))
        .unwrap()
}

/// Writes a database and leaves its changes in the log, as a killed process does.
fn write_to_log(file: &Path, sql: &str) {
    let connection = Connection::open(file).unwrap();
    connection
        .set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)
        .unwrap();
    connection
        .pragma_update(None, "locking_mode", "EXCLUSIVE")
        .unwrap();
    connection
        .pragma_update(None, "journal_mode", "WAL")
        .unwrap();
    connection.execute_batch(sql).unwrap();
}

const FIRST_VERSION: &str = "
    CREATE TABLE whole (id INTEGER PRIMARY KEY, until_ms INTEGER NOT NULL);
    CREATE TABLE cursor (conversation TEXT PRIMARY KEY, message TEXT, is_left INTEGER) WITHOUT ROWID;
    CREATE TABLE seen (conversation TEXT, message TEXT, version BLOB);
    INSERT INTO cursor VALUES ('1835', '9', 0);
    PRAGMA user_version = 1;";

#[test]
fn a_new_file_and_its_log_are_for_their_owner_only() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("state");
    let mut store = SqliteStore::open(&file).unwrap();
    store.save(&changes()).unwrap();
    let files = content(directory.path());
    assert_eq!(files.len(), 2, "{:?}", files.keys());
    for path in files.keys() {
        let mode = fs::metadata(path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{}", path.display());
    }
    drop(store);
    assert_eq!(application_id(&file), i32::from_be_bytes(*b"GrMe"));
}

#[test]
fn files_of_others_are_refused_and_stay_as_they_are_to_the_byte() {
    let table = "CREATE TABLE notes (text); INSERT INTO notes VALUES ('mine');";
    for (name, sql, expected) in [
        ("plain", table.to_owned(), "belongs to another program"),
        // The version is in use as in a store.
        (
            "version",
            format!("{table} PRAGMA user_version = 3;"),
            "belongs to another program",
        ),
        // Also a table of the same name.
        (
            "namesake",
            "CREATE TABLE cursor (at); PRAGMA user_version = 2".to_owned(),
            "belongs to another program",
        ),
        (
            "trigger",
            format!(
                "{FIRST_VERSION} CREATE TRIGGER t AFTER INSERT ON seen BEGIN DELETE FROM cursor; END;"
            ),
            "belongs to another program",
        ),
        (
            "id",
            format!("{FIRST_VERSION} PRAGMA application_id = 7"),
            "belongs to another program",
        ),
    ] {
        for in_log in [false, true] {
            let directory = tempfile::tempdir().unwrap();
            let file = directory.path().join(name);
            if in_log {
                write_to_log(&file, &sql);
            } else {
                Connection::open(&file)
                    .unwrap()
                    .execute_batch(&sql)
                    .unwrap();
            }
            let before = content(directory.path());
            let reason = reason(&file);
            assert!(reason.contains(expected), "{name}: {reason}");
            assert!(content(directory.path()) == before, "{name} was changed");
        }
    }
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("cut");
    fs::write(&file, b"SQLite format 3\0 and no more").unwrap();
    let before = content(directory.path());
    assert!(reason(&file).contains("not a database"));
    assert!(content(directory.path()) == before);
}

#[test]
fn a_killed_first_version_is_read_from_its_log() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("state");
    write_to_log(&file, FIRST_VERSION);
    assert!(directory.path().join("state-wal").exists());
    let mut store = SqliteStore::open(&file).unwrap();
    let saved = store.load().unwrap();
    assert_eq!(saved.conversations[&"1835".into()].cursor, Some("9".into()));
    drop(store);
    assert_eq!(application_id(&file), i32::from_be_bytes(*b"GrMe"));
    assert_eq!(SqliteStore::open(&file).unwrap().load().unwrap(), saved);
}

#[test]
fn a_part_of_a_page_is_no_database_and_stays_as_it_is() {
    let directory = tempfile::tempdir().unwrap();
    let whole = directory.path().join("whole");
    Connection::open(&whole)
        .unwrap()
        .execute_batch("PRAGMA user_version = 1; PRAGMA user_version = 0;")
        .unwrap();
    let whole = fs::read(&whole).unwrap();
    for length in [16, 17, 18, 20, 72, 99, 100, 101, 1_000, whole.len() - 1] {
        let part = directory.path().join(length.to_string());
        fs::write(&part, &whole[..length]).unwrap();
        let before = content(directory.path());
        assert!(reason(&part).contains("not a database"), "{length}");
        assert_eq!(content(directory.path()), before, "{length}");
    }
}

#[test]
fn an_empty_file_and_an_empty_database_become_stores() {
    let directory = tempfile::tempdir().unwrap();
    let empty = directory.path().join("empty");
    fs::write(&empty, "").unwrap();
    let vacuumed = directory.path().join("vacuumed");
    Connection::open(&vacuumed)
        .unwrap()
        .execute_batch("VACUUM")
        .unwrap();
    // Killed after the change of the journal mode, before the first table.
    let killed = directory.path().join("killed");
    write_to_log(&killed, "");
    for file in [empty, vacuumed, killed] {
        let mut store = SqliteStore::open(&file).unwrap();
        store.save(&changes()).unwrap();
    }
}

#[test]
fn the_log_of_a_missing_database_is_not_deleted() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("state");
    fs::write(directory.path().join("state-wal"), "all that is left").unwrap();
    let before = content(directory.path());
    let reason = reason(&file);
    assert!(reason.contains("missing or empty"), "{reason}");
    assert!(content(directory.path()) == before);
    fs::write(&file, "").unwrap();
    assert!(SqliteStore::open(&file).is_err());
    assert_eq!(content(directory.path()).len(), 2);
}

#[test]
fn names_that_sqlite_reads_otherwise_are_refused() {
    for name in ["", ":memory:", "file:state?mode=memory", "FILE:x"] {
        let reason = reason(name);
        assert!(
            reason.contains("a file") || reason.contains("a URI"),
            "{reason}"
        );
    }
    assert!(!Path::new("file:state?mode=memory").exists());
    let directory = tempfile::tempdir().unwrap();
    // Characters that have a meaning in a URI, in a path.
    let file = directory.path().join("a?b=c%41#d e");
    SqliteStore::open(&file).unwrap().save(&changes()).unwrap();
    let connection = Connection::open(&file).unwrap();
    connection.pragma_update(None, "application_id", 0).unwrap();
    drop(connection);
    SqliteStore::open(&file).unwrap();
    assert_eq!(content(directory.path()).len(), 1);
}

#[test]
fn no_text_is_repeated_along_the_causes() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("state");
    SqliteStore::open(&file).unwrap().save(&changes()).unwrap();
    let mut bytes = fs::read(&file).unwrap();
    bytes[100..].fill(0xff);
    fs::write(&file, bytes).unwrap();
    for file in [&file, directory.path(), Path::new("/no/such/place")] {
        let error = SqliteStore::open(file).unwrap_err();
        let causes = crate::account::chain(&error);
        for (index, cause) in causes.iter().enumerate() {
            let others = causes.iter().enumerate().filter(|(at, _)| *at != index);
            for (_, other) in others {
                assert!(!other.contains(cause.as_str()), "{causes:?}");
            }
        }
    }
}

/// Name of the variable with the file for [`another_process_is_refused`].
const FILE: &str = "STATE_FILE_OF_ANOTHER_PROCESS";

/// Runs in a process of its own, started by the test below.
#[test]
fn another_process_is_refused() {
    if let Some(file) = std::env::var_os(FILE) {
        let reason = reason(file);
        assert!(reason.contains("another program uses it"), "{reason}");
    }
}

/// POSIX drops the locks of a process with the first descriptor that it closes.
#[test]
fn a_second_open_in_the_same_process_does_not_end_the_lock_of_the_first() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("state");
    let mut store = SqliteStore::open(&file).unwrap();
    store.save(&changes()).unwrap();
    assert!(reason(&file).contains("another program uses it"));
    let test = "store::file::another_process_is_refused";
    let child = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test])
        .env(FILE, &file)
        .output()
        .unwrap();
    let output = String::from_utf8_lossy(&child.stdout);
    assert!(
        child.status.success() && output.contains("1 passed"),
        "{output}"
    );
    drop(store);
    SqliteStore::open(&file).unwrap();
}

#[test]
fn a_link_to_nothing_is_refused_by_name() {
    let directory = tempfile::tempdir().unwrap();
    let link = directory.path().join("state");
    std::os::unix::fs::symlink(directory.path().join("nothing"), &link).unwrap();
    let reason = reason(&link);
    assert!(reason.contains("a symbolic link to nothing"), "{reason}");
}

/// SQLite would open the pipe, and wait for its writer.
#[test]
fn a_pipe_in_place_of_a_log_or_journal_is_refused_by_name() {
    for is_new in [true, false] {
        for suffix in ["-wal", "-journal", "-shm"] {
            let directory = tempfile::tempdir().unwrap();
            let file = directory.path().join("state");
            if is_new {
                fs::write(&file, "").unwrap();
            } else {
                drop(SqliteStore::open(&file).unwrap());
            }
            let pipe = directory.path().join(format!("state{suffix}"));
            let made = std::process::Command::new("mkfifo").arg(&pipe).status();
            assert!(made.unwrap().success());
            let reason = reason(&file);
            assert!(reason.contains("expected a regular file"), "{reason}");
            assert!(reason.ends_with(&format!("state{suffix}")), "{reason}");
        }
    }
}
