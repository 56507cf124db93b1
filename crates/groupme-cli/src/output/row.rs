//! What the commands have to show that ask once, one row each.

use core::time::Duration;

use groupme_model::{
    Chat, ConversationId, Group, Message, MessageId, Reaction, ReadReceipt, SourceGuid,
};
use groupme_rest::Sent;

/// One row. What GroupMe has an object for is shown as that to programs.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Row<'a> {
    Message(&'a Message),
    Chat(&'a Chat),
    Group(&'a Group),
    /// A message that was sent, and under which id.
    Sent(&'a Sent, &'a SourceGuid),
    Edited(&'a Message),
    Deleted(&'a ConversationId, &'a MessageId),
    /// All the reactions that a message has now; none where GroupMe does not tell.
    Reactions(&'a MessageId, Option<&'a [Reaction]>),
    /// Of a conversation.
    Read(&'a ConversationId, &'a ReadReceipt),
    /// On a channel.
    Typing(&'a str),
    /// The number of a ping, from 1, and how long it was away; none if it did not come back.
    RoundTrip(u32, Option<Duration>),
    RoundTrips(&'a RoundTrips),
}

/// How long pings were away.
#[derive(Clone, Debug, Default)]
pub(crate) struct RoundTrips {
    sent: usize,
    sorted: Vec<Duration>,
}

impl RoundTrips {
    /// Counts one; `None` if it did not come back.
    pub(crate) fn add(&mut self, time: Option<Duration>) {
        self.sent += 1;
        if let Some(time) = time {
            let place = self.sorted.partition_point(|other| *other <= time);
            self.sorted.insert(place, time);
        }
    }

    pub(crate) fn sent(&self) -> usize {
        self.sent
    }

    pub(crate) fn answered(&self) -> usize {
        self.sorted.len()
    }

    /// The least time that at least so many in a hundred did not exceed; 0 is the least of all.
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
