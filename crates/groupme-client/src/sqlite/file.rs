//! The file of a store: its name, its creation, and the check that it is one.

use core::fmt::Write as _;
use std::{
    fs,
    io::{self, Read as _},
    path::{Path, PathBuf},
};

use rusqlite::{Connection, ErrorCode, OpenFlags, config::DbConfig};

use super::{
    claim::{Claim, Claims},
    schema::TABLES,
};

/// `application_id` of a store, in the header of the file.
pub(super) const APPLICATION_ID: i32 = i32::from_be_bytes(*b"GrMe");

/// Reason why a file cannot be used. SQLite's own errors repeat their text in their source, so they
/// have no source here.
#[derive(Debug, thiserror::Error)]
pub(super) enum OpenError {
    #[error("`:memory:` and the empty name stand for a database in memory; name a file")]
    InMemory,
    #[error("a name that begins with `file:` is a URI to SQLite; write `./file:…` for such a file")]
    Uri,
    #[error("expected a regular file, found {0}")]
    NotRegular(&'static str),
    #[error("expected a regular file, found a directory, pipe, socket or device: {}", .0.display())]
    NotRegularBeside(PathBuf),
    #[error("the file is not a database; name another file")]
    NotDatabase,
    #[error("the database belongs to another program; name another file")]
    Foreign,
    #[error("the database cannot be read, so that its owner is unknown: {0}")]
    Unidentified(String),
    #[error(
        "{} belongs to a file that is missing or empty; restore that file, or move the rest away",
        .0.display()
    )]
    Orphan(PathBuf),
    #[error("the file was written by a newer version of this program")]
    Newer,
    #[error(
        "the file has the state of user {0}, and the account is another one's; name another file"
    )]
    OtherUser(String),
    #[error("another program uses it")]
    InUse,
    #[error("the file has more than {0} conversations, and no account has so many")]
    TooMany(usize),
    #[error(transparent)]
    Io(#[from] io::Error),
    #[error("{0}")]
    Sqlite(String),
}

impl From<rusqlite::Error> for OpenError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy) => Self::InUse,
            _ => Self::Sqlite(match error {
                // Its text as a whole repeats the statement.
                rusqlite::Error::SqlInputError { msg, .. } => msg,
                error => error.to_string(),
            }),
        }
    }
}

/// Creates the file if it does not exist; otherwise checks that it is empty or a store, without a
/// change to the file or beside it. Returns the claim on the file, for as long as it is open.
pub(super) fn prepare(path: &Path) -> Result<Claim, OpenError> {
    check_name(path)?;
    let claims = Claims::lock();
    let existing = match fs::canonicalize(path) {
        Ok(existing) => existing,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            for suffix in ["-wal", "-journal"] {
                check_absent(sibling(path, suffix))?;
            }
            // Another process may create the file at the same moment.
            if let Err(error) = create(path)
                && error.kind() != io::ErrorKind::AlreadyExists
            {
                return Err(error.into());
            }
            match fs::canonicalize(path) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => {
                    return Err(OpenError::NotRegular("a symbolic link to nothing"));
                }
                created => created?,
            }
        }
        Err(error) => return Err(error.into()),
    };
    let claim = claims.claim(&fs::metadata(&existing)?)?;
    check(&existing)?;
    Ok(claim)
}

fn check_name(path: &Path) -> Result<(), OpenError> {
    let name = path.as_os_str().as_encoded_bytes();
    if name.is_empty() || name == b":memory:" {
        return Err(OpenError::InMemory);
    }
    let scheme = name.get(..5).unwrap_or_default();
    if scheme.eq_ignore_ascii_case(b"file:") {
        return Err(OpenError::Uri);
    }
    Ok(())
}

/// Creates an empty file. SQLite gives the files beside it the same permissions.
fn create(path: &Path) -> io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)?;
    Ok(())
}

