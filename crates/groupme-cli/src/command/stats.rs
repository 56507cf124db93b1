//! `groupme stats`: shows when a conversation is active, and who writes.

mod activity;
mod bars;
mod svg;

use std::io::{self, IsTerminal as _, Write as _};

use anyhow::{Context as _, anyhow};
use groupme_archive::Contents;
use groupme_model::ConversationId;
use groupme_rest::Conversation;
use jiff::tz::TimeZone;

use self::activity::Activity;
use super::{
    archive::of_files,
    history::{cut_short, fewer},
};
use crate::{
    account::Account,
    args::{ConversationArgs, RowFormat, Stats},
    exit::Failure,
    name_lookup::{Named, choose},
    output::write_json,
    output_file,
};

pub(crate) async fn run(args: Stats) -> Result<(), Failure> {
    let mut activity = Activity::new(TimeZone::system());
    let whole = match &args.archive {
        Some(directory) => {
            let contents = Contents::open(directory).map_err(|error| of_files(&error))?;
            read(&contents, &args, &mut activity)?;
            Ok(())
        }
        None => fetch(&args, &mut activity).await?,
    };
    if let Some(path) = &args.svg {
        let picture = svg::draw(&activity, args.top);
        output_file::write(path, picture.as_bytes())
            .with_context(|| format!("cannot write {}", path.display()))
            .map_err(Failure::Output)?;
    }
    let format = args.output.format.unwrap_or_else(|| {
        if io::stdout().is_terminal() {
            RowFormat::Pretty
        } else {
            RowFormat::Json
        }
    });
    let mut stdout = io::stdout().lock();
    match format {
        RowFormat::Pretty => bars::draw(&mut stdout, &activity, args.top)?,
        RowFormat::Json => write_json(&mut stdout, &activity.summary(args.top))?,
    }
    stdout.flush()?;
    whole
}

/// Counts the messages of an archive, or of one conversation in it.
fn read(contents: &Contents, args: &Stats, activity: &mut Activity) -> Result<(), Failure> {
    let wanted = wanted(args, contents)?;
    let conversations = contents.conversations().iter();
    let mut is_found = false;
    for about in conversations.filter(|about| wanted.as_ref().is_none_or(|id| *id == about.id)) {
        is_found = true;
        let mut messages = contents
            .messages(&about.id)
            .map_err(|error| of_files(&error))?;
        while let Some(message) = messages.next().map_err(|error| of_files(&error))? {
            activity.add(&message);
        }
    }
    match wanted {
        Some(id) if !is_found => Err(Failure::Usage(anyhow!(
            "conversation {id} is not in the archive {}",
            contents.root().display()
        ))),
        _ => Ok(()),
    }
}

fn wanted(args: &Stats, contents: &Contents) -> Result<Option<ConversationId>, Failure> {
    let (Some(wanted), kind, option) = (match (&args.group, &args.dm) {
        (Some(group), _) => (Some(group), "group", "--group"),
        (None, with) => (with.as_ref(), "user", "--dm"),
    }) else {
        return Ok(None);
    };
    if let Some(conversation) = place(args).by_id() {
        let id = conversation.id(contents.user());
        return id.map(Some).map_err(Failure::usage);
    }
    let conversations = contents.conversations().iter();
    let named: Vec<_> = conversations
        .filter(|about| about.id.as_str().contains('+') == (kind == "user"))
        .map(|about| Named::new(&about.id, about.name.clone().unwrap_or_default()))
        .collect();
    let found = choose(wanted, kind, option, &named)?;
    Ok(Some(ConversationId::from(found.id)))
}

fn place(args: &Stats) -> ConversationArgs {
    ConversationArgs {
        group: args.group.clone(),
        topic: None,
        dm: args.dm.clone(),
    }
}

/// Counts the messages that GroupMe has of a conversation. The inner error is that of a history with fewer
/// messages than GroupMe counts, of which the statistics are printed all the same.
async fn fetch(args: &Stats, activity: &mut Activity) -> Result<Result<(), Failure>, Failure> {
    let account = Account::open(&args.account).await?;
    let conversation: Conversation = account.conversation(&place(args)).await?;
    let mut history = account.rest().history(conversation);
    let (mut found, mut unreadable) = (0_u64, 0_usize);
    while let Some(page) = history.next().await {
        match page {
            Ok(page) => {
                page.messages().for_each(|message| activity.add(&message));
                found = found.saturating_add((page.len() + page.unreadable) as u64);
                unreadable = unreadable.saturating_add(page.unreadable);
            }
            Err(error) => return Err(account.failure(error).await),
        }
    }
    if unreadable > 0 {
        tracing::warn!(messages = unreadable, "skipped messages without an id");
    }
    let count = history.count();
    Ok(match count {
        _ if history.is_cut_short() => Err(cut_short(&history, count.map(|count| (found, count)))),
        Some(count) if found < count => Err(Failure::Incomplete(fewer(found, count))),
        _ => Ok(()),
    })
}
