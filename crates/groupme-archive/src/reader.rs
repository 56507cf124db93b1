//! Archive for reading.

use std::path::{Path, PathBuf};

use groupme_model::{ConversationId, UserId};
use serde::{Deserialize, Serialize};

use crate::{
    ConversationInfo, Error, Messages, archive_file,
    layout::{self, FORMAT},
    part_file,
};

/// Archive for reading, without network or account. Another program may write to the archive
/// meanwhile.
#[derive(Debug)]
pub struct ArchiveReader {
    root: PathBuf,
    pub(crate) index: Index,
}

/// `index.json`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Index {
    pub(crate) format: u32,
    pub(crate) user: UserId,
    pub(crate) conversations: Vec<ConversationInfo>,
}

impl Index {
    pub(crate) fn new(user: &UserId) -> Self {
        Self {
            format: FORMAT,
            user: user.clone(),
            conversations: Vec::new(),
        }
    }

    /// Reads the index of an archive. `None` if there is none.
    pub(crate) fn read(root: &Path) -> Result<Option<Self>, Error> {
        /// Field that every format has.
        #[derive(Deserialize)]
        struct Version {
            format: u32,
        }

        let path = root.join(layout::INDEX);
        let bytes = archive_file::read(&path).map_err(Error::file("read", &path))?;
        let Some(bytes) = bytes else {
            return Ok(None);
        };
        archive_file::check_directories(root)?;
        let damaged = Error::damaged_description(&path);
        let Version { format } = serde_json::from_slice(&bytes).map_err(&damaged)?;
        if format > FORMAT {
            return Err(Error::NewerFormat {
                path: path.clone(),
                format,
            });
        }
        let mut index: Self = serde_json::from_slice(&bytes).map_err(damaged)?;
        for info in &mut index.conversations {
            // Only the file of the conversation has the people, who may be thousands.
            if let Some(full) = read_about(root, &info.id)? {
                info.people = full.people;
            }
        }
        Ok(Some(index))
    }

    /// Replaces the index, in which conversations have no people.
    pub(crate) fn write(&self, root: &Path) -> Result<(), Error> {
        let mut slim = self.clone();
        for info in &mut slim.conversations {
            info.people.clear();
        }
        let path = root.join(layout::INDEX);
        write_json(&path, &slim)
    }
}

/// Reads the description of a conversation. `None` if there is none.
pub(crate) fn read_about(
    root: &Path,
    id: &ConversationId,
) -> Result<Option<ConversationInfo>, Error> {
    let path = layout::about_file(root, id);
    let bytes = archive_file::read(&path).map_err(Error::file("read", &path))?;
    let info = bytes.map(|bytes| serde_json::from_slice(&bytes));
    info.transpose().map_err(Error::damaged_description(&path))
}

/// Replaces a file of indented JSON.
pub(crate) fn write_json(path: &Path, value: &impl Serialize) -> Result<(), Error> {
    let mut bytes = serde_json::to_vec_pretty(value)
        .map_err(std::io::Error::from)
        .map_err(Error::file("write", path))?;
    bytes.push(b'\n');
    part_file::write(path, &bytes).map_err(Error::file("write", path))
}

impl ArchiveReader {
    /// Opens the archive in a directory.
    ///
    /// # Errors
    ///
    /// [`Error::NoArchive`] if there is none; [`Error::NewerFormat`], [`Error::DamagedDescription`] or
    /// [`Error::File`] if it cannot be read.
    pub fn open(root: impl Into<PathBuf>) -> Result<Self, Error> {
        let root = root.into();
        match Index::read(&root)? {
            Some(index) => Ok(Self { root, index }),
            None => Err(Error::NoArchive { path: root }),
        }
    }

    /// Returns the directory.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Returns the user whose account was archived.
    pub fn user(&self) -> &UserId {
        &self.index.user
    }

    /// Returns the conversations, those with the most recent messages first.
    pub fn conversations(&self) -> &[ConversationInfo] {
        &self.index.conversations
    }

    /// Reads the messages of a conversation, oldest first.
    ///
    /// # Errors
    ///
    /// [`Error::File`] if the file cannot be opened.
    pub fn messages(&self, conversation: &ConversationId) -> Result<Messages, Error> {
        Messages::open(&layout::messages_file(&self.root, conversation))
    }
}
