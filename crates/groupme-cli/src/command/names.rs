//! What the groups and people of an account are called.

use groupme_model::{Chat, Group};
use groupme_rest::{
    Client, Error,
    endpoint::{Page, chats, groups},
};

use super::PER_PAGE;

/// The liveliest groups of an account with their members, and its liveliest chats. Whoever is not
/// among them is known by name once they say something. Nothing where REST does not tell: a name is
/// not worth an error.
pub(super) async fn names(rest: &Client) -> (Vec<Group>, Vec<Chat>) {
    let page = || Page::new(1, PER_PAGE);
    let (groups, chats) = (groups::list(page()), chats::list(page()));
    let (groups, chats) = tokio::join!(rest.call(&groups), rest.call(&chats));
    (told(groups), told(chats))
}

fn told<T>(answer: Result<Vec<T>, Error>) -> Vec<T> {
    answer.unwrap_or_else(|error| {
        tracing::debug!(%error, "no names");
        Vec::new()
    })
}
