//! `groupme archive`: keeps whole conversations with their media in a directory.

mod bars;

use anyhow::anyhow;
use groupme_archive::{About, Archive, Contents, Error, Progress, Settings, html};
use groupme_model::UserId;
use groupme_rest::Conversation;

use self::bars::Bars;
use super::Stop;
use crate::{
    account::Account,
    args,
    exit::Failure,
    output::{Row, RowPrinter, chain},
};

pub(crate) async fn run(args: args::Archive) -> Result<(), Failure> {
    let mut stop = Stop::listen()?;
    tokio::select! {
        outcome = archive(args) => outcome,
        () = stop.requested() => Err(Failure::Other(anyhow!(
            "interrupted; run the command again to continue"
        ))),
    }
}

async fn archive(args: args::Archive) -> Result<(), Failure> {
    let mut rows = RowPrinter::new(args.output);
    let updated = if args.offline {
        Ok(())
    } else {
        update(&args, &mut rows).await
    };
    // An archive that is not complete can be read, too. A failure of the update says more than one of
    // the pages.
    let pages = if args.html {
        write_pages(&args, &mut rows)
    } else {
        Ok(())
    };
    updated.and(pages)
}

fn write_pages(args: &args::Archive, rows: &mut RowPrinter) -> Result<(), Failure> {
    let contents = Contents::open(&args.directory);
    let index = contents.and_then(|contents| html::write(&contents));
    let index = index.map_err(|error| of_files(&error))?;
    rows.done(&Row::Pages(&index), "the pages were written")
}

async fn update(args: &args::Archive, rows: &mut RowPrinter) -> Result<(), Failure> {
    let account = Account::open(&args.account).await?;
    let you = account.me().await?.id;
    let mut archive = match Archive::open(&args.directory, &you) {
        Ok(archive) => archive,
        Err(error) => return Err(failure(&account, error).await),
    };
    let named = named(&account, args).await?;
    let settings = settings(args);
    let wanted = match wanted(&account, &named, &you, &settings).await {
        Ok(wanted) => wanted,
        Err(error) => return Err(failure(&account, error).await),
    };
    let mut bars = Bars::new(wanted.len());
    let mut short = Vec::new();
    let (mut failed, mut unshown) = (None, None);
    let mut without_media = 0_u64;
    for about in wanted {
        let mut progress = |step: Progress<'_>| bars.show(&step);
        let updated = archive
            .update(account.rest(), about, &settings, &mut progress)
            .await;
        bars.end();
        match updated {
            Ok(report) => {
                if report.unreadable > 0 {
                    let (messages, id) = (report.unreadable, &report.about.id);
                    tracing::warn!(messages, conversation = %id, "skipped messages without an id");
                }
                without_media = without_media.saturating_add(report.media.failed);
                // Once nothing can be printed, the other conversations are archived all the same.
                if unshown.is_none()
                    && let Err(error) = rows.row(&Row::Archived(&report))
                {
                    unshown = Some(Failure::not_shown(error, "the conversations were archived"));
                }
                if report.missing() > 0 {
                    short.push((report.about.id.to_string(), report.missing()));
                }
            }
            // The other conversations are still archived.
            Err(error) if concerns_one_conversation(&error) => {
                let failure = failure(&account, error).await;
                if failed.is_some() {
                    tracing::warn!("{failure}");
                } else {
                    failed = Some(failure);
                }
            }
            Err(error) => return Err(failure(&account, error).await),
        }
    }
    let media = (without_media > 0).then(|| format!("media not fetched: {without_media}, {AGAIN}"));
    match (failed, short.as_slice(), media) {
        (Some(failure), _, None) => Err(failure),
        (Some(failure), _, Some(media)) => Err(failure.and(&media)),
        (None, [], None) => unshown.map_or(Ok(()), Err),
        (None, [], Some(media)) => Err(Failure::Temporary(anyhow!(media))),
        (None, short, None) => Err(incomplete(short)),
        (None, short, Some(media)) => Err(incomplete(short).and(&media)),
    }
}

