//! Conversations, users and messages by name.

use anyhow::anyhow;
use groupme_model::{GroupId, HistoryWindow, MessageId, UserId, UserPair};
use groupme_rest::{
    Conversation,
    endpoint::{members, messages, relationships, topics},
};

use super::Account;
use crate::{
    args::ConversationArgs,
    exit::Failure,
    id_text::is_id,
    name_lookup::{Named, choose},
};

impl Account {
    /// Returns the conversation of the arguments. A name takes a request for the list of groups, topics
    /// or chats, a `1+2` id the own user id.
    pub(crate) async fn conversation(
        &self,
        args: &ConversationArgs,
    ) -> Result<Conversation, Failure> {
        match (&args.group, &args.topic, &args.dm) {
            (group, Some(topic), _) => {
                let topic = self.topic(group.as_deref(), topic).await?;
                Ok(Conversation::Group(topic))
            }
            (Some(group), None, _) => Ok(Conversation::Group(self.group(group).await?)),
            (None, None, Some(with)) => self.direct_messages(with).await,
            (None, None, None) => Err(Failure::Usage(anyhow!("add --group, --topic or --dm"))),
        }
    }

    /// Returns the group with a name or id.
    pub(crate) async fn group(&self, wanted: &str) -> Result<GroupId, Failure> {
        if is_id(wanted) {
            return Ok(GroupId::from(wanted));
        }
        // Without members: their number has no limit.
        let mut groups = self.rest().groups();
        let mut named = Vec::new();
        while let Some(group) = groups.next().await {
            match group {
                Ok(group) => named.push(Named::new(&group.id, group.name.unwrap_or_default())),
                Err(error) => return Err(self.failure(error).await),
            }
        }
        choose(wanted, "group", "--group", &named).map(|group| GroupId::from(group.id))
    }

    async fn topic(&self, group: Option<&str>, wanted: &str) -> Result<GroupId, Failure> {
        if is_id(wanted) {
            return Ok(GroupId::from(wanted));
        }
        let Some(group) = group else {
            return Err(Failure::Usage(anyhow!(
                "a topic has a name in its group: add --group to --topic `{wanted}`, or use the topic's id"
            )));
        };
        let group = self.group(group).await?;
        let topics = self.call(&topics::list(&group)).await?;
        let named: Vec<_> = topics
            .into_iter()
            .map(|topic| Named::new(&topic.id, topic.topic.unwrap_or_default()))
            .collect();
        choose(wanted, "topic", "--topic", &named).map(|topic| GroupId::from(topic.id))
    }

    /// Returns the direct messages with a user, named by the user's id or name, or by a `1+2` id.
    pub(crate) async fn direct_messages(&self, with: &str) -> Result<Conversation, Failure> {
        if with.parse::<UserPair>().is_ok() {
            let pair = Conversation::from(groupme_model::ConversationId::from(with));
            let you = self.user_id().await?;
            if pair.other_user(you).is_some() {
                return Ok(pair);
            }
            return Err(Failure::Usage(anyhow!(
                "`{with}` is not a conversation of this account, whose user id is {you}"
            )));
        }
        Ok(Conversation::User(self.user(with).await?))
    }

    /// Returns the user with a name or id, among those of direct messages and the contacts.
    async fn user(&self, wanted: &str) -> Result<UserId, Failure> {
        if is_id(wanted) {
            return Ok(UserId::from(wanted));
        }
        let mut chats = self.rest().chats();
        let mut named = Vec::new();
        while let Some(chat) = chats.next().await {
            let chat = match chat {
                Ok(chat) => chat,
                Err(error) => return Err(self.failure(error).await),
            };
            if let Some(user) = chat.other_user
                && let (Some(id), Some(name)) = (user.id, user.name)
            {
                named.push(Named::new(&id, name));
            }
        }
        let contacts = self.call(&relationships::list(false, None)).await?;
        for contact in contacts {
            let one = Named::new(&contact.id, contact.name.unwrap_or_default());
            if !named.iter().any(|other: &Named| other.id == one.id) {
                named.push(one);
            }
        }
        choose(wanted, "user", "--dm", &named).map(|user| UserId::from(user.id))
    }

    /// Returns the member of a group with a name or user id. A name takes the list of the members.
    pub(crate) async fn member(
        &self,
        group: &GroupId,
        wanted: &str,
        option: &str,
    ) -> Result<UserId, Failure> {
        if is_id(wanted) {
            return Ok(UserId::from(wanted));
        }
        let members = self.call(&members::list(group)).await?;
        let named: Vec<_> = members
            .into_iter()
            .filter_map(|member| {
                Some(Named::new(
                    &member.user_id?,
                    member.nickname.or(member.name)?,
                ))
            })
            .collect();
        choose(wanted, "member", option, &named).map(|member| UserId::from(member.id))
    }

    /// Returns a message by its id, or by its position from the end of the conversation: `@last` is the
    /// newest, `@last-1` the one before, `@mine` the newest of the account's own. Notices and deleted
    /// messages do not count.
    pub(crate) async fn message(
        &self,
        conversation: &Conversation,
        wanted: &str,
    ) -> Result<MessageId, Failure> {
        let Some(position) = wanted.strip_prefix('@') else {
            return Ok(MessageId::from(wanted));
        };
        let (word, back) = position.split_once('-').unwrap_or((position, "0"));
        let (Some(back), "last" | "mine") = (back.parse::<usize>().ok(), word) else {
            return Err(Failure::Usage(anyhow!(
                "`{wanted}` is not a message: expected an id, `@last`, `@last-1`, or `@mine` for your own"
            )));
        };
        let you = match word {
            "mine" => Some(self.user_id().await?),
            _ => None,
        };
        let list = messages::list(conversation, &HistoryWindow::Newest, NEWEST);
        let page = self.call(&list).await?;
        if page.unreadable > 0 {
            return Err(Failure::Other(anyhow!(
                "{} of the newest messages have no usable id, and `{wanted}` may be one of them: give the id of \
                 the message",
                page.unreadable
            )));
        }
        let messages = page.messages().filter(|message| {
            let is_wanted =
                you.is_none_or(|you| message.user_id().is_some_and(|user| user == *you));
            is_wanted && !message.is_system() && !message.is_deleted()
        });
        let mut messages: Vec<_> = messages.collect();
        // Whatever the order of the answer is: the message may be about to be deleted.
        messages.sort_by(|one, other| other.chronological(one));
        let found = messages.get(back).map(|message| message.id().into_owned());
        found.ok_or_else(|| {
            Failure::Refused(anyhow!(
                "not found: there is no message `{wanted}` among the newest {NEWEST} of the conversation"
            ))
        })
    }
}

/// Number of the newest messages among which `@last` and `@mine` are searched: one page.
const NEWEST: u32 = 100;
