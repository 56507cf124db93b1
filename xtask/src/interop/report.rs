//! What a run has shown, in words.

use core::time::Duration;
use std::{collections::BTreeMap, time::Instant};

use super::{cell::Cell, guest, log::Line};

/// How a trial or a visit went.
#[derive(Debug)]
pub(super) struct Outcome {
    pub(super) cell: Cell,
    pub(super) time: Duration,
    pub(super) failure: Option<Failure>,
}

/// Why a trial failed, and what was printed before.
#[derive(Debug)]
pub(super) struct Failure {
    error: anyhow::Error,
    tails: Vec<(&'static str, Vec<String>)>,
}

/// How many of the last lines of a stream are shown.
const TAIL: usize = 25;
/// The longest line that is shown whole, in characters.
const WIDTH: usize = 160;

impl Failure {
    /// A failure before there was anything to look at.
    pub(super) fn early(error: anyhow::Error) -> Self {
        Self {
            error,
            tails: Vec::new(),
        }
    }

    /// A failure with the streams of those that took part.
    pub(super) fn of(
        error: anyhow::Error,
        start: Instant,
        streams: impl IntoIterator<Item = (&'static str, Vec<Line>)>,
    ) -> Self {
        let tails = streams
            .into_iter()
            .map(|(name, lines)| (name, tail(&lines, start)));
        Self {
            error,
            tails: tails.collect(),
        }
    }
}

/// Returns the last lines, each with its time in seconds.
fn tail(lines: &[Line], start: Instant) -> Vec<String> {
    let last = lines.iter().skip(lines.len().saturating_sub(TAIL));
    last.map(|line| {
        let at = line.at.saturating_duration_since(start).as_secs_f32();
        let text: String = line.text.chars().take(WIDTH).collect();
        format!("{at:>6.2} {text}")
    })
    .collect()
}

/// Returns one line for one trial or visit.
pub(super) fn line(outcome: &Outcome) -> String {
    let Outcome {
        cell,
        time,
        failure,
    } = outcome;
    let verdict = match failure {
        None => "ok".to_owned(),
        Some(failure) => format!("FAILED: {:#}", failure.error),
    };
    format!("{:>6.1} s  {cell}  {verdict}", time.as_secs_f32())
}

/// Returns everything known about a failed trial or visit.
pub(super) fn failure(outcome: &Outcome) -> String {
    let mut text = format!("--- {}", line(outcome));
    for (name, lines) in outcome.failure.iter().flat_map(|failure| &failure.tails) {
        text.push_str("\n  ");
        text.push_str(name);
        for line in lines {
            text.push_str("\n    ");
            text.push_str(line);
        }
    }
    text.push_str("\n  again: cargo xtask interop ");
    text.push_str(&outcome.cell.to_string());
    text
}

/// Returns both tables, and what there is to know about the clients that came.
pub(super) fn tables(outcomes: &[Outcome]) -> String {
    let (visits, trials): (Vec<_>, Vec<_>) =
        outcomes.iter().partition(|outcome| outcome.cell.is_visit());
    let mut parts = Vec::new();
    if !trials.is_empty() {
        parts.push(format!("groupme at servers of others\n{}", matrix(&trials)));
    }
    if !visits.is_empty() {
        parts.push(format!(
            "clients of others at groupme sim\n{}",
            matrix(&visits)
        ));
        let came = |name: &str| {
            let row = |outcome: &&Outcome| outcome.cell.row().1;
            visits.iter().any(|outcome| row(outcome).starts_with(name))
        };
        let guests = guest::all().filter(|guest| came(guest.name));
        let remarks: Vec<_> = guests.flat_map(|guest| guest.remarks).copied().collect();
        if !remarks.is_empty() {
            parts.push(remarks.join("\n"));
        }
    }
    parts.join("\n\n")
}

/// Returns the table of those that took part and of cases, in seconds.
fn matrix(outcomes: &[&Outcome]) -> String {
    let mut columns: Vec<_> = outcomes
        .iter()
        .map(|outcome| outcome.cell.column())
        .collect();
    columns.sort_unstable();
    columns.dedup();
    let mut rows: BTreeMap<_, BTreeMap<_, String>> = BTreeMap::new();
    for outcome in outcomes {
        let cell = match outcome.failure {
            None => format!("{:.1}", outcome.time.as_secs_f32()),
            Some(_) => "FAILED".to_owned(),
        };
        rows.entry(outcome.cell.row())
            .or_default()
            .insert(outcome.cell.column(), cell);
    }
    let names: Vec<_> = columns.iter().map(|(_, name)| name.as_str()).collect();
    let width = rows.keys().map(|(_, row)| row.len()).max();
    let width = width.unwrap_or_default();
    let mut lines = vec![format!("{:<width$}  {}", "seconds", names.join("  "))];
    for ((_, row), cells) in &rows {
        let cells = columns.iter().map(|column| {
            let cell = cells.get(column).map_or("-", String::as_str);
            format!("{cell:>width$}", width = column.1.len())
        });
        lines.push(format!(
            "{row:<width$}  {}",
            cells.collect::<Vec<_>>().join("  ")
        ));
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::{super::cell, *};

    fn outcome(options: &str, seconds: f32, failure: Option<Failure>) -> Outcome {
        Outcome {
            cell: cell::all()
                .find(|cell| cell.to_string() == options)
                .unwrap(),
            time: Duration::from_secs_f32(seconds),
            failure,
        }
    }

    #[test]
    fn the_matrix_shows_times_failures_and_what_was_not_run() {
        let failure = Failure::early(anyhow::anyhow!("event 7 never came"));
        let old = "--server faye-0.7.2 --transport websocket --case";
        let outcomes = [
            outcome(
                "--server cometd --transport long-polling --case thousand",
                1.54,
                None,
            ),
            outcome(&format!("{old} thousand"), 9.0, Some(failure)),
            outcome(&format!("{old} stall"), 20.0, None),
        ];
        assert_eq!(
            tables(&outcomes),
            "groupme at servers of others\n\
             seconds                   thousand  stall\n\
             faye-0.7.2  websocket       FAILED   20.0\n\
             cometd      long-polling       1.5      -"
        );
    }

    #[test]
    fn visits_have_a_table_of_their_own_and_what_the_clients_cannot_do() {
        let old = "--visitor faye-0.7.2 --profile faye --transport websocket --case";
        let outcomes = [
            outcome(&format!("{old} restart"), 4.0, None),
            outcome(&format!("{old} old-socket"), 0.2, None),
            outcome(
                "--visitor cometd --profile cometd --transport long-polling --case restart",
                3.0,
                None,
            ),
        ];
        let told = tables(&outcomes);
        let (table, remark) = told.split_once("\n\n").unwrap();
        assert_eq!(
            table,
            "clients of others at groupme sim\n\
             seconds                                restart  old-socket\n\
             faye-0.7.2  at faye      websocket         4.0         0.2\n\
             cometd      at cometd    long-polling      3.0           -"
        );
        assert!(
            remark.starts_with("faye-0.7.2: its own websockets"),
            "{remark}"
        );
    }

    #[test]
    fn a_failure_names_its_reason_and_how_to_see_it_again() {
        let options = "--server faye-1.4.3 --transport websocket --case thousand";
        let error = anyhow::anyhow!("event 7 never came").context("after the fault");
        let line = Line::read("{}".to_owned());
        let failure = Failure::of(error, line.at, [("groupme, stdout", vec![line])]);
        assert_eq!(
            super::failure(&outcome(options, 3.0, Some(failure))),
            format!(
                "---    3.0 s  {options}  FAILED: after the fault: event 7 never came\n  \
                 groupme, stdout\n      0.00 {{}}\n  \
                 again: cargo xtask interop {options}"
            )
        );
    }
}
