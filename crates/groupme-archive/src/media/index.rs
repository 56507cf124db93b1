//! Index of the media of an archive: which file belongs to which URL or id.

use std::{
    collections::BTreeMap,
    fs::File,
    io::Write as _,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use super::content::is_doubtful;
use crate::{
    Error, Settings, archive_file,
    layout::{MEDIA, MEDIA_INDEX},
    lines::Lines,
};

/// Line of the index: a medium that is in the archive, or that GroupMe refuses to hand out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Medium {
    /// URL, or conversation and id of a file.
    pub(crate) key: String,
    /// Name of the file in the directory of media; `None` if there is none.
    pub(crate) file: Option<String>,
    /// Size, in bytes; without a file, the limit that it exceeds, or 0.
    #[serde(default)]
    pub(crate) bytes: u64,
    /// Media type, as the answer names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) media_type: Option<String>,
    /// Name that the sender gave a file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<String>,
    /// Whether the refusal is for good: the medium is not GroupMe's.
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pub(crate) is_final: bool,
    /// Time of the refusal, in seconds since the Unix epoch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) refused_at: Option<i64>,
    /// Reason why there is no file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) refused: Option<String>,
}

/// Media of an archive, by their keys.
#[derive(Debug, Default)]
pub(crate) struct MediaIndex {
    media: BTreeMap<String, Medium>,
    /// Bytes of the whole lines of the file.
    size: u64,
}

impl MediaIndex {
    /// Reads the index. Half a line at the end counts as absent; of several lines with one key, the
    /// last counts.
    pub(crate) fn read(root: &Path) -> Result<Self, Error> {
        let path = path(root);
        let mut index = Self::default();
        let mut lines = Lines::open(&path)?;
        while lines.advance()? {
            let medium = serde_json::from_slice::<Medium>(lines.line());
            let medium = medium.map_err(|_| lines.damaged())?;
            index.media.insert(medium.key.clone(), medium);
        }
        index.size = lines.end();
        Ok(index)
    }

    /// Returns a medium by its key.
    pub(crate) fn get(&self, key: &str) -> Option<&Medium> {
        self.media.get(key)
    }

    /// Returns whether a medium need not be fetched: its file is there, as large as it was, and can be the
    /// medium, or GroupMe has refused it in the last week, or for good, or it exceeded a limit of size that is the same now.
    pub(crate) fn is_settled(&self, root: &Path, key: &str, settings: &Settings) -> bool {
        self.media
            .get(key)
            .is_some_and(|medium| match &medium.file {
                None => {
                    if medium.bytes > 0 && medium.bytes < settings.max_media_size {
                        return false;
                    }
                    let since = settings.now.zip(medium.refused_at);
                    let age = since.map(|(now, at)| now.as_secs().saturating_sub(at));
                    medium.is_final || age.is_none_or(|age| age < WEEK)
                }
                Some(_) if is_doubtful(medium) => false,
                Some(name) => {
                    let found = root.join(MEDIA).join(name).symlink_metadata();
                    found.is_ok_and(|found| found.is_file() && found.len() == medium.bytes)
                }
            })
    }
}

/// Seconds after which a refused medium is asked for again: GroupMe may have processed a video since.
const WEEK: i64 = 7 * 24 * 60 * 60;

/// The index, for appending.
#[derive(Debug)]
pub(crate) struct MediaWriter {
    path: PathBuf,
    file: File,
    pub(crate) index: MediaIndex,
}

impl MediaWriter {
    /// Opens the index, or creates it. Cuts off half a line at the end.
    pub(crate) fn open(root: &Path) -> Result<Self, Error> {
        let index = MediaIndex::read(root)?;
        let path = path(root);
        let failed = Error::file("write", &path);
        let mut options = File::options();
        options.create(true).append(true);
        let file = archive_file::open(&path, &mut options).map_err(&failed)?;
        file.set_len(index.size).map_err(&failed)?;
        drop(failed);
        Ok(Self { path, file, index })
    }

    /// Adds a medium whose file is whole.
    pub(crate) fn add(&mut self, medium: Medium) -> Result<(), Error> {
        let line = serde_json::to_vec(&medium).map_err(std::io::Error::from);
        let written = line.and_then(|mut line| {
            line.push(b'\n');
            self.file.write_all(&line)?;
            Ok(line.len())
        });
        match written {
            Ok(size) => {
                let size = u64::try_from(size).unwrap_or(u64::MAX);
                self.index.size = self.index.size.saturating_add(size);
                self.index.media.insert(medium.key.clone(), medium);
                Ok(())
            }
            Err(error) => {
                // The next run cuts it off if this one cannot.
                let _ = self.file.set_len(self.index.size);
                Err(Error::file("write", &self.path)(error))
            }
        }
    }
}

fn path(root: &Path) -> PathBuf {
    root.join(MEDIA).join(MEDIA_INDEX)
}
