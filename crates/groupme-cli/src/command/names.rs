//! Names of an account's groups and users.

use groupme_rest::{
    Client, Error,
    endpoint::{Page, chats, groups, relationships},
};

use super::PER_PAGE;
use crate::output::KnownNames;

/// Fetches the most recently active groups, the most recent chats and the contacts. Members are not
/// fetched, of whom large groups have thousands: they become known by name with their first message. Empty
/// if REST fails: names are optional.
pub(super) async fn names(rest: &Client) -> KnownNames {
    let page = || Page::new(1, PER_PAGE);
    let groups = groups::list_without_members(page());
    let (chats, contacts) = (chats::list(page()), relationships::list(true, None));
    let (groups, chats, contacts) =
        tokio::join!(rest.call(&groups), rest.call(&chats), rest.call(&contacts));
    KnownNames {
        groups: or_empty(groups),
        chats: or_empty(chats),
        contacts: or_empty(contacts),
    }
}

fn or_empty<T>(answer: Result<Vec<T>, Error>) -> Vec<T> {
    answer.unwrap_or_else(|error| {
        tracing::debug!(%error, "cannot fetch names");
        Vec::new()
    })
}
