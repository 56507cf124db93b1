//! Store of an outbox in a file.

use std::{
    collections::BTreeMap,
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, BufRead as _, BufReader, Read as _, Seek as _, SeekFrom, Write as _},
    path::{Path, PathBuf},
};

use groupme_delivery::StoreError;
use serde::{Deserialize, Serialize};

use super::{OutboxMessage, OutboxStore};

/// [`OutboxStore`] in a file: a line of JSON for each message added and for each removed. The file is
/// emptied whenever no message is left, and written anew beside itself (`.new`) when most of its lines
/// are of removed messages.
///
/// One outbox at a time may use the file, which is locked. Texts are in it: keep it as private as
/// the messages are.
#[derive(Debug)]
pub struct FileOutbox {
    file: File,
    path: PathBuf,
    /// Length of the line of each message that is not removed, by its id.
    open: BTreeMap<String, u64>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Line {
    Add(OutboxMessage),
    Remove(String),
}

impl FileOutbox {
    /// Opens or creates the file. On Unix, only its owner may read a new one.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the file cannot be opened, is no regular file, or is in use.
    /// [`load`](OutboxStore::load) refuses a file that is no outbox, and leaves it as it is.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, StoreError> {
        let path = path.as_ref();
        // Before opening, because opening alone has an effect on some devices.
        match fs::metadata(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            found => check_regular(found).map_err(StoreError::opening)?,
        }
        let file = options()
            .create(true)
            .truncate(false)
            .open(path)
            .map_err(StoreError::opening)?;
        check_regular(file.metadata()).map_err(StoreError::opening)?;
        let path = fs::canonicalize(path).map_err(StoreError::opening)?;
        file.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => StoreError::opening(IN_USE),
            TryLockError::Error(error) => StoreError::opening(error),
        })?;
        // Another outbox may have put a new file in its place meanwhile.
        if !is_at(&file, &path).map_err(StoreError::opening)? {
            return Err(StoreError::opening(IN_USE));
        }
        Ok(Self {
            file,
            path,
            open: BTreeMap::new(),
        })
    }

    /// Reads the lines of the messages that are not removed, in order.
    fn read(&mut self) -> io::Result<Vec<(OutboxMessage, Vec<u8>)>> {
        self.file.seek(SeekFrom::Start(0))?;
        let mut file = BufReader::new(&self.file);
        let mut messages = Vec::new();
        let mut places = BTreeMap::new();
        let (mut whole, mut is_ours) = (0, false);
        for number in 1_u64.. {
            let mut line = Vec::new();
            let length = (&mut file).take(MAX_LINE).read_until(b'\n', &mut line)? as u64;
            let is_whole = line.ends_with(b"\n");
            if length == MAX_LINE && !is_whole {
                return Err(not_a_line(number, is_ours));
            }
            if !is_whole {
                // A crash may have left a part of a line.
                if length > 0 && !is_ours && !may_be_cut(&line) {
                    return Err(not_a_line(number, is_ours));
                }
                break;
            }
            whole += length;
            if line == b"\n" {
                continue;
            }
            let parsed = serde_json::from_slice(&line);
            match parsed.map_err(|_| not_a_line(number, is_ours))? {
                Line::Add(message) => {
                    places.insert(message.guid.clone(), messages.len());
                    messages.push(Some((message, line)));
                }
                Line::Remove(guid) => {
                    if let Some(message) = places
                        .remove(&guid)
                        .and_then(|place| messages.get_mut(place))
                    {
                        *message = None;
                    }
                }
            }
            is_ours = true;
        }
        if whole < self.file.metadata()?.len() {
            self.file.set_len(whole)?;
        }
        Ok(messages.into_iter().flatten().collect())
    }

    /// Appends a line, and returns its length.
    fn write(&mut self, line: &Line) -> io::Result<u64> {
        let mut text = serde_json::to_vec(line)?;
        text.push(b'\n');
        if text.len() as u64 >= MAX_LINE {
            return Err(io::Error::other(
                "a message of a megabyte is none of GroupMe's",
            ));
        }
        let before = self.file.seek(SeekFrom::End(0))?;
        let written = self
            .file
            .write_all(&text)
            .and_then(|()| self.file.sync_data());
        if let Err(error) = written {
            // A part of a line would hide the next one.
            self.file.set_len(before)?;
            return Err(error);
        }
        Ok(text.len() as u64)
    }

    /// Writes a large file anew if most of it is of removed messages.
    fn rewrite_if_sparse(&mut self) -> io::Result<()> {
        let size = self.file.metadata()?.len();
        let open: u64 = self.open.values().sum();
        if size > MIN_REWRITTEN && size / 2 > open {
            self.rewrite()?;
        }
        Ok(())
    }

    /// Writes the messages that are not removed into a new file, and puts it in the place of this one.
    fn rewrite(&mut self) -> io::Result<()> {
        let messages = self.read()?;
        let mut new = self.path.clone().into_os_string();
        new.push(".new");
        // A crash may have left one.
        match fs::remove_file(&new) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut file = options().create_new(true).open(&new)?;
        file.set_permissions(self.file.metadata()?.permissions())?;
        file.try_lock()?;
        for (_, line) in &messages {
            file.write_all(line)?;
        }
        file.sync_all()?;
        fs::rename(&new, &self.path)?;
        self.file = file;
        // The name survives a loss of power, too.
        #[cfg(unix)]
        if let Some(directory) = self.path.parent() {
            File::open(directory)?.sync_all()?;
        }
        Ok(())
    }
}

