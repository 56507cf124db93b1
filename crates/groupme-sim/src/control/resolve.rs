//! Users, groups, conversations and messages by id or by name.

use serde_json::Value;

use super::{Control, Refusal};
use crate::world::{Conversation, SimGroupId, SimMessageId, SimUserId, World, number};

/// Returns the text of an id, which may be a number.
fn id_text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Returns a user by id or by a name that only one has.
pub(super) fn user(world: &World, text: &str) -> Result<SimUserId, Refusal> {
    if let Some(id) = number(text).map(SimUserId::new)
        && world.name(id).is_some()
    {
        return Ok(id);
    }
    let named = world.users().filter(|user| world.name(*user) == Some(text));
    only(named, "user", text)
}

/// Returns a group or topic by id or by a name that only one has.
pub(super) fn group(world: &World, text: &str) -> Result<SimGroupId, Refusal> {
    if let Some(id) = number(text).map(SimGroupId::new)
        && world.group_name(id).is_some()
    {
        return Ok(id);
    }
    let all = world.all_groups();
    only(
        all.filter(|group| world.group_name(*group) == Some(text)),
        "group",
        text,
    )
}

/// Returns a conversation by its id, or a group by its name.
pub(super) fn conversation(world: &World, text: &str) -> Result<Conversation, Refusal> {
    let Some((one, other)) = text.split_once('+') else {
        return group(world, text).map(Conversation::Group);
    };
    let (one, other) = (user(world, one)?, user(world, other)?);
    if one == other {
        return Err(Refusal::bad("a conversation needs two users"));
    }
    Ok(Conversation::direct(one, other))
}

fn only<T>(mut found: impl Iterator<Item = T>, kind: &str, text: &str) -> Result<T, Refusal> {
    match (found.next(), found.next()) {
        (Some(only), None) => Ok(only),
        (None, _) => Err(Refusal::missing(format!("there is no {kind} `{text}`"))),
        (Some(_), Some(_)) => Err(Refusal(
            409,
            format!("more than one {kind} is named `{text}`: use the id"),
        )),
    }
}

impl Control<'_> {
    pub(super) fn world(&self) -> &World {
        self.simulation.world()
    }

    /// Returns the user that a member of the body names.
    pub(super) fn user(&self, name: &str) -> Result<SimUserId, Refusal> {
        let text = self.id(name)?;
        user(self.world(), &text)
    }

    /// Returns the group that a member of the body names.
    pub(super) fn group(&self, name: &str) -> Result<SimGroupId, Refusal> {
        let text = self.id(name)?;
        group(self.world(), &text)
    }

    /// Returns the conversation that a member of the body names.
    pub(super) fn conversation(&self, name: &str) -> Result<Conversation, Refusal> {
        let text = self.id(name)?;
        conversation(self.world(), &text)
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.body.get(name).is_some_and(|value| !value.is_null())
    }

    fn id(&self, name: &str) -> Result<String, Refusal> {
        let value = self.body.get(name).map(id_text);
        value.ok_or_else(|| Refusal::bad(format!("`{name}` is missing")))
    }

    /// Returns the users in a list of the body.
    pub(super) fn users(&self, name: &str) -> Result<Vec<SimUserId>, Refusal> {
        let users = self.list(name).iter();
        users
            .map(|value| user(self.world(), &id_text(value)))
            .collect()
    }

    /// Returns a message of a user by its id.
    pub(super) fn message(&self, text: &str) -> Result<SimMessageId, Refusal> {
        message(self.world(), text)
    }
}

/// Returns a message of a user by its id.
pub(super) fn message(world: &World, text: &str) -> Result<SimMessageId, Refusal> {
    let id = number(text).map(SimMessageId::new);
    id.filter(|id| world.message(*id).is_some())
        .ok_or_else(|| Refusal::missing(format!("there is no message `{text}`")))
}
