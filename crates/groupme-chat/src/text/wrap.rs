//! Wrapping of text at a width in cells.

use core::ops::Range;

use groupme_client::terminal::escape_control;
use unicode_segmentation::UnicodeSegmentation as _;

use super::grapheme_width;

/// Role of a part of a text, which decides its style.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum TextRole {
    #[default]
    Plain,
    /// Mention of another user.
    Mention,
    /// Mention of the account's user, or of everyone.
    OwnMention,
    Link,
    /// Match of the search.
    Match,
}

/// Part of a text with a role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Highlight {
    /// Range of bytes.
    pub(crate) range: Range<usize>,
    pub(crate) role: TextRole,
}

/// Part of a wrapped line, of one role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Piece {
    pub(crate) text: String,
    pub(crate) role: TextRole,
}

/// Grapheme with its width in cells.
struct Glyph {
    text: String,
    width: usize,
    role: TextRole,
    is_space: bool,
}

/// Escapes a text from others and wraps it into lines of at most `columns` cells, and at least one
/// line. Where highlights overlap, the last one counts.
pub(crate) fn wrap(text: &str, highlights: &[Highlight], columns: usize) -> Vec<Vec<Piece>> {
    let columns = columns.max(2);
    let mut lines = Vec::new();
    let mut start = 0;
    for paragraph in text.split('\n') {
        let end = start + paragraph.len();
        let shown = start..start + paragraph.trim_end_matches('\r').len();
        wrap_paragraph(&glyphs(text, shown, highlights), columns, &mut lines);
        start = end + 1;
    }
    lines
}

/// Returns the glyphs of a range of the text, each with the role of its highlight.
fn glyphs(text: &str, part: Range<usize>, highlights: &[Highlight]) -> Vec<Glyph> {
    let borders = highlights
        .iter()
        .flat_map(|highlight| [highlight.range.start, highlight.range.end]);
    let mut borders: Vec<usize> = borders.filter(|at| part.contains(at)).collect();
    borders.extend([part.start, part.end]);
    borders.sort_unstable();
    borders.dedup();
    let mut glyphs = Vec::new();
    for (from, to) in borders.iter().zip(borders.iter().skip(1)) {
        let Some(segment) = text.get(*from..*to) else {
            continue;
        };
        let highlight = highlights
            .iter()
            .rev()
            .find(|highlight| highlight.range.contains(from));
        let role = highlight.map_or(TextRole::Plain, |highlight| highlight.role);
        let expanded = segment.replace('\t', "    ");
        for grapheme in escape_control(&expanded).graphemes(true) {
            glyphs.push(glyph(grapheme, role));
        }
    }
    glyphs
}

fn glyph(grapheme: &str, role: TextRole) -> Glyph {
    // Hundreds of accents on one letter would cover the rows around it.
    let text = if grapheme.len() > MAX_GRAPHEME {
        "\u{fffd}"
    } else {
        grapheme
    };
    Glyph {
        width: grapheme_width(text),
        text: text.to_owned(),
        role,
        is_space: text == " ",
    }
}

/// Longest grapheme that is shown, in bytes; a family of emoji has 25.
const MAX_GRAPHEME: usize = 48;

fn wrap_paragraph(glyphs: &[Glyph], columns: usize, lines: &mut Vec<Vec<Piece>>) {
    let mut rest = glyphs;
    loop {
        let count = line_end(rest, columns);
        let (mut line, after) = rest.split_at(count);
        rest = after;
        while let [before @ .., last] = line
            && last.is_space
            && !rest.is_empty()
        {
            line = before;
        }
        lines.push(pieces(line));
        if rest.is_empty() {
            return;
        }
        // The space at which the line was broken.
        if let [first, after @ ..] = rest
            && first.is_space
        {
            rest = after;
            if rest.is_empty() {
                return;
            }
        }
    }
}

