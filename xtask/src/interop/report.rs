//! What a run has shown, in words.

use core::time::Duration;
use std::{collections::BTreeMap, time::Instant};

use clap::ValueEnum;

use super::{case::Case, log::Line, log::Mark, scene::Scene, trial::Trial};

/// How a trial went.
#[derive(Debug)]
pub(super) struct Outcome {
    pub(super) trial: Trial,
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

    pub(super) fn of(error: anyhow::Error, scene: &Scene) -> Self {
        let tail = |lines: Vec<Line>| tail(&lines, scene.start);
        let tails = vec![
            (
                "groupme, stdout",
                tail(scene.listener.since(Mark::default())),
            ),
            ("groupme, stderr", tail(scene.listener.logs())),
            (
                "server, stdout",
                tail(scene.server.saw(Mark::default(), |_| true)),
            ),
            ("server, stderr", tail(scene.server.complaints())),
        ];
        Self { error, tails }
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

/// Returns one line for one trial.
pub(super) fn line(outcome: &Outcome) -> String {
    let Outcome {
        trial,
        time,
        failure,
    } = outcome;
    let verdict = match failure {
        None => "ok".to_owned(),
        Some(failure) => format!("FAILED: {:#}", failure.error),
    };
    format!("{:>6.1} s  {trial}  {verdict}", time.as_secs_f32())
}

/// Returns everything known about a failed trial.
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
    text.push_str(&outcome.trial.to_string());
    text
}

/// Returns the table of servers, transports and cases, in seconds.
pub(super) fn matrix(outcomes: &[Outcome]) -> String {
    let mut columns: Vec<Case> = outcomes.iter().map(|outcome| outcome.trial.case).collect();
    columns.sort_unstable();
    columns.dedup();
    let mut rows: BTreeMap<(usize, String), BTreeMap<Case, String>> = BTreeMap::new();
    for outcome in outcomes {
        let trial = &outcome.trial;
        let place = super::peer::all().position(|peer| peer.name == trial.peer.name);
        let row = format!("{:<11} {}", trial.peer.name, trial.transport);
        let cell = match outcome.failure {
            None => format!("{:.1}", outcome.time.as_secs_f32()),
            Some(_) => "FAILED".to_owned(),
        };
        rows.entry((place.unwrap_or_default(), row))
            .or_default()
            .insert(trial.case, cell);
    }
    let mut lines = Vec::new();
    let names: Vec<String> = columns
        .iter()
        .map(|case| {
            case.to_possible_value()
                .map_or_else(String::new, |v| v.get_name().to_owned())
        })
        .collect();
    lines.push(format!("{:<24}  {}", "seconds", names.join("  ")));
    for ((_, row), cells) in rows {
        let cells = columns.iter().zip(&names).map(|(case, name)| {
            let cell = cells.get(case).map_or("-", String::as_str);
            format!("{cell:>width$}", width = name.len())
        });
        lines.push(format!(
            "{row:<24}  {}",
            cells.collect::<Vec<_>>().join("  ")
        ));
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::{super::trial, *};

    #[test]
    fn the_matrix_shows_times_failures_and_what_was_not_run() {
        let chosen = |name: &str, case| {
            trial::all()
                .find(|trial| trial.peer.name == name && trial.case == case)
                .unwrap()
        };
        let outcomes = [
            Outcome {
                trial: chosen("cometd", Case::Thousand),
                time: Duration::from_millis(1_540),
                failure: None,
            },
            Outcome {
                trial: chosen("faye-0.7.2", Case::Thousand),
                time: Duration::from_secs(9),
                failure: Some(Failure::early(anyhow::anyhow!("event 7 never came"))),
            },
            Outcome {
                trial: chosen("faye-0.7.2", Case::Stall),
                time: Duration::from_secs(20),
                failure: None,
            },
        ];
        assert_eq!(
            matrix(&outcomes),
            "seconds                   thousand  stall\n\
             faye-0.7.2  websocket       FAILED   20.0\n\
             cometd      long-polling       1.5      -"
        );
    }

    #[test]
    fn a_failure_names_its_reason_and_how_to_see_it_again() {
        let trial = trial::all().next().unwrap();
        let failure = failure(&Outcome {
            trial,
            time: Duration::from_secs(3),
            failure: Some(Failure {
                error: anyhow::anyhow!("event 7 never came").context("after the fault"),
                tails: vec![("groupme, stdout", vec!["{}".to_owned()])],
            }),
        });
        assert_eq!(
            failure,
            "---    3.0 s  --server faye-1.4.3 --transport websocket --case thousand  \
             FAILED: after the fault: event 7 never came\n  \
             groupme, stdout\n    {}\n  \
             again: cargo xtask interop --server faye-1.4.3 --transport websocket --case thousand"
        );
    }
}
