//! `groupme download`: saves the pictures, videos, sounds and files of a message.

use std::{
    collections::BTreeSet,
    fs::{self, File},
    io::{self, Write as _},
    path::Path,
};

use anyhow::anyhow;
use groupme_model::{Attachment, FileId, Message, attachment::Thumbnail};
use groupme_rest::{
    Conversation, Download, Error,
    endpoint::{messages, uploads},
};

use crate::{
    account::Account,
    args::{self, PictureSize},
    exit::Failure,
    output::{Row, RowPrinter},
};

/// Part of a message to save.
#[derive(Debug)]
enum Medium {
    Url(String),
    File(FileId),
}

pub(crate) async fn run(args: args::Download) -> Result<(), Failure> {
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
    let mut failure = None;
    for (index, medium) in media.iter().enumerate() {
        let name = match medium {
            Medium::Url(url) => name_of_url(&message, index + 1, url),
            Medium::File(file) => name_of_file(&account, &conversation, file).await?,
        };
        let path = args.into.join(unused(&name, &mut names));
        let opened = match medium {
            Medium::Url(url) => account.rest().download(url).await,
            Medium::File(file) => account.rest().download_file(&conversation, file).await,
        };
        let saved = match opened {
            Ok(download) => save(&path, download).await,
            Err(error) => Err(Stopped::Download(error)),
        };
        let stopped = match saved {
            Ok(size) => {
                rows.row(&Row::Downloaded(&path, size))?;
                continue;
            }
            Err(Stopped::File(error)) => Failure::Output(error),
            // The sender has chosen the URL, not the user of this command.
            Err(Stopped::Download(error @ Error::Misuse { .. })) => {
                Failure::Refused(anyhow!("{error}"))
            }
            Err(Stopped::Download(error)) => account.failure(error).await,
        };
        // The other media are saved all the same.
        if failure.is_some() {
            tracing::warn!("{stopped}");
        } else {
            failure = Some(stopped);
        }
    }
    failure.map_or(Ok(()), Err)
}

/// Numbers a name that another medium of the message has.
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

/// Returns the id of the message and the number of the part, with the extension that the URL has.
fn name_of_url(message: &Message, number: usize, url: &str) -> String {
    let name = url.rsplit('/').next().unwrap_or_default();
    let name = name.split(['?', '#']).next().unwrap_or_default();
    // `1024x768.jpeg.KEY`, and its sizes, have the extension in the middle.
    let mut words = name.split('.').skip(1);
    let extension = words.find(|word| {
        (2..=4).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_alphanumeric())
    });
    let id = safe(message.id.as_str());
    match extension {
        Some(extension) => format!("{id}-{number}.{extension}"),
        None => format!("{id}-{number}"),
    }
}

/// Returns the name that the sender gave a file, or the file's id.
async fn name_of_file(
    account: &Account,
    conversation: &Conversation,
    file: &FileId,
) -> Result<String, Failure> {
    let call = uploads::file_infos(conversation, core::slice::from_ref(file));
    let infos = account.call(&call).await?;
    let info = infos.into_iter().find(|info| info.file_id == *file);
    let name = info.and_then(|info| info.file_data?.file_name);
    let name = safe(&name.unwrap_or_default());
    Ok(if name.is_empty() {
        safe(file.as_str())
    } else {
        name
    })
}

/// Returns a name that is one file of a directory, whatever its sender wrote: it leads to no other
/// directory, is not hidden, and shows as what it is.
fn safe(name: &str) -> String {
    let is_bad = |letter: char| {
        letter.is_control() || crate::output::is_invisible(letter) || "/\\:*?\"<>|".contains(letter)
    };
    let name: String = name
        .chars()
        .map(|letter| if is_bad(letter) { '_' } else { letter })
        .collect();
    let name = name.trim().trim_start_matches('.');
    let mut end = name.len().min(MAX_NAME);
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    name[..end].to_owned()
}

/// Reason why a medium is not saved.
enum Stopped {
    File(anyhow::Error),
    Download(Error),
}

/// Saves a download under a name that nothing has, and returns its size. Until it is whole, it has the
/// name with `.part` behind, which stays behind if the program is killed.
async fn save(path: &Path, mut download: Download) -> Result<u64, Stopped> {
    let of = |error: io::Error| {
        let error = anyhow::Error::new(error);
        Stopped::File(error.context(format!("cannot write {}", path.display())))
    };
    if path.symlink_metadata().is_ok() {
        return Err(of(io::ErrorKind::AlreadyExists.into()));
    }
    let mut part = path.as_os_str().to_owned();
    part.push(".part");
    let part = Path::new(&part);
    // One of an earlier run, or something put there to be followed.
    let _ = fs::remove_file(part);
    let mut file = File::create_new(part).map_err(of)?;
    let result = loop {
        match download.next().await {
            None => break file.sync_all().map_err(of),
            Some(Err(error)) => break Err(Stopped::Download(error)),
            Some(Ok(piece)) => {
                if let Err(error) = file.write_all(&piece) {
                    break Err(of(error));
                }
            }
        }
    };
    // A link does not replace what has the name by now, as renaming would.
    let place = || match fs::hard_link(part, path) {
        // Some file systems have no links.
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => fs::rename(part, path),
        linked => linked,
    };
    let result = result.and_then(|()| place().map_err(of));
    // The error of the download or of the disk says more than one of the removal.
    let _ = fs::remove_file(part);
    result.map(|()| download.received())
}

/// Maximum size of a name, in bytes; file systems take 255.
const MAX_NAME: usize = 200;
