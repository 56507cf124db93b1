//! Lists of the messages that people reacted to, as REST shows them.

use core::{cmp::Reverse, time::Duration};

use serde_json::Value;

use super::{
    Conversation, UserId, View, World,
    calendar::rfc3339,
    message::{Like, Message},
};

impl World {
    /// What was said in a place within this time and has reactions, that with the most first; of
    /// two with as many, the later one.
    pub(crate) fn popular_rows(
        &self,
        place: Conversation,
        within: Duration,
        view: View,
    ) -> Vec<Value> {
        let since = self.seconds().saturating_sub(within.as_secs());
        let mut messages: Vec<&Message> = self
            .reacted_to(place)
            .filter(|message| message.created_at >= since)
            .collect();
        // Stable: as many stay as they are, the latest first.
        messages.sort_by_key(|message| Reverse(message.likes().count()));
        let rows = messages.into_iter();
        rows.map(|message| self.said_row(message, view)).collect()
    }

    /// What the user reacted to in a place, the latest reaction first.
    pub(crate) fn liked_rows(&self, place: Conversation, user: UserId, view: View) -> Vec<Value> {
        let liked = self.reacted_to(place).filter_map(|message| {
            let like = message.likes().find(|like| like.by == user)?;
            Some((like, message))
        });
        self.by_like(liked.collect(), view)
    }

    /// What the user said in a place and others reacted to, the latest reaction first.
    pub(crate) fn applauded_rows(
        &self,
        place: Conversation,
        user: UserId,
        view: View,
    ) -> Vec<Value> {
        let own = self.reacted_to(place).filter(|said| said.author == user);
        let liked = own.filter_map(|message| {
            let others = message.likes().filter(|like| like.by != user);
            Some((others.max_by_key(|like| like.at)?, message))
        });
        self.by_like(liked.collect(), view)
    }

    fn by_like(&self, mut liked: Vec<(Like, &Message)>, view: View) -> Vec<Value> {
        liked.sort_by_key(|(like, message)| Reverse((like.at, message.id)));
        let rows = liked.into_iter().map(|(like, message)| {
            let mut row = self.said_row(message, view);
            row["liked_at"] = rfc3339(like.at).into();
            row
        });
        rows.collect()
    }

    /// The latest first. What is deleted has no reactions to show.
    fn reacted_to(&self, place: Conversation) -> impl Iterator<Item = &Message> {
        self.history
            .said(place)
            .filter(|message| message.deleted.is_none() && !message.reactions.is_empty())
    }
}
