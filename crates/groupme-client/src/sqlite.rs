//! A store in an SQLite file.

use core::fmt;
use std::path::Path;

use groupme_delivery::{Change, MessageState, Saved, Store, StoreError};
use groupme_model::{ConversationId, MessageId, Timestamp};
use rusqlite::{Connection, ErrorCode, OptionalExtension as _, Transaction, TransactionBehavior};

/// Store of acknowledgements in a file, so that a program continues where it was.
///
/// A saved acknowledgement survives the end of the process at any point. A power cut may undo the
/// last ones, but leaves the file consistent, and the events come again. One process can use a file
/// at a time. The directory has to exist; a second file, whose name ends in `-wal`, is created
/// beside it.
pub struct SqliteStore {
    connection: Connection,
}

impl SqliteStore {
    /// Opens a file, or creates it.
    ///
    /// # Errors
    ///
    /// Returns an error if the file cannot be opened, is in use by another process, was written by
    /// a newer version, or is not a store.
    pub fn open(file: impl AsRef<Path>) -> Result<Self, StoreError> {
        let connection = Connection::open(file).map_err(explain)?;
        let store = Self { connection };
        let version = store.prepare().map_err(explain)?;
        let steps = SCHEMA.get(version..).ok_or_else(|| {
            StoreError::reading("it was written by a newer version of this program")
        })?;
        for step in steps {
            store.connection.execute_batch(step).map_err(explain)?;
        }
        Ok(store)
    }

    /// Configures the connection. Returns the file's schema version; 0 for a new file.
    fn prepare(&self) -> Result<usize, rusqlite::Error> {
        let set = |name, value: &str| self.connection.pragma_update(None, name, value);
        // Set before the journal mode, so that no memory is shared with other processes.
        set("locking_mode", "EXCLUSIVE")?;
        set("journal_mode", "WAL")?;
        // A commit is written at once, and synced to disk by the system.
        set("synchronous", "NORMAL")?;
        set("wal_autocheckpoint", "250")?;
        let version: u32 = self
            .connection
            .pragma_query_value(None, "user_version", |row| row.get(0))?;
        Ok(usize::try_from(version).unwrap_or(usize::MAX))
    }

    fn read(&self) -> Result<Saved, rusqlite::Error> {
        let mut saved = Saved::default();
        let whole = "SELECT until_ms FROM whole";
        let until: Option<i64> = self
            .connection
            .query_row(whole, [], |row| row.get(0))
            .optional()?;
        if let Some(until) = until {
            saved.apply(&Change::SyncedUntil(Timestamp::from_millis(until)));
        }
        let baseline = "SELECT moment_ms FROM baseline";
        let moment: Option<i64> = self
            .connection
            .query_row(baseline, [], |row| row.get(0))
            .optional()?;
        if let Some(moment) = moment {
            saved.apply(&Change::Baseline(Timestamp::from_millis(moment)));
        }
        let former = "SELECT 1 FROM former_known";
        let mut former = self.connection.prepare(former)?;
        if former.exists([])? {
            saved.apply(&Change::LeftGroupsKnown);
        }
        let mut cursors = self
            .connection
            .prepare("SELECT conversation, message FROM cursor")?;
        let mut rows = cursors.query([])?;
        while let Some(row) = rows.next()? {
            saved.apply(&Change::Cursor {
                conversation: conversation(row.get(0)?),
                message: message(row.get(1)?),
            });
        }
        let mut former = self.connection.prepare("SELECT conversation FROM former")?;
        let mut rows = former.query([])?;
        while let Some(row) = rows.next()? {
            saved.apply(&Change::Left {
                conversation: conversation(row.get(0)?),
            });
        }
        let mut seen = self
            .connection
            .prepare("SELECT conversation, message, version FROM seen")?;
        let mut rows = seen.query([])?;
        while let Some(row) = rows.next()? {
            let state: Vec<u8> = row.get(2)?;
            saved.apply(&Change::Seen {
                conversation: conversation(row.get(0)?),
                message: message(row.get(1)?),
                state: MessageState::from_bytes(&state).unwrap_or_default(),
            });
        }
        Ok(saved)
    }

    fn write(&mut self, changes: &[Change]) -> Result<(), rusqlite::Error> {
        let transaction = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)?;
        for change in changes {
            apply(&transaction, change)?;
        }
        transaction.commit()
    }
}

