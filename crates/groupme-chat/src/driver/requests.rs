//! Requests to GroupMe, each in a task of its own; answers are sent back as outcomes.

use core::time::Duration;
use std::path::{Path, PathBuf};

use groupme_client::{
    Cache, Conversation, ConversationId, Draft, GroupId, Handle, MessageId, Outbox, Timestamp,
    model::{Attachment, HistoryWindow},
    rest_api::{
        self, Upload,
        endpoint::{receipts, users},
    },
};
use tokio::{sync::mpsc, time::sleep};

use crate::model::{Effect, Outcome};

/// Sender of requests. Clones share everything.
#[derive(Clone)]
pub(super) struct Requests {
    handle: Handle,
    rest: rest_api::Client,
    outbox: Outbox,
    cache: Cache,
    /// Home directory of the user of the machine, for paths with `~/`.
    home: Option<PathBuf>,
    outcomes: mpsc::UnboundedSender<Outcome>,
    /// Queue of edits, deletions and reactions, which are sent one after the other.
    changes: mpsc::UnboundedSender<Effect>,
}

/// Messages on a page of history.
const PAGE: u32 = 50;
/// First wait before the conversations are loaded again; doubles up to [`MAX_RETRY_WAIT`].
const MIN_RETRY_WAIT: Duration = Duration::from_secs(3);
const MAX_RETRY_WAIT: Duration = Duration::from_mins(1);

impl Requests {
    /// Starts to load the conversations. Returns the receiver of all outcomes, too.
    ///
    /// # Errors
    ///
    /// If the client has no REST API.
    pub(super) fn start(
        handle: Handle,
        cache: Cache,
        home: Option<PathBuf>,
    ) -> Result<(Self, mpsc::UnboundedReceiver<Outcome>), groupme_client::Error> {
        let outbox = Outbox::new(&handle)?;
        let rest = handle.rest().ok_or(groupme_client::Error::NoRest)?;
        let (outcomes, incoming) = mpsc::unbounded_channel();
        let (changes, queue) = mpsc::unbounded_channel();
        let requests = Self {
            handle,
            rest,
            outbox,
            cache,
            home,
            outcomes,
            changes,
        };
        tokio::spawn(requests.clone().load());
        tokio::spawn(requests.clone().run_changes(queue));
        Ok((requests, incoming))
    }

    /// Loads the conversations, and repeats that until it succeeds.
    async fn load(self) {
        let mut wait = MIN_RETRY_WAIT;
        loop {
            match self.load_once().await {
                Ok(loaded) => return self.report(loaded),
                Err(error) => self.report(Outcome::NotLoaded(error_chain(&error))),
            }
            sleep(wait).await;
            wait = wait.saturating_mul(2).min(MAX_RETRY_WAIT);
        }
    }

    async fn load_once(&self) -> Result<Outcome, rest_api::Error> {
        let (me, receipts) = (users::me(), receipts::list());
        let (groups, chats, me, receipts) = tokio::join!(
            self.cache.load(&self.rest),
            self.rest.chats().all(),
            self.rest.call(&me),
            self.rest.call(&receipts),
        );
        groups?;
        Ok(Outcome::Loaded {
            chats: chats?,
            // Counts of unread messages and the user's name can be missing.
            receipts: receipts.unwrap_or_default(),
            name: me.ok().and_then(|me| me.name),
        })
    }

    /// Carries out an effect that is a request, and ignores all others.
    pub(super) fn execute(&self, effect: Effect) {
        match effect {
            Effect::Send {
                conversation,
                local_id,
                draft,
            } => self.send(conversation, local_id, draft),
            Effect::SendTyping(conversation) => {
                if let Err(error) = self.handle.send_typing(&conversation) {
                    tracing::debug!(%error, "typing is not shown");
                }
            }
            change @ (Effect::Edit { .. } | Effect::Delete { .. } | Effect::React { .. }) => {
                // The task receives until the last sender is dropped.
                let _ = self.changes.send(change);
            }
            Effect::LoadBefore {
                conversation,
                before,
            } => {
                tokio::spawn(self.clone().load_before(conversation, before));
            }
            Effect::LoadSince { conversation, time } => {
                tokio::spawn(self.clone().load_since(conversation, time));
            }
            Effect::LoadMembers(group) => {
                tokio::spawn(self.clone().load_members(group));
            }
            Effect::MarkRead {
                conversation,
                message,
            } => {
                tokio::spawn(self.clone().mark_read(conversation, message));
            }
            Effect::Upload {
                conversation,
                local_id,
                path,
            } => {
                tokio::spawn(self.clone().upload(conversation, local_id, path));
            }
            Effect::Reload => {
                tokio::spawn(self.clone().load());
            }
            Effect::Notify { .. }
            | Effect::Copy(_)
            | Effect::Suspend
            | Effect::Redraw
            | Effect::Quit => {}
        }
    }

