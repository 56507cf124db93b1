//! Media of a conversation's messages.

use core::time::Duration;
use std::{
    borrow::Cow,
    collections::{BTreeSet, VecDeque},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use groupme_model::{FileId, Timestamp};
use groupme_rest::{
    Client, Conversation, Error as RestError,
    endpoint::{uploads, users},
};
use tokio::{
    task::JoinSet,
    time::{Instant, timeout_at},
};

use super::Fetch;
use crate::{
    Error, MediaReport, Messages, PartFile, Progress,
    layout::{self, MEDIA},
    media::{MediaWriter, Medium, Reference, references},
};

/// Medium to be fetched.
#[derive(Clone, Debug)]
struct Job {
    reference: Reference,
    directory: PathBuf,
    conversation: Conversation,
    /// Maximum size, in bytes.
    max_size: u64,
}

/// Reason why a medium is not saved.
enum Stopped {
    File(PathBuf, io::Error),
    Rest(RestError),
    /// GroupMe answers, but has failed again and again to hand out this one.
    Failed(RestError),
    /// The medium is larger than the limit, in bytes.
    TooLarge(u64),
    /// The bytes come too slowly.
    TooSlow,
}

impl Fetch<'_> {
    /// Fetches the media that the archive lacks, some at a time.
    pub(crate) async fn media(
        &mut self,
        root: &Path,
        index: &mut MediaWriter,
        report: &mut MediaReport,
    ) -> Result<(), Error> {
        let mut waiting = self.missing(root, index, report)?;
        let total = u64::try_from(waiting.len()).unwrap_or(u64::MAX);
        let mut done = 0_u64;
        let mut running = JoinSet::new();
        while !waiting.is_empty() || !running.is_empty() {
            while running.len() < AT_ONCE
                && let Some(job) = waiting.pop_front()
            {
                running.spawn(attempt(self.client.clone(), job));
            }
            let Some(Ok((job, outcome))) = running.join_next().await else {
                continue;
            };
            let medium = match outcome {
                Ok(medium) => Ok(medium),
                // One at a time, until GroupMe answers again.
                Err(Stopped::Rest(error)) if error.is_transient() => self.insist(&job, error).await,
                Err(stopped) => Err(stopped),
            };
            let is_refused = match &medium {
                Err(Stopped::Rest(error)) => self.is_refusal(error).await,
                _ => false,
            };
            match settle(&job, medium, is_refused, self.settings.now)? {
                // The next run tries again.
                None => report.failed = report.failed.saturating_add(1),
                Some(medium) => {
                    if medium.file.is_some() {
                        report.saved = report.saved.saturating_add(1);
                        report.bytes = report.bytes.saturating_add(medium.bytes);
                    } else {
                        report.refused = report.refused.saturating_add(1);
                    }
                    index.add(medium)?;
                }
            }
            done = done.saturating_add(1);
            (self.progress)(Progress::Media {
                done,
                total,
                bytes: report.bytes,
            });
        }
        Ok(())
    }

    /// Repeats a download whose first attempt has failed, once GroupMe answers other requests. A failure
    /// of the medium alone is not waited for any longer.
    async fn insist(&mut self, job: &Job, error: RestError) -> Result<Medium, Stopped> {
        let client = self.client;
        let mut last = error;
        for _ in 0..ATTEMPTS {
            let answered = self
                .patiently(async || client.call(&users::me()).await)
                .await;
            answered.map_err(Stopped::Rest)?;
            match download(client, job).await {
                Err(Stopped::Rest(error)) if error.is_transient() => last = error,
                outcome => return outcome,
            }
        }
        Err(Stopped::Failed(last))
    }

    /// Returns whether GroupMe will never hand out the medium, or it is not GroupMe's. Status 401 means
    /// that only if the token is good for another request.
    async fn is_refusal(&self, error: &RestError) -> bool {
        match error {
            RestError::Unauthorized(_) => self.client.call(&users::me()).await.is_ok(),
            RestError::Misuse { .. }
            | RestError::Forbidden(_)
            | RestError::NotFound(_)
            | RestError::BadRequest(_)
            | RestError::UnexpectedStatus(_) => true,
            _ => false,
        }
    }

    /// Returns the media that the archive lacks, those of the oldest messages first.
    fn missing(
        &self,
        root: &Path,
        index: &MediaWriter,
        report: &mut MediaReport,
    ) -> Result<VecDeque<Job>, Error> {
        let mut seen = BTreeSet::new();
        let mut jobs = VecDeque::new();
        let mut messages = Messages::open(&layout::messages_file(root, &self.about.id))?;
        while let Some(message) = messages.next()? {
            references(&self.about.id, &message, |reference| {
                let key = reference.key();
                if seen.contains(&key) {
                    return;
                }
                if index.index.is_settled(root, &key, self.settings) {
                    let medium = index.index.get(&key);
                    let is_refused = medium.is_some_and(|medium| medium.file.is_none());
                    report.refused = report.refused.saturating_add(is_refused.into());
                } else {
                    jobs.push_back(Job {
                        reference,
                        directory: root.join(MEDIA),
                        conversation: self.about.conversation(),
                        max_size: self.settings.max_media_size,
                    });
                }
                seen.insert(key);
            });
        }
        Ok(jobs)
    }
}

async fn attempt(client: Client, job: Job) -> (Job, Result<Medium, Stopped>) {
    let outcome = download(&client, &job).await;
    (job, outcome)
}

