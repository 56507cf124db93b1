//! Journal: the file of a conversation's messages, with an index in memory.

mod rewrite;

use std::{
    collections::BTreeMap,
    fs::File,
    io::{Read as _, Seek as _, SeekFrom, Write as _},
    path::{Path, PathBuf},
};

use bayeux_wire::Value;
use groupme_model::{MessageId, MessageRef, Timestamp, system_event::NoticeRef};
use groupme_rest::endpoint::messages::MessagePage;

use crate::{About, Error, Messages, archive_file};

/// Messages of a conversation, a line each, oldest first. New lines are appended and synchronised page
/// by page; a change of old lines replaces the file.
#[derive(Debug)]
pub(crate) struct Journal {
    path: PathBuf,
    file: File,
    /// Size of the file, in bytes.
    size: u64,
    rows: BTreeMap<MessageId, Row>,
    /// Newest message from which the history can be continued.
    position: Option<MessageId>,
    /// Changes that notices report, by message id.
    changes: BTreeMap<MessageId, Change>,
    first: Option<Timestamp>,
    last: Option<Timestamp>,
    buffer: Vec<u8>,
}

/// Position of a message in the file, with its last change.
#[derive(Clone, Copy, Debug)]
struct Row {
    start: u64,
    /// Size without the line break, in bytes.
    size: usize,
    updated_at: Option<Timestamp>,
    is_deleted: bool,
}

/// Last change of a message, as notices report it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Change {
    /// Time of the last edit.
    pub(crate) edited_at: Option<Timestamp>,
    /// Deletion, if there was one.
    pub(crate) deletion: Option<Deletion>,
}

/// Deletion of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Deletion {
    pub(crate) at: Option<Timestamp>,
    /// Role of the user who deleted the message, as GroupMe names it.
    pub(crate) actor: Option<String>,
}

impl Journal {
    /// Opens the file of a conversation, or creates it. Removes an incomplete line at the end.
    pub(crate) fn open(path: &Path) -> Result<Self, Error> {
        let mut options = File::options();
        options.create(true).read(true).append(true);
        let file = archive_file::open(path, &mut options).map_err(Error::file("open", path))?;
        let mut journal = Self {
            path: path.to_owned(),
            file,
            size: 0,
            rows: BTreeMap::new(),
            position: None,
            changes: BTreeMap::new(),
            first: None,
            last: None,
            buffer: Vec::new(),
        };
        journal.read()?;
        Ok(journal)
    }

    /// Builds the index from the file.
    fn read(&mut self) -> Result<(), Error> {
        self.rows.clear();
        self.changes.clear();
        (self.position, self.first, self.last) = (None, None, None);
        let mut messages = Messages::open(&self.path)?;
        let mut end = 0;
        loop {
            let Some(message) = messages.next()? else {
                break;
            };
            let row = Row {
                start: 0,
                size: 0,
                updated_at: message.updated_at(),
                is_deleted: message.is_deleted(),
            };
            let id = message.id().into_owned();
            self.index_message(&message);
            let row = Row {
                start: messages.start(),
                size: messages.line().len(),
                ..row
            };
            self.rows.insert(id, row);
            end = messages.end();
        }
        let found = self.file.metadata();
        let found = found.map_err(Error::file("read", &self.path))?.len();
        if found > end {
            tracing::debug!(
                bytes = found.saturating_sub(end),
                "removing an incomplete line"
            );
            let cut = self.file.set_len(end).and_then(|()| self.file.sync_all());
            cut.map_err(Error::file("write", &self.path))?;
        }
        self.size = end;
        Ok(())
    }

    /// Updates position, times and changes by a message.
    fn index_message(&mut self, message: &MessageRef<'_>) {
        let (id, sent) = (message.id(), message.created_at());
        if id.is_position(sent)
            && self
                .position
                .as_ref()
                .is_none_or(|last| id > last.as_view())
        {
            self.position = Some(id.into_owned());
        }
        if let Some(sent) = sent {
            self.first = Some(self.first.map_or(sent, |first| first.min(sent)));
            self.last = Some(self.last.map_or(sent, |last| last.max(sent)));
        }
        let notice = message.event().and_then(|event| event.notice());
        let (id, edited_at, deletion) = match notice {
            Some(NoticeRef::MessageUpdate(notice)) => {
                (notice.message_id(), notice.updated_at(), None)
            }
            Some(NoticeRef::MessageDeleted(notice)) => {
                let deletion = Deletion {
                    at: notice.deleted_at().or(sent),
                    actor: notice
                        .deletion_actor()
                        .map(|actor| actor.as_str().to_owned()),
                };
                (notice.message_id(), None, Some(deletion))
            }
            _ => return,
        };
        if let Some(id) = id.filter(|id| !id.is_empty()) {
            let change = self.changes.entry(id.into_owned()).or_default();
            change.edited_at = change.edited_at.max(edited_at);
            change.deletion = deletion.or(change.deletion.take());
        }
    }

