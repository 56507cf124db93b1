//! Conversations of an account.

use groupme_model::{ConversationId, HistoryWindow};
use groupme_rest::{
    Client, Conversation, Error as RestError,
    endpoint::{groups, topics},
};

use crate::{About, Error, Kind, Progress, Settings, patience::patiently};

/// Lists all groups with their topics, and all direct messages, most recent first. Waits for the end of
/// temporary failures, up to [`Settings::patience`] each, and calls `progress` meanwhile.
///
/// # Errors
///
/// [`Error::Fetch`].
pub async fn conversations(
    client: &Client,
    settings: &Settings,
    progress: &mut dyn FnMut(Progress<'_>),
) -> Result<Vec<About>, Error> {
    let found = list(client, settings, progress).await;
    found.map_err(Error::fetch("the list of conversations"))
}

async fn list(
    client: &Client,
    settings: &Settings,
    progress: &mut dyn FnMut(Progress<'_>),
) -> Result<Vec<About>, RestError> {
    let patience = settings.patience;
    let mut found = Vec::new();
    let mut all = client.groups_with_members();
    // After a failure, a list continues where it has failed.
    while let Some(group) =
        patiently(patience, progress, async || all.next().await.transpose()).await?
    {
        let about = About::of_group(&group);
        if group.children_count.is_some_and(|count| count > 0) {
            let call = topics::list(&group.id);
            let topics = match patiently(patience, progress, async || client.call(&call).await)
                .await
            {
                Err(
                    RestError::NotFound(_)
                    | RestError::Forbidden(_)
                    | RestError::BadRequest(_)
                    // The id cannot be part of a path. The conversation itself fails by itself.
                    | RestError::Misuse { .. },
                ) => {
                    tracing::warn!(group = %group.id, "GroupMe does not list the topics of a group");
                    Vec::new()
                }
                topics => topics?,
            };
            found.extend(topics.iter().map(|topic| About::of_topic(topic, &about)));
        }
        found.push(about);
    }
    let you = patiently(patience, progress, async || client.user_id().await).await?;
    let mut nameless = 0_u64;
    let mut chats = client.chats();
    while let Some(chat) =
        patiently(patience, progress, async || chats.next().await.transpose()).await?
    {
        match About::of_chat(&chat, you) {
            Some(about) => found.push(about),
            None => nameless = nameless.saturating_add(1),
        }
    }
    if nameless > 0 {
        tracing::warn!(chats = nameless, "skipped direct messages without a user");
    }
    Ok(found)
}

/// Describes one conversation, with the names of its people. A group that is not found is taken for a
/// topic: only the list of a group's topics knows their names. Waits as [`conversations`] does.
///
/// # Errors
///
/// [`Error::Fetch`]; [`Error::NoConversation`] for a user whose id is no number.
pub async fn conversation(
    client: &Client,
    conversation: Conversation,
    settings: &Settings,
    progress: &mut dyn FnMut(Progress<'_>),
) -> Result<About, Error> {
    let patience = settings.patience;
    let Conversation::Group(group) = conversation else {
        return direct_messages(client, &conversation, settings, progress).await;
    };
    let call = groups::show(&group);
    match patiently(patience, progress, async || client.call(&call).await).await {
        Ok(group) => Ok(About::of_group(&group)),
        Err(RestError::NotFound(_)) => {
            // Neither a group nor a topic must become a file of the archive.
            let newest = HistoryWindow::Newest;
            let messages = async || client.messages(&group, &newest, 1).await;
            let found = patiently(patience, progress, messages).await;
            found.map_err(Error::fetch("the group or topic"))?;
            let mut about = About::new(ConversationId::from(group));
            about.kind = Kind::Topic;
            Ok(about)
        }
        Err(error) => Err(Error::fetch("the group")(error)),
    }
}

async fn direct_messages(
    client: &Client,
    direct: &Conversation,
    settings: &Settings,
    progress: &mut dyn FnMut(Progress<'_>),
) -> Result<About, Error> {
    let failed = Error::fetch("the list of direct messages");
    let patience = settings.patience;
    let you = patiently(patience, progress, async || client.user_id().await).await;
    let you = you.map_err(&failed)?;
    let id = direct
        .id(you)
        .map_err(|source| Error::NoConversation { source })?;
    let mut chats = client.chats();
    loop {
        let chat = patiently(patience, progress, async || chats.next().await.transpose()).await;
        let Some(chat) = chat.map_err(&failed)? else {
            break;
        };
        let about = About::of_chat(&chat, you);
        if let Some(about) = about.filter(|about| about.id == id) {
            return Ok(about);
        }
    }
    Ok(About::new(id))
}