/// Checks an existing file.
fn check(path: &Path) -> Result<(), OpenError> {
    let metadata = fs::metadata(path)?;
    if metadata.is_dir() {
        return Err(OpenError::NotRegular("a directory"));
    }
    // Before opening, which waits for the writer of a pipe.
    if !metadata.is_file() {
        return Err(OpenError::NotRegular("a pipe, socket or device"));
    }
    for suffix in ["-wal", "-journal", "-shm"] {
        check_regular(sibling(path, suffix))?;
    }
    let mut header = Vec::new();
    fs::File::open(path)?
        .take(HEADER_LEN)
        .read_to_end(&mut header)?;
    if header.is_empty() {
        // SQLite deletes a log without a database.
        return check_absent(sibling(path, "-wal"));
    }
    if !header.starts_with(b"SQLite format 3\0") {
        return Err(OpenError::NotDatabase);
    }
    if header.get(68..72) == Some(&APPLICATION_ID.to_be_bytes()) {
        return Ok(());
    }
    // SQLite takes a part of a page for an empty database, and pads it before it finds the damage.
    if page_size(&header).is_none_or(|size| metadata.len() < size) {
        return Err(OpenError::NotDatabase);
    }
    match identify(path) {
        Ok(true) => Ok(()),
        Ok(false) => Err(OpenError::Foreign),
        Err(error) => Err(OpenError::Unidentified(error.to_string())),
    }
}

/// Returns the size of a database's pages, in bytes. `None` if the header is not a whole one.
fn page_size(header: &[u8]) -> Option<u64> {
    let size = header.get(16..18)?.first_chunk()?;
    match u16::from_be_bytes(*size) {
        1 => Some(65_536),
        size => Some(size.into()),
    }
}

/// Returns whether a database without the id in its header is empty or a store: of a version that
/// set no id, or with the id still in the log.
fn identify(path: &Path) -> Result<bool, rusqlite::Error> {
    let connection = open_unchanged(path)?;
    let number = |name| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    let (id, version) = (number("application_id")?, number("user_version")?);
    if id == i64::from(APPLICATION_ID) {
        return Ok(true);
    }
    // Not indices, which SQLite creates for keys.
    let names = "SELECT name FROM sqlite_schema WHERE type <> 'index' LIMIT 100";
    let mut names = connection.prepare(names)?;
    let names = names.query_map([], |row| row.get(0))?;
    let names: Vec<String> = names.collect::<Result<_, _>>()?;
    let is_ours = names.iter().all(|name| TABLES.contains(&name.as_str()));
    // The first version had the first three tables.
    let has_all = TABLES[..3]
        .iter()
        .all(|table| names.iter().any(|name| name == table));
    Ok(id == 0
        && is_ours
        && (if version == 0 {
            names.is_empty()
        } else {
            has_all
        }))
}

/// Opens a database so that nothing is written to it or beside it: neither a lock, nor the index of
/// its log, nor the content of its log at the end.
fn open_unchanged(path: &Path) -> Result<Connection, rusqlite::Error> {
    let has_log = fs::metadata(sibling(path, "-wal")).is_ok_and(|log| log.len() > 0);
    let parameters = match (has_log, cfg!(windows)) {
        (false, _) => "immutable=1",
        (true, true) => "vfs=win32-none",
        (true, false) => "vfs=unix-none",
    };
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY
        | OpenFlags::SQLITE_OPEN_URI
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(uri(path, parameters), flags)?;
    super::restrict(&connection)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    // Keeps the index of the log in memory.
    connection.pragma_update(None, "locking_mode", "EXCLUSIVE")?;
    Ok(connection)
}

/// Returns SQLite's URI of a path.
fn uri(path: &Path, parameters: &str) -> String {
    let mut uri = "file:".to_owned();
    for &byte in path.as_os_str().as_encoded_bytes() {
        match byte {
            b'/' | b'.' | b'-' | b'_' => uri.push(char::from(byte)),
            byte if byte.is_ascii_alphanumeric() => uri.push(char::from(byte)),
            // Writing to memory does not fail.
            byte => drop(write!(uri, "%{byte:02x}")),
        }
    }
    uri.push('?');
    uri.push_str(parameters);
    uri
}

/// Returns the path of the log (`-wal`) or the journal (`-journal`) of a database.
fn sibling(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

fn check_absent(path: PathBuf) -> Result<(), OpenError> {
    match fs::symlink_metadata(&path) {
        Ok(_) => Err(OpenError::Orphan(path)),
        Err(_) => Ok(()),
    }
}

/// Checks a file that SQLite would open, and wait for the writer of if it were a pipe.
fn check_regular(path: PathBuf) -> Result<(), OpenError> {
    match fs::metadata(&path) {
        Ok(metadata) if !metadata.is_file() => Err(OpenError::NotRegularBeside(path)),
        _ => Ok(()),
    }
}

/// Bytes of SQLite's header.
const HEADER_LEN: u64 = 100;
