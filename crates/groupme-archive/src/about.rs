//! Description of an archived conversation: kind, name, people, counts and times.

use std::collections::BTreeMap;

use groupme_model::{Chat, ConversationId, Group, GroupId, Topic, UserId, UserPair};
use groupme_rest::Conversation;
use serde::{Deserialize, Serialize};

/// Description of a conversation, without its messages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct About {
    /// Id: that of the group or topic, or those of both users, joined by `+`.
    pub id: ConversationId,
    /// Kind of the conversation.
    pub kind: Kind,
    /// Name of the group or topic, or of the other user, as last seen.
    pub name: Option<String>,
    /// Group of a topic.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<GroupId>,
    /// Names of the members, or of the other user, by user id, as last seen. Authors who have left are
    /// named in their messages only.
    #[serde(default)]
    pub people: BTreeMap<UserId, String>,
    /// Number of messages in the archive.
    #[serde(default)]
    pub messages: u64,
    /// Number of messages by GroupMe's count, at the last update.
    #[serde(default)]
    pub counted: Option<u64>,
    /// Number of messages that were deleted, as a notice says, before they could be archived.
    #[serde(default)]
    pub deleted: u64,
    /// Time of the first message, in seconds since the Unix epoch.
    #[serde(default)]
    pub first: Option<i64>,
    /// Time of the last message, in seconds since the Unix epoch.
    #[serde(default)]
    pub last: Option<i64>,
}

/// Kind of a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Kind {
    /// Group.
    Group,
    /// Topic of a group.
    Topic,
    /// Direct messages with one user.
    Direct,
}

impl About {
    /// Creates the description of a conversation from its id alone: direct messages for two ids joined
    /// by `+`, otherwise a group.
    pub fn new(id: ConversationId) -> Self {
        let is_direct = id.as_str().parse::<UserPair>().is_ok();
        Self {
            id,
            kind: if is_direct { Kind::Direct } else { Kind::Group },
            name: None,
            parent: None,
            people: BTreeMap::new(),
            messages: 0,
            counted: None,
            deleted: 0,
            first: None,
            last: None,
        }
    }

    /// Returns the conversation, for requests.
    pub fn conversation(&self) -> Conversation {
        match (self.kind, self.id.as_str().parse()) {
            (Kind::Direct, Ok(pair)) => Conversation::Direct(pair),
            _ => Conversation::Group(self.id.as_str().into()),
        }
    }

    /// Returns the number of messages by which the archive is shorter than GroupMe's count; see
    /// [`Report::missing`](crate::Report::missing).
    pub fn missing(&self) -> u64 {
        let known = self.messages.saturating_add(self.deleted);
        self.counted.unwrap_or_default().saturating_sub(known)
    }

    pub(crate) fn of_group(group: &Group) -> Self {
        let mut about = Self::new((&group.id).into());
        about.kind = Kind::Group;
        about.name.clone_from(&group.name);
        let count = group.messages.as_ref().and_then(|messages| messages.count);
        about.counted = count.and_then(|count| u64::try_from(count).ok());
        for member in group.members.iter().flatten() {
            let name = member.nickname.as_ref().or(member.name.as_ref());
            if let (Some(user), Some(name)) = (&member.user_id, name) {
                about.people.insert(user.clone(), name.clone());
            }
        }
        about
    }

    pub(crate) fn of_topic(topic: &Topic, group: &Self) -> Self {
        let mut about = Self::new((&topic.id).into());
        about.kind = Kind::Topic;
        about.name.clone_from(&topic.topic);
        about.parent = Some(group.id.as_str().into());
        let count = topic.messages.as_ref().and_then(|messages| messages.count);
        about.counted = count.and_then(|count| u64::try_from(count).ok());
        about.people.clone_from(&group.people);
        about
    }

    /// Describes direct messages. `None` without a user, or with one whose id is no number.
    pub(crate) fn of_chat(chat: &Chat, you: &UserId) -> Option<Self> {
        let other = chat.other_user.as_ref()?;
        let user = other.id.as_ref()?;
        let pair = UserPair::new(you, user).ok()?;
        let mut about = Self::new(pair.conversation_id());
        about.kind = Kind::Direct;
        about.name.clone_from(&other.name);
        about.counted = chat
            .messages_count
            .and_then(|count| u64::try_from(count).ok());
        if let Some(name) = &other.name {
            about.people.insert(user.clone(), name.clone());
        }
        Some(about)
    }

    /// Fills in names and counts from an earlier description. A topic fetched by its id alone comes
    /// without a name.
    pub(crate) fn inherit(&mut self, earlier: &Self) {
        if self.name.is_none() {
            self.name.clone_from(&earlier.name);
            self.kind = earlier.kind;
        }
        if self.parent.is_none() {
            self.parent.clone_from(&earlier.parent);
        }
        for (user, name) in &earlier.people {
            self.people
                .entry(user.clone())
                .or_insert_with(|| name.clone());
        }
        if self.counted.is_none() {
            self.counted = earlier.counted;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_conversation_is_missing_what_neither_is_archived_nor_known_as_deleted() {
        let mut about = About::new("1".into());
        assert_eq!(about.missing(), 0);
        about.counted = Some(10);
        about.messages = 7;
        assert_eq!(about.missing(), 3);
        about.deleted = 3;
        assert_eq!(about.missing(), 0);
        about.messages = 12;
        assert_eq!(about.missing(), 0);
    }

    #[test]
    fn names_from_an_earlier_run_are_kept() {
        let mut earlier = About::new("7".into());
        earlier.kind = Kind::Topic;
        earlier.name = Some("Oars".to_owned());
        earlier.parent = Some("1".into());
        earlier.people.insert("5".into(), "Ada".to_owned());
        let mut about = About::new("7".into());
        about.people.insert("6".into(), "Theo".to_owned());
        about.inherit(&earlier);
        assert_eq!((about.kind, about.people.len()), (Kind::Topic, 2));
        assert_eq!(about.name, earlier.name);
        about.name = Some("Boats".to_owned());
        about.inherit(&earlier);
        assert_eq!(about.name.as_deref(), Some("Boats"));
    }
}