    fn report(&self, outcome: Outcome) {
        // Without a receiver, the chat has ended.
        let _ = self.outcomes.send(outcome);
    }

    fn send(&self, conversation: ConversationId, local_id: u64, draft: Draft) {
        let queued = match self.outbox.send(&conversation, draft) {
            Ok(queued) => queued,
            Err(error) => {
                let result = Err(error_chain(&error));
                return self.report(Outcome::Sent {
                    conversation,
                    local_id,
                    result,
                });
            }
        };
        let guid = queued.guid().clone();
        self.report(Outcome::Queued { local_id, guid });
        let requests = self.clone();
        tokio::spawn(async move {
            let result = match queued.await {
                Ok(sent) => Ok(sent.message().cloned().map(Box::new)),
                Err(error) => Err(error_chain(&error)),
            };
            requests.report(Outcome::Sent {
                conversation,
                local_id,
                result,
            });
        });
    }

    /// Sends edits, deletions and reactions in the order of the user's commands.
    async fn run_changes(self, mut queue: mpsc::UnboundedReceiver<Effect>) {
        // This task holds a sender of its own queue, so the end of the chat shows at the other channel.
        let outcomes = self.outcomes.clone();
        loop {
            let effect = tokio::select! {
                effect = queue.recv() => effect,
                () = outcomes.closed() => None,
            };
            let Some(effect) = effect else {
                return;
            };
            let (request, result) = match effect {
                Effect::Edit {
                    conversation,
                    message,
                    draft,
                } => {
                    let edited = self.handle.edit(&conversation, message, draft).await;
                    ("edit the message", edited.map(Some))
                }
                Effect::Delete {
                    conversation,
                    message,
                } => {
                    let deleted = self.handle.delete(&conversation, message).await;
                    ("delete the message", deleted.map(|()| None))
                }
                Effect::React {
                    conversation,
                    message,
                    icon: Some(icon),
                } => {
                    let reacted = self.handle.react(&conversation, message, icon).await;
                    ("react", reacted.map(|()| None))
                }
                Effect::React {
                    conversation,
                    message,
                    icon: None,
                } => {
                    let removed = self.handle.unreact(&conversation, message).await;
                    ("remove the reaction", removed.map(|()| None))
                }
                _ => continue,
            };
            match result {
                Ok(Some(message)) => self.report(Outcome::Changed {
                    message: Box::new(message),
                }),
                // The pushed event updates the message.
                Ok(None) => {}
                Err(error) => self.report(Outcome::Failed {
                    request,
                    reason: error_chain(&error),
                }),
            }
        }
    }

    async fn load_before(self, conversation: ConversationId, before: Option<MessageId>) {
        let mut history = self.rest.history(&conversation).limit(PAGE);
        if let Some(before) = &before {
            history = history.before(before.clone());
        }
        let page = match history.next().await {
            Some(Ok(page)) => Ok(page.into_messages()),
            Some(Err(error)) => Err(error_chain(&error)),
            None => Ok(Vec::new()),
        };
        self.report(Outcome::Page {
            conversation,
            before,
            page,
        });
    }

    async fn load_since(self, conversation: ConversationId, time: Timestamp) {
        let start = first_id(time);
        let window = HistoryWindow::After(start);
        let page = self.rest.messages(&conversation, &window, PAGE).await;
        let page = page.map(rest_api::endpoint::messages::MessagePage::into_messages);
        self.report(Outcome::Since {
            conversation,
            time,
            page: page.map_err(|error| error_chain(&error)),
        });
    }

    async fn load_members(self, group: GroupId) {
        match self.cache.load_group(&self.rest, &group).await {
            Ok(()) => self.report(Outcome::Members(group)),
            // Names of authors are in their messages; mentions have no completion.
            Err(error) => tracing::debug!(%error, "members are not loaded"),
        }
    }

