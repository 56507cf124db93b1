//! Bar charts of text.

use std::io::{self, Write};

use unicode_width::UnicodeWidthStr as _;

use super::activity::{Activity, DAYS};
use crate::output::escape_control;

/// Draws all counts, 80 columns wide.
pub(super) fn draw(out: &mut impl Write, activity: &Activity, top: usize) -> io::Result<()> {
    writeln!(out, "{} messages", activity.messages)?;
    if activity.messages == 0 {
        return Ok(());
    }
    if activity.undated > 0 {
        let undated = activity.undated;
        writeln!(
            out,
            "{undated} of them have no usable time, and are counted by member only"
        )?;
    }
    let hours: Vec<_> = (0..24)
        .zip(activity.hours)
        .map(|(hour, count)| (format!("{hour:02}:00"), count))
        .collect();
    section(out, "By hour", &hours)?;
    let days = DAYS.iter().zip(activity.days);
    let days: Vec<_> = days
        .map(|(day, count)| ((*day).to_owned(), count))
        .collect();
    section(out, "By day of the week", &days)?;
    section(out, "By month", &activity.months())?;
    let ranking = activity.ranking(top);
    let members = ranking.members.iter();
    let mut members: Vec<_> = members
        .map(|member| (shorten(member.name), member.messages))
        .collect();
    if ranking.others > 0 {
        members.push((
            format!("({} others)", ranking.others),
            ranking.others_messages,
        ));
    }
    section(out, "By member", &members)
}

fn section(out: &mut impl Write, title: &str, rows: &[(String, u64)]) -> io::Result<()> {
    writeln!(out, "\n{title}")?;
    let max = rows
        .iter()
        .map(|(_, count)| *count)
        .max()
        .unwrap_or_default();
    let widest = rows
        .iter()
        .map(|(label, _)| label.width())
        .max()
        .unwrap_or_default();
    let digits = max.to_string().len();
    let room = WIDTH.saturating_sub(widest + digits + 6);
    for (label, count) in rows {
        let padding = " ".repeat(widest - label.width());
        let bar = bar(*count, max, room);
        writeln!(out, "  {label}{padding}  {count:>digits$}  {bar}")?;
    }
    Ok(())
}

/// Returns a bar in proportion, to an eighth of a column. A count above zero has a bar.
fn bar(count: u64, max: u64, room: usize) -> String {
    let eighths = u64::try_from(room * 8).unwrap_or_default();
    let length = u128::from(count) * u128::from(eighths) / u128::from(max.max(1));
    let length = usize::try_from(length).unwrap_or_default();
    let length = length.max(usize::from(count > 0));
    let mut bar = "█".repeat(length / 8);
    bar.extend(PARTS.get((length % 8).wrapping_sub(1)));
    bar
}

/// Cuts a name to [`MAX_NAME`] columns.
fn shorten(name: &str) -> String {
    let name = escape_control(name);
    let mut short = String::new();
    for letter in name.chars() {
        short.push(letter);
        if short.width() > MAX_NAME {
            short.pop();
            short.push('…');
            break;
        }
    }
    short
}

const PARTS: [char; 7] = ['▏', '▎', '▍', '▌', '▋', '▊', '▉'];
const WIDTH: usize = 80;
const MAX_NAME: usize = 24;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_are_in_proportion_and_fit_into_a_line() {
        assert_eq!(bar(10, 10, 4), "████");
        assert_eq!(bar(5, 10, 4), "██");
        assert_eq!(bar(1, 10_000, 4), "▏");
        assert_eq!(bar(0, 10, 4), "");
        assert_eq!(bar(u64::MAX, u64::MAX, 2), "██");
        let mut out = Vec::new();
        let rows = [("名前".to_owned(), 1), ("a".to_owned(), 12)];
        section(&mut out, "T", &rows).unwrap();
        let text = String::from_utf8(out).unwrap();
        let starts: Vec<_> = text
            .lines()
            .skip(2)
            .map(|line| {
                let (head, _) = line
                    .split_once(['█', '▏', '▎', '▍', '▌', '▋', '▊', '▉'])
                    .unwrap();
                head.width()
            })
            .collect();
        assert_eq!(starts[0], starts[1], "{text}");
        assert!(text.lines().all(|line| line.width() <= WIDTH), "{text}");
        assert_eq!(shorten("a\u{202e}b"), r"a\u{202e}b");
        assert!(shorten(&"名".repeat(50)).width() <= MAX_NAME + 1);
    }
}
