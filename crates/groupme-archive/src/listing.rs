//! Conversations of an account.

use groupme_model::{ConversationId, HistoryWindow};
use groupme_rest::{
    Client, Conversation, Error as RestError,
    endpoint::{groups, topics},
};

use crate::{About, Error, Kind};

/// Lists all groups with their topics, and all direct messages, most recent first.
///
/// # Errors
///
/// [`Error::Fetch`].
pub async fn conversations(client: &Client) -> Result<Vec<About>, Error> {
    let found = list(client).await;
    found.map_err(Error::fetch("the list of conversations"))
}

async fn list(client: &Client) -> Result<Vec<About>, RestError> {
    let mut found = Vec::new();
    let mut all = client.groups_with_members();
    while let Some(group) = all.next().await {
        let group = group?;
        let about = About::of_group(&group);
        if group.children_count.is_some_and(|count| count > 0) {
            let topics = match client.call(&topics::list(&group.id)).await {
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
    let you = client.user_id().await?;
    let mut nameless = 0_u64;
    let mut chats = client.chats();
    while let Some(chat) = chats.next().await {
        match About::of_chat(&chat?, you) {
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
/// topic: only the list of a group's topics knows their names.
///
/// # Errors
///
/// [`Error::Fetch`]; [`Error::NoConversation`] for a user whose id is no number.
pub async fn conversation(client: &Client, conversation: Conversation) -> Result<About, Error> {
    match conversation {
        Conversation::Group(group) => match client.call(&groups::show(&group)).await {
            Ok(group) => Ok(About::of_group(&group)),
            Err(RestError::NotFound(_)) => {
                // Neither a group nor a topic must become a file of the archive.
                let messages = client.messages(&group, &HistoryWindow::Newest, 1);
                messages.await.map_err(Error::fetch("the group or topic"))?;
                let mut about = About::new(ConversationId::from(group));
                about.kind = Kind::Topic;
                Ok(about)
            }
            Err(error) => Err(Error::fetch("the group")(error)),
        },
        direct => direct_messages(client, &direct).await,
    }
}

async fn direct_messages(client: &Client, direct: &Conversation) -> Result<About, Error> {
    let failed = Error::fetch("the list of direct messages");
    let you = client.user_id().await.map_err(&failed)?;
    let id = direct
        .id(you)
        .map_err(|source| Error::NoConversation { source })?;
    let mut chats = client.chats();
    while let Some(chat) = chats.next().await {
        let about = About::of_chat(&chat.map_err(&failed)?, you);
        if let Some(about) = about.filter(|about| about.id == id) {
            return Ok(about);
        }
    }
    Ok(About::new(id))
}
