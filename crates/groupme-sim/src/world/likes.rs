//! REST lists of messages with reactions.

use core::{cmp::Reverse, time::Duration};

use serde_json::Value;

use super::{
    Conversation, SimUserId, View, World,
    message::{Like, Message},
    rfc3339::rfc3339,
};

impl World {
    /// Returns the messages of the last `within` that have reactions, those with the most first;
    /// among equals the newest first.
    pub(crate) fn popular_rows(
        &self,
        conversation: Conversation,
        within: Duration,
        view: View,
    ) -> Vec<Value> {
        let since = self.seconds().saturating_sub(within.as_secs());
        let mut messages: Vec<&Message> = self
            .messages_with_reactions(conversation)
            .filter(|message| message.created_at >= since)
            .collect();
        // The sort is stable: among equals the newest stay first.
        messages.sort_by_key(|message| Reverse(message.likes().count()));
        let rows = messages.into_iter();
        rows.map(|message| self.message_row(message, view))
            .collect()
    }

    /// Returns the messages of a conversation that the user reacted to, the latest reaction first.
    pub(crate) fn liked_rows(
        &self,
        conversation: Conversation,
        user: SimUserId,
        view: View,
    ) -> Vec<Value> {
        let liked = self
            .messages_with_reactions(conversation)
            .filter_map(|message| {
                let like = message.likes().find(|like| like.by == user)?;
                Some((like, message))
            });
        self.rows_by_like(liked.collect(), view)
    }

    /// Returns the user's messages in a conversation that others reacted to, the latest reaction
    /// first.
    pub(crate) fn liked_by_others_rows(
        &self,
        conversation: Conversation,
        user: SimUserId,
        view: View,
    ) -> Vec<Value> {
        let own = self
            .messages_with_reactions(conversation)
            .filter(|message| message.author == user);
        let liked = own.filter_map(|message| {
            let others = message.likes().filter(|like| like.by != user);
            Some((others.max_by_key(|like| like.at)?, message))
        });
        self.rows_by_like(liked.collect(), view)
    }

    fn rows_by_like(&self, mut liked: Vec<(Like, &Message)>, view: View) -> Vec<Value> {
        liked.sort_by_key(|(like, message)| Reverse((like.at, message.id)));
        let rows = liked.into_iter().map(|(like, message)| {
            let mut row = self.message_row(message, view);
            row["liked_at"] = rfc3339(like.at).into();
            row
        });
        rows.collect()
    }

    /// Returns messages with reactions, newest first. Deleted messages have no reactions to show.
    fn messages_with_reactions(
        &self,
        conversation: Conversation,
    ) -> impl Iterator<Item = &Message> {
        self.history
            .messages(conversation)
            .filter(|message| message.deleted.is_none() && !message.reactions.is_empty())
    }
}
