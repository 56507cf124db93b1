//! Names of users, collected from lists, members and messages.

use std::collections::BTreeMap;

use groupme_client::{UserId, model::Message};

/// Names of users.
#[derive(Clone, Debug, Default)]
pub(crate) struct UserNames(BTreeMap<UserId, String>);

impl UserNames {
    /// Remembers a name, unless it is empty.
    pub(crate) fn learn(&mut self, user: &UserId, name: Option<&str>) {
        if let Some(name) = name.filter(|name| !name.is_empty()) {
            self.0.insert(user.clone(), name.to_owned());
        }
    }

    /// Remembers the name of a message's author.
    pub(crate) fn learn_author(&mut self, message: &Message) {
        if let Some(sender) = message.sender().filter(|sender| !sender.is_system()) {
            self.learn(sender, message.name.as_deref());
        }
    }

    /// Returns all users with known names, by id.
    pub(crate) fn all(&self) -> impl Iterator<Item = (&UserId, &str)> {
        self.0.iter().map(|(user, name)| (user, name.as_str()))
    }

    /// Returns the name of a user, or the id of an unknown one.
    pub(crate) fn of<'n>(&'n self, user: &'n UserId) -> &'n str {
        self.0.get(user).map_or(user.as_str(), String::as_str)
    }
}
