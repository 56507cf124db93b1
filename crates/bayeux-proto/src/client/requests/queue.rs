//! Commands that wait to be written.

use alloc::{borrow::ToOwned, collections::VecDeque, string::String, vec::Vec};

use super::request::Request;
use crate::{
    Channel, Instant, PublishId,
    client::subscriptions::{PendingRequest, Subscriptions},
};

/// Commands in the order in which they were queued.
#[derive(Debug, Default)]
pub(super) struct Queue {
    commands: VecDeque<Command>,
    last_publish: u64,
}

#[derive(Debug)]
pub(super) enum Command {
    /// Sends the request that the state of this channel needs, if any.
    Sync(Channel),
    Publish {
        id: PublishId,
        channel: Channel,
        json: String,
        /// End of waiting.
        deadline: Instant,
    },
    Probe(Channel),
    Disconnect,
}

impl Command {
    /// Returns the request and the payload of a publish; `None` if the state of the channel needs
    /// no request any more.
    pub(super) fn into_request(
        self,
        subscriptions: &mut Subscriptions,
    ) -> Option<(Request, String)> {
        let request = match self {
            Self::Sync(channel) => match subscriptions.state_mut(&channel)?.take_request()? {
                PendingRequest::Subscribe => Request::Subscribe(channel),
                PendingRequest::Unsubscribe => Request::Unsubscribe(channel),
            },
            Self::Publish {
                id, channel, json, ..
            } => return Some((Request::Publish(id, channel), json)),
            Self::Probe(channel) => Request::Probe(channel),
            Self::Disconnect => Request::Disconnect,
        };
        Some((request, String::new()))
    }
}

impl Queue {
    pub(super) fn publish(
        &mut self,
        channel: &Channel,
        json: &str,
        deadline: Instant,
    ) -> PublishId {
        self.last_publish += 1;
        let id = PublishId(self.last_publish);
        self.commands.push_back(Command::Publish {
            id,
            channel: channel.clone(),
            json: json.to_owned(),
            deadline,
        });
        id
    }

    pub(super) fn sync(&mut self, channel: Channel) {
        self.commands.push_back(Command::Sync(channel));
    }

    /// Removes the synchronisation of this channel.
    pub(super) fn drop_sync(&mut self, channel: &Channel) {
        self.commands
            .retain(|command| !matches!(command, Command::Sync(queued) if queued == channel));
    }

    pub(super) fn probe(&mut self, channel: Channel) {
        self.commands.push_front(Command::Probe(channel));
    }

    pub(super) fn disconnect(&mut self) {
        self.commands.push_back(Command::Disconnect);
    }

    pub(super) fn pop(&mut self) -> Option<Command> {
        self.commands.pop_front()
    }

    pub(super) fn len(&self) -> usize {
        self.commands.len()
    }

    /// Returns the deadline of the oldest publish.
    pub(super) fn deadline(&self) -> Option<Instant> {
        self.commands.iter().find_map(|command| match command {
            Command::Publish { deadline, .. } => Some(*deadline),
            _ => None,
        })
    }

    /// Removes publishes whose deadline has passed.
    pub(super) fn take_overdue(&mut self, now: Instant) -> Vec<PublishId> {
        let is_overdue = |command: &Command| match command {
            Command::Publish { id, deadline, .. } if *deadline <= now => Some(*id),
            _ => None,
        };
        let overdue: Vec<PublishId> = self.commands.iter().filter_map(is_overdue).collect();
        if !overdue.is_empty() {
            self.commands
                .retain(|command| is_overdue(command).is_none());
        }
        overdue
    }

    /// Keeps the publishes, behind the synchronisation of these channels.
    pub(super) fn start_session(&mut self, channels: Vec<Channel>) {
        self.commands
            .retain(|command| matches!(command, Command::Publish { .. }));
        for channel in channels.into_iter().rev() {
            self.commands.push_front(Command::Sync(channel));
        }
    }

    /// Removes all publishes.
    pub(super) fn cancel_publishes(&mut self) -> Vec<PublishId> {
        let mut cancelled = Vec::new();
        self.commands.retain(|command| match command {
            Command::Publish { id, .. } => {
                cancelled.push(*id);
                false
            }
            _ => true,
        });
        cancelled
    }
}
