//! The table of `cargo xtask bench history`.

use core::fmt;

use super::table::{Corpus, Row, find, ratio};

/// The row that the others are compared with.
const SERDE: &str = "serde_json.messages";
/// The row with a goal.
const MESSAGES: &str = "rest.into_messages";
/// Goal: CPU of a message, relative to `serde_json`.
const MOST: f64 = 0.6;

/// Costs of a message of history, by row.
pub(super) struct Table {
    messages: u64,
    size: f64,
    rows: Vec<Line>,
    goal: f64,
}

struct Line {
    name: String,
    nanos: f64,
    times: f64,
    allocations: f64,
}

impl Table {
    pub(super) fn new(corpus: &Corpus, rows: &[Row]) -> anyhow::Result<Self> {
        let serde = find(rows, SERDE)?.nanos;
        let lines = rows.iter().map(|row| Line {
            name: row.name.clone(),
            nanos: ratio(row.nanos, corpus.messages),
            times: ratio(row.nanos, serde),
            allocations: ratio(row.allocations, corpus.messages),
        });
        Ok(Self {
            messages: corpus.messages,
            size: ratio(corpus.bytes, corpus.messages),
            rows: lines.collect(),
            goal: ratio(find(rows, MESSAGES)?.nanos, serde),
        })
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{} messages of {:.0} bytes in pages of history; all rows read the same.\n\n\
             {:<20} {:>11} {:>12} {:>14}",
            self.messages, self.size, "row", "ns/message", "x serde_json", "allocs/message"
        )?;
        for line in &self.rows {
            writeln!(
                f,
                "{:<20} {:>11.0} {:>12.2} {:>14.2}",
                line.name, line.nanos, line.times, line.allocations
            )?;
        }
        let result = if self.goal <= MOST { "met" } else { "MISSED" };
        writeln!(
            f,
            "\nmessage of history / serde_json into the same {:.2}, goal at most {MOST:.2}: {result}",
            self.goal
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_ratios_to_serde_json_and_the_goal_is_judged() {
        let corpus = Corpus::parse(&["1", "100", "90000"].map(str::to_owned)).unwrap();
        let row = |name: &str, nanos: &str| {
            let mut row = Row::parse(&[name, nanos, nanos].map(str::to_owned)).unwrap();
            row.allocations = 900;
            row
        };
        let rows = [row(SERDE, "500000"), row(MESSAGES, "350000")];
        let text = Table::new(&corpus, &rows).unwrap().to_string();
        let line = text
            .lines()
            .find(|line| line.starts_with(MESSAGES))
            .unwrap();
        let columns: Vec<_> = line.split_whitespace().collect();
        assert_eq!(columns, [MESSAGES, "3500", "0.70", "9.00"]);
        assert!(text.contains("0.70, goal at most 0.60: MISSED"));
        assert!(Table::new(&corpus, &rows[..1]).is_err());
    }
}
