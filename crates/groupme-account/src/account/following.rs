//! The conversations that the account follows by itself: their channels are subscribed as the feed
//! finds the conversations, and reported together.

use std::collections::{BTreeMap, BTreeSet};

use bayeux_proto::{Channel, ServerError};
use groupme_delivery::Feed;
use groupme_model::{ConversationId, GroupId, UserPair, channel};

use super::{Account, resubscription::Resubscription};
use crate::{Scope, Status};

/// Channels followed because of the [`Scope`].
#[derive(Debug)]
pub(super) struct Following {
    scope: Scope,
    /// Followed channels, and whether each is confirmed in the current session.
    channels: BTreeMap<Channel, bool>,
    /// Number of channels that are not confirmed.
    pending: usize,
    /// Whether all channels have been answered since the last report.
    is_due: bool,
    /// Channels that the program has unsubscribed from.
    excluded: BTreeSet<Channel>,
    /// Channels refused by a busy gateway.
    refused: BTreeSet<Channel>,
    /// Next attempt for the refused channels.
    pub(super) next: Resubscription,
}

impl Following {
    pub(super) fn new(scope: Scope) -> Self {
        Self {
            scope,
            channels: BTreeMap::new(),
            pending: 0,
            is_due: false,
            excluded: BTreeSet::new(),
            refused: BTreeSet::new(),
            next: Resubscription::default(),
        }
    }

    /// Notes that the program itself subscribes to a channel.
    pub(super) fn include(&mut self, channel: &Channel) {
        self.excluded.remove(channel);
        self.forget(channel);
    }

    /// Notes that the program does not want a channel.
    pub(super) fn exclude(&mut self, channel: &Channel) {
        if self.scope == Scope::Everything {
            self.excluded.insert(channel.clone());
        }
        self.forget(channel);
    }

    pub(super) fn is_settled(&self) -> bool {
        self.pending == 0
    }

    /// Notes the loss of all subscriptions.
    pub(super) fn reset(&mut self) {
        for is_confirmed in self.channels.values_mut() {
            *is_confirmed = false;
        }
        self.pending = self.channels.len();
        self.is_due = false;
    }

    fn add(&mut self, channel: Channel) {
        if self.channels.insert(channel, false).is_none() {
            self.pending += 1;
            self.is_due = false;
        }
    }

    /// Notes a confirmed subscription. Returns whether the channel is followed.
    pub(super) fn confirm(&mut self, name: &str) -> bool {
        let Some(is_confirmed) = self.channels.get_mut(name) else {
            return false;
        };
        if !core::mem::replace(is_confirmed, true) {
            self.settle_one();
            if self.pending == 0 && self.refused.is_empty() {
                self.next.confirmed();
            }
        }
        true
    }

    /// Forgets a channel. Returns whether it was followed.
    pub(super) fn forget(&mut self, channel: &Channel) -> bool {
        self.refused.remove(channel);
        let Some(is_confirmed) = self.channels.remove(channel) else {
            return false;
        };
        if !is_confirmed {
            self.settle_one();
        }
        true
    }

    fn settle_one(&mut self) {
        self.pending -= 1;
        self.is_due = self.pending == 0;
    }

    /// Returns the status when all channels are answered, once.
    fn take_status(&mut self) -> Option<Status> {
        core::mem::take(&mut self.is_due).then(|| Status::Following {
            conversations: self.channels.len(),
        })
    }
}

impl Account {
    /// Follows the conversations that the feed has found, and leaves those that are gone.
    pub(super) fn follow(&mut self) {
        if self.following.scope == Scope::Account || self.has_ended {
            while self.feed.as_mut().and_then(Feed::poll_found).is_some() {}
            return;
        }
        while let Some((conversation, exists)) = self.feed.as_mut().and_then(Feed::poll_found) {
            let Some(channel) = channel_of(&conversation) else {
                continue;
            };
            if !exists {
                if self.following.forget(&channel) {
                    self.drop_subscription(&channel);
                }
                continue;
            }
            let is_wanted = !self.following.excluded.contains(&channel)
                && !self.subscriptions.contains_key(&channel);
            if is_wanted {
                self.follow_channel(channel);
            }
        }
        self.take_session_events();
        if let Some(status) = self.following.take_status() {
            self.emit(status);
        }
    }

    fn follow_channel(&mut self, channel: Channel) {
        if self.request_subscription(&channel).is_ok() {
            self.following.add(channel);
        } else {
            // Beyond the session's limit of subscriptions: there may be room after the next gap.
            self.refuse_found(&channel);
        }
    }

    fn refuse_found(&mut self, channel: &Channel) {
        let conversation = conversation_of(channel.as_str());
        if let (Some(feed), Some(conversation)) = (&mut self.feed, conversation) {
            feed.refuse_found(&conversation);
        }
    }

    /// Handles the refusal of a followed channel: the user has left the group, or the gateway is
    /// wrong. The channel is followed again once a list has its conversation after a gap. If the
    /// gateway is only busy, the channel is subscribed again after a while.
    pub(super) fn followed_refused(&mut self, name: &str, error: &ServerError) {
        let Ok(channel) = Channel::new(name) else {
            return;
        };
        if !self.following.forget(&channel) {
            return;
        }
        self.drop_subscription(&channel);
        if error.is_temporary() {
            self.following.refused.insert(channel);
            // A busy gateway refuses many at once.
            if self.following.next.deadline().is_none() {
                self.following.next.refused(self.latest.now);
            }
        } else {
            self.refuse_found(&channel);
        }
    }

    /// Subscribes again to the channels that a busy gateway has refused.
    pub(super) fn follow_refused_again(&mut self) {
        for channel in core::mem::take(&mut self.following.refused) {
            if !self.subscriptions.contains_key(&channel) {
                self.follow_channel(channel);
            }
        }
    }

    fn drop_subscription(&mut self, channel: &Channel) {
        self.watch(channel.as_str(), false);
        if let Some(id) = self.subscriptions.remove(channel) {
            // Fails only if the session is ending.
            let _ = self.session.unsubscribe(id);
        }
    }
}

/// Returns the channel of a conversation; `None` for an id that names none.
fn channel_of(conversation: &ConversationId) -> Option<Channel> {
    let name = match UserPair::try_from(conversation) {
        Ok(pair) => channel::direct_message(&pair),
        Err(_) => channel::group(&GroupId::new(conversation.as_str())).ok()?,
    };
    Channel::new(&name).ok()
}

/// Returns the conversation of a channel; `None` for another channel.
pub(super) fn conversation_of(name: &str) -> Option<ConversationId> {
    match channel::Channel::from_name(name) {
        channel::Channel::Group(group) => Some(ConversationId::new(group.as_str())),
        channel::Channel::DirectMessage(a, b) => {
            let pair = UserPair::new(&a.into_owned(), &b.into_owned());
            Some(pair.ok()?.conversation_id())
        }
        _ => None,
    }
}
