//! Archive for writing.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
};

use groupme_model::UserId;
use groupme_rest::Client;

use crate::{
    About, Error, Progress, Report, Settings, archive_file,
    contents::{Index, read_about, write_json},
    fetch,
    journal::Journal,
    layout,
    media::MediaWriter,
    part_file,
};

/// Archive of an account's conversations in a directory, for writing. A lock keeps other programs from
/// writing to the archive until this value is dropped.
#[derive(Debug)]
pub struct Archive {
    root: PathBuf,
    index: Index,
    media: MediaWriter,
    hosts: fetch::FailingHosts,
    /// File whose lock is held.
    _lock: File,
}

impl Archive {
    /// Opens the archive of an account. Creates the archive if absent, with its directory, which only the
    /// current user of the machine can read. Removes unfinished files of a killed program.
    ///
    /// # Errors
    ///
    /// [`Error::OtherAccount`], [`Error::Locked`], [`Error::NewerFormat`], [`Error::Damaged`],
    /// [`Error::DamagedDescription`] or [`Error::File`].
    pub fn open(root: impl Into<PathBuf>, account: &UserId) -> Result<Self, Error> {
        let root = root.into();
        // Before anything is created: another account's archive must not change.
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
            let created = archive_file::create_directory(&directory);
            created.map_err(Error::file("create", &directory))?;
        }
        let lock = lock(&root)?;
        // Read again under the lock: another program may have written since.
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
            hosts: fetch::FailingHosts::default(),
            _lock: lock,
        })
    }

    /// Returns the directory.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Updates one conversation: fetches new messages, changes of archived ones, and the media of both.
    /// Calls `progress` at each step.
    ///
    /// Cancel-safe: everything written so far is kept, and the next update continues there.
    ///
    /// # Errors
    ///
    /// [`Error::Fetch`] if a request fails for good or longer than [`Settings::patience`];
    /// [`Error::File`], [`Error::Damaged`] or [`Error::DamagedDescription`]. Everything written so far is kept.
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
        journal.fill_counts(&mut about);
        progress(Progress::Started {
            about: &about,
            archived: about.messages,
            counted,
        });
        self.save_description(&about)?;
        let mut fetch = fetch::Fetch::new(client, &about, settings, progress);
        let mut report = Report {
            added: 0,
            changed: 0,
            unreadable: 0,
            media: crate::MediaReport::default(),
            about: about.clone(),
        };
        fetch.messages(&mut journal, &mut report).await?;
        // Saved before the media, which may take hours or be interrupted.
        report.about.counted = fetch.counted().or(counted);
        journal.fill_counts(&mut report.about);
        self.save_description(&report.about)?;
        if settings.media {
            fetch
                .media(
                    &self.root,
                    &mut self.media,
                    &mut self.hosts,
                    &mut report.media,
                )
                .await?;
        }
        Ok(report)
    }

    /// Saves the description of a conversation, and the index, if it has changed.
    fn save_description(&mut self, about: &About) -> Result<(), Error> {
        let others = &mut self.index.conversations;
        // Most of a thousand conversations have nothing new.
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

fn lock(root: &Path) -> Result<File, Error> {
    let path = root.join(layout::LOCK);
    let mut options = File::options();
    options.create(true).truncate(false).write(true);
    let file = archive_file::open(&path, &mut options).map_err(Error::file("create", &path))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(fs::TryLockError::WouldBlock) => Err(Error::Locked {
            path: root.to_owned(),
        }),
        Err(fs::TryLockError::Error(error)) => Err(Error::file("lock", &path)(error)),
    }
}
