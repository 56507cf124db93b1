//! Messages, reactions and users as parts of one line.

use groupme_client::{
    MessageId, UserId,
    model::{Message, Reaction},
};

use super::attachments;
use crate::{
    model::{Room, State},
    text,
};

/// Returns the name of a message's author: that of the message, or the one known for the user.
pub(crate) fn author<'m>(state: &'m State, message: &'m Message) -> &'m str {
    let name = message.name.as_deref().filter(|name| !name.is_empty());
    let known = || {
        message
            .sender()
            .map_or("?", |sender| state.names.of(sender))
    };
    name.unwrap_or_else(known)
}

/// Returns author and text of a message, by its id, for a line that is cut to its width.
pub(crate) fn message_summary(state: &State, room: &Room, id: &MessageId) -> String {
    let known = room
        .message(id)
        .cloned()
        .or_else(|| state.cache.message(&room.id, id));
    let Some(message) = known else {
        return "an earlier message".to_owned();
    };
    let said = match message.text.as_deref().filter(|said| !said.is_empty()) {
        _ if message.is_deleted() => "(deleted)".to_owned(),
        Some(said) => said.to_owned(),
        None => {
            let parts = attachments::lines(&message).into_iter();
            let parts: Vec<String> = parts.map(|(name, _)| format!("({name})")).collect();
            parts.join(" ")
        }
    };
    format!("{}: {said}", author(state, &message))
}

/// Returns the emoji of a reaction; `(emoji)` for one of GroupMe's packs, which are pictures.
pub(crate) fn reaction_symbol(reaction: &Reaction) -> &str {
    match reaction {
        Reaction::Unicode(reaction) => reaction.code.as_deref().unwrap_or("?"),
        _ => "(emoji)",
    }
}

/// Returns the names of users, joined by commas.
pub(crate) fn user_names(state: &State, users: &[UserId]) -> String {
    let names = users
        .iter()
        .map(|user| text::line(state.names.of(user)).into_owned());
    names.collect::<Vec<_>>().join(", ")
}