    async fn mark_read(self, conversation: ConversationId, message: MessageId) {
        let call = match Conversation::from(&conversation) {
            Conversation::Group(_) => receipts::mark_read_up_to(&conversation, message),
            // In direct messages, the receipt is shown to the other user.
            direct => receipts::mark_read(direct),
        };
        if let Err(error) = self.rest.call(&call).await {
            tracing::debug!(%error, "a conversation is not marked as read");
        }
    }

    async fn upload(self, conversation: ConversationId, local_id: u64, path: String) {
        let result = self.attachment(&conversation, local_id, &path).await;
        self.report(Outcome::Uploaded {
            conversation,
            local_id,
            result: result.map(Box::new),
        });
    }

    async fn attachment(
        &self,
        conversation: &ConversationId,
        local_id: u64,
        path: &str,
    ) -> Result<Attachment, String> {
        let path = self.expand(path);
        let outcomes = self.outcomes.clone();
        let progress = move |sent: u64, size: u64| {
            let percent = sent.saturating_mul(100) / size.max(1);
            let percent = u8::try_from(percent.min(100)).unwrap_or(100);
            let _ = outcomes.send(Outcome::UploadProgress { local_id, percent });
        };
        let opened = Upload::file(&path);
        let upload = opened.map_err(|error| format!("{}: {error}", path.display()))?;
        let upload = upload.on_progress(progress);
        let failed = |error: rest_api::Error| error_chain(&error);
        match kind(&path) {
            FileKind::Picture => {
                let image = self.handle.upload_image(upload).await;
                image.map(Into::into).map_err(|error| error_chain(&error))
            }
            FileKind::Video => {
                let video = self.rest.upload_video(conversation, upload).await;
                video.map(Into::into).map_err(failed)
            }
            FileKind::Other => {
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                let media_type = "application/octet-stream";
                let file = self
                    .rest
                    .upload_file(conversation, &name, media_type, upload);
                file.await.map(Into::into).map_err(failed)
            }
        }
    }

    /// Replaces `~/` at the beginning of a path by the home directory.
    fn expand(&self, path: &str) -> PathBuf {
        match (path.strip_prefix("~/"), &self.home) {
            (Some(rest), Some(home)) => home.join(rest),
            _ => PathBuf::from(path),
        }
    }

    /// Closes the outbox, at the latest after `limit`.
    pub(super) async fn finish(&self, limit: Duration) {
        let _ = tokio::time::timeout(limit, self.outbox.flush()).await;
        self.outbox.clone().close().await;
    }
}

/// Kind of a file, by its extension. GroupMe's services check the content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum FileKind {
    Picture,
    Video,
    Other,
}

fn kind(path: &Path) -> FileKind {
    let end = path
        .extension()
        .map(|end| end.to_string_lossy().to_lowercase());
    match end.as_deref() {
        Some("jpg" | "jpeg" | "png" | "gif") => FileKind::Picture,
        Some("mp4" | "m4v" | "mov") => FileKind::Video,
        _ => FileKind::Other,
    }
}

/// Returns an id below those of all messages sent at or after a time: the ids begin with the time in
/// seconds, and eight digits follow.
fn first_id(time: Timestamp) -> MessageId {
    MessageId::new(format!("{}00000000", time.as_secs().max(0)))
}

/// Returns an error with its causes, for one line.
fn error_chain(error: &dyn core::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        // Transparent errors repeat the text of their cause.
        let cause_text = cause.to_string();
        if !text.ends_with(&cause_text) {
            text = format!("{text}: {cause_text}");
        }
        source = cause.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_before_the_first_id_of_its_first_second() {
        let id = first_id(Timestamp::from_secs(1_751_413_222));
        assert_eq!(id, "175141322200000000");
        assert!(id < MessageId::new("175141322200000001"));
    }

    #[test]
    fn pictures_and_videos_are_recognized_by_their_names() {
        assert_eq!(kind(Path::new("a/b.JPG")), FileKind::Picture);
        assert_eq!(kind(Path::new("b.mp4")), FileKind::Video);
        assert_eq!(kind(Path::new("png")), FileKind::Other);
    }
}
