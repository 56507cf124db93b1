//! `groupme send`: sends a message exactly once.

mod parts;

use core::time::Duration;
use std::path::Path;

use anyhow::{Context as _, anyhow};
use groupme_model::{
    Attachment, Draft, MessageId, SourceGuid, UserId,
    attachment::{Image, Mentions, Reply},
};
use groupme_rest::{
    Conversation,
    endpoint::{members, messages, uploads},
};

use self::parts::Parts;
use super::text;
use crate::{
    account::Account,
    args::{Mention, Send},
    exit::Failure,
    input_file,
    output::RowPrinter,
};

pub(crate) async fn run(args: Send) -> Result<(), Failure> {
    let account = Account::open(&args.account).await?;
    let image = match &args.image {
        Some(file) => Some(picture(file, args.account.timeout).await?),
        None => None,
    };
    let text = args.text.as_deref().map(text::read).transpose()?;
    let conversation = account.conversation(&args.conversation).await?;
    let text = text.unwrap_or_default();
    let mentions = mentions(&account, &conversation, &args.mentions, &text).await?;
    let mut drafts = if args.split {
        Draft::split_numbered(&text)
    } else {
        vec![Draft::new(text)]
    };
    // A picture may come without a text.
    if drafts.is_empty() {
        drafts.push(Draft::new(""));
    }
    let from = args.from_part.map_or(0, |part| part as usize - 1);
    if from >= drafts.len() {
        return Err(Failure::Usage(anyhow!(
            "--from-part is beyond the last part: the text has {}",
            drafts.len()
        )));
    }
    // Attachments belong to the first part.
    if from == 0 {
        let mut first = drafts.remove(0);
        if let Some(mentions) = mentions {
            first = first.attach(mentions);
        }
        if let Some(message) = &args.reply_to {
            let message = account.message(&conversation, message).await?;
            first = first.attach(answer(&account, &conversation, message).await?);
        }
        if let Some((kind, bytes)) = image {
            let picture = account.call(&uploads::image(kind, bytes)).await?;
            first = first.attach(Image::new(picture.url));
        }
        drafts.insert(0, first);
    }
    let own = args.guid.is_some();
    let guid = match args.guid {
        Some(guid) => SourceGuid::from(guid),
        None => account.rest().source_guid(),
    };
    let parts = Parts {
        account: &account,
        conversation: &conversation,
        guid,
        is_new: !own,
        rows: RowPrinter::new(args.output),
    };
    parts.send(drafts, from).await
}

/// Returns the mentions, each at the first place of its words in the text.
async fn mentions(
    account: &Account,
    conversation: &Conversation,
    wanted: &[Mention],
    text: &str,
) -> Result<Option<Mentions>, Failure> {
    let mut mentions = Mentions::default();
    for Mention { user, words } in wanted {
        let Some(start) = text.find(words.as_str()) else {
            return Err(Failure::Usage(anyhow!(
                "`{words}` of --mention is not in the text"
            )));
        };
        let users = if user == EVERYONE {
            others(account, conversation).await?
        } else {
            vec![mentioned(account, conversation, user).await?]
        };
        for user in users {
            let added = mentions.add(user, text, start..start + words.len());
            added.map_err(Failure::usage)?;
        }
    }
    Ok((!wanted.is_empty()).then_some(mentions))
}

/// Returns the user of a mention, given by id or by name.
async fn mentioned(
    account: &Account,
    conversation: &Conversation,
    user: &str,
) -> Result<UserId, Failure> {
    match conversation {
        Conversation::Group(group) => account.member(group, user, "--mention").await,
        // The other user is the only one there is.
        _ => Ok(UserId::from(user)),
    }
}

/// Returns all members of a group but the account's user.
async fn others(account: &Account, conversation: &Conversation) -> Result<Vec<UserId>, Failure> {
    let Conversation::Group(group) = conversation else {
        return Err(Failure::Usage(anyhow!(
            "`--mention {EVERYONE}` is for groups"
        )));
    };
    let you = account.me().await?.id;
    let members = account.call(&members::list(group.clone())).await?;
    let users = members.into_iter().filter_map(|member| member.user_id);
    Ok(users.filter(|user| *user != you).collect())
}

/// Builds the reply attachment, which needs the author of the message and the root of its thread.
async fn answer(
    account: &Account,
    conversation: &Conversation,
    message: MessageId,
) -> Result<Reply, Failure> {
    let answered = account
        .call(&messages::show(conversation, &message))
        .await?;
    let root = answered.attachments.iter().find_map(|part| match part {
        Attachment::Reply(reply) => reply.root().cloned(),
        _ => None,
    });
    let author = answered.sender().cloned();
    Ok(Reply::new(message, root, author.unwrap_or_default()))
}

/// Reads an image and detects its media type by its first bytes.
async fn picture(file: &Path, timeout: Duration) -> Result<(&'static str, Vec<u8>), Failure> {
    let bytes = input_file::read(file, MAX_IMAGE, timeout)
        .await
        .with_context(|| format!("cannot read the image {}", file.display()))
        .map_err(Failure::Usage)?;
    let known = KINDS.iter().find(|(start, _)| bytes.starts_with(start));
    match known {
        Some((_, kind)) => Ok((kind, bytes)),
        None => Err(Failure::Usage(anyhow!(
            "{} is not a JPEG, PNG or GIF image, the formats GroupMe accepts",
            file.display()
        ))),
    }
}

/// User of `--mention` that stands for all other members.
const EVERYONE: &str = "everyone";

/// Maximum bytes of an image. GroupMe documents no limit; photographs of phones have up to 20 MB.
const MAX_IMAGE: u64 = 32 * 1024 * 1024;

const KINDS: [(&[u8], &str); 3] = [
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF8", "image/gif"),
];
