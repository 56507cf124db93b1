//! Message of a failed case.

use core::fmt::Write;
use std::time::Instant;

use libtest_mimic::Failed;

use super::log::Line;

/// Maximum lines that are shown of a stream: its last.
const LINES: usize = 25;
/// Maximum characters that are shown of a line.
const WIDTH: usize = 160;

/// Returns a failure with its causes and the end of each stream, with seconds since `start`.
pub(super) fn failed(
    error: &anyhow::Error,
    start: Instant,
    streams: impl IntoIterator<Item = (&'static str, Vec<Line>)>,
) -> Failed {
    let mut text = format!("{error:#}");
    for (name, lines) in streams {
        text.push_str("\n  ");
        text.push_str(name);
        for line in &lines[lines.len().saturating_sub(LINES)..] {
            let at = line.at.saturating_duration_since(start).as_secs_f32();
            let shown: String = line.text.chars().take(WIDTH).collect();
            // Writing to a string does not fail.
            let _ = write!(text, "\n    {at:>6.2} {shown}");
        }
    }
    text.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_has_its_causes_and_the_last_lines() {
        let error = anyhow::anyhow!("event 7 is missing").context("after the fault");
        let line = Line::read("{}".to_owned());
        let failed = failed(&error, line.at, [("groupme, stdout", vec![line; 30])]);
        let text = failed.message().unwrap();
        let start = "after the fault: event 7 is missing\n  groupme, stdout\n      0.00 {}\n";
        assert!(text.starts_with(start), "{text}");
        assert_eq!(text.lines().count(), 2 + LINES);
    }
}
