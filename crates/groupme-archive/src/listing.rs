//! Conversations of an account.

use groupme_model::{ConversationId, HistoryWindow};
use groupme_rest::{
    Client, Conversation, Error as RestError,
    endpoint::{groups, topics},
};

use crate::{
    ConversationInfo, ConversationKind, Error, Progress, UpdateOptions, patience::patiently,
};

/// Lists all groups with their topics, and all direct messages, most recent first. Waits for the end of
/// temporary failures, up to [`UpdateOptions::give_up_after`] each, and calls `progress` meanwhile.
///
/// # Errors
///
/// [`Error::Fetch`].
pub async fn list_conversations(
    client: &Client,
    options: &UpdateOptions,
    progress: &mut dyn FnMut(Progress<'_>),
) -> Result<Vec<ConversationInfo>, Error> {
    let found = list(client, options, progress).await;
    found.map_err(Error::fetch("the list of conversations"))
}

async fn list(
    client: &Client,
    options: &UpdateOptions,
    progress: &mut dyn FnMut(Progress<'_>),
) -> Result<Vec<ConversationInfo>, RestError> {
    let give_up_after = options.give_up_after;
    let mut found = Vec::new();
    let mut all = client.groups_with_members();
    // After a failure, a list continues where it has failed.
    while let Some(group) = patiently(give_up_after, progress, async || {
        all.next().await.transpose()
    })
    .await?
    {
        let info = ConversationInfo::of_group(&group);
        if group.children_count.is_some_and(|count| count > 0) {
            let call = topics::list(&group.id);
            let topics = match patiently(give_up_after, progress, async || client.call(&call).await)
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
            found.extend(
                topics
                    .iter()
                    .map(|topic| ConversationInfo::of_topic(topic, &info)),
            );
        }
        found.push(info);
    }
    let you = patiently(give_up_after, progress, async || client.user_id().await).await?;
    let mut nameless = 0_u64;
    let mut chats = client.chats();
    while let Some(chat) = patiently(give_up_after, progress, async || {
        chats.next().await.transpose()
    })
    .await?
    {
        match ConversationInfo::of_chat(&chat, you) {
            Some(info) => found.push(info),
            None => nameless = nameless.saturating_add(1),
        }
    }
    if nameless > 0 {
        tracing::warn!(chats = nameless, "skipped direct messages without a user");
    }
    Ok(found)
}

/// Describes one conversation, with the names of its people. A group that is not found is taken for a
/// topic: only the list of a group's topics knows their names. Waits as [`list_conversations`] does.
///
/// # Errors
///
/// [`Error::Fetch`]; [`Error::NoConversation`] for a user whose id is no number.
pub async fn find_conversation(
    client: &Client,
    conversation: Conversation,
    options: &UpdateOptions,
    progress: &mut dyn FnMut(Progress<'_>),
) -> Result<ConversationInfo, Error> {
    let give_up_after = options.give_up_after;
    let Conversation::Group(group) = conversation else {
        return direct_messages(client, &conversation, options, progress).await;
    };
    let call = groups::show(&group);
    match patiently(give_up_after, progress, async || client.call(&call).await).await {
        Ok(group) => Ok(ConversationInfo::of_group(&group)),
        Err(RestError::NotFound(_)) => {
            // Neither a group nor a topic must become a file of the archive.
            let newest = HistoryWindow::Newest;
            let messages = async || client.messages(&group, &newest, 1).await;
            let found = patiently(give_up_after, progress, messages).await;
            found.map_err(Error::fetch("the group or topic"))?;
            let mut info = ConversationInfo::new(ConversationId::from(group));
            info.kind = ConversationKind::Topic;
            Ok(info)
        }
        Err(error) => Err(Error::fetch("the group")(error)),
    }
}

async fn direct_messages(
    client: &Client,
    direct: &Conversation,
    options: &UpdateOptions,
    progress: &mut dyn FnMut(Progress<'_>),
) -> Result<ConversationInfo, Error> {
    let failed = Error::fetch("the list of direct messages");
    let give_up_after = options.give_up_after;
    let you = patiently(give_up_after, progress, async || client.user_id().await).await;
    let you = you.map_err(&failed)?;
    let id = direct
        .id(you)
        .map_err(|source| Error::NoConversation { source })?;
    let mut chats = client.chats();
    loop {
        let chat = patiently(give_up_after, progress, async || {
            chats.next().await.transpose()
        })
        .await;
        let Some(chat) = chat.map_err(&failed)? else {
            break;
        };
        let info = ConversationInfo::of_chat(&chat, you);
        if let Some(info) = info.filter(|info| info.id == id) {
            return Ok(info);
        }
    }
    Ok(ConversationInfo::new(id))
}