impl Store for SqliteStore {
    fn load(&mut self) -> Result<Saved, StoreError> {
        self.read().map_err(StoreError::reading)
    }

    fn save(&mut self, changes: &[Change]) -> Result<(), StoreError> {
        self.write(changes).map_err(StoreError::writing)
    }
}

impl fmt::Debug for SqliteStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteStore").finish_non_exhaustive()
    }
}

fn apply(transaction: &Transaction<'_>, change: &Change) -> Result<(), rusqlite::Error> {
    let run = |sql: &str, parameters: &[&dyn rusqlite::ToSql]| {
        transaction.prepare_cached(sql)?.execute(parameters)
    };
    match change {
        Change::SyncedUntil(until) => run(
            "INSERT INTO whole (id, until_ms) VALUES (1, ?1)
             ON CONFLICT (id) DO UPDATE SET until_ms = excluded.until_ms",
            &[&until.as_millis()],
        )?,
        Change::Baseline(moment) => run(
            "INSERT INTO baseline (id, moment_ms) VALUES (1, ?1) ON CONFLICT DO NOTHING",
            &[&moment.as_millis()],
        )?,
        Change::Cursor {
            conversation,
            message,
        } => run(
            "INSERT INTO cursor (conversation, message) VALUES (?1, ?2)
             ON CONFLICT (conversation) DO UPDATE SET message = excluded.message",
            &[&conversation.as_str(), &message.as_str()],
        )?,
        Change::Seen {
            conversation,
            message,
            state,
        } => run(
            "INSERT INTO seen (conversation, message, version) VALUES (?1, ?2, ?3)
             ON CONFLICT (conversation, message) DO UPDATE SET version = excluded.version",
            &[
                &conversation.as_str(),
                &message.as_str(),
                &state.to_bytes().as_slice(),
            ],
        )?,
        Change::Forgotten {
            conversation,
            message,
        } => run(
            "DELETE FROM seen WHERE conversation = ?1 AND message = ?2",
            &[&conversation.as_str(), &message.as_str()],
        )?,
        Change::Left { conversation } => run(
            "INSERT INTO former (conversation) VALUES (?1) ON CONFLICT DO NOTHING",
            &[&conversation.as_str()],
        )?,
        Change::LeftGroupsKnown => run(
            "INSERT INTO former_known (id) VALUES (1) ON CONFLICT DO NOTHING",
            &[],
        )?,
        Change::Returned { conversation } => run(
            "DELETE FROM former WHERE conversation = ?1",
            &[&conversation.as_str()],
        )?,
        // Added by a newer groupme-delivery. Ignoring it costs memory at most.
        _ => 0,
    };
    Ok(())
}

fn explain(error: rusqlite::Error) -> StoreError {
    if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) {
        return StoreError::reading("another program uses it");
    }
    StoreError::reading(error)
}

fn conversation(text: String) -> ConversationId {
    ConversationId::from(text)
}

fn message(text: String) -> MessageId {
    MessageId::from(text)
}

/// Migrations: each leads from one schema version to the next.
const SCHEMA: [&str; 3] = [
    "
    BEGIN IMMEDIATE;
    CREATE TABLE whole (
        id INTEGER PRIMARY KEY CHECK (id = 1),
        until_ms INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE cursor (
        conversation TEXT PRIMARY KEY,
        message TEXT NOT NULL,
        is_left INTEGER NOT NULL DEFAULT 0
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE seen (
        conversation TEXT NOT NULL,
        message TEXT NOT NULL,
        version BLOB NOT NULL,
        PRIMARY KEY (conversation, message)
    ) STRICT, WITHOUT ROWID;
    PRAGMA user_version = 1;
    COMMIT;
    ",
    // Also groups of which nothing was ever delivered.
    "
    BEGIN IMMEDIATE;
    CREATE TABLE former (conversation TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
    CREATE TABLE former_known (id INTEGER PRIMARY KEY CHECK (id = 1)) STRICT;
    INSERT INTO former SELECT conversation FROM cursor WHERE is_left;
    ALTER TABLE cursor DROP COLUMN is_left;
    PRAGMA user_version = 2;
    COMMIT;
    ",
    // Also the baseline, which is saved before anything is delivered.
    "
    BEGIN IMMEDIATE;
    CREATE TABLE baseline (
        id INTEGER PRIMARY KEY CHECK (id = 1),
        moment_ms INTEGER NOT NULL
    ) STRICT;
    PRAGMA user_version = 3;
    COMMIT;
    ",
];
