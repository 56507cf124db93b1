//! Names of users and groups by id.

use std::collections::BTreeMap;

use groupme_client::{Conversation, ConversationId};
use groupme_model::{Channel, EventRef, GroupIdRef, MessageRef, NoticeRef, UserId, UserIdRef};

use crate::output::KnownNames;

/// Names learned from lists and events, at most [`MAX_NAMES`] of each kind. Ids without a name are
/// shown as ids.
#[derive(Debug, Default)]
pub(super) struct Names {
    /// The account's user, if known.
    own: Option<UserId>,
    users: BTreeMap<String, String>,
    groups: BTreeMap<String, String>,
}

impl Names {
    /// Learns the account's user and the names of its groups, chats and contacts.
    pub(super) fn learn_account(&mut self, own: &UserId, known: &KnownNames) {
        self.own = Some(own.clone());
        for group in &known.groups {
            if let Some(name) = &group.name {
                learn_name(&mut self.groups, group.id.as_str(), name);
            }
        }
        for contact in &known.contacts {
            if let Some(name) = &contact.name {
                learn_name(&mut self.users, contact.id.as_str(), name);
            }
        }
        for user in known
            .chats
            .iter()
            .filter_map(|chat| chat.other_user.as_ref())
        {
            if let (Some(id), Some(name)) = (&user.id, &user.name) {
                learn_name(&mut self.users, id.as_str(), name);
            }
        }
    }

    pub(super) fn learn(&mut self, event: &EventRef<'_>) {
        if let Some(message) = event.message() {
            self.learn_message(&message);
        }
        if let EventRef::MembershipCreate(push) = event {
            let group = push.group();
            if let Some(name) = group.name() {
                learn_name(&mut self.groups, group.id().as_str(), name);
            }
        }
    }

    pub(super) fn user(&self, id: Option<UserIdRef<'_>>) -> String {
        match id {
            None => "somebody".to_owned(),
            Some(id) => name_or_id(&self.users, id.as_str(), "user"),
        }
    }

    /// Returns the name of a conversation, or its id.
    pub(super) fn conversation(&self, id: &ConversationId) -> String {
        let own = self.own.clone().unwrap_or_default();
        let name = match Conversation::from(id) {
            Conversation::Group(group) => self.groups.get(group.as_str()),
            direct => direct
                .other_user(&own)
                .and_then(|user| self.users.get(user.as_str())),
        };
        name.map_or_else(|| id.to_string(), |name| format!("\"{name}\""))
    }

    /// Returns a channel with the name of its conversation.
    pub(super) fn channel(&self, channel: &str) -> String {
        let own = self.own.as_ref().map(UserId::as_str);
        let name = match Channel::from_name(channel) {
            Channel::Group(group) => self.groups.get(group.as_str()),
            Channel::DirectMessage(one, other) => {
                let other = if own == Some(one.as_str()) {
                    other
                } else {
                    one
                };
                self.users.get(other.as_str())
            }
            _ => None,
        };
        name.map_or_else(
            || channel.to_owned(),
            |name| format!("{channel} (\"{name}\")"),
        )
    }

    pub(super) fn group(&self, id: GroupIdRef<'_>) -> String {
        name_or_id(&self.groups, id.as_str(), "group")
    }

    pub(super) fn learn_message(&mut self, message: &MessageRef<'_>) {
        if let (Some(id), Some(name)) = (message.user_id(), message.name())
            && !id.is_system()
        {
            learn_name(&mut self.users, id.as_str(), name);
        }
        let notice = message.event().and_then(|event| event.notice());
        if let (Some(id), Some(NoticeRef::GroupNameChange(change))) = (message.group_id(), notice)
            && let Some(name) = change.name()
        {
            learn_name(&mut self.groups, id.as_str(), name);
        }
    }
}

fn name_or_id(names: &BTreeMap<String, String>, id: &str, kind: &str) -> String {
    names
        .get(id)
        .cloned()
        .unwrap_or_else(|| format!("{kind} {id}"))
}

fn learn_name(names: &mut BTreeMap<String, String>, id: &str, name: &str) {
    if names.len() < MAX_NAMES || names.contains_key(id) {
        names.insert(id.to_owned(), name.to_owned());
    }
}

const MAX_NAMES: usize = 10_000;
