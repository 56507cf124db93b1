//! Names that have been seen beside ids.

use std::collections::BTreeMap;

use groupme_client::{Conversation, ConversationId};
use groupme_model::{
    Channel, Chat, EventRef, Group, GroupIdRef, MessageRef, NoticeRef, UserId, UserIdRef,
};

/// What ids are called, as far as it was told. Bounded: a stranger without a name is shown by the
/// id.
#[derive(Debug, Default)]
pub(super) struct Names {
    /// Whose account it is, if that is known.
    own: Option<UserId>,
    users: BTreeMap<String, String>,
    groups: BTreeMap<String, String>,
}

impl Names {
    /// Takes note of whose account it is, and of what it has.
    pub(super) fn learn_account(&mut self, own: &UserId, groups: &[Group], chats: &[Chat]) {
        self.own = Some(own.clone());
        for group in groups {
            if let Some(name) = &group.name {
                remember(&mut self.groups, group.id.as_str(), name);
            }
            for member in group.members.iter().flatten() {
                if let (Some(id), Some(name)) = (&member.user_id, &member.nickname) {
                    remember(&mut self.users, id.as_str(), name);
                }
            }
        }
        for user in chats.iter().filter_map(|chat| chat.other_user.as_ref()) {
            if let (Some(id), Some(name)) = (&user.id, &user.name) {
                remember(&mut self.users, id.as_str(), name);
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
                remember(&mut self.groups, group.id().as_str(), name);
            }
        }
    }

    pub(super) fn user(&self, id: Option<UserIdRef<'_>>) -> String {
        match id {
            None => "somebody".to_owned(),
            Some(id) => known(&self.users, id.as_str(), "user"),
        }
    }

    /// A conversation by its name, or by its id.
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

    /// A channel, and whose it is.
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
        known(&self.groups, id.as_str(), "group")
    }

    fn learn_message(&mut self, message: &MessageRef<'_>) {
        if let (Some(id), Some(name)) = (message.user_id(), message.name())
            && !id.is_system()
        {
            remember(&mut self.users, id.as_str(), name);
        }
        let notice = message.event().and_then(|event| event.notice());
        if let (Some(id), Some(NoticeRef::GroupNameChange(change))) = (message.group_id(), notice)
            && let Some(name) = change.name()
        {
            remember(&mut self.groups, id.as_str(), name);
        }
    }
}

fn known(names: &BTreeMap<String, String>, id: &str, what: &str) -> String {
    names
        .get(id)
        .cloned()
        .unwrap_or_else(|| format!("{what} {id}"))
}

fn remember(names: &mut BTreeMap<String, String>, id: &str, name: &str) {
    if names.len() < MOST || names.contains_key(id) {
        names.insert(id.to_owned(), name.to_owned());
    }
}

const MOST: usize = 10_000;