    /// Returns the number of messages.
    pub(crate) fn len(&self) -> u64 {
        u64::try_from(self.rows.len()).unwrap_or(u64::MAX)
    }

    /// Returns the message from which the history can be continued. `None` without messages.
    pub(crate) fn position(&self) -> Option<&MessageId> {
        self.position.as_ref()
    }

    pub(crate) fn contains(&self, id: &MessageId) -> bool {
        self.rows.contains_key(id)
    }

    /// Appends the messages of a page that are not in the file yet, and synchronises the file. Returns
    /// their number.
    ///
    /// # Errors
    ///
    /// [`Error::File`] if not all can be written; then none is.
    pub(crate) fn append(&mut self, page: &MessagePage) -> Result<u64, Error> {
        self.buffer.clear();
        let mut added = 0_u64;
        for message in page.messages() {
            let id = message.id().into_owned();
            if self.rows.contains_key(&id) {
                continue;
            }
            let start = self.buffer.len();
            print(&mut self.buffer, message.raw());
            let row = Row {
                start: self
                    .size
                    .saturating_add(u64::try_from(start).unwrap_or(u64::MAX)),
                size: self.buffer.len().saturating_sub(start),
                updated_at: message.updated_at(),
                is_deleted: message.is_deleted(),
            };
            self.buffer.push(b'\n');
            self.rows.insert(id, row);
            self.index_message(&message);
            added = added.saturating_add(1);
        }
        let written = self.file.write_all(&self.buffer);
        if let Err(error) = written.and_then(|()| self.file.sync_data()) {
            // If this fails, too, the next run removes the incomplete line.
            let _ = self.file.set_len(self.size);
            return Err(Error::file("write", &self.path)(error));
        }
        let size = u64::try_from(self.buffer.len()).unwrap_or(u64::MAX);
        self.size = self.size.saturating_add(size);
        Ok(added)
    }

    /// Reads the line of a message. `None` if the file does not have it.
    pub(crate) fn line(&self, id: &MessageId) -> Result<Option<Vec<u8>>, Error> {
        let Some(row) = self.rows.get(id) else {
            return Ok(None);
        };
        let mut line = vec![0; row.size];
        let mut file = &self.file;
        let sought = file.seek(SeekFrom::Start(row.start));
        let read = sought.and_then(|_| file.read_exact(&mut line));
        read.map_err(Error::file("read", &self.path))?;
        Ok(Some(line))
    }

    /// Returns the archived messages for which a notice reports a change that their lines lack.
    pub(crate) fn outdated(&self) -> Vec<(MessageId, Change)> {
        let changes = self.changes.iter().filter(|(id, change)| {
            self.rows.get(id).is_some_and(|row| {
                let is_edited = change.edited_at > row.updated_at && change.edited_at.is_some();
                !row.is_deleted && (change.deletion.is_some() || is_edited)
            })
        });
        changes
            .map(|(id, change)| (id.clone(), change.clone()))
            .collect()
    }

    /// Returns the messages up to and including this one, newest first.
    pub(crate) fn newest_up_to(&self, id: &MessageId) -> impl Iterator<Item = &MessageId> {
        self.rows.range(..=id.clone()).rev().map(|(id, _)| id)
    }

    /// Sets counts and times of a description.
    pub(crate) fn fill_counts(&self, about: &mut About) {
        about.messages = self.len();
        let gone = self
            .changes
            .iter()
            .filter(|(id, change)| change.deletion.is_some() && !self.rows.contains_key(id));
        about.deleted = u64::try_from(gone.count()).unwrap_or(u64::MAX);
        about.first = self.first.map(Timestamp::as_secs);
        about.last = self.last.map(Timestamp::as_secs);
    }
}

/// Prints a message as GroupMe sent it, without a line break.
pub(crate) fn print(buffer: &mut Vec<u8>, message: Value<'_>) {
    // Writing to memory does not fail, and a decoded value can be printed.
    let _ = serde_json::to_writer(buffer, &message);
}
