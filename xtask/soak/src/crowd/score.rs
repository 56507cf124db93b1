//! Messages said compared with those that arrived.

use core::time::Duration;
use std::collections::BTreeMap;

use tokio::time::Instant;

use super::listener::Report;

/// A message that was said in a group.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sent {
    pub(super) number: u32,
    pub(super) group: usize,
    pub(super) at: Instant,
}

/// Arrivals at each client.
#[derive(Debug)]
pub(super) struct Score {
    clients: Vec<Vec<(u32, Instant)>>,
    troubles: Vec<String>,
}

impl Score {
    pub(super) fn new(clients: usize) -> Self {
        Self {
            clients: vec![Vec::new(); clients],
            troubles: Vec::new(),
        }
    }

    pub(super) fn take(&mut self, report: Report) {
        match report {
            Report::Message { client, number, at } => self.clients[client].push((number, at)),
            Report::Trouble(text) => self.troubles.push(text),
            Report::Listening => {}
        }
    }

    /// Returns the number of arrivals, doubled ones included.
    pub(super) fn received(&self) -> usize {
        self.clients.iter().map(Vec::len).sum()
    }

    /// Describes the time from saying a message to its arrival at a client.
    pub(super) fn latencies(&self, sent: &[Sent]) -> String {
        let said: BTreeMap<u32, Instant> = sent.iter().map(|sent| (sent.number, sent.at)).collect();
        let arrivals = self.clients.iter().flatten();
        let mut times: Vec<Duration> = arrivals
            .filter_map(|(number, at)| Some(at.saturating_duration_since(*said.get(number)?)))
            .collect();
        times.sort_unstable();
        let at = |hundredths: usize| {
            let index = (times.len() * hundredths / 100).min(times.len().saturating_sub(1));
            times
                .get(index)
                .map_or(0.0, |time| time.as_secs_f64() * 1000.0)
        };
        format!(
            "from saying to receiving: p50 {:.1} ms, p99 {:.1} ms, slowest {:.1} ms",
            at(50),
            at(99),
            at(100)
        )
    }

    /// Describes what is wrong; `members` returns the clients of a group.
    pub(super) fn faults<'g>(
        &self,
        sent: &[Sent],
        members: impl Fn(usize) -> &'g [usize],
    ) -> Vec<String> {
        let mut wanted: BTreeMap<(usize, u32), u32> = BTreeMap::new();
        for message in sent {
            for client in members(message.group) {
                wanted.insert((*client, message.number), 0);
            }
        }
        let (mut doubled, mut foreign) = (0, 0);
        for (client, arrivals) in self.clients.iter().enumerate() {
            for (number, _) in arrivals {
                match wanted.get_mut(&(client, *number)) {
                    Some(count) => {
                        *count += 1;
                        doubled += u32::from(*count > 1);
                    }
                    None => foreign += 1,
                }
            }
        }
        let lost = wanted.values().filter(|count| **count == 0).count();
        let mut faults = Vec::new();
        if lost > 0 {
            faults.push(format!("{lost} of {} deliveries lost", wanted.len()));
        }
        if doubled > 0 {
            faults.push(format!("{doubled} deliveries doubled"));
        }
        if foreign > 0 {
            faults.push(format!(
                "{foreign} deliveries to clients outside of the group"
            ));
        }
        if let Some(first) = self.troubles.first() {
            let count = self.troubles.len();
            faults.push(format!("{count} troubles of clients, the first: {first}"));
        }
        faults
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two messages in a group of clients 0 and 1, each received by both after 10 and 30 ms.
    fn all() -> (Vec<Sent>, Score) {
        let at = Instant::now();
        let sent = [0, 1].map(|number| Sent {
            number,
            group: 0,
            at,
        });
        let mut score = Score::new(3);
        for (client, delay) in [(0, 10), (1, 30)] {
            for number in [0, 1] {
                let at = at + Duration::from_millis(delay);
                score.take(Report::Message { client, number, at });
            }
        }
        (sent.to_vec(), score)
    }

    fn faults(sent: &[Sent], score: &Score) -> Vec<String> {
        score.faults(sent, |_| &[0, 1])
    }

    #[test]
    fn each_message_once_at_each_member_is_without_fault() {
        let (sent, score) = all();
        assert_eq!(score.received(), 4);
        assert_eq!(faults(&sent, &score), Vec::<String>::new());
        let text = "from saying to receiving: p50 30.0 ms, p99 30.0 ms, slowest 30.0 ms";
        assert_eq!(score.latencies(&sent), text);
    }

    #[test]
    fn lost_doubled_and_foreign_deliveries_and_troubles_are_faults() {
        let (sent, mut score) = all();
        let at = Instant::now();
        score.clients[0].remove(1);
        score.take(Report::Message {
            client: 1,
            number: 1,
            at,
        });
        score.take(Report::Message {
            client: 2,
            number: 1,
            at,
        });
        score.take(Report::Trouble("client 0: Down".to_owned()));
        let expected = [
            "1 of 4 deliveries lost",
            "1 deliveries doubled",
            "1 deliveries to clients outside of the group",
            "1 troubles of clients, the first: client 0: Down",
        ];
        assert_eq!(faults(&sent, &score), expected);
    }
}
