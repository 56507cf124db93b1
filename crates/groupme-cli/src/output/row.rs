//! Rows: the output of commands that end by themselves.

use core::time::Duration;
use std::path::Path;

use bayeux_wire::Value;
use groupme_model::{
    Bot, Chat, ConversationId, Group, GroupId, Member, Message, MessageId, Poll, Reaction,
    ReadReceipt, SourceGuid, Topic, User,
};
use groupme_rest::Sent;

use crate::{credentials::Origin, profile::Profile};

/// A row. JSON output prints GroupMe's own object where there is one.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Row<'a> {
    Message(&'a Message),
    Chat(&'a Chat),
    Group(&'a Group),
    /// A sent message and its own id.
    Sent(&'a Sent, &'a SourceGuid),
    Edited(&'a Message),
    Deleted(&'a ConversationId, &'a MessageId),
    /// All current reactions of a message; `None` if GroupMe did not return them.
    Reactions(&'a MessageId, Option<&'a [Reaction]>),
    /// The receipt of a conversation.
    Read(&'a ConversationId, &'a ReadReceipt),
    /// A saved medium, and its size in bytes.
    Downloaded(&'a Path, u64),
    /// An archived conversation.
    Archived(&'a groupme_archive::Report),
    /// The index of the pages of an archive.
    Pages(&'a Path),
    /// The channel of a typing notice.
    Typing(&'a str),
    /// The number of a ping, from 1, and its round-trip time; `None` without an echo.
    RoundTrip(u32, Option<Duration>),
    RoundTrips(&'a RoundTrips),
    /// A new profile with its name and file.
    LoggedIn(&'a str, &'a Profile, &'a Path),
    /// The name of a profile that was removed.
    LoggedOut(&'a str),
    /// A profile of a list, with its name.
    Profile(&'a str, &'a Profile),
    Member(&'a Member),
    Topic(&'a Topic),
    Poll(&'a Poll),
    Bot(&'a Bot),
    /// A group that was joined; `None` if an admin has to approve the request.
    Joined(&'a GroupId, Option<&'a Group>),
    /// A group that was left, and its name.
    Left(&'a GroupId, Option<&'a str>),
    /// A message that was pinned, or else unpinned.
    Pinned(&'a ConversationId, &'a MessageId, bool),
    /// The number of messages posted as a bot, whose id is a secret.
    Posted(usize),
    /// A bot was deleted.
    Destroyed,
    /// An answer of the API.
    Answer(Value<'a>),
    /// The account's user, and the origin of the token.
    Account(&'a User, &'a Origin),
}

/// Round-trip times of pings.
#[derive(Clone, Debug, Default)]
pub(crate) struct RoundTrips {
    sent: usize,
    sorted: Vec<Duration>,
}

impl RoundTrips {
    /// Adds a ping; `None` without an echo.
    pub(crate) fn add(&mut self, time: Option<Duration>) {
        self.sent += 1;
        if let Some(time) = time {
            let index = self.sorted.partition_point(|other| *other <= time);
            self.sorted.insert(index, time);
        }
    }

    pub(crate) fn sent(&self) -> usize {
        self.sent
    }

    pub(crate) fn answered(&self) -> usize {
        self.sorted.len()
    }

    /// Returns the given percentile by the nearest-rank method; 0 is the minimum.
    pub(crate) fn percentile(&self, percent: usize) -> Option<Duration> {
        let rank = (self.sorted.len() * percent).div_ceil(100);
        self.sorted.get(rank.saturating_sub(1)).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_of_the_pings_that_came_back() {
        let mut trips = RoundTrips::default();
        assert_eq!(trips.percentile(50), None);
        for millis in [5, 1, 4, 2, 3] {
            trips.add(Some(Duration::from_millis(millis)));
        }
        trips.add(None);
        let of = |percent| trips.percentile(percent).map(|time| time.as_millis());
        assert_eq!((trips.sent(), trips.answered()), (6, 5));
        assert_eq!(
            (of(0), of(50), of(99), of(100)),
            (Some(1), Some(3), Some(5), Some(5))
        );
        let mut many = RoundTrips::default();
        (1..=200).for_each(|millis| many.add(Some(Duration::from_millis(millis))));
        assert_eq!(many.percentile(99), Some(Duration::from_millis(198)));
    }
}
