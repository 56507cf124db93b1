//! Errors, by whose fault they are: the caller's, the archive's, the network's.

use core::fmt;
use std::{
    io,
    path::{Path, PathBuf},
};

use groupme_model::{ChannelError, UserId};

/// Failure of an archive.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Caller: the directory is another account's archive.
    #[error(
        "the archive {} is that of user {theirs}, and the account is user {yours}: choose another directory",
        path.display()
    )]
    OtherAccount {
        /// Directory of the archive.
        path: PathBuf,
        /// User of the archive.
        theirs: UserId,
        /// User of the account.
        yours: UserId,
    },
    /// Caller: the directory has no archive.
    #[error("{} is no archive: it has no index.json", path.display())]
    NoArchive {
        /// Directory.
        path: PathBuf,
    },
    /// Caller: the ids are not those of two users, of whom one is the account's.
    #[error("these are no direct messages of the account")]
    NoConversation {
        /// Mistake in the ids.
        #[source]
        source: ChannelError,
    },
    /// Caller: another program is writing to the archive.
    #[error("another program is writing to the archive {}: wait for its end", path.display())]
    Locked {
        /// Directory of the archive.
        path: PathBuf,
    },
    /// Archive: a later version of this crate has written it.
    #[error("{} has format {format}, which this version cannot read: use a newer version", path.display())]
    NewerFormat {
        /// File that names the format.
        path: PathBuf,
        /// Format that it names.
        format: u32,
    },
    /// Archive: a file is damaged.
    #[error("line {line} of {} is damaged: restore the file from a copy, or remove that line alone; the rest of the archive is not touched", path.display())]
    Damaged {
        /// File.
        path: PathBuf,
        /// Number of the line, from 1.
        line: u64,
    },
    /// Archive: the index, or the description of a conversation, is damaged. An update writes a new one
    /// if there is none.
    #[error("{} is damaged at line {line}: restore the file from a copy, or remove the file, and the next update writes a new one", path.display())]
    DamagedDescription {
        /// File.
        path: PathBuf,
        /// Number of the line at which reading has failed, from 1.
        line: u64,
    },
    /// Machine: a file cannot be read or written.
    #[error("cannot {action} {}", path.display())]
    File {
        /// Attempted action, such as `read`.
        action: &'static str,
        /// File or directory.
        path: PathBuf,
        /// Failure of the system.
        #[source]
        source: io::Error,
    },
    /// GroupMe or the network: a request failed, after all retries.
    #[error("cannot fetch {subject}")]
    Fetch {
        /// Subject of the request, such as `messages of conversation 1835`.
        subject: String,
        /// Failure of the request.
        #[source]
        source: Box<groupme_rest::Error>,
    },
}

/// Shows the text with those of the sources.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_chain(self, f)
    }
}

impl Error {
    /// Returns a function for `map_err` that names the file and the action.
    pub(crate) fn file<'p>(
        action: &'static str,
        path: &'p Path,
    ) -> impl Fn(io::Error) -> Self + 'p {
        move |source| Self::File {
            action,
            path: path.to_owned(),
            source,
        }
    }

    /// Returns a function for `map_err` that names the file of a description.
    pub(crate) fn damaged_description(path: &Path) -> impl Fn(serde_json::Error) -> Self {
        move |error| Self::DamagedDescription {
            path: path.to_owned(),
            line: u64::try_from(error.line()).unwrap_or(u64::MAX),
        }
    }

    /// Returns a function for `map_err` that names the subject of a request.
    pub(crate) fn fetch(subject: impl Into<String>) -> impl Fn(groupme_rest::Error) -> Self {
        let subject = subject.into();
        move |source| Self::Fetch {
            subject: subject.clone(),
            source: Box::new(source),
        }
    }
}

/// Writes the text of an error and those of its sources: what `fn main() -> Result<…>` prints has to
/// read well, without names of types.
fn write_chain(
    error: &(dyn core::error::Error + 'static),
    f: &mut fmt::Formatter<'_>,
) -> fmt::Result {
    write!(f, "{error}")?;
    let mut source = error.source();
    while let Some(error) = source {
        write!(f, ": {error}")?;
        source = error.source();
    }
    Ok(())
}
