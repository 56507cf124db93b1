//! Pictures, videos and files at GroupMe's upload services.

mod format;

use core::time::Duration;
use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
};

use bayeux_proto::Instant;

pub(crate) use self::format::{PictureFormat, file_in_form, is_mp4, picture};
use super::{Conversation, World};
use crate::random::HEX;

/// Uploads, by the keys in their URLs.
#[derive(Debug, Default)]
pub(super) struct Uploads {
    media: BTreeMap<String, Medium>,
    /// Jobs of videos and files, each with the key of its medium.
    jobs: BTreeMap<String, Job>,
    /// Keys in the order of their uploads.
    order: VecDeque<String>,
    size: usize,
}

/// Stored picture, video or file.
#[derive(Clone, Debug)]
pub(crate) struct Medium {
    pub(crate) bytes: Arc<[u8]>,
    pub(crate) media_type: String,
    /// Name of a file.
    pub(crate) name: String,
    /// Conversation in which a file can be sent.
    pub(crate) conversation: Option<Conversation>,
}

/// Video or file that GroupMe processes.
#[derive(Clone, Debug)]
pub(crate) struct Job {
    /// Key of the medium; `None` for bytes that are no video.
    pub(crate) key: Option<String>,
    at: Instant,
}

impl World {
    /// Stores an upload under a new key, with `name` made from the key; returns the name.
    pub(crate) fn store(&mut self, medium: Medium, name: impl FnOnce(&str) -> String) -> String {
        let key = name(&self.random.word(HEX, 32));
        self.store_as(key.clone(), medium);
        key
    }

    /// Stores an upload under a key. The oldest uploads are dropped beyond 256 MiB.
    pub(crate) fn store_as(&mut self, key: String, medium: Medium) {
        let uploads = &mut self.uploads;
        uploads.size = uploads.size.saturating_add(medium.bytes.len());
        uploads.order.push_back(key.clone());
        if let Some(before) = uploads.media.insert(key, medium) {
            uploads.size = uploads.size.saturating_sub(before.bytes.len());
        }
        while uploads.size > MAX_UPLOADS {
            let Some(oldest) = uploads.order.pop_front() else {
                break;
            };
            if let Some(gone) = uploads.media.remove(&oldest) {
                uploads.size = uploads.size.saturating_sub(gone.bytes.len());
            }
        }
    }

    /// Returns a new secret, as for the signature of a URL.
    pub(crate) fn secret(&mut self) -> String {
        self.random.word(HEX, 32)
    }

    pub(crate) fn medium(&self, key: &str) -> Option<&Medium> {
        self.uploads.media.get(key)
    }

    /// Starts the processing of a video or file; returns the id of the job.
    pub(crate) fn start_job(&mut self, key: Option<String>) -> String {
        let id = self.random.word(HEX, 32);
        let at = self.now;
        self.uploads.jobs.insert(id.clone(), Job { key, at });
        id
    }

    /// Returns a job, and whether it is done `after` its start.
    pub(crate) fn job(&self, id: &str, after: Duration) -> Option<(&Job, bool)> {
        let job = self.uploads.jobs.get(id)?;
        Some((job, self.now - job.at >= after))
    }
}

/// Maximum size of all uploads together, in bytes.
const MAX_UPLOADS: usize = 256 << 20;
