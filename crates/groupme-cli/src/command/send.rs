//! `groupme send`: a message, once.

use std::{fs, path::Path};

use anyhow::{Context as _, anyhow};
use groupme_model::{
    Attachment, Draft, MessageId, SourceGuid,
    attachment::{Image, Reply},
};
use groupme_rest::{
    Conversation,
    endpoint::{messages, uploads},
};

use super::text;
use crate::{
    account::Account,
    args::Send,
    exit::Failure,
    output::{Row, Sheet},
};

pub(crate) async fn run(args: Send) -> Result<(), Failure> {
    let account = Account::open(&args.account)?;
    let image = args.image.as_deref().map(picture).transpose()?;
    let text = args.text.as_deref().map(text::read).transpose()?;
    let conversation = account.conversation(&args.place).await?;
    let mut draft = Draft::new(text.unwrap_or_default());
    if let Some(message) = args.reply_to {
        draft = draft.attach(answer(&account, &conversation, message.into()).await?);
    }
    if let Some((kind, bytes)) = image {
        let picture = account.call(&uploads::image(kind, bytes)).await?;
        draft = draft.attach(Image::new(picture.url));
    }
    let guid = match args.guid {
        Some(guid) => SourceGuid::from(guid),
        None => account.rest().source_guid(),
    };
    let sent = account.rest().send_as(&conversation, draft, guid.clone());
    match sent.await {
        Ok(sent) => Ok(Sheet::new(args.shape).row(&Row::Sent(&sent, &guid))?),
        Err(error) if error.is_transient() && !error.was_not_processed() => {
            // It may have arrived, so how to go on is not left to guesses.
            let guid = format!("to send it once all the same, add --guid {guid} within a minute");
            Err(account.failure(error).await.and(&guid))
        }
        Err(error) => Err(account.failure(error).await),
    }
}

/// An answer to a message: GroupMe wants its author, and where its own thread began.
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

/// An image and its media type, which its first bytes tell.
fn picture(file: &Path) -> Result<(&'static str, Vec<u8>), Failure> {
    let bytes = fs::read(file)
        .with_context(|| format!("cannot read the image {}", file.display()))
        .map_err(Failure::Usage)?;
    let known = KINDS.iter().find(|(start, _)| bytes.starts_with(start));
    match known {
        Some((_, kind)) => Ok((kind, bytes)),
        None => Err(Failure::Usage(anyhow!(
            "{} is no JPEG, PNG or GIF, and GroupMe takes no other image",
            file.display()
        ))),
    }
}

const KINDS: [(&[u8], &str); 3] = [
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF8", "image/gif"),
];
