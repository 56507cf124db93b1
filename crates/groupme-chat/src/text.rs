//! Text from others, escaped for a terminal, and measured, cut and wrapped in cells.

mod wrap;

use std::borrow::Cow;

use groupme_client::terminal::{escape_control, is_invisible};
use ratatui::buffer::CellWidth as _;
use unicode_segmentation::UnicodeSegmentation as _;

pub(crate) use self::wrap::{Highlight, Piece, TextRole, wrap};

/// Returns the number of cells of an escaped text.
pub(crate) fn width(text: &str) -> usize {
    text.graphemes(true).map(grapheme_width).sum()
}

fn grapheme_width(grapheme: &str) -> usize {
    usize::from(grapheme.cell_width())
}

/// Escapes a text from others into a single line without control characters.
pub(crate) fn line(text: &str) -> Cow<'_, str> {
    escape_control(text)
}

/// Escapes a text into a single line of at most `cells`, which ends with `…` if it was cut.
pub(crate) fn cut(text: &str, cells: usize) -> String {
    let line = line(text);
    if width(&line) <= cells {
        return line.into_owned();
    }
    let mut shown = String::new();
    let mut used = 0;
    for grapheme in line.graphemes(true) {
        let wide = grapheme_width(grapheme);
        if used + wide >= cells {
            break;
        }
        used += wide;
        shown.push_str(grapheme);
    }
    if cells > 0 {
        shown.push('…');
    }
    shown
}

/// Escapes a text into a single line of exactly `cells`, cut or padded with spaces.
pub(crate) fn fit(text: &str, cells: usize) -> String {
    let mut shown = cut(text, cells);
    let missing = cells.saturating_sub(width(&shown));
    shown.extend(core::iter::repeat_n(' ', missing));
    shown
}

/// Returns a grapheme of the composed text as the terminal shows it. Invisible ones are replaced, as
/// the cursor needs a cell for each.
pub(crate) fn visible(grapheme: &str) -> &str {
    let is_hidden = |letter: char| letter != '\u{200d}' && is_invisible(letter);
    if grapheme == "\t" {
        " "
    } else if grapheme.contains(char::is_control)
        || grapheme.contains(is_hidden)
        || grapheme_width(grapheme) == 0
    {
        "\u{fffd}"
    } else {
        grapheme
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_cut_at_its_cells_and_not_at_its_letters() {
        assert_eq!(cut("lake", 4), "lake");
        assert_eq!(cut("lakes", 4), "lak…");
        assert_eq!(cut("日本語", 6), "日本語");
        assert_eq!(cut("日本語", 5), "日本…");
        assert_eq!(cut("日本語", 4), "日…");
        assert_eq!(fit("日本語", 4), "日… ");
        assert_eq!(cut("x", 0), "");
    }

    #[test]
    fn the_own_draft_hides_nothing() {
        assert_eq!(visible("\u{202e}"), "\u{fffd}");
        assert_eq!(visible("\u{1b}"), "\u{fffd}");
        assert_eq!(visible("\t"), " ");
        assert_eq!(visible("👩\u{200d}👧"), "👩\u{200d}👧");
    }
}
