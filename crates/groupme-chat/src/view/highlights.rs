//! Highlights in the text of a message: mentions, links, matches of a search.

use core::ops::Range;

use groupme_client::{
    UserId,
    model::{Attachment, Message},
};

use crate::{
    model::EVERYONE,
    text::{Highlight, TextRole},
};

/// Returns the highlights of a text. Without a search, `query` is empty.
pub(crate) fn highlights(
    message: &Message,
    text: &str,
    own: &UserId,
    query: &str,
) -> Vec<Highlight> {
    let mut highlights = links(text);
    for attachment in &message.attachments {
        if let Attachment::Mentions(mentions) = attachment {
            for (user, words) in mentions.in_text(text) {
                let Some(range) = words.and_then(|words| range_of(text, words)) else {
                    continue;
                };
                let is_own = user == own || user.as_str() == EVERYONE;
                highlights.push(Highlight {
                    range,
                    role: if is_own {
                        TextRole::OwnMention
                    } else {
                        TextRole::Mention
                    },
                });
            }
        }
    }
    let hits = hits(text, query).into_iter();
    highlights.extend(hits.map(|range| Highlight {
        range,
        role: TextRole::Match,
    }));
    highlights
}

/// Returns the range of bytes of a part that borrows from the text.
fn range_of(text: &str, part: &str) -> Option<Range<usize>> {
    let start = (part.as_ptr() as usize).checked_sub(text.as_ptr() as usize)?;
    (start + part.len() <= text.len()).then(|| start..start + part.len())
}

fn links(text: &str) -> Vec<Highlight> {
    let mut links = Vec::new();
    let mut from = 0;
    while let Some(rest) = text.get(from..) {
        let Some(at) = ["https://", "http://"]
            .iter()
            .filter_map(|scheme| rest.find(scheme))
            .min()
        else {
            break;
        };
        let start = from + at;
        let link = text.get(start..).unwrap_or_default();
        let end = link.find(char::is_whitespace).unwrap_or(link.len());
        let link = link.get(..end).unwrap_or_default();
        let link = link.trim_end_matches(['.', ',', ')', '!', '?', ';', ':', '"', '\'']);
        from = start + link.len().max(1);
        links.push(Highlight {
            range: start..start + link.len(),
            role: TextRole::Link,
        });
    }
    links
}

/// Returns the matches of a query, in any case of letters.
fn hits(text: &str, query: &str) -> Vec<Range<usize>> {
    let query: Vec<char> = query.chars().flat_map(char::to_lowercase).collect();
    if query.is_empty() {
        return Vec::new();
    }
    let letters: Vec<(usize, char, usize)> = text
        .char_indices()
        .flat_map(|(at, letter)| {
            let end = at + letter.len_utf8();
            letter.to_lowercase().map(move |lower| (at, lower, end))
        })
        .collect();
    let mut hits = Vec::new();
    let mut at = 0;
    while let Some(window) = letters.get(at..at + query.len()) {
        let is_hit = window.iter().map(|(_, letter, _)| letter).eq(&query);
        if let (true, Some((start, ..)), Some((.., end))) = (is_hit, window.first(), window.last())
        {
            hits.push(*start..*end);
            at += query.len();
        } else {
            at += 1;
        }
    }
    hits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_end_before_the_punctuation_of_their_sentence() {
        let found = |text: &str| {
            let marks = links(text).into_iter();
            marks
                .map(|mark| text[mark.range].to_owned())
                .collect::<Vec<_>>()
        };
        assert_eq!(
            found("see https://a.b/c?d=1, or (http://e)."),
            ["https://a.b/c?d=1", "http://e"]
        );
        assert_eq!(found("https://"), ["https://"]);
    }

    #[test]
    fn a_search_finds_either_case_also_where_that_changes_the_length() {
        assert_eq!(hits("Lake lake", "LAKE"), [0..4, 5..9]);
        assert_eq!(hits("İstanbul", "s"), vec![2..3; 1]);
        assert_eq!(hits("aaa", "aa"), vec![0..2; 1]);
        assert_eq!(hits("", "x"), []);
    }
}
