//! Sent messages compared with deliveries.

use core::time::Duration;
use std::collections::BTreeMap;

use tokio::time::Instant;

use crate::{
    env::{MessageName, SentMessage},
    inbox::{Deliveries, Delivery, Lost},
};

/// The score of a program, in one account or in all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Score {
    pub(crate) sent: u32,
    /// Different messages that were delivered.
    pub(crate) delivered: u32,
    /// Deliveries that should not have been repeated.
    pub(crate) doubled: u32,
    /// Deliveries repeated because the process was killed right after printing them.
    pub(crate) repeated: u32,
    /// Messages delivered after a later one of their conversation.
    pub(crate) out_of_order: u32,
    /// Messages not delivered, and reported lost.
    pub(crate) reported: u32,
    /// Messages not delivered, without a report.
    pub(crate) unreported: u32,
    pub(crate) pushed: u32,
    pub(crate) backfilled: u32,
    /// Messages delivered more than a second after they were sent.
    pub(crate) late: u32,
    pub(crate) longest_delay: Duration,
    /// Longest time without a delivery, between the first message and the last.
    pub(crate) silence: Duration,
    /// Lines cut short because the process was killed while writing them.
    pub(crate) torn: u32,
    /// Processes killed.
    pub(crate) kills: u32,
}

impl Score {
    /// Scores one account; `conversations` are the ids of its conversations.
    pub(crate) fn new(
        conversations: &[String],
        sent: &[SentMessage],
        received: &Deliveries,
    ) -> Self {
        let silence = silence(sent, &received.messages);
        let mut score = Self {
            sent: u32::try_from(sent.len()).unwrap_or(u32::MAX),
            torn: received.torn,
            kills: u32::try_from(received.last_lines.len()).unwrap_or(u32::MAX),
            silence: silence.map_or(Duration::ZERO, |(_, time)| time),
            ..Self::default()
        };
        let first = score.count(sent, received);
        for message in sent.iter().filter(|sent| !first.contains_key(&sent.name)) {
            let conversation = &conversations[message.name.conversation];
            let covers = |lost: &Lost| lost.covers(conversation, message.id);
            if received.lost.iter().any(covers) {
                score.reported += 1;
            } else {
                score.unreported += 1;
            }
        }
        score
    }

    /// Counts the deliveries, and returns the process of the latest one of each message.
    fn count(
        &mut self,
        sent: &[SentMessage],
        received: &Deliveries,
    ) -> BTreeMap<MessageName, usize> {
        let sent: BTreeMap<MessageName, Instant> =
            sent.iter().map(|sent| (sent.name, sent.at)).collect();
        let mut processes: BTreeMap<MessageName, usize> = BTreeMap::new();
        // The newest message of each conversation, in all processes and in each.
        let mut newest: BTreeMap<(Option<usize>, usize), u32> = BTreeMap::new();
        for delivery in &received.messages {
            let MessageName {
                conversation,
                number,
            } = delivery.name;
            let mut is_behind = |process| {
                let newest = newest.entry((process, conversation)).or_default();
                let is_behind = number < *newest;
                *newest = number.max(*newest);
                is_behind
            };
            let (of_all, of_process) = (is_behind(None), is_behind(Some(delivery.process)));
            let before = processes.insert(delivery.name, delivery.process);
            self.out_of_order += u32::from(of_process || (of_all && before.is_none()));
            if let Some(before) = before {
                let was_last = received.last_lines.get(before) == Some(&Some(delivery.name));
                if delivery.process > before && was_last {
                    self.repeated += 1;
                } else {
                    self.doubled += 1;
                }
                continue;
            }
            self.delivered += 1;
            if delivery.is_pushed {
                self.pushed += 1;
            } else {
                self.backfilled += 1;
            }
            if let Some(sent) = sent.get(&delivery.name) {
                let delay = delivery.at.saturating_duration_since(*sent);
                self.late += u32::from(delay > Duration::from_secs(1));
                self.longest_delay = self.longest_delay.max(delay);
            }
        }
        processes
    }

    /// Adds the score of another account.
    pub(crate) fn add(&mut self, other: &Self) {
        self.sent += other.sent;
        self.delivered += other.delivered;
        self.doubled += other.doubled;
        self.repeated += other.repeated;
        self.out_of_order += other.out_of_order;
        self.reported += other.reported;
        self.unreported += other.unreported;
        self.pushed += other.pushed;
        self.backfilled += other.backfilled;
        self.late += other.late;
        self.longest_delay = self.longest_delay.max(other.longest_delay);
        self.silence = self.silence.max(other.silence);
        self.torn += other.torn;
        self.kills += other.kills;
    }