/// Fetches one medium into a file of its own.
async fn download(client: &Client, job: &Job) -> Result<Medium, Stopped> {
    let name = match &job.reference {
        Reference::File(_, file) => sent_as(client, &job.conversation, file).await?,
        Reference::Url(_) => None,
    };
    let opened = match &job.reference {
        Reference::Url(url) => client.download(&secure(url)).await,
        Reference::File(_, file) => client.download_file(&job.conversation, file.as_str()).await,
    };
    let mut download = opened.map_err(Stopped::Rest)?;
    let media_type = download.media_type().map(str::to_owned);
    let file = job
        .reference
        .file_name(name.as_deref(), media_type.as_deref());
    let path = job.directory.join(&file);
    let failed = |error| Stopped::File(path.clone(), error);
    if download.size().is_some_and(|size| size > job.max_size) {
        return Err(Stopped::TooLarge(job.max_size));
    }
    let mut part = PartFile::create_private(&path).map_err(failed)?;
    let begun = Instant::now();
    loop {
        // The client is content with any progress; that may take for ever.
        let allowed =
            FIRST_MINUTE.saturating_add(Duration::from_secs(download.received() / MIN_RATE));
        let due = begun.checked_add(allowed).unwrap_or(begun);
        let piece = timeout_at(due, download.next()).await;
        let Some(piece) = piece.map_err(|_| Stopped::TooSlow)? else {
            break;
        };
        let piece = piece.map_err(Stopped::Rest)?;
        if download.received() > job.max_size {
            return Err(Stopped::TooLarge(job.max_size));
        }
        part.write_all(&piece).map_err(failed)?;
    }
    part.replace().map_err(failed)?;
    Ok(Medium {
        key: job.reference.key(),
        file: Some(file),
        bytes: download.received(),
        media_type,
        name,
        is_final: false,
        refused_at: None,
        refused: None,
    })
}

/// Returns the name that the sender gave a file, if GroupMe knows it.
async fn sent_as(
    client: &Client,
    conversation: &Conversation,
    file: &str,
) -> Result<Option<String>, Stopped> {
    let id = FileId::from(file);
    let call = uploads::file_infos(conversation, core::slice::from_ref(&id));
    match client.call(&call).await {
        Ok(infos) => {
            let info = infos.into_iter().find(|info| info.file_id == id);
            let name = info.and_then(|info| info.file_data?.file_name);
            Ok(name.map(|name| layout::file_name(&name)))
        }
        Err(error) if error.is_transient() => Err(Stopped::Rest(error)),
        // The file may still be there.
        Err(error) => {
            tracing::debug!(%error, "a file has no name");
            Ok(None)
        }
    }
}

/// Returns the line of the index for the outcome of a download; `None` if the next run has to try
/// again. Refusals are noted, so that they are not asked for in each run.
fn settle(
    job: &Job,
    outcome: Result<Medium, Stopped>,
    is_refused: bool,
    now: Option<Timestamp>,
) -> Result<Option<Medium>, Error> {
    match outcome {
        Ok(medium) => Ok(Some(medium)),
        Err(Stopped::File(path, error)) => Err(Error::file("write", &path)(error)),
        Err(Stopped::Failed(error)) => {
            let key = job.reference.key();
            tracing::warn!(medium = key, %error, "GroupMe does not hand out a medium; the next run tries again");
            Ok(None)
        }
        Err(Stopped::TooSlow) => {
            let key = job.reference.key();
            tracing::warn!(
                medium = key,
                "a medium comes too slowly; the next run tries again"
            );
            Ok(None)
        }
        Err(Stopped::TooLarge(limit)) => Ok(Some(Medium {
            bytes: limit,
            ..refused(job, now, format!("more than {limit} bytes"))
        })),
        Err(Stopped::Rest(error)) if is_refused => Ok(Some(Medium {
            is_final: matches!(error, RestError::Misuse { .. }),
            ..refused(job, now, error.to_string())
        })),
        Err(Stopped::Rest(error)) => Err(Error::fetch("a medium")(error)),
    }
}

/// Returns the line of the index for a medium without a file.
fn refused(job: &Job, now: Option<Timestamp>, reason: String) -> Medium {
    Medium {
        key: job.reference.key(),
        file: None,
        bytes: 0,
        media_type: None,
        name: None,
        is_final: false,
        refused_at: now.map(Timestamp::as_secs),
        refused: Some(reason),
    }
}

/// Returns the URL to ask: GroupMe's services have TLS, also where an old message has an address
/// without.
fn secure(url: &str) -> Cow<'_, str> {
    let Some(rest) = url.strip_prefix("http://") else {
        return Cow::Borrowed(url);
    };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if host.ends_with(".groupme.com") && !host.contains('@') {
        Cow::Owned(format!("https://{rest}"))
    } else {
        Cow::Borrowed(url)
    }
}

/// Attempts for a medium beyond the first, each of which the client repeats.
const ATTEMPTS: u32 = 2;

/// Time in which a medium need not have any speed.
const FIRST_MINUTE: Duration = Duration::from_mins(1);

/// Bytes a second that have to come on average after that.
const MIN_RATE: u64 = 16 << 10;

/// Downloads at the same time: as many requests as the client sends at once.
const AT_ONCE: usize = 4;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_groupme_are_asked_with_tls() {
        assert_eq!(
            secure("http://i.groupme.com/1x2.png.0"),
            "https://i.groupme.com/1x2.png.0"
        );
        for url in [
            "http://127.0.0.1:1/i/1x2.png.0",
            "http://a@i.groupme.com/x",
            "http://evil.example/.groupme.com",
            "https://i.groupme.com/x",
        ] {
            assert_eq!(secure(url), url);
        }
    }
}
