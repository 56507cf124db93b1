//! A store in one file: SQLite.

use core::fmt;
use std::path::Path;

use groupme_delivery::{Change, Saved, Store, StoreError, Version};
use groupme_model::{ConversationId, MessageId, Timestamp};
use rusqlite::{Connection, ErrorCode, OptionalExtension as _, Transaction, TransactionBehavior};

/// Keeps what was acknowledged in a file, so that a program goes on where it was.
///
/// What is saved survives the end of the process at any point. Not all of it may survive a power
/// cut; the file is whole then, too, and what is missing comes again. One process can use a file at
/// a time. The directory has to exist; beside the file there is another whose name ends in `-wal`.
pub struct SqliteStore {
    connection: Connection,
}

impl SqliteStore {
    /// Opens a file, or makes one.
    ///
    /// # Errors
    ///
    /// If it cannot be opened, is used by another process, is of a newer version, or is something
    /// else.
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

    /// Sets the connection up. The answer is which version the file has; 0 for none yet.
    fn prepare(&self) -> Result<usize, rusqlite::Error> {
        let set = |name, value: &str| self.connection.pragma_update(None, name, value);
        // Before the journal's mode, so that no memory is shared with others.
        set("locking_mode", "EXCLUSIVE")?;
        set("journal_mode", "WAL")?;
        // A commit is written, and on disk when the system gets around to it.
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
            saved.apply(&Change::Whole(Timestamp::from_millis(until)));
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
            saved.apply(&Change::FormerKnown);
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
            let version: Vec<u8> = row.get(2)?;
            saved.apply(&Change::Seen {
                conversation: conversation(row.get(0)?),
                message: message(row.get(1)?),
                version: Version::from_bytes(&version).unwrap_or_default(),
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
        Change::Whole(until) => run(
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
            version,
        } => run(
            "INSERT INTO seen (conversation, message, version) VALUES (?1, ?2, ?3)
             ON CONFLICT (conversation, message) DO UPDATE SET version = excluded.version",
            &[
                &conversation.as_str(),
                &message.as_str(),
                &version.to_bytes().as_slice(),
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
        Change::FormerKnown => run(
            "INSERT INTO former_known (id) VALUES (1) ON CONFLICT DO NOTHING",
            &[],
        )?,
        Change::Returned { conversation } => run(
            "DELETE FROM former WHERE conversation = ?1",
            &[&conversation.as_str()],
        )?,
        // Not known here, and of a version of the crate that is: nothing is lost but memory.
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

/// What makes a file of each version of one of the version before.
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
    // Also the moment at which the past ends, before anything was delivered.
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