    /// Describes what is wrong.
    pub(crate) fn faults(&self) -> Vec<String> {
        [
            (self.unreported, "lost without a report"),
            (self.reported, "lost, as reported"),
            (self.doubled, "delivered again"),
            (self.out_of_order, "out of order"),
        ]
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{count} {what}"))
        .collect()
    }
}

impl Lost {
    /// Returns whether a message lies within the bounds.
    fn covers(&self, conversation: &str, id: u64) -> bool {
        let lost = self.conversation.as_deref();
        lost.is_none_or(|lost| lost == conversation)
            && self.after.is_none_or(|after| id > after)
            && self.upto.is_none_or(|upto| id <= upto)
    }
}

/// Returns begin and length of the longest time without a delivery, between the first message and
/// the last.
pub(crate) fn silence(
    sent: &[SentMessage],
    deliveries: &[Delivery],
) -> Option<(Instant, Duration)> {
    let (begin, end) = (sent.first()?.at, sent.last()?.at);
    let mut times = vec![begin];
    times.extend(deliveries.iter().map(|delivery| delivery.at));
    times.push(end.max(*times.last()?));
    let pairs = times.windows(2);
    let silences = pairs.map(|pair| (pair[0], pair[1].saturating_duration_since(pair[0])));
    silences.max_by_key(|(_, time)| *time)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(conversation: usize, number: u32) -> MessageName {
        MessageName {
            conversation,
            number,
        }
    }

    /// Ten messages a second, in two conversations by turns; the id is the position among all.
    fn sent(count: u32, began: Instant) -> Vec<SentMessage> {
        let sent = |index: u32| SentMessage {
            name: name(index as usize % 2, index / 2 + 1),
            id: u64::from(index) + 1,
            at: began + Duration::from_millis(100) * index,
        };
        (0..count).map(sent).collect()
    }

    /// Every message delivered at once.
    fn received(sent: &[SentMessage]) -> Deliveries {
        let delivery = |sent: &SentMessage| Delivery {
            name: sent.name,
            at: sent.at,
            is_pushed: true,
            process: 0,
        };
        Deliveries {
            messages: sent.iter().map(delivery).collect(),
            ..Deliveries::default()
        }
    }

    fn score(sent: &[SentMessage], received: &Deliveries) -> Score {
        Score::new(&["1835".to_owned(), "162+185".to_owned()], sent, received)
    }

    #[test]
    fn messages_delivered_once_and_in_order_have_no_faults() {
        let sent = sent(20, Instant::now());
        let score = score(&sent, &received(&sent));
        assert_eq!((score.delivered, score.pushed), (20, 20));
        assert_eq!(score.silence, Duration::from_millis(100));
        assert_eq!(score.faults(), Vec::<String>::new());
    }

    #[test]
    fn a_missing_message_is_lost_with_or_without_a_report() {
        let sent = sent(20, Instant::now());
        let mut received = received(&sent);
        received.messages.retain(|message| message.name.number < 9);
        received.lost.push(Lost {
            conversation: Some("162+185".to_owned()),
            after: Some(sent[15].id),
            upto: Some(sent[17].id),
        });
        let score = score(&sent, &received);
        assert_eq!((score.reported, score.unreported), (1, 3));
        assert_eq!(score.silence, Duration::from_millis(400));
    }

    #[test]
    fn order_counts_within_a_conversation() {
        let sent = sent(20, Instant::now());
        let mut received = received(&sent);
        // Of different conversations.
        received.messages.swap(4, 5);
        assert_eq!(score(&sent, &received).out_of_order, 0);
        // Of the same one.
        received.messages.swap(10, 12);
        assert_eq!(score(&sent, &received).out_of_order, 1);
    }

    #[test]
    fn only_the_last_line_before_a_kill_may_come_again() {
        let sent = sent(20, Instant::now());
        let mut received = received(&sent);
        for message in &mut received.messages[10..] {
            message.process = 1;
        }
        received.last_lines = vec![Some(sent[9].name)];
        let again = |position: usize| Delivery {
            process: 1,
            ..received.messages[position]
        };
        let (last, other) = (again(9), again(8));
        received.messages.insert(10, last);
        let score_of_last = score(&sent, &received);
        assert_eq!((score_of_last.repeated, score_of_last.doubled), (1, 0));
        assert_eq!(score_of_last.out_of_order, 0);
        received.messages[10] = other;
        let score = score(&sent, &received);
        assert_eq!((score.repeated, score.doubled), (0, 1));
    }
}
