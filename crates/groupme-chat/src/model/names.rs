//! Names of users, learnt from everything that has one.

use std::collections::BTreeMap;

use groupme_client::{UserId, model::Message};

/// Names of users.
#[derive(Clone, Debug, Default)]
pub(crate) struct Names(BTreeMap<UserId, String>);

impl Names {
    pub(crate) fn learn(&mut self, user: &UserId, name: Option<&str>) {
        if let Some(name) = name.filter(|name| !name.is_empty()) {
            self.0.insert(user.clone(), name.to_owned());
        }
    }

    /// Learns the name of a message's author.
    pub(crate) fn learn_author(&mut self, message: &Message) {
        if let Some(sender) = message.sender().filter(|sender| !sender.is_system()) {
            self.learn(sender, message.name.as_deref());
        }
    }

    /// Returns all users whose names are known.
    pub(crate) fn all(&self) -> impl Iterator<Item = (&UserId, &str)> {
        self.0.iter().map(|(user, name)| (user, name.as_str()))
    }

    /// Returns the name of a user, or else their id.
    pub(crate) fn of<'n>(&'n self, user: &'n UserId) -> &'n str {
        self.0.get(user).map_or(user.as_str(), String::as_str)
    }
}
