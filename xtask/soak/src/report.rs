//! Scores as tables.

use core::time::Duration;

use tokio::time::Instant;

use crate::{
    inbox::Heard,
    score::{Score, silence},
    stage::Said,
};

/// Everything that is counted of one program.
pub(crate) fn all(name: &str, score: &Score, took: Duration) -> String {
    let rows = [
        ("said", score.said.to_string()),
        ("delivered", score.delivered.to_string()),
        ("  pushed", score.pushed.to_string()),
        ("  backfilled", score.backfilled.to_string()),
        ("  late, by over a second", score.late.to_string()),
        ("lost, named", score.named.to_string()),
        ("lost, unnamed", score.unnamed.to_string()),
        ("delivered again", score.doubled.to_string()),
        ("out of order", score.out_of_order.to_string()),
        ("longest delay", seconds(score.longest_delay)),
        ("longest silence", seconds(score.silence)),
        ("time to the last one", seconds(took)),
    ];
    let mut rows = rows.to_vec();
    if score.kills > 0 {
        rows.extend([
            ("processes killed", score.kills.to_string()),
            ("  last line again", score.repeated.to_string()),
            ("  line cut short", score.torn.to_string()),
        ]);
    }
    let lines = rows
        .iter()
        .map(|(what, value)| format!("  {what:<26}{value:>9}"));
    [name.to_owned()]
        .into_iter()
        .chain(lines)
        .collect::<Vec<_>>()
        .join("\n")
}

/// Programs side by side.
pub(crate) fn side_by_side(scores: &[(String, Score)]) -> String {
    let head = format!(
        "{:<22}{:>10}{:>7}{:>9}{:>14}{:>17}",
        "program", "delivered", "lost", "doubled", "out of order", "longest silence"
    );
    let rows = scores.iter().map(|(name, score)| {
        format!(
            "{name:<22}{:>10}{:>7}{:>9}{:>14}{:>17}",
            score.delivered,
            score.named + score.unnamed,
            score.doubled,
            score.out_of_order,
            seconds(score.silence)
        )
    });
    [head]
        .into_iter()
        .chain(rows)
        .collect::<Vec<_>>()
        .join("\n")
}

/// What the program said of itself around a silence that was longer than it should be; `None` if
/// there was none.
pub(crate) fn explain(
    account: usize,
    began: Instant,
    said: &[Said],
    heard: &Heard,
) -> Option<String> {
    let (from, time) = silence(said, &heard.arrivals).filter(|(_, time)| *time > LONG)?;
    let (before, after) = (from - MARGIN, from + time + MARGIN);
    let notes = heard
        .notes
        .iter()
        .filter(|(at, _)| (before..after).contains(at));
    let at = |at: Instant| seconds(at.saturating_duration_since(began));
    let title = format!(
        "account {account} heard nothing for {} from {} on:",
        seconds(time),
        at(from)
    );
    let lines = notes.map(|(when, note)| format!("  {:>8} {note}", at(*when)));
    Some(
        [title]
            .into_iter()
            .chain(lines)
            .collect::<Vec<_>>()
            .join("\n"),
    )
}

fn seconds(time: Duration) -> String {
    format!("{:.2} s", time.as_secs_f64())
}

/// A silence that wants an explanation.
const LONG: Duration = Duration::from_secs(8);
/// How much before and after it is shown.
const MARGIN: Duration = Duration::from_millis(500);
