//! Store of an outbox in a file.

use std::{
    fs::{File, OpenOptions},
    io::{self, Read as _, Seek as _, SeekFrom, Write as _},
    path::Path,
};

use groupme_delivery::StoreError;
use serde::{Deserialize, Serialize};

use super::{OutboxMessage, OutboxStore};

/// [`OutboxStore`] in a file: a line of JSON for each message added and for each removed. The file is
/// emptied whenever no message is left.
///
/// One outbox at a time may use the file, which is locked. Texts are in it: keep it as private as
/// the messages are.
#[derive(Debug)]
pub struct FileOutbox {
    file: File,
    /// Number of messages in the file that are not removed.
    open: usize,
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
    /// [`StoreError`] if the file cannot be opened or is in use.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, StoreError> {
        let mut options = OpenOptions::new();
        options.create(true).read(true).append(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(path).map_err(StoreError::opening)?;
        file.try_lock().map_err(|error| match error {
            std::fs::TryLockError::WouldBlock => {
                StoreError::opening("another outbox uses the file")
            }
            std::fs::TryLockError::Error(error) => StoreError::opening(error),
        })?;
        Ok(Self { file, open: 0 })
    }

    fn read(&mut self) -> io::Result<Vec<OutboxMessage>> {
        let mut text = Vec::new();
        self.file.seek(SeekFrom::Start(0))?;
        self.file.read_to_end(&mut text)?;
        // A crash may have left a part of a line.
        let whole = text.iter().rposition(|byte| *byte == b'\n');
        let whole = whole.map_or(0, |end| end + 1);
        self.file.set_len(whole as u64)?;
        text.truncate(whole);
        let mut messages: Vec<OutboxMessage> = Vec::new();
        for line in text
            .split(|byte| *byte == b'\n')
            .filter(|line| !line.is_empty())
        {
            match serde_json::from_slice(line)? {
                Line::Add(message) => messages.push(message),
                Line::Remove(guid) => messages.retain(|message| message.guid != guid),
            }
        }
        Ok(messages)
    }

    fn write(&mut self, line: &Line) -> io::Result<()> {
        let mut text = serde_json::to_vec(line)?;
        text.push(b'\n');
        let before = self.file.metadata()?.len();
        let written = self
            .file
            .write_all(&text)
            .and_then(|()| self.file.sync_data());
        if written.is_err() {
            // A part of a line would hide the next one.
            self.file.set_len(before)?;
        }
        written
    }
}

impl OutboxStore for FileOutbox {
    fn load(&mut self) -> Result<Vec<OutboxMessage>, StoreError> {
        let messages = self.read().map_err(StoreError::reading)?;
        self.open = messages.len();
        Ok(messages)
    }

    fn add(&mut self, message: &OutboxMessage) -> Result<(), StoreError> {
        let line = Line::Add(message.clone());
        self.write(&line).map_err(StoreError::writing)?;
        self.open += 1;
        Ok(())
    }

    fn remove(&mut self, guid: &str) -> Result<(), StoreError> {
        let is_last = self.open <= 1;
        let removed = if is_last {
            self.file.set_len(0).and_then(|()| self.file.sync_data())
        } else {
            self.write(&Line::Remove(guid.to_owned()))
        };
        removed.map_err(StoreError::writing)?;
        self.open = self.open.saturating_sub(1);
        Ok(())
    }
}
