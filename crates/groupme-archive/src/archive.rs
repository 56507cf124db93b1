//! An archive, for writing.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
};

use groupme_model::UserId;
use groupme_rest::Client;

use crate::{
    About, Error, Progress, Report, Settings,
    contents::{Index, read_about, write_json},
    fetch,
    journal::Journal,
    layout,
    media::MediaWriter,
    part_file,
};

/// Archive of an account's conversations in a directory, for writing. Until it is dropped, no other
/// program can write to it.
#[derive(Debug)]
pub struct Archive {
    root: PathBuf,
    index: Index,
    media: MediaWriter,
    /// Locked as long as it is open.
    _lock: File,
}

impl Archive {
    /// Opens the archive of an account, or creates one in a directory that need not exist, and that
    /// then only the user of this machine can read. Removes what a killed program left unfinished.
    ///
    /// # Errors
    ///
    /// [`Error::OtherAccount`], [`Error::Locked`], [`Error::NewerFormat`], [`Error::Damaged`] or
    /// [`Error::File`].
    pub fn open(root: impl Into<PathBuf>, account: &UserId) -> Result<Self, Error> {
        let root = root.into();
        // Another account's archive stays as it is.
        let index = match Index::read(&root)? {
            Some(index) if index.user != *account => {
                return Err(Error::OtherAccount {
                    path: root,
                    theirs: index.user,
                    yours: account.clone(),
                });
            }
            found => found,
        };
        for name in [layout::CONVERSATIONS, layout::MEDIA] {
            let directory = root.join(name);
            create_private(&directory).map_err(Error::file("create", &directory))?;
        }
        let lock = lock(&root)?;
        // Only now is certain that nobody writes them.
        let index = match index {
            Some(_) => Index::read(&root)?,
            None => None,
        };
        for name in ["", layout::CONVERSATIONS, layout::MEDIA] {
            let directory = root.join(name);
            part_file::remove_leftovers(&directory, None)
                .map_err(Error::file("clean", &directory))?;
        }
        let media = MediaWriter::open(&root)?;
        let index = if let Some(index) = index {
            index
        } else {
            let index = Index::new(account);
            index.write(&root)?;
            index
        };
        Ok(Self {
            root,
            index,
            media,
            _lock: lock,
        })
    }

    /// Returns the directory.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Brings one conversation up to date: fetches its new messages, changes of archived ones, and the
    /// media of both. Calls `progress` at each step.
    ///
    /// Dropping the future keeps what was written so far; the next update goes on there.
    ///
    /// # Errors
    ///
    /// [`Error::Fetch`] if a request fails for good or longer than [`Settings::patience`];
    /// [`Error::File`] or [`Error::Damaged`]. What was written so far is kept.
    pub async fn update(
        &mut self,
        client: &Client,
        mut about: About,
        settings: &Settings,
        progress: &mut dyn FnMut(Progress<'_>),
    ) -> Result<Report, Error> {
        if let Some(earlier) = read_about(&self.root, &about.id)? {
            about.inherit(&earlier);
        }
        let mut journal = Journal::open(&layout::messages_file(&self.root, &about.id))?;
        let counted = about.counted;
        journal.describe(&mut about);
        progress(Progress::Started {
            about: &about,
            archived: about.messages,
            counted,
        });
        self.describe(&about)?;
        let mut fetch = fetch::Fetch::new(client, &about, settings, progress);
        let mut report = Report {
            added: 0,
            changed: 0,
            unreadable: 0,
            media: crate::MediaReport::default(),
            about: about.clone(),
        };
        fetch.messages(&mut journal, &mut report).await?;
        // The counts are right even if the media take long.
        report.about.counted = fetch.counted().or(counted);
        journal.describe(&mut report.about);
        self.describe(&report.about)?;
        if settings.media {
            fetch
                .media(&self.root, &mut self.media, &mut report.media)
                .await?;
        }
        Ok(report)
    }

    /// Writes the description of a conversation, and the index, unless both have it already.
    fn describe(&mut self, about: &About) -> Result<(), Error> {
        let others = &mut self.index.conversations;
        // Of a thousand conversations, most have nothing new.
        if others.contains(about) {
            return Ok(());
        }
        write_json(&layout::about_file(&self.root, &about.id), about)?;
        others.retain(|other| other.id != about.id);
        others.push(about.clone());
        others.sort_by(|one, other| {
            other
                .last
                .cmp(&one.last)
                .then_with(|| one.id.cmp(&other.id))
        });
        self.index.write(&self.root)
    }
}

/// Creates a directory for the account's user alone: messages of others will be in it.
pub(crate) fn create_private(directory: &Path) -> std::io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(directory)
}

fn lock(root: &Path) -> Result<File, Error> {
    let path = root.join(layout::LOCK);
    let options = part_file::private_options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&path);
    let file = options.map_err(Error::file("create", &path))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(fs::TryLockError::WouldBlock) => Err(Error::Locked {
            path: root.to_owned(),
        }),
        Err(fs::TryLockError::Error(error)) => Err(Error::file("lock", &path)(error)),
    }
}
