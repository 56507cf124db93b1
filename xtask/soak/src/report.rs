//! Scores as tables.

use core::time::Duration;

use tokio::time::Instant;

use crate::{
    env::SentMessage,
    inbox::Deliveries,
    score::{Score, silence},
};

/// Formats every count of one program.
pub(crate) fn all(name: &str, score: &Score, took: Duration) -> String {
    let mut rows = vec![
        ("sent", score.sent.to_string()),
        ("delivered", score.delivered.to_string()),
        ("  pushed", score.pushed.to_string()),
        ("  backfilled", score.backfilled.to_string()),
        ("  late, by over a second", score.late.to_string()),
        ("lost, reported", score.reported.to_string()),
        ("lost, unreported", score.unreported.to_string()),
        ("delivered again", score.doubled.to_string()),
        ("out of order", score.out_of_order.to_string()),
        ("longest delay", seconds(score.longest_delay)),
        ("longest silence", seconds(score.silence)),
        ("time to the last one", seconds(took)),
    ];
    if score.kills > 0 {
        rows.extend([
            ("processes killed", score.kills.to_string()),
            ("  last line again", score.repeated.to_string()),
            ("  line cut short", score.torn.to_string()),
        ]);
    }
    let rows = rows
        .iter()
        .map(|(what, value)| format!("  {what:<26}{value:>9}"));
    lines(name.to_owned(), rows)
}

/// Formats the scores of several programs as a table.
pub(crate) fn side_by_side(scores: &[(&str, Score)]) -> String {
    let head = format!(
        "{:<22}{:>10}{:>7}{:>9}{:>14}{:>17}",
        "program", "delivered", "lost", "doubled", "out of order", "longest silence"
    );
    let rows = scores.iter().map(|(name, score)| {
        format!(
            "{name:<22}{:>10}{:>7}{:>9}{:>14}{:>17}",
            score.delivered,
            score.reported + score.unreported,
            score.doubled,
            score.out_of_order,
            seconds(score.silence)
        )
    });
    lines(head, rows)
}

/// Formats what the program reported around a silence that was too long; `None` if there was none.
pub(crate) fn explain(
    account: usize,
    began: Instant,
    sent: &[SentMessage],
    received: &Deliveries,
) -> Option<String> {
    let (from, time) = silence(sent, &received.messages).filter(|(_, time)| *time > LONG)?;
    let around = from - MARGIN..from + time + MARGIN;
    let at = |at: Instant| seconds(at.saturating_duration_since(began));
    let title = format!(
        "account {account} heard nothing for {} from {} on:",
        seconds(time),
        at(from)
    );
    let notes = received.notes.iter();
    let notes = notes.filter(|(at, _)| around.contains(at));
    Some(lines(
        title,
        notes.map(|(when, note)| format!("  {:>8} {note}", at(*when))),
    ))
}

fn lines(head: String, rows: impl Iterator<Item = String>) -> String {
    let lines: Vec<String> = core::iter::once(head).chain(rows).collect();
    lines.join("\n")
}

fn seconds(time: Duration) -> String {
    format!("{:.2} s", time.as_secs_f64())
}

/// Minimum length of a silence that is explained.
const LONG: Duration = Duration::from_secs(8);
/// Time before and after a silence that is shown with it.
const MARGIN: Duration = Duration::from_millis(500);
