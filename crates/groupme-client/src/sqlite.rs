//! A store in an SQLite file.

mod claim;
mod file;
mod schema;

use core::fmt;
use std::path::Path;

use groupme_delivery::{Change, MessageState, Saved, Store, StoreError};
use groupme_model::{ConversationId, MessageId, Timestamp, UserId};
use rusqlite::{
    Connection, ErrorCode, OpenFlags, OptionalExtension as _, Transaction, TransactionBehavior,
    config::DbConfig, limits::Limit,
};

use self::{claim::Claim, file::OpenError, schema::MIGRATIONS};

/// Store of acknowledgements in a file, so that a program continues where it was.
///
/// A saved acknowledgement survives the end of the process at any point. A power cut may undo the
/// last ones, but leaves the file consistent, and the events come again. One process can use a file
/// at a time. The directory has to exist; a second file, whose name ends in `-wal`, is created
/// beside it. New files are for their owner only; the permissions of existing ones stay.
pub struct SqliteStore {
    // Closed before the claim ends, by the order of the fields.
    connection: Connection,
    _claim: Claim,
}

impl SqliteStore {
    /// Opens a file, or creates it with access for its owner only.
    ///
    /// # Errors
    ///
    /// Returns an error if the name stands for a database in memory or is a URI, or if the file
    /// cannot be opened, is in use by another process, was written by a newer version, or is not a
    /// store. A file that is not a store is left as it is, to the byte.
    pub fn open(file: impl AsRef<Path>) -> Result<Self, StoreError> {
        match Self::try_open(file.as_ref()) {
            Ok(store) => Ok(store),
            Err(error) => Err(StoreError::opening(error)),
        }
    }

    fn try_open(path: &Path) -> Result<Self, OpenError> {
        let claim = file::prepare(path)?;
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags)?;
        restrict(&connection)?;
        let set = |name, value: &str| connection.pragma_update(None, name, value);
        // Set before the journal mode, so that no memory is shared with other processes.
        set("locking_mode", "EXCLUSIVE")?;
        // Read before anything is written.
        let version: u32 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
        let steps = usize::try_from(version)
            .ok()
            .and_then(|version| MIGRATIONS.get(version..))
            .ok_or(OpenError::Newer)?;
        set("journal_mode", "WAL")?;
        // A commit is written at once, and synced to disk by the system.
        set("synchronous", "NORMAL")?;
        set("wal_autocheckpoint", "250")?;
        let id: i32 = connection.pragma_query_value(None, "application_id", |row| row.get(0))?;
        if id != file::APPLICATION_ID {
            connection.pragma_update(None, "application_id", file::APPLICATION_ID)?;
        }
        for step in steps {
            connection.execute_batch(step)?;
        }
        let store = Self {
            connection,
            _claim: claim,
        };
        if !steps.is_empty() {
            // A disk without room for the tables is found out here, before anything is delivered.
            store.move_log()?;
        }
        Ok(store)
    }

    /// Moves the log into the file, so that the next changes are written over its beginning.
    fn move_log(&self) -> Result<(), rusqlite::Error> {
        let is_busy = self
            .connection
            .query_row("PRAGMA wal_checkpoint(RESTART)", [], |row| row.get(0));
        is_busy.map(|_: bool| ())
    }

    fn read(&self) -> Result<Saved, OpenError> {
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
            if saved.conversations.len() >= MAX_CONVERSATIONS {
                return Err(OpenError::TooMany(MAX_CONVERSATIONS));
            }
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

    fn note_user(&self, user: &UserId) -> Result<(), OpenError> {
        self.connection.execute(
            "INSERT INTO account (id, user) VALUES (1, ?1) ON CONFLICT DO NOTHING",
            [user.as_str()],
        )?;
        let noted: String = self
            .connection
            .query_row("SELECT user FROM account", [], |row| row.get(0))?;
        if noted == user.as_str() {
            Ok(())
        } else {
            Err(OpenError::OtherUser(noted))
        }
    }

    fn write(&mut self, changes: &[Change]) -> Result<(), rusqlite::Error> {
        match self.write_to_log(changes) {
            // On a full disk, the log cannot grow, but it can begin again.
            Err(error) if is_full(&error) && self.move_log().is_ok() => self.write_to_log(changes),
            result => result,
        }
    }

    fn write_to_log(&mut self, changes: &[Change]) -> Result<(), rusqlite::Error> {
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
    fn set_user(&mut self, user: &UserId) -> Result<(), StoreError> {
        self.note_user(user).map_err(StoreError::opening)
    }

    fn load(&mut self) -> Result<Saved, StoreError> {
        self.read().map_err(StoreError::reading)
    }

    fn save(&mut self, changes: &[Change]) -> Result<(), StoreError> {
        self.write(changes)
            .map_err(|error| StoreError::writing(OpenError::from(error)))
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

/// Returns whether a write failed for want of room: on a full disk, or beyond a limit of the process.
fn is_full(error: &rusqlite::Error) -> bool {
    let code = error.sqlite_error_code();
    matches!(code, Some(ErrorCode::DiskFull | ErrorCode::SystemIoFailure))
}

/// Denies the database everything that the store does not need: a file from others may hold
/// triggers, views and values of any size.
fn restrict(connection: &Connection) -> Result<(), rusqlite::Error> {
    for (setting, value) in [
        (DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false),
        (DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false),
        (DbConfig::SQLITE_DBCONFIG_ENABLE_VIEW, false),
        (DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true),
    ] {
        connection.set_db_config(setting, value)?;
    }
    connection.set_limit(Limit::SQLITE_LIMIT_LENGTH, MAX_VALUE)?;
    connection.set_limit(Limit::SQLITE_LIMIT_ATTACHED, 0)?;
    Ok(())
}

/// Maximum bytes of a row; ids and states take a few dozen.
const MAX_VALUE: i32 = 1_000_000;

fn conversation(text: String) -> ConversationId {
    ConversationId::from(text)
}

fn message(text: String) -> MessageId {
    MessageId::from(text)
}

/// Maximum conversations in a file. Each takes kilobytes in memory, and no account has so many.
const MAX_CONVERSATIONS: usize = 50_000;