impl OutboxStore for FileOutbox {
    fn load(&mut self) -> Result<Vec<OutboxMessage>, StoreError> {
        let messages = self.read().map_err(StoreError::reading)?;
        let lines = messages.iter();
        self.open = lines
            .map(|(message, line)| (message.guid.clone(), line.len() as u64))
            .collect();
        Ok(messages.into_iter().map(|(message, _)| message).collect())
    }

    fn add(&mut self, message: &OutboxMessage) -> Result<(), StoreError> {
        let line = Line::Add(message.clone());
        let length = self.write(&line).map_err(StoreError::writing)?;
        self.open.insert(message.guid.clone(), length);
        Ok(())
    }

    fn remove(&mut self, guid: &str) -> Result<(), StoreError> {
        let is_last = self.open.keys().all(|open| open == guid);
        if is_last {
            let emptied = self.file.set_len(0).and_then(|()| self.file.sync_data());
            emptied.map_err(StoreError::writing)?;
        } else {
            self.write(&Line::Remove(guid.to_owned()))
                .map_err(StoreError::writing)?;
        }
        self.open.remove(guid);
        // The removal is written: a failure here costs space only.
        if let Err(error) = self.rewrite_if_sparse() {
            tracing::warn!(%error, "the file of the outbox cannot be made smaller");
        }
        Ok(())
    }
}

fn check_regular(found: io::Result<fs::Metadata>) -> io::Result<()> {
    let found = found?;
    if found.is_file() {
        return Ok(());
    }
    let found = if found.is_dir() {
        "a directory"
    } else {
        "a pipe, socket or device"
    };
    let error = format!("expected a regular file, found {found}");
    Err(io::Error::new(io::ErrorKind::InvalidInput, error))
}

/// Returns the error of a line that is none of an outbox, in a file that is one or not.
fn not_a_line(line: u64, is_ours: bool) -> io::Error {
    let error = if is_ours {
        format!("line {line} is damaged; remove the line to go on with the others")
    } else {
        format!("line {line} is not one of an outbox; name another file")
    };
    io::Error::new(io::ErrorKind::InvalidData, error)
}

/// Returns whether the only line of a file is the beginning of one that an outbox writes.
fn may_be_cut(line: &[u8]) -> bool {
    [&b"{\"add\":{"[..], b"{\"remove\":\""].iter().any(|start| {
        let length = start.len().min(line.len());
        start[..length] == line[..length]
    })
}

/// Returns options to read and write a file, which only its owner may read if it is new.
fn options() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Returns whether the open file is the one at the path.
#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt as _;

    let (open, named) = (file.metadata()?, fs::metadata(path)?);
    Ok((open.dev(), open.ino()) == (named.dev(), named.ino()))
}

/// Elsewhere, a file that is open cannot be replaced.
#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "as on Unix")]
fn is_at(_: &File, _: &Path) -> io::Result<bool> {
    Ok(true)
}

/// Length that no line has, in bytes. A message of GroupMe has a few thousand at most.
const MAX_LINE: u64 = 1024 * 1024;

const IN_USE: &str = "another outbox uses the file";

/// Size beyond which a file with removed messages is written anew, in bytes.
const MIN_REWRITTEN: u64 = 64 * 1024;
