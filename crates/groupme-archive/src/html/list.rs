//! Index page.

use core::fmt::Write as _;

use groupme_model::Timestamp;

use super::{conversation::title, escape, head, row::shown_seconds};
use crate::{ArchiveReader, ConversationInfo, ConversationKind, layout};

/// Returns the index page: all conversations, most recent messages first.
pub(super) fn page(contents: &ArchiveReader) -> String {
    let all = contents.conversations();
    let mut page = head("GroupMe archive");
    let messages: u64 = all.iter().map(|info| info.messages).sum();
    // Writing to a string does not fail.
    let _ = write!(
        page,
        "<body class=\"index\">\n<header><div class=\"title\"><h1>GroupMe archive</h1>\
         <p class=\"sub\">{} conversations, {} messages</p></div>\n\
         <input id=\"filter\" type=\"search\" placeholder=\"Find a conversation\" \
         aria-label=\"Find a conversation\">\n\
         <button id=\"theme\" type=\"button\" title=\"Light or dark\" aria-label=\"Light or dark\">\
         \u{25d0}</button></header>\n<main><ul id=\"list\">\n",
        all.len(),
        grouped(messages),
    );
    for info in all {
        entry(&mut page, info);
    }
    page.push_str(
        "</ul>\n<p id=\"none\" hidden>No conversation has that name.</p>\n</main>\n<script>\n",
    );
    page.push_str(SCRIPT);
    page.push_str("</script>\n</html>\n");
    page
}

fn entry(page: &mut String, info: &ConversationInfo) {
    let name = title(info);
    let kind = match info.kind {
        ConversationKind::Group => "Group",
        ConversationKind::Topic => "Topic",
        ConversationKind::Direct => "Direct messages",
    };
    let link = format!("{}/{}.html", layout::PAGES, layout::stem(&info.id));
    let initial: String = name
        .chars()
        .find(|letter| letter.is_alphanumeric())
        .into_iter()
        .collect();
    let _ = write!(
        page,
        "<li><a href=\"{}\"><span class=\"avatar\" data-key=\"{}\" aria-hidden=\"true\">{}</span>\
         <span class=\"name\"><bdi>{}</bdi></span><span class=\"sub\">{kind}, {} messages",
        escape::html(&link),
        escape::html(info.id.as_str()),
        escape::html(&initial.to_uppercase()),
        escape::html(&escape::strip_bidi_controls(&name)),
        grouped(info.messages),
    );
    if let (Some(first), Some(last)) = (info.first, info.last) {
        let [first, last] = [first, last].map(|at| shown_seconds(Timestamp::from_secs(at)));
        let _ = write!(
            page,
            "<span class=\"range\" data-first=\"{first}\" data-last=\"{last}\"></span>"
        );
    }
    if info.missing() > 0 {
        let _ = write!(
            page,
            " \u{b7} <span class=\"missing\">{} missing</span>",
            grouped(info.missing())
        );
    }
    page.push_str("</span></a></li>\n");
}

/// Formats a number with commas between thousands.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (index, digit) in digits.chars().enumerate() {
        let left = digits.len().saturating_sub(index);
        if index > 0 && left.is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

const SCRIPT: &str = include_str!("list.js");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_apart() {
        let numbers = [0, 999, 1_000, 1_234_567].map(grouped);
        assert_eq!(numbers, ["0", "999", "1,000", "1,234,567"]);
    }
}
