//! Transfer of one medium into a file of its own.

use core::time::Duration;
use std::{
    borrow::Cow,
    io::{self, Write as _},
    path::PathBuf,
};

use groupme_model::FileId;
use groupme_rest::{
    Client, Conversation, Download, Error as RestError,
    endpoint::uploads::{self, FileData},
};
use tokio::time::{Instant, timeout, timeout_at};

use crate::{
    PartFile, layout,
    media::{self, ExpectedMedium, Medium, Reference},
};

/// Medium to be fetched.
#[derive(Clone, Debug)]
pub(super) struct Job {
    pub(super) reference: Reference,
    pub(super) directory: PathBuf,
    pub(super) conversation: Conversation,
    /// Maximum size, in bytes.
    pub(super) max_size: u64,
    /// Time in which the answer has to begin, and then to go on.
    pub(super) patience: Duration,
}

/// Reason why a medium is not saved.
pub(super) enum Stopped {
    File(PathBuf, io::Error),
    Rest(RestError),
    /// GroupMe answers, but has failed again and again to hand out this one.
    Failed(RestError),
    /// The medium is larger than the limit, in bytes.
    TooLarge(u64),
    /// The bytes come too slowly, or not at all.
    TooSlow,
    /// The answer is something else, for a reason.
    NoMedium(&'static str),
}

/// Fetches one medium.
pub(super) async fn transfer(client: &Client, job: &Job) -> Result<Medium, Stopped> {
    let sent = match &job.reference {
        Reference::File(_, file) => described(client, &job.conversation, file).await?,
        Reference::Url(_) => None,
    };
    let stall = job.patience.max(SHORTEST_STALL);
    let opened = timeout(stall, open(client, job)).await;
    let download = opened.map_err(|_| Stopped::TooSlow)??;
    let media_type = download.media_type().map(str::to_owned);
    let name = sent.as_ref().and_then(|data| data.file_name.as_deref());
    let name = name.map(layout::file_name);
    let file = job
        .reference
        .file_name(name.as_deref(), media_type.as_deref());
    let expected = match &job.reference {
        Reference::Url(_) => ExpectedMedium::Picture,
        Reference::File(..) => ExpectedMedium::File {
            name: name.as_deref(),
            media_type: sent.as_ref().and_then(|data| data.mime_type.as_deref()),
            size: sent.as_ref().and_then(|data| data.file_size),
        },
    };
    let path = job.directory.join(&file);
    let failed = |error| Stopped::File(path.clone(), error);
    if download.size().is_some_and(|size| size > job.max_size) {
        return Err(Stopped::TooLarge(job.max_size));
    }
    let mut part = PartFile::create_private(&path).map_err(failed)?;
    let saved = save(download, &mut part, job.max_size, stall).await;
    let (head, bytes) = saved.map_err(|unsaved| match unsaved {
        Unsaved::Stopped(stopped) => stopped,
        Unsaved::File(error) => failed(error),
    })?;
    if let Some(reason) = expected.mismatch(media_type.as_deref(), &head, bytes) {
        return Err(Stopped::NoMedium(reason));
    }
    part.replace().map_err(failed)?;
    Ok(Medium {
        key: job.reference.key(),
        file: Some(file),
        bytes,
        // Of a picture that was announced as text, the next run would think that it is a text.
        media_type: media_type.filter(|media_type| {
            matches!(expected, ExpectedMedium::File { .. }) || !media::is_text_type(media_type)
        }),
        name,
        is_final: false,
        refused_at: None,
        refused: None,
    })
}

async fn open(client: &Client, job: &Job) -> Result<Download, Stopped> {
    let opened = match &job.reference {
        Reference::Url(url) => client.download(&secure(url)).await,
        Reference::File(_, file) => client.download_file(&job.conversation, file.as_str()).await,
    };
    opened.map_err(Stopped::Rest)
}

/// Reason why the bytes of a medium are not saved.
enum Unsaved {
    Stopped(Stopped),
    File(io::Error),
}

/// Saves the bytes of a download. Returns the first ones, and the number of all.
async fn save(
    mut download: Download,
    part: &mut PartFile,
    max_size: u64,
    stall: Duration,
) -> Result<(Vec<u8>, u64), Unsaved> {
    let begun = Instant::now();
    let (mut head, mut progressed, mut noted) = (Vec::new(), begun, 0_u64);
    loop {
        // The client is content with any progress; that may take for ever.
        let allowed =
            FIRST_MINUTE.saturating_add(Duration::from_secs(download.received() / MIN_RATE));
        let due = begun.checked_add(allowed).unwrap_or(begun);
        let stalled = progressed.checked_add(stall).unwrap_or(due);
        let piece = timeout_at(due.min(stalled), download.next()).await;
        let Some(piece) = piece.map_err(|_| Unsaved::Stopped(Stopped::TooSlow))? else {
            return Ok((head, download.received()));
        };
        let piece = piece.map_err(|error| Unsaved::Stopped(Stopped::Rest(error)))?;
        if download.received() > max_size {
            return Err(Unsaved::Stopped(Stopped::TooLarge(max_size)));
        }
        if download.received().saturating_sub(noted) >= MIN_PROGRESS {
            (progressed, noted) = (Instant::now(), download.received());
        }
        head.extend(
            piece
                .iter()
                .take(ExpectedMedium::HEAD.saturating_sub(head.len())),
        );
        part.write_all(&piece).map_err(Unsaved::File)?;
    }
}

/// Returns the sender's description of a file, if GroupMe knows it.
async fn described(
    client: &Client,
    conversation: &Conversation,
    file: &str,
) -> Result<Option<FileData>, Stopped> {
    let id = FileId::from(file);
    let call = uploads::file_infos(conversation, core::slice::from_ref(&id));
    match client.call(&call).await {
        Ok(infos) => {
            let info = infos.into_iter().find(|info| info.file_id == id);
            Ok(info.and_then(|info| info.file_data))
        }
        Err(error) if error.is_transient() => Err(Stopped::Rest(error)),
        // The file may still be there.
        Err(error) => {
            tracing::debug!(%error, "a file has no name");
            Ok(None)
        }
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

/// Time in which a medium need not have any speed.
const FIRST_MINUTE: Duration = Duration::from_mins(1);

/// Bytes a second that have to come on average after that.
const MIN_RATE: u64 = 16 << 10;

/// Shortest time for which an answer may stand still, whatever the patience is.
const SHORTEST_STALL: Duration = Duration::from_secs(1);

/// Bytes that count as progress, as in the client.
const MIN_PROGRESS: u64 = 4_096;

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
