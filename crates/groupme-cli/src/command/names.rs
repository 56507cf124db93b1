//! Names of an account's groups and users.

use groupme_model::{Chat, Group};
use groupme_rest::{
    Client, Error,
    endpoint::{Page, chats, groups},
};

use super::PER_PAGE;

/// Fetches the most recently active groups with their members, and the most recent chats. Other
/// users become known by name with their first message. Empty if REST fails: names are optional.
pub(super) async fn names(rest: &Client) -> (Vec<Group>, Vec<Chat>) {
    let page = || Page::new(1, PER_PAGE);
    let (groups, chats) = (groups::list(page()), chats::list(page()));
    let (groups, chats) = tokio::join!(rest.call(&groups), rest.call(&chats));
    (or_empty(groups), or_empty(chats))
}

fn or_empty<T>(answer: Result<Vec<T>, Error>) -> Vec<T> {
    answer.unwrap_or_else(|error| {
        tracing::debug!(%error, "cannot fetch names");
        Vec::new()
    })
}