/// Returns the number of glyphs on the first line: up to the last possible break, or as many as fit.
fn line_end(glyphs: &[Glyph], columns: usize) -> usize {
    let (mut used, mut place) = (0, None);
    for (index, glyph) in glyphs.iter().enumerate() {
        if glyph.is_space {
            place = Some(index);
        } else if let Some(before) = index.checked_sub(1).and_then(|before| glyphs.get(before))
            && is_break(before, glyph)
        {
            place = Some(index);
        }
        used += glyph.width;
        if used > columns {
            return place.filter(|place| *place > 0).unwrap_or(index.max(1));
        }
    }
    glyphs.len()
}

/// Returns whether a line may end between two glyphs: after a space or a hyphen, and beside a wide
/// letter, as Chinese and Japanese have no spaces.
fn is_break(before: &Glyph, after: &Glyph) -> bool {
    const NO_START: &str = "、。，．！？）」』】：；";
    let is_wide = before.width > 1 || after.width > 1;
    before.is_space
        || (before.text == "-" && after.text.starts_with(char::is_alphanumeric))
        || (is_wide && !NO_START.contains(after.text.as_str()))
}

/// Joins neighbouring glyphs of the same role.
fn pieces(glyphs: &[Glyph]) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    for glyph in glyphs {
        match pieces.last_mut() {
            Some(last) if last.role == glyph.role => last.text.push_str(&glyph.text),
            _ => pieces.push(Piece {
                text: glyph.text.clone(),
                role: glyph.role,
            }),
        }
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(text: &str, columns: usize) -> Vec<String> {
        let lines = wrap(text, &[], columns).into_iter();
        let join = |line: Vec<Piece>| line.into_iter().map(|piece| piece.text).collect();
        lines.map(join).collect()
    }

    #[test]
    fn lines_break_at_spaces_and_long_words_anywhere() {
        assert_eq!(plain("who brings the boat", 10), ["who brings", "the boat"]);
        assert_eq!(plain("abcdefgh", 3), ["abc", "def", "gh"]);
        assert_eq!(plain("go abcdefgh", 4), ["go", "abcd", "efgh"]);
        assert_eq!(plain("two\n\nlines", 10), ["two", "", "lines"]);
        assert_eq!(plain("", 10), [""]);
        assert_eq!(plain("end ", 3), ["end"]);
    }

    #[test]
    fn wide_letters_break_anywhere_but_before_their_punctuation() {
        assert_eq!(plain("湖で泳ぐ", 4), ["湖で", "泳ぐ"]);
        assert_eq!(plain("湖で泳ぐ", 5), ["湖で", "泳ぐ"]);
        assert_eq!(plain("湖です。", 6), ["湖で", "す。"]);
        assert_eq!(plain("👩\u{200d}👧👍", 2), ["👩\u{200d}👧", "👍"]);
    }

    #[test]
    fn characters_that_reorder_or_hide_text_are_shown_and_counted() {
        assert_eq!(plain("a\u{202e}b", 20), [r"a\u{202e}b"]);
        assert_eq!(plain("a\u{202e}b", 5), [r"a\u{2", "02e}b"]);
        let accents = format!("e{}", "\u{301}".repeat(100));
        assert_eq!(plain(&accents, 5), ["\u{fffd}"]);
    }

    #[test]
    fn marks_survive_the_wrapping() {
        let highlights = [Highlight {
            range: 3..11,
            role: TextRole::Mention,
        }];
        let lines = wrap("hi @Ada Lee now", &highlights, 8);
        let tones = |line: &[Piece]| {
            let tones = line.iter().map(|piece| (piece.text.clone(), piece.role));
            tones.collect::<Vec<_>>()
        };
        assert_eq!(
            tones(&lines[0]),
            [
                ("hi ".to_owned(), TextRole::Plain),
                ("@Ada".to_owned(), TextRole::Mention)
            ]
        );
        assert_eq!(
            tones(&lines[1]),
            [
                ("Lee".to_owned(), TextRole::Mention),
                (" now".to_owned(), TextRole::Plain)
            ]
        );
    }
}
