//! What was said against what was delivered.

use core::time::Duration;
use std::collections::BTreeMap;

use tokio::time::Instant;

use crate::{
    inbox::{Arrival, Heard, Lost},
    stage::{Name, Said},
};

/// How a program fared, in one account or in all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Score {
    pub(crate) said: u32,
    /// How many different messages were delivered.
    pub(crate) delivered: u32,
    /// How often one came again that should not have.
    pub(crate) doubled: u32,
    /// How often one came again because the program was killed right after it was printed.
    pub(crate) repeated: u32,
    /// How many came after a later one of their conversation.
    pub(crate) out_of_order: u32,
    /// Not delivered, and the program said so.
    pub(crate) named: u32,
    /// Not delivered, without a word.
    pub(crate) unnamed: u32,
    pub(crate) pushed: u32,
    pub(crate) backfilled: u32,
    /// How many came more than a second after they were said.
    pub(crate) late: u32,
    pub(crate) longest_delay: Duration,
    /// The longest time in which nothing came, from the first message to the end of all.
    pub(crate) silence: Duration,
    /// How many lines were cut short because the program was killed while it wrote them.
    pub(crate) torn: u32,
    /// How often the program was killed.
    pub(crate) kills: u32,
}

impl Score {
    /// Judges one account; `conversations` are GroupMe's ids of them.
    pub(crate) fn of(conversations: &[String], said: &[Said], heard: &Heard) -> Self {
        let mut score = Self {
            said: u32::try_from(said.len()).unwrap_or(u32::MAX),
            torn: heard.torn,
            kills: u32::try_from(heard.lasts.len()).unwrap_or(u32::MAX),
            ..Self::default()
        };
        let messages: BTreeMap<Name, &Said> = said.iter().map(|said| (said.name, said)).collect();
        let first = score.count(&messages, heard);
        for (name, said) in &messages {
            if first.contains_key(name) {
                continue;
            }
            let conversation = &conversations[name.conversation];
            if heard
                .lost
                .iter()
                .any(|lost| lost.covers(conversation, said.id))
            {
                score.named += 1;
            } else {
                score.unnamed += 1;
            }
        }
        score.silence = silence(said, &heard.arrivals).map_or(Duration::ZERO, |(_, time)| time);
        score
    }

