//! `groupme download`: saves the pictures, videos, sounds and files of a message.

use std::{
    collections::BTreeSet,
    io::{self, Write as _},
    path::Path,
};

use anyhow::anyhow;
use groupme_archive::{ExpectedMedium, PartFile, file_name};
use groupme_model::{Attachment, FileId, Message, attachment::Thumbnail};
use groupme_rest::{
    Conversation, Download, Error,
    endpoint::{
        messages,
        uploads::{self, FileData},
    },
};

use super::Stop;
use crate::{
    account::Account,
    args::{self, PictureSize},
    exit::Failure,
    output::{Row, RowPrinter, chain},
};

/// Part of a message to save.
#[derive(Debug)]
enum Medium {
    Url(String),
    File(FileId),
}

pub(crate) async fn run(args: args::Download) -> Result<(), Failure> {
    let mut stop = Stop::listen()?;
    tokio::select! {
        outcome = download(args) => outcome,
        // The file that is not whole is removed with its future.
        () = stop.requested() => Err(Failure::Other(anyhow!("interrupted"))),
    }
}

async fn download(args: args::Download) -> Result<(), Failure> {
    let account = Account::open(&args.target.account).await?;
    let mut rows = RowPrinter::new(args.target.output);
    let conversation = account.conversation(&args.target.conversation).await?;
    let message = account.message(&conversation, &args.target.message).await?;
    let call = messages::show(&conversation, message);
    let message = account.call(&call).await?;
    let media = media(&message, args.size);
    if media.is_empty() {
        return Err(Failure::Refused(anyhow!(
            "message {} has no picture, video, sound or file",
            message.id
        )));
    }
    let mut names = BTreeSet::new();
    let (mut failure, mut unshown) = (None, None);
    for (index, medium) in media.iter().enumerate() {
        let sent = match medium {
            Medium::Url(_) => None,
            Medium::File(file) => described(&account, &conversation, file).await,
        };
        let name = match medium {
            Medium::Url(url) => name_of_url(&message, index + 1, url),
            Medium::File(file) => name_of_file(file, sent.as_ref()),
        };
        let expected = match medium {
            Medium::Url(_) => ExpectedMedium::Picture,
            Medium::File(_) => ExpectedMedium::File {
                name: Some(&name),
                media_type: sent.as_ref().and_then(|sent| sent.mime_type.as_deref()),
                size: sent.as_ref().and_then(|sent| sent.file_size),
            },
        };
        let path = args.into.join(unused(&name, &mut names));
        let opened = match medium {
            Medium::Url(url) => account.rest().download(url).await,
            Medium::File(file) => account.rest().download_file(&conversation, file).await,
        };
        let saved = match opened {
            Ok(download) => save(&path, download, args.max_size, expected).await,
            Err(error) => Err(Stopped::Download(error)),
        };
        let stopped = match saved {
            Ok(size) => {
                // Once nothing can be printed, the other media are saved all the same.
                if unshown.is_none()
                    && let Err(error) = rows.row(&Row::Downloaded(&path, size))
                {
                    let done = format!("{} was saved", path.display());
                    unshown = Some(Failure::not_shown(error, &done));
                }
                continue;
            }
            Err(Stopped::File(error)) => Failure::Output(error),
            Err(Stopped::TooLarge) => Failure::Refused(anyhow!(
                "{} has more than {} MiB; --max-size allows more",
                path.display(),
                args.max_size
            )),
            Err(Stopped::NoMedium(reason)) => Failure::Temporary(anyhow!(
                "{} is not saved: {reason}; try again later",
                path.display()
            )),
            // The sender has chosen the URL, not the user of this command.
            Err(Stopped::Download(error @ Error::Misuse { .. })) => {
                Failure::Refused(anyhow!("{error}"))
            }
            Err(Stopped::Download(error)) => account.failure(error).await,
        };
        // The other media are still saved.
        if failure.is_some() {
            tracing::warn!("{stopped}");
        } else {
            failure = Some(stopped);
        }
    }
    failure.or(unshown).map_or(Ok(()), Err)
}

/// Appends a number to a name that another medium of the message has.
fn unused(name: &str, names: &mut BTreeSet<String>) -> String {
    let mut unused = name.to_owned();
    let mut number = 2;
    while !names.insert(unused.clone()) {
        unused = match name.rsplit_once('.') {
            Some((stem, extension)) => format!("{stem} ({number}).{extension}"),
            None => format!("{name} ({number})"),
        };
        number += 1;
    }
    unused
}

