//! Wrapping of a text at the width of a column.

use core::ops::Range;

use groupme_client::terminal::escape_control;
use unicode_segmentation::UnicodeSegmentation as _;

use super::grapheme_width;

/// Meaning of a part of a text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Tone {
    #[default]
    Plain,
    /// Mention of somebody else.
    Mention,
    /// Mention of the account's user, or of everyone.
    OwnMention,
    Link,
    /// Found by the search.
    Match,
}

/// Part of a text, in bytes, with its meaning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mark {
    pub(crate) range: Range<usize>,
    pub(crate) tone: Tone,
}

/// Part of a wrapped line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Piece {
    pub(crate) text: String,
    pub(crate) tone: Tone,
}

/// Grapheme with its cells.
struct Glyph {
    text: String,
    width: usize,
    tone: Tone,
    is_space: bool,
}

/// Wraps a text from others into lines of at most `columns` cells, escaped. Where marks overlap, the
/// last one counts. There is at least one line.
pub(crate) fn wrap(text: &str, marks: &[Mark], columns: usize) -> Vec<Vec<Piece>> {
    let columns = columns.max(2);
    let mut lines = Vec::new();
    let mut start = 0;
    for paragraph in text.split('\n') {
        let end = start + paragraph.len();
        let shown = start..start + paragraph.trim_end_matches('\r').len();
        wrap_paragraph(&glyphs(text, shown, marks), columns, &mut lines);
        start = end + 1;
    }
    lines
}

/// Returns the glyphs of a part of the text, each with the tone of its mark.
fn glyphs(text: &str, part: Range<usize>, marks: &[Mark]) -> Vec<Glyph> {
    let borders = marks
        .iter()
        .flat_map(|mark| [mark.range.start, mark.range.end]);
    let mut borders: Vec<usize> = borders.filter(|at| part.contains(at)).collect();
    borders.extend([part.start, part.end]);
    borders.sort_unstable();
    borders.dedup();
    let mut glyphs = Vec::new();
    for (from, to) in borders.iter().zip(borders.iter().skip(1)) {
        let Some(segment) = text.get(*from..*to) else {
            continue;
        };
        let mark = marks.iter().rev().find(|mark| mark.range.contains(from));
        let tone = mark.map_or(Tone::Plain, |mark| mark.tone);
        let expanded = segment.replace('\t', "    ");
        for grapheme in escape_control(&expanded).graphemes(true) {
            glyphs.push(glyph(grapheme, tone));
        }
    }
    glyphs
}

fn glyph(grapheme: &str, tone: Tone) -> Glyph {
    // Hundreds of accents on a letter would cover the lines around.
    let text = if grapheme.len() > MAX_GRAPHEME {
        "\u{fffd}"
    } else {
        grapheme
    };
    Glyph {
        width: grapheme_width(text),
        text: text.to_owned(),
        tone,
        is_space: text == " ",
    }
}

/// Bytes of the longest grapheme that is shown; a family of emoji has 25.
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

/// Returns the number of glyphs on the first line: up to the last place for a break, or as many as fit.
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
/// letter, as Chinese and Japanese are written without spaces.
fn is_break(before: &Glyph, after: &Glyph) -> bool {
    const NO_START: &str = "、。，．！？）」』】：；";
    let is_wide = before.width > 1 || after.width > 1;
    before.is_space
        || (before.text == "-" && after.text.starts_with(char::is_alphanumeric))
        || (is_wide && !NO_START.contains(after.text.as_str()))
}

/// Joins neighbours of the same tone.
fn pieces(glyphs: &[Glyph]) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    for glyph in glyphs {
        match pieces.last_mut() {
            Some(last) if last.tone == glyph.tone => last.text.push_str(&glyph.text),
            _ => pieces.push(Piece {
                text: glyph.text.clone(),
                tone: glyph.tone,
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
    fn what_reorders_or_hides_text_is_shown_and_counted() {
        assert_eq!(plain("a\u{202e}b", 20), [r"a\u{202e}b"]);
        assert_eq!(plain("a\u{202e}b", 5), [r"a\u{2", "02e}b"]);
        let accents = format!("e{}", "\u{301}".repeat(100));
        assert_eq!(plain(&accents, 5), ["\u{fffd}"]);
    }

    #[test]
    fn marks_survive_the_wrapping() {
        let marks = [Mark {
            range: 3..11,
            tone: Tone::Mention,
        }];
        let lines = wrap("hi @Ada Lee now", &marks, 8);
        let tones = |line: &[Piece]| {
            let tones = line.iter().map(|piece| (piece.text.clone(), piece.tone));
            tones.collect::<Vec<_>>()
        };
        assert_eq!(
            tones(&lines[0]),
            [
                ("hi ".to_owned(), Tone::Plain),
                ("@Ada".to_owned(), Tone::Mention)
            ]
        );
        assert_eq!(
            tones(&lines[1]),
            [
                ("Lee".to_owned(), Tone::Mention),
                (" now".to_owned(), Tone::Plain)
            ]
        );
    }
}
