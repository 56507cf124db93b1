//! `groupme polls`: lists, creates and ends polls, and votes.

use std::collections::BTreeSet;

use anyhow::anyhow;
use groupme_model::{
    Poll, Timestamp,
    poll::{PollType, PollVisibility},
};
use groupme_rest::{
    Conversation,
    endpoint::polls::{self, NewPoll},
};

use crate::{
    account::Account,
    args::{CreatePoll, EndPoll, ListPolls, Polls, Vote},
    exit::Failure,
    name_lookup::{Named, choose},
    output::{Row, RowPrinter},
};

pub(crate) async fn run(command: Polls) -> Result<(), Failure> {
    match command {
        Polls::List(args) => list(args).await,
        Polls::Create(args) => create(args).await,
        Polls::Vote(args) => vote(args).await,
        Polls::End(args) => end(args).await,
    }
}

async fn list(args: ListPolls) -> Result<(), Failure> {
    let account = Account::open(&args.account).await?;
    let conversation = account.conversation(&args.conversation).await?;
    let mut rows = RowPrinter::new(args.output);
    for poll in all(&account, &conversation).await? {
        rows.row(&Row::Poll(&poll))?;
    }
    Ok(rows.finish()?)
}

async fn create(args: CreatePoll) -> Result<(), Failure> {
    let account = Account::open(&args.account).await?;
    let conversation = account.conversation(&args.conversation).await?;
    let ends = Timestamp::from_secs(args.ends.timestamp().as_second());
    let mut new = NewPoll::new(args.question, args.options, ends);
    if args.multiple {
        new.kind = PollType::Multi;
    }
    if args.anonymous {
        new.visibility = PollVisibility::Anonymous;
    }
    let created = account.call(&polls::create(&conversation, &new)).await?;
    RowPrinter::new(args.output).done(&Row::Poll(&created.poll), "the poll was created")
}

async fn vote(args: Vote) -> Result<(), Failure> {
    let account = Account::open(&args.account).await?;
    let conversation = account.conversation(&args.conversation).await?;
    let poll = find(&account, &conversation, &args.poll).await?;
    let mut chosen = Vec::new();
    for wanted in &args.options {
        let options = poll.data.options.iter().flatten();
        let named: Vec<_> = options
            .filter_map(|option| {
                let title = option.title.clone().unwrap_or_default();
                Some(Named::new(option.id.as_ref()?, title))
            })
            .collect();
        let option = match named.iter().find(|option| option.id == *wanted) {
            Some(option) => option.clone(),
            None => choose(wanted, "option", "the option", &named)?,
        };
        chosen.push(option.id.as_str().into());
    }
    let id = &poll.data.id;
    let is_single = poll.data.kind != Some(PollType::Multi);
    let call = match &chosen[..] {
        [option] if is_single => polls::vote(&conversation, id, option),
        _ if is_single => {
            return Err(Failure::Usage(anyhow!(
                "the poll {id} takes one option, and {} are given",
                chosen.len()
            )));
        }
        several => polls::vote_multiple(&conversation, id, several),
    };
    let voted = account.call(&call).await?;
    RowPrinter::new(args.output).done(&Row::Poll(&voted), "the vote was cast")
}

async fn end(args: EndPoll) -> Result<(), Failure> {
    let account = Account::open(&args.account).await?;
    let conversation = account.conversation(&args.conversation).await?;
    let poll = find(&account, &conversation, &args.poll).await?;
    let ended = account
        .call(&polls::end(&conversation, &poll.data.id))
        .await?;
    RowPrinter::new(args.output).done(&Row::Poll(&ended), "the poll was ended")
}

/// Returns all polls of a conversation.
async fn all(account: &Account, conversation: &Conversation) -> Result<Vec<Poll>, Failure> {
    let (mut found, mut ids) = (Vec::new(), BTreeSet::new());
    let mut continuation: Option<String> = None;
    loop {
        let call = polls::list(conversation, continuation.as_deref());
        let page = account.call(&call).await?.unwrap_or_default();
        let before = found.len();
        for poll in page.polls {
            if ids.insert(poll.data.id.clone()) {
                found.push(poll);
            }
        }
        if found.len() > MAX_POLLS {
            return Err(Failure::Other(anyhow!(
                "the API lists polls without an end: more than {MAX_POLLS}"
            )));
        }
        // A page without new polls is the end, whatever its token says.
        continuation = page.continuation_token.filter(|_| found.len() > before);
        if continuation.is_none() {
            return Ok(found);
        }
    }
}

/// Maximum number of polls in a conversation, more than people make.
const MAX_POLLS: usize = 20_000;

/// Finds a poll by its id or question.
async fn find(
    account: &Account,
    conversation: &Conversation,
    wanted: &str,
) -> Result<Poll, Failure> {
    let polls = all(account, conversation).await?;
    let named: Vec<_> = polls
        .iter()
        .map(|poll| Named::new(&poll.data.id, poll.data.subject.clone().unwrap_or_default()))
        .collect();
    let id = match named.iter().find(|poll| poll.id == wanted) {
        Some(poll) => poll.id.clone(),
        None => choose(wanted, "poll", "the poll", &named)?.id,
    };
    let found = polls.into_iter().find(|poll| poll.data.id.as_str() == id);
    found.ok_or_else(|| Failure::Refused(anyhow!("not found: there is no poll {wanted}")))
}
