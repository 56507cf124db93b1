//! Table of the costs, and the goals.

use core::fmt;

use anyhow::{Context, bail};

/// Size of the corpus.
#[derive(Clone, Copy, Debug)]
pub(super) struct Corpus {
    frames: u64,
    pub(super) messages: u64,
    pub(super) bytes: u64,
}

/// Costs of one pass over the corpus, with a copy of each frame first.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub(super) name: String,
    /// Median CPU time in nanoseconds.
    pub(super) nanos: u64,
    /// 10th percentile of the CPU time in nanoseconds.
    pub(super) low: u64,
    /// `None` without valgrind.
    pub(super) instructions: Option<u64>,
    pub(super) allocations: u64,
}

/// Rows that are compared, and the goals.
#[derive(Debug)]
pub(crate) struct Suite {
    /// Name in the arguments of the program.
    pub(super) name: &'static str,
    /// Unit of the columns, as a word and as its number in the corpus.
    unit: (&'static str, fn(&Corpus) -> u64),
    /// Row that only copies, which is subtracted from the others before they are compared.
    copy: Option<&'static str>,
    /// Row that the others are compared with.
    base: &'static str,
    goals: &'static [Target],
}

/// Goal: name, dividend, divisor, limit.
type Target = (&'static str, &'static str, &'static str, Limit);

/// Frames of the gateway, compared with the fastest parser that others have.
pub(crate) const FRAMES: Suite = Suite {
    name: "model",
    unit: ("frame", |corpus| corpus.frames),
    copy: Some(COPY),
    base: "tape",
    goals: &[
        ("typed event / tape", "view", "tape", Limit::AtMost(1.35)),
        (
            "serde_json borrowed / typed event",
            "serde_json.borrowed",
            "view",
            Limit::AtLeast(2.3),
        ),
        (
            "serde_json owned / typed event",
            "serde_json.owned",
            "view",
            Limit::AtLeast(3.7),
        ),
        (
            "owned event / serde_json into the same",
            "view.into_owned",
            "serde_json.model",
            Limit::AtMost(1.0),
        ),
    ],
};

/// Pages of REST history, compared with `serde_json` into the same types.
pub(crate) const HISTORY: Suite = Suite {
    name: "history",
    unit: ("message", |corpus| corpus.messages),
    copy: None,
    base: "serde_json.messages",
    goals: &[(
        "message of history / serde_json into the same",
        "rest.into_messages",
        "serde_json.messages",
        Limit::AtMost(0.6),
    )],
};

/// All rows, and the ratios that have a goal.
pub(super) struct Table {
    suite: &'static Suite,
    corpus: Corpus,
    rows: Vec<Row>,
    /// Costs of the row that only copies; 0 without one.
    copy: Row,
    base: Row,
    goals: Vec<Goal>,
}

/// Ratio of two rows, without the copy.
struct Goal {
    name: &'static str,
    limit: Limit,
    time: f64,
    instructions: Option<f64>,
}

#[derive(Clone, Copy, Debug)]
enum Limit {
    AtMost(f64),
    AtLeast(f64),
}

/// Row that only copies each frame.
pub(super) const COPY: &str = "copy";

impl Corpus {
    /// Parses the columns of `bench check`.
    pub(super) fn parse(line: &[String]) -> anyhow::Result<Self> {
        let [frames, messages, bytes] = line else {
            bail!("`bench check` prints {line:?}");
        };
        Ok(Self {
            frames: frames.parse()?,
            messages: messages.parse()?,
            bytes: bytes.parse()?,
        })
    }
}

impl Row {
    /// Parses the columns of `bench time`.
    pub(super) fn parse(line: &[String]) -> anyhow::Result<Self> {
        let [name, nanos, low] = line else {
            bail!("`bench time` prints {line:?}");
        };
        Ok(Self {
            name: name.clone(),
            nanos: nanos.parse()?,
            low: low.parse()?,
            instructions: None,
            allocations: 0,
        })
    }

    /// Returns time and instructions without those of the copy.
    fn without(&self, copy: &Self) -> (u64, Option<u64>) {
        let instructions = self.instructions.zip(copy.instructions);
        let instructions = instructions.map(|(all, copy)| all.saturating_sub(copy));
        (self.nanos.saturating_sub(copy.nanos), instructions)
    }
}

impl Table {
    pub(super) fn new(
        suite: &'static Suite,
        corpus: Corpus,
        rows: Vec<Row>,
    ) -> anyhow::Result<Self> {
        let copy = match suite.copy {
            Some(name) => find(&rows, name)?.clone(),
            None => Row {
                name: String::new(),
                nanos: 0,
                low: 0,
                instructions: Some(0),
                allocations: 0,
            },
        };
        let goals = suite.goals.iter().map(|&(name, dividend, divisor, limit)| {
            let dividend = find(&rows, dividend)?.without(&copy);
            let divisor = find(&rows, divisor)?.without(&copy);
            let instructions = dividend.1.zip(divisor.1);
            Ok(Goal {
                name,
                limit,
                time: ratio(dividend.0, divisor.0),
                instructions: instructions.map(|(dividend, divisor)| ratio(dividend, divisor)),
            })
        });
        Ok(Self {
            suite,
            corpus,
            goals: goals.collect::<anyhow::Result<_>>()?,
            base: find(&rows, suite.base)?.clone(),
            rows,
            copy,
        })
    }
}

fn find<'r>(rows: &'r [Row], name: &str) -> anyhow::Result<&'r Row> {
    let row = rows.iter().find(|row| row.name == name);
    row.with_context(|| format!("`bench time` has no row {name}"))
}

