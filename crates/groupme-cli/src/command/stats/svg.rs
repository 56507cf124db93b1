//! Bar charts as SVG.

use core::fmt::Write as _;

use super::activity::{Activity, DAYS, Member};

/// Draws all counts as SVG, light or dark as its viewer prefers.
pub(super) fn draw(activity: &Activity, top: usize) -> String {
    let members = activity.ranking(top.min(MAX_MEMBERS)).members;
    let height = 640 + 26 * members.len();
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" role=\"img\">\n\
         <title>Activity: {} messages</title>\n<style>{STYLE}</style>\n\
         <rect class=\"ground\" width=\"{WIDTH}\" height=\"{height}\"/>\n\
         <text class=\"head\" x=\"{LEFT}\" y=\"42\">{} messages</text>\n",
        activity.messages, activity.messages,
    );
    let hours: Vec<_> = (0..24)
        .zip(activity.hours)
        .map(|(hour, count)| (format!("{hour:02}"), count))
        .collect();
    columns(&mut svg, "By hour", 74, LEFT, 500, &hours, 1);
    let days = DAYS.iter().zip(activity.days);
    let days: Vec<_> = days
        .map(|(day, count)| ((*day).to_owned(), count))
        .collect();
    columns(&mut svg, "By day of the week", 74, 600, 260, &days, 1);
    let months = activity.months();
    // A label of a month needs as much room as several columns.
    let every = months.len().div_ceil(12).max(1);
    columns(
        &mut svg,
        "By month",
        334,
        LEFT,
        WIDTH - 2 * LEFT,
        &months,
        every,
    );
    member_bars(&mut svg, &members);
    svg.push_str("</svg>\n");
    svg
}

/// Draws columns below a title, with each `every`th label.
fn columns(
    svg: &mut String,
    title: &str,
    top: usize,
    left: usize,
    width: usize,
    rows: &[(String, u64)],
    every: usize,
) {
    // Writing to a string does not fail.
    let _ = writeln!(
        svg,
        "<text class=\"title\" x=\"{left}\" y=\"{}\">{title}</text>",
        top + 14
    );
    let max = rows
        .iter()
        .map(|(_, count)| *count)
        .max()
        .unwrap_or_default()
        .max(1);
    let base = top + 34 + COLUMN_HEIGHT;
    let _ = writeln!(
        svg,
        "<line x1=\"{left}\" y1=\"{base}\" x2=\"{}\" y2=\"{base}\"/>",
        left + width
    );
    let step = (to_f64(width) / to_f64(rows.len().max(1))).min(MAX_COLUMN_WIDTH);
    for (index, (label, count)) in rows.iter().enumerate() {
        let x = step * to_f64(index) + to_f64(left);
        let tall = share(*count, max) * to_f64(COLUMN_HEIGHT);
        let y = to_f64(base) - tall;
        let wide = (step * 0.78).max(0.5);
        let _ = writeln!(
            svg,
            "<rect class=\"bar\" x=\"{x:.1}\" y=\"{y:.1}\" width=\"{wide:.1}\" height=\"{tall:.1}\">\
             <title>{label}: {count}</title></rect>"
        );
        if index.is_multiple_of(every) {
            let middle = x + wide / 2.0;
            let _ = writeln!(
                svg,
                "<text class=\"label\" x=\"{middle:.1}\" y=\"{}\">{label}</text>",
                base + 16
            );
        }
    }
}

/// Draws a bar for each member.
fn member_bars(svg: &mut String, members: &[Member<'_>]) {
    let top = 608;
    let _ = writeln!(
        svg,
        "<text class=\"title\" x=\"{LEFT}\" y=\"{top}\">By member</text>"
    );
    let max = members
        .iter()
        .map(|member| member.messages)
        .max()
        .unwrap_or_default()
        .max(1);
    for (index, member) in members.iter().enumerate() {
        let y = top + 14 + 26 * index;
        let room = WIDTH - LEFT - 210 - 80;
        let wide = (share(member.messages, max) * to_f64(room)).max(1.0);
        let _ = writeln!(
            svg,
            "<text class=\"name\" x=\"{}\" y=\"{}\">{}</text>\
             <rect class=\"bar\" x=\"{}\" y=\"{y}\" width=\"{wide:.1}\" height=\"18\"/>\
             <text class=\"count\" x=\"{:.1}\" y=\"{}\">{}</text>",
            LEFT + 190,
            y + 14,
            text(member.name),
            LEFT + 200,
            to_f64(LEFT + 208) + wide,
            y + 14,
            member.messages,
        );
    }
}

/// Escapes a name for XML and cuts it to [`MAX_NAME`] characters. Characters that XML forbids, or that
/// reorder other text, are dropped.
fn text(name: &str) -> String {
    let mut escaped = String::new();
    let shown = name.chars().filter(|letter| {
        let is_noncharacter = matches!(letter, '\u{fffe}' | '\u{ffff}');
        !letter.is_control() && !groupme_model::text::is_invisible(*letter) && !is_noncharacter
    });
    for (index, letter) in shown.enumerate() {
        match letter {
            _ if index == MAX_NAME => {
                escaped.push('…');
                break;
            }
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            letter => escaped.push(letter),
        }
    }
    escaped
}

fn share(count: u64, max: u64) -> f64 {
    // Counts of messages are far below 2^53.
    #[expect(clippy::cast_precision_loss, reason = "counts of messages are small")]
    let share = count as f64 / max as f64;
    share
}

fn to_f64(number: usize) -> f64 {
    u32::try_from(number).map_or(f64::from(u32::MAX), f64::from)
}

const WIDTH: usize = 900;
const LEFT: usize = 40;
/// Maximum distance of two columns.
const MAX_COLUMN_WIDTH: f64 = 60.0;
/// Height of the tallest column.
const COLUMN_HEIGHT: usize = 180;
/// Maximum number of people in the picture.
const MAX_MEMBERS: usize = 40;
/// Characters of a name that fit beside its bar.
const MAX_NAME: usize = 24;

const STYLE: &str = "\
    .ground{fill:#fff}.bar{fill:#2f7fd1}text{font:13px system-ui,sans-serif;fill:#222}\
    .head{font-size:20px;font-weight:600}.title{font-size:14px;font-weight:600}\
    .label{font-size:11px;text-anchor:middle;fill:#666}.name{text-anchor:end}.count{fill:#666}\
    line{stroke:#ccc}\
    @media(prefers-color-scheme:dark){.ground{fill:#17181a}.bar{fill:#5fa8f0}text{fill:#e8e8e8}\
    .label,.count{fill:#a0a0a0}line{stroke:#444}}";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_others_are_text_of_the_picture() {
        assert_eq!(text("<a> & \u{202e}b\u{0}\n"), "&lt;a&gt; &amp; b");
        assert_eq!(text(&"x".repeat(99)).chars().count(), MAX_NAME + 1);
    }
}