/// End of the error for media that failed.
const AGAIN: &str = "as the warnings say; the next run tries again";

fn settings(args: &args::Archive) -> Settings {
    let mut settings = Settings::default();
    settings.recheck = args.recheck;
    settings.media = !args.no_media;
    settings.max_media_size = args.max_size.saturating_mul(1 << 20);
    settings.keep_deleted = args.keep_deleted;
    settings.patience = args.patience;
    let now = jiff::Timestamp::now().as_millisecond();
    settings.now = Some(groupme_model::Timestamp::from_millis(now));
    settings
}

/// Returns the conversations of the options, each given by name or id.
async fn named(account: &Account, args: &args::Archive) -> Result<Vec<Conversation>, Failure> {
    let mut named = Vec::new();
    for group in &args.groups {
        named.push(Conversation::Group(account.group(group).await?));
    }
    for with in &args.direct_messages {
        named.push(account.direct_messages(with).await?);
    }
    Ok(named)
}

/// Returns the conversations to be archived: those that are named, or else all.
async fn wanted(
    account: &Account,
    named: &[Conversation],
    you: &UserId,
    settings: &Settings,
) -> Result<Vec<About>, Error> {
    let client = account.rest().clone().with_user(you.clone());
    let mut tell = |step: Progress<'_>| {
        if let Progress::Waiting { error, wait } = step {
            tracing::warn!("waiting for {} s: {}", wait.as_secs(), chain(error));
        }
    };
    if named.is_empty() {
        return groupme_archive::conversations(&client, settings, &mut tell).await;
    }
    let mut wanted: Vec<About> = Vec::new();
    for conversation in named {
        let conversation = conversation.clone();
        let about =
            groupme_archive::conversation(&client, conversation, settings, &mut tell).await?;
        if !wanted.iter().any(|other| other.id == about.id) {
            wanted.push(about);
        }
    }
    Ok(wanted)
}

/// Returns whether the next conversation may still succeed.
fn concerns_one_conversation(error: &Error) -> bool {
    use groupme_rest::Error as Rest;

    match error {
        Error::Fetch { source, .. } => {
            !source.is_transient() && !matches!(**source, Rest::Unauthorized(_))
        }
        Error::Damaged { .. } | Error::DamagedDescription { .. } => true,
        _ => false,
    }
}

/// Classifies an error of the archive.
pub(super) async fn failure(account: &Account, error: Error) -> Failure {
    match error {
        Error::Fetch { subject, source } => {
            let failure = match &*source {
                // The ids are those that GroupMe lists: the user's are checked before.
                groupme_rest::Error::Misuse { .. } => Failure::Other(anyhow!(
                    "GroupMe lists an id with which no request can be made: {}",
                    chain(&*source)
                )),
                _ => account.failure(*source).await,
            };
            failure.and(&format!(
                "not fetched: {subject}; the next run continues there"
            ))
        }
        error => of_files(&error),
    }
}

/// Classifies an error of the archive's files.
pub(super) fn of_files(error: &Error) -> Failure {
    let text = anyhow!("{}", chain(error));
    match error {
        Error::OtherAccount { .. }
        | Error::NoArchive { .. }
        | Error::NoConversation { .. }
        | Error::NewerFormat { .. } => Failure::Usage(text),
        Error::File { .. } => Failure::Output(text),
        _ => Failure::Other(text),
    }
}

/// Returns the error of archives that are shorter than promised.
fn incomplete(short: &[(String, u64)]) -> Failure {
    let missing: u64 = short.iter().map(|(_, missing)| missing).sum();
    let named: Vec<_> = short
        .iter()
        .take(NAMED)
        .map(|(id, missing)| format!("{id} ({missing})"))
        .collect();
    let more = match short.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    Failure::Incomplete(anyhow!(
        "incomplete: GroupMe counts {missing} messages more than it returned, in {}{more}; it keeps some \
         old conversations in part only, and counts cleared messages, too",
        named.join(", ")
    ))
}

/// Conversations that an error names.
const NAMED: usize = 10;