/// Returns a ratio of counts, which are far below 2^53.
#[expect(clippy::cast_precision_loss, reason = "counts of one pass")]
pub(super) fn ratio(dividend: u64, divisor: u64) -> f64 {
    dividend as f64 / divisor.max(1) as f64
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Corpus {
            frames,
            messages,
            bytes,
        } = self.corpus;
        let size = ratio(bytes, messages);
        writeln!(
            f,
            "{frames} frames, {messages} messages of {size:.0} bytes; all rows read the same."
        )?;
        if self.suite.copy.is_some() {
            writeln!(f, "Ratios are without the copy that each row begins with.")?;
        }
        let (unit, number) = self.suite.unit;
        let number = number(&self.corpus);
        let (per, times) = (format!("/{unit}"), format!("x {}", self.suite.base));
        writeln!(
            f,
            "\n{:<20} {:>11} {times:>21} {:>14} {:>7} {:>14}",
            "row",
            format!("ns{per}"),
            format!("instr.{per}"),
            "ratio",
            format!("allocs{per}")
        )?;
        let base = self.base.without(&self.copy);
        for row in &self.rows {
            let cost = row.without(&self.copy);
            let (time, times) = (ratio(row.nanos, number), ratio(cost.0, base.0));
            write!(f, "{:<20} {time:>11.0} {times:>21.2} ", row.name)?;
            match row.instructions.zip(cost.1).zip(base.1) {
                Some(((all, cost), base)) => {
                    let (all, times) = (ratio(all, number), ratio(cost, base));
                    write!(f, "{all:>14.0} {times:>7.2} ")?;
                }
                None => write!(f, "{:>14} {:>7} ", "-", "-")?,
            }
            writeln!(f, "{:>14.3}", ratio(row.allocations, number))?;
        }
        writeln!(f)?;
        self.goals.iter().try_for_each(|goal| writeln!(f, "{goal}"))
    }
}

impl fmt::Display for Goal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, time, .. } = self;
        let (word, limit, is_met) = match self.limit {
            Limit::AtMost(limit) => ("at most", limit, *time <= limit),
            Limit::AtLeast(limit) => ("at least", limit, *time >= limit),
        };
        let result = if is_met { "met" } else { "MISSED" };
        write!(f, "{name:<45} {time:.2}, goal {word} {limit:.2}: {result}")?;
        match self.instructions {
            Some(instructions) => write!(f, " (instructions {instructions:.2})"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_ratios_to_the_base_and_goals_to_each_other() {
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
        let rows = nanos.map(|(name, nanos)| Row {
            name: name.to_owned(),
            nanos,
            low: nanos,
            instructions: None,
            allocations: 5,
        });
        let text = Table::new(&FRAMES, corpus, rows.to_vec())
            .unwrap()
            .to_string();
        let line = |start: &str| {
            let line = text.lines().find(|line| line.starts_with(start));
            line.unwrap_or_else(|| panic!("no line {start} in\n{text}"))
        };
        assert!(line("10 frames").contains("messages of 800 bytes"));
        let view: Vec<_> = line("view ").split_whitespace().collect();
        assert_eq!(view, ["view", "1270", "1.30", "-", "-", "0.500"]);
        assert!(line("typed event").ends_with("1.30, goal at most 1.35: met"));
        assert!(line("serde_json borrowed").ends_with("2.00, goal at least 2.30: MISSED"));
        let error = Table::new(&FRAMES, corpus, rows[1..].to_vec())
            .err()
            .unwrap();
        assert_eq!(error.to_string(), "`bench time` has no row copy");
        assert!(Row::parse(&["view".to_owned()]).is_err());
    }
    #[test]
    fn pages_of_history_are_compared_by_message() {
        let corpus = Corpus::parse(&["1", "100", "90000"].map(str::to_owned)).unwrap();
        let row = |name: &str, nanos: &str| {
            let mut row = Row::parse(&[name, nanos, nanos].map(str::to_owned)).unwrap();
            row.allocations = 900;
            row
        };
        let rows = vec![
            row("serde_json.messages", "500000"),
            row("rest.into_messages", "350000"),
        ];
        let text = Table::new(&HISTORY, corpus, rows).unwrap().to_string();
        let mut lines = text.lines();
        let line = lines.find(|line| line.starts_with("rest.into_messages"));
        let columns: Vec<_> = line.unwrap().split_whitespace().collect();
        assert_eq!(
            columns,
            ["rest.into_messages", "3500", "0.70", "-", "-", "9.000"]
        );
        assert!(text.contains("0.70, goal at most 0.60: MISSED"), "{text}");
    }
}
