//! Media of a conversation's messages.

use std::{
    collections::{BTreeSet, VecDeque},
    path::Path,
};

use groupme_model::Timestamp;
use groupme_rest::{Client, Error as RestError, endpoint::users};
use tokio::{task::JoinSet, time::Instant};

use super::{
    FailingHosts, Fetch,
    transfer::{Job, Stopped, transfer},
};
use crate::{
    Error, MediaReport, Messages, Progress,
    layout::{self, MEDIA},
    media::{MediaWriter, Medium, references},
};

impl Fetch<'_> {
    /// Fetches the media that the archive lacks, some at a time.
    pub(crate) async fn media(
        &mut self,
        root: &Path,
        index: &mut MediaWriter,
        hosts: &mut FailingHosts,
        report: &mut MediaReport,
    ) -> Result<(), Error> {
        let mut waiting = self.missing(root, index, report)?;
        let total = u64::try_from(waiting.len()).unwrap_or(u64::MAX);
        let patience = self.settings.patience;
        let (mut done, mut left_out) = (0_u64, 0_u64);
        let mut running = JoinSet::new();
        loop {
            while running.len() < AT_ONCE
                && let Some(job) = waiting.pop_front()
            {
                if hosts.is_given_up(job.reference.host(), patience) {
                    left_out = left_out.saturating_add(1);
                } else {
                    running.spawn(attempt(self.client.clone(), job, Instant::now()));
                }
            }
            let Some(ended) = running.join_next().await else {
                break;
            };
            let Ok((job, begun, outcome)) = ended else {
                tracing::error!("the task of a medium has failed; the next run tries again");
                report.failed = report.failed.saturating_add(1);
                continue;
            };
            let medium = match outcome {
                // One at a time, until GroupMe answers again.
                Err(Stopped::Rest(error)) if error.is_transient() => {
                    self.insist(&job, begun, hosts, error).await
                }
                outcome => outcome,
            };
            match &medium {
                Err(Stopped::TooSlow | Stopped::Failed(_)) => {
                    hosts.note_failure(job.reference.host(), begun, patience);
                }
                Err(Stopped::File(..)) => {}
                _ => hosts.note_answer(job.reference.host()),
            }
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
                done: done.saturating_add(left_out),
                total,
                bytes: report.bytes,
            });
        }
        if left_out > 0 {
            report.failed = report.failed.saturating_add(left_out);
            tracing::warn!(
                media = left_out,
                conversation = %self.about.id,
                "their host does not hand out any; the next run tries again"
            );
        }
        Ok(())
    }

    /// Repeats a download whose first attempt has failed, once GroupMe answers other requests. A failure
    /// of the medium alone is not waited for any longer.
    async fn insist(
        &mut self,
        job: &Job,
        begun: Instant,
        hosts: &FailingHosts,
        error: RestError,
    ) -> Result<Medium, Stopped> {
        let (client, patience) = (self.client, self.settings.patience);
        let mut last = error;
        for _ in 0..ATTEMPTS {
            if begun.elapsed() >= patience || hosts.is_given_up(job.reference.host(), patience) {
                break;
            }
            let answered = self
                .patiently(async || client.call(&users::me()).await)
                .await;
            answered.map_err(Stopped::Rest)?;
            match transfer(client, job).await {
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
                        patience: self.settings.patience,
                    });
                }
                seen.insert(key);
            });
        }
        Ok(jobs)
    }
}

async fn attempt(
    client: Client,
    job: Job,
    begun: Instant,
) -> (Job, Instant, Result<Medium, Stopped>) {
    let outcome = transfer(&client, &job).await;
    (job, begun, outcome)
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
        Err(Stopped::NoMedium(reason)) => {
            let key = job.reference.key();
            tracing::warn!(
                medium = key,
                reason,
                "no medium arrives for one; the next run tries again"
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

/// Attempts for a medium beyond the first, each of which the client repeats.
const ATTEMPTS: u32 = 2;

/// Downloads at the same time: as many requests as the client sends at once.
pub(super) const AT_ONCE: usize = 4;