    /// Counts what arrived; the first arrival of each message.
    fn count<'h>(
        &mut self,
        messages: &BTreeMap<Name, &Said>,
        heard: &'h Heard,
    ) -> BTreeMap<Name, &'h Arrival> {
        let mut first: BTreeMap<Name, &Arrival> = BTreeMap::new();
        let mut latest_run: BTreeMap<Name, usize> = BTreeMap::new();
        let mut newest: BTreeMap<usize, u32> = BTreeMap::new();
        let mut newest_of_run: BTreeMap<(usize, usize), u32> = BTreeMap::new();
        for arrival in &heard.arrivals {
            let Name {
                conversation,
                number,
            } = arrival.name;
            let newest = newest.entry(conversation).or_default();
            let newest_of_run = newest_of_run
                .entry((arrival.run, conversation))
                .or_default();
            let is_new = !first.contains_key(&arrival.name);
            if (is_new && number < *newest) || number < *newest_of_run {
                self.out_of_order += 1;
            }
            *newest = number.max(*newest);
            *newest_of_run = number.max(*newest_of_run);
            if let Some(before) = latest_run.insert(arrival.name, arrival.run) {
                let was_last = heard.lasts.get(before) == Some(&Some(arrival.name));
                if arrival.run > before && was_last {
                    self.repeated += 1;
                } else {
                    self.doubled += 1;
                }
                continue;
            }
            first.insert(arrival.name, arrival);
            self.delivered += 1;
            if arrival.is_pushed {
                self.pushed += 1;
            } else {
                self.backfilled += 1;
            }
            if let Some(said) = messages.get(&arrival.name) {
                let delay = arrival.at.saturating_duration_since(said.at);
                self.late += u32::from(delay > Duration::from_secs(1));
                self.longest_delay = self.longest_delay.max(delay);
            }
        }
        first
    }

    /// Adds that of another account.
    pub(crate) fn add(&mut self, other: &Self) {
        self.said += other.said;
        self.delivered += other.delivered;
        self.doubled += other.doubled;
        self.repeated += other.repeated;
        self.out_of_order += other.out_of_order;
        self.named += other.named;
        self.unnamed += other.unnamed;
        self.pushed += other.pushed;
        self.backfilled += other.backfilled;
        self.late += other.late;
        self.longest_delay = self.longest_delay.max(other.longest_delay);
        self.silence = self.silence.max(other.silence);
        self.torn += other.torn;
        self.kills += other.kills;
    }

    /// What is not as it should be, in words.
    pub(crate) fn faults(&self) -> Vec<String> {
        [
            (self.unnamed, "lost without a word"),
            (self.named, "lost, and told so"),
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
    /// Whether a message lies within the bounds.
    fn covers(&self, conversation: &str, id: u64) -> bool {
        self.conversation
            .as_deref()
            .is_none_or(|lost| lost == conversation)
            && self.after.is_none_or(|after| id > after)
            && self.upto.is_none_or(|upto| id <= upto)
    }
}

/// When nothing arrived for the longest time between the first message and the end of all, and how
/// long that was.
pub(crate) fn silence(said: &[Said], arrivals: &[Arrival]) -> Option<(Instant, Duration)> {
    let (begin, end) = (said.first()?, said.last()?);
    let times: Vec<_> = [begin.at]
        .into_iter()
        .chain(arrivals.iter().map(|arrival| arrival.at))
        .collect();
    let last = *times.last()?;
    let tail = (last, end.at.saturating_duration_since(last));
    times
        .windows(2)
        .map(|pair| (pair[0], pair[1].saturating_duration_since(pair[0])))
        .chain([tail])
        .max_by_key(|(_, time)| *time)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(conversation: usize, number: u32) -> Name {
        Name {
            conversation,
            number,
        }
    }

    /// Ten messages a second, in two conversations by turns; the id is the place in all.
    fn said(count: u32, began: Instant) -> Vec<Said> {
        let said = |index: u32| Said {
            name: name(index as usize % 2, index / 2 + 1),
            id: u64::from(index) + 1,
            at: began + Duration::from_millis(100) * index,
        };
        (0..count).map(said).collect()
    }

    /// Everything as it was said, at once.
    fn heard(said: &[Said]) -> Heard {
        let arrival = |said: &Said| Arrival {
            name: said.name,
            at: said.at,
            is_pushed: true,
            run: 0,
        };
        Heard {
            arrivals: said.iter().map(arrival).collect(),
            ..Heard::default()
        }
    }

    fn score(said: &[Said], heard: &Heard) -> Score {
        Score::of(&["1835".to_owned(), "162+185".to_owned()], said, heard)
    }

    #[test]
    fn what_arrives_as_it_was_said_has_no_faults() {
        let said = said(20, Instant::now());
        let score = score(&said, &heard(&said));
        assert_eq!((score.delivered, score.pushed), (20, 20));
        assert_eq!(score.silence, Duration::from_millis(100));
        assert_eq!(score.faults(), Vec::<String>::new());
    }

    #[test]
    fn what_is_missing_is_lost_with_or_without_a_word() {
        let said = said(20, Instant::now());
        let mut heard = heard(&said);
        heard.arrivals.retain(|arrival| arrival.name.number < 9);
        heard.lost.push(Lost {
            conversation: Some("162+185".to_owned()),
            after: Some(said[15].id),
            upto: Some(said[17].id),
        });
        let score = score(&said, &heard);
        assert_eq!((score.named, score.unnamed), (1, 3));
        assert_eq!(score.silence, Duration::from_millis(400));
    }

    #[test]
    fn order_counts_within_a_conversation() {
        let said = said(20, Instant::now());
        let mut heard = heard(&said);
        // Of different conversations.
        heard.arrivals.swap(4, 5);
        assert_eq!(score(&said, &heard).out_of_order, 0);
        // Of the same one.
        heard.arrivals.swap(10, 12);
        assert_eq!(score(&said, &heard).out_of_order, 1);
    }

    #[test]
    fn only_the_last_line_before_a_kill_may_come_again() {
        let said = said(20, Instant::now());
        let mut heard = heard(&said);
        for arrival in &mut heard.arrivals[10..] {
            arrival.run = 1;
        }
        heard.lasts = vec![Some(said[9].name)];
        let again = |place: usize| Arrival {
            run: 1,
            ..heard.arrivals[place]
        };
        let (last, other) = (again(9), again(8));
        heard.arrivals.insert(10, last);
        let score_of_last = score(&said, &heard);
        assert_eq!((score_of_last.repeated, score_of_last.doubled), (1, 0));
        assert_eq!(score_of_last.out_of_order, 0);
        heard.arrivals[10] = other;
        let score = score(&said, &heard);
        assert_eq!((score.repeated, score.doubled), (0, 1));
    }
}
