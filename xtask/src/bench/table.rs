//! The table, and the goals.

use core::fmt;

use anyhow::Context;

use super::program::{Corpus, Counts, Time, ratio};

/// What was measured, a row each, and what is compared with what.
pub(super) struct Table {
    corpus: Corpus,
    rows: Vec<Row>,
    goals: Vec<Goal>,
}

/// A pass over the corpus, with the copy of each frame that every row begins with.
struct Row {
    name: String,
    nanos: u64,
    instructions: Option<u64>,
    allocations: u64,
}

/// What a row cost beyond the copy.
struct Cost {
    nanos: u64,
    instructions: Option<u64>,
}

/// A ratio between two rows, and where it should be.
struct Goal {
    what: &'static str,
    wanted: Wanted,
    time: f64,
    instructions: Option<f64>,
}

#[derive(Clone, Copy)]
enum Wanted {
    AtMost(f64),
    AtLeast(f64),
}

impl Table {
    pub(super) fn new(
        corpus: Corpus,
        times: &[Time],
        instructions: Option<&Counts>,
        allocations: &Counts,
    ) -> anyhow::Result<Self> {
        let find = |counts: &Counts, name: &str| {
            let found = counts.iter().find(|(row, _)| row == name);
            found.map(|(_, count)| *count)
        };
        let rows = times.iter().map(|time| {
            let name = time.row.clone();
            Ok(Row {
                nanos: time.median,
                instructions: instructions.as_ref().and_then(|counts| find(counts, &name)),
                allocations: find(allocations, &name)
                    .with_context(|| format!("nobody counted the allocations of {name}"))?,
                name,
            })
        });
        let rows: Vec<Row> = rows.collect::<anyhow::Result<_>>()?;
        let copy = row(&rows, COPY)?;
        let goals = GOALS.iter().map(|&(what, over, under, wanted)| {
            let over = row(&rows, over)?.beyond(copy);
            let under = row(&rows, under)?.beyond(copy);
            let instructions = over.instructions.zip(under.instructions);
            Ok(Goal {
                what,
                wanted,
                time: ratio(over.nanos, under.nanos),
                instructions: instructions.map(|(over, under)| ratio(over, under)),
            })
        });
        let goals = goals.collect::<anyhow::Result<_>>()?;
        Ok(Self {
            corpus,
            rows,
            goals,
        })
    }
}

impl Row {
    /// What it cost beyond the copy.
    fn beyond(&self, copy: &Self) -> Cost {
        let instructions = self.instructions.zip(copy.instructions);
        Cost {
            nanos: self.nanos.saturating_sub(copy.nanos),
            instructions: instructions.map(|(all, copy)| all.saturating_sub(copy)),
        }
    }
}

fn row<'r>(rows: &'r [Row], name: &str) -> anyhow::Result<&'r Row> {
    let row = rows.iter().find(|row| row.name == name);
    row.with_context(|| format!("`bench time` has no row {name}"))
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Corpus {
            frames,
            messages,
            bytes,
        } = self.corpus;
        writeln!(
            f,
            "{frames} frames, {messages} messages of {:.0} bytes; all rows read the same.\n\
             Ratios are net of the copy that each row begins with.\n",
            ratio(bytes, messages)
        )?;
        writeln!(
            f,
            "{:<20} {:>9} {:>7} {:>13} {:>7} {:>13}",
            "row", "ns/frame", "x tape", "instr./frame", "x tape", "allocs/frame"
        )?;
        let costs = |name| row(&self.rows, name).map_err(|_| fmt::Error);
        let copy = costs(COPY)?;
        let tape = costs(TAPE)?.beyond(copy);
        for row in &self.rows {
            let cost = row.beyond(copy);
            write!(
                f,
                "{:<20} {:>9.0} {:>7.2} ",
                row.name,
                ratio(row.nanos, frames),
                ratio(cost.nanos, tape.nanos)
            )?;
            let counted = row.instructions.zip(cost.instructions);
            match counted.zip(tape.instructions) {
                Some(((all, cost), tape)) => {
                    let (all, times) = (ratio(all, frames), ratio(cost, tape));
                    write!(f, "{all:>13.0} {times:>7.2} ")?;
                }
                None => write!(f, "{:>13} {:>7} ", "-", "-")?,
            }
            writeln!(f, "{:>13.3}", ratio(row.allocations, frames))?;
        }
        writeln!(f)?;
        for goal in &self.goals {
            writeln!(f, "{goal}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Goal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (word, bound, met) = match self.wanted {
            Wanted::AtMost(bound) => ("at most", bound, self.time <= bound),
            Wanted::AtLeast(bound) => ("at least", bound, self.time >= bound),
        };
        let verdict = if met { "met" } else { "MISSED" };
        write!(
            f,
            "{:<38} {:.2}, wanted {word} {bound:.2}: {verdict}",
            self.what, self.time
        )?;
        match self.instructions {
            Some(instructions) => write!(f, " (instructions {instructions:.2})"),
            None => Ok(()),
        }
    }
}

const COPY: &str = "copy";
/// The parser alone.
const TAPE: &str = "tape";

const GOALS: [(&str, &str, &str, Wanted); 4] = [
    ("typed event / tape", "view", TAPE, Wanted::AtMost(1.35)),
    (
        "serde_json borrowed / typed event",
        "serde_json.borrowed",
        "view",
        Wanted::AtLeast(2.3),
    ),
    (
        "serde_json owned / typed event",
        "serde_json.owned",
        "view",
        Wanted::AtLeast(3.7),
    ),
    (
        "owned event / serde_json into the same",
        "view.into_owned",
        "serde_json.model",
        Wanted::AtMost(1.0),
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_and_goals_are_ratios_to_the_tape_and_to_each_other() {
        let corpus = Corpus {
            frames: 10,
            messages: 20,
            bytes: 16_000,
        };
        let nanos = [
            ("copy", 1_000),
            ("tape", 10_000),
            ("view", 12_700),
            ("view.into_owned", 26_000),
            ("serde_json.model", 52_000),
            ("serde_json.borrowed", 24_400),
            ("serde_json.owned", 52_000),
        ];
        let times = nanos.map(|(row, median)| Time {
            row: row.to_owned(),
            median,
            low: median,
        });
        let allocations = nanos.map(|(row, _)| (row.to_owned(), 5)).to_vec();
        let table = Table::new(corpus, &times, None, &allocations).unwrap();
        let text = table.to_string();
        let line = |start: &str| {
            let mut lines = text.lines();
            let line = lines.find(|line| line.starts_with(start));
            line.unwrap_or_else(|| panic!("no line {start} in\n{text}"))
        };
        assert!(line("10 frames").contains("messages of 800 bytes"));
        let view: Vec<_> = line("view ").split_whitespace().collect();
        assert_eq!(view, ["view", "1270", "1.30", "-", "-", "0.500"]);
        assert!(line("typed event").ends_with("1.30, wanted at most 1.35: met"));
        assert!(line("serde_json borrowed").ends_with("2.00, wanted at least 2.30: MISSED"));
    }

    #[test]
    fn a_row_that_nobody_counted_is_named() {
        let corpus = Corpus {
            frames: 1,
            messages: 1,
            bytes: 1,
        };
        let time = Time {
            row: "tape".to_owned(),
            median: 1,
            low: 1,
        };
        let error = Table::new(corpus, &[time], None, &Vec::new());
        let error = error.err().map(|error| error.to_string());
        assert_eq!(
            error.as_deref(),
            Some("nobody counted the allocations of tape")
        );
    }
}