/// Returns the parts of a message that can be saved.
fn media(message: &Message, size: Option<PictureSize>) -> Vec<Medium> {
    let smaller = |url: &String| {
        let size = match size? {
            PictureSize::Avatar => Thumbnail::Avatar,
            PictureSize::Preview => Thumbnail::Preview,
            PictureSize::Large => Thumbnail::Large,
        };
        size.url_of(url)
    };
    let picture = |url: &Option<String>| {
        let url = url.as_ref()?;
        Some(Medium::Url(smaller(url).unwrap_or_else(|| url.clone())))
    };
    let attached = message.attachments.iter().filter_map(|part| match part {
        Attachment::Image(part) => picture(&part.url),
        Attachment::Video(part) => part.url.clone().map(Medium::Url),
        Attachment::Audio(part) => part.url.clone().map(Medium::Url),
        Attachment::File(part) => part.file_id.clone().map(Medium::File),
        _ => None,
    });
    let mut media: Vec<_> = attached.collect();
    // Messages of old have a picture beside their attachments.
    if media.is_empty() {
        media.extend(picture(&message.picture_url));
    }
    media
}

/// Returns a file name made of the message's id, the number of the part, and the extension of the URL.
fn name_of_url(message: &Message, number: usize, url: &str) -> String {
    let name = url.rsplit('/').next().unwrap_or_default();
    let name = name.split(['?', '#']).next().unwrap_or_default();
    // `1024x768.jpeg.KEY`, and its sizes, have the extension in the middle.
    let mut words = name.split('.').skip(1);
    let extension = words.find(|word| {
        (2..=4).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_alphanumeric())
    });
    let id = file_name(message.id.as_str());
    match extension {
        Some(extension) => format!("{id}-{number}.{extension}"),
        None => format!("{id}-{number}"),
    }
}

/// Returns the sender's description of a file, if GroupMe has one.
async fn described(
    account: &Account,
    conversation: &Conversation,
    file: &FileId,
) -> Option<FileData> {
    let call = uploads::file_infos(conversation, core::slice::from_ref(file));
    let infos = account.rest().call(&call).await.unwrap_or_else(|error| {
        // The file can be fetched without its name.
        tracing::warn!("a file has no name: {}", chain(&error));
        Vec::new()
    });
    let info = infos.into_iter().find(|info| info.file_id == *file);
    info.and_then(|info| info.file_data)
}

/// Returns the sender's name of a file, or the file's id.
fn name_of_file(file: &FileId, sent: Option<&FileData>) -> String {
    let name = sent.and_then(|sent| sent.file_name.as_deref());
    let name = file_name(name.unwrap_or_default());
    if name.is_empty() {
        file_name(file.as_str())
    } else {
        name
    }
}

/// Reason why a medium is not saved.
enum Stopped {
    File(anyhow::Error),
    TooLarge,
    /// The answer is something else, for a reason.
    NoMedium(&'static str),
    Download(Error),
}

/// Saves a download of at most `max_mib` under a name that is free, and returns its size in bytes. The
/// unfinished file has a hidden name; the next run removes the one of a killed program.
async fn save(
    path: &Path,
    mut download: Download,
    max_mib: u64,
    expected: ExpectedMedium<'_>,
) -> Result<u64, Stopped> {
    let max = max_mib.saturating_mul(1 << 20);
    if download.size().is_some_and(|size| size > max) {
        return Err(Stopped::TooLarge);
    }
    let of = |error: io::Error| {
        let error = anyhow::Error::new(error);
        Stopped::File(error.context(format!("cannot write {}", path.display())))
    };
    if path.symlink_metadata().is_ok() {
        return Err(of(io::ErrorKind::AlreadyExists.into()));
    }
    let media_type = download.media_type().map(str::to_owned);
    let mut head = Vec::new();
    let mut part = PartFile::create(path).map_err(of)?;
    while let Some(piece) = download.next().await {
        let piece = piece.map_err(Stopped::Download)?;
        if download.received() > max {
            return Err(Stopped::TooLarge);
        }
        let more = ExpectedMedium::HEAD.saturating_sub(head.len());
        head.extend(piece.iter().take(more));
        part.write_all(&piece).map_err(of)?;
    }
    let mismatch = expected.mismatch(media_type.as_deref(), &head, download.received());
    if let Some(reason) = mismatch {
        return Err(Stopped::NoMedium(reason));
    }
    part.place().map_err(of)?;
    Ok(download.received())
}
