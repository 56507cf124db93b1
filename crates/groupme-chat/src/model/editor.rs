//! Text with a cursor, edited by the keys of readline: characters are graphemes, rows are wrapped.

use core::ops::Range;

use unicode_segmentation::UnicodeSegmentation as _;

use crate::text;

/// Text with a cursor.
#[derive(Clone, Debug, Default)]
pub(crate) struct Editor {
    text: String,
    /// Byte offset of the cursor, at a border of graphemes.
    cursor: usize,
    /// Last cut text, for [`Edit::Yank`].
    cut: String,
}

/// Editing command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Edit {
    Left,
    Right,
    WordLeft,
    WordRight,
    Home,
    End,
    Backspace,
    Delete,
    /// Cuts the word before the cursor.
    CutWord,
    /// Cuts up to the start of the line.
    CutHome,
    /// Cuts up to the end of the line.
    CutEnd,
    /// Inserts the last cut text.
    Yank,
}

impl Editor {
    pub(crate) fn new(text: impl Into<String>) -> Self {
        let text = text.into();
        Self {
            cursor: text.len(),
            text,
            cut: String::new(),
        }
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    pub(crate) fn cursor(&self) -> usize {
        self.cursor
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// Takes the text, and leaves an empty one.
    pub(crate) fn take(&mut self) -> String {
        self.cursor = 0;
        core::mem::take(&mut self.text)
    }

    /// Inserts a text at the cursor. Line breaks become `\n`, tabs a space; other control characters,
    /// which could command the terminal, are dropped.
    pub(crate) fn insert(&mut self, text: &str) {
        let text = text
            .replace("\r\n", "\n")
            .replace('\r', "\n")
            .replace('\t', " ");
        let kept: String = text
            .chars()
            .filter(|letter| *letter == '\n' || !letter.is_control())
            .collect();
        self.text.insert_str(self.cursor, &kept);
        self.cursor += kept.len();
        self.snap_to_grapheme();
    }

    /// Replaces a range of bytes, and puts the cursor behind the new text. Does nothing for a range
    /// outside the text.
    pub(crate) fn replace(&mut self, part: Range<usize>, text: &str) {
        if self.text.get(part.clone()).is_some() {
            self.text.replace_range(part.clone(), text);
            self.cursor = part.start + text.len();
            self.snap_to_grapheme();
        }
    }

    /// Moves the cursor to the end of its grapheme: an insertion may have joined two.
    fn snap_to_grapheme(&mut self) {
        let ends = self.text.grapheme_indices(true);
        let mut ends = ends.map(|(at, grapheme)| at + grapheme.len());
        if self.cursor > 0 {
            self.cursor = ends
                .find(|end| *end >= self.cursor)
                .unwrap_or(self.text.len());
        }
    }

    pub(crate) fn edit(&mut self, edit: Edit) {
        match edit {
            Edit::Left => self.cursor = self.previous_grapheme(),
            Edit::Right => self.cursor = self.next_grapheme(),
            Edit::WordLeft => self.cursor = self.word_start(),
            Edit::WordRight => self.cursor = self.word_end(),
            Edit::Home => self.cursor = self.line_start(),
            Edit::End => self.cursor = self.line_end(),
            Edit::Backspace => drop(self.remove(self.previous_grapheme()..self.cursor)),
            Edit::Delete => drop(self.remove(self.cursor..self.next_grapheme())),
            Edit::CutWord => self.cut(self.word_start()..self.cursor),
            Edit::CutHome => self.cut(self.line_start()..self.cursor),
            Edit::CutEnd => self.cut(self.cursor..self.line_end()),
            Edit::Yank => self.insert(&self.cut.clone()),
        }
    }

    fn cut(&mut self, part: Range<usize>) {
        let cut = self.remove(part);
        if !cut.is_empty() {
            self.cut = cut;
        }
    }

    fn remove(&mut self, part: Range<usize>) -> String {
        let removed: String = self.text.drain(part.clone()).collect();
        self.cursor = part.start;
        removed
    }

    fn head(&self) -> &str {
        self.text.get(..self.cursor).unwrap_or_default()
    }

    fn tail(&self) -> &str {
        self.text.get(self.cursor..).unwrap_or_default()
    }

    fn previous_grapheme(&self) -> usize {
        let last = self.head().graphemes(true).next_back();
        self.cursor - last.map_or(0, str::len)
    }

    fn next_grapheme(&self) -> usize {
        self.cursor + self.tail().graphemes(true).next().map_or(0, str::len)
    }

    fn word_start(&self) -> usize {
        let words = self.head().split_word_bound_indices();
        let mut words = words.rev().skip_while(|(_, word)| is_blank(word));
        words.next().map_or(0, |(at, _)| at)
    }

    fn word_end(&self) -> usize {
        let words = self.tail().split_word_bound_indices();
        let mut words = words.skip_while(|(_, word)| is_blank(word));
        let end = words.next().map(|(at, word)| at + word.len());
        end.map_or(self.text.len(), |end| self.cursor + end)
    }

    fn line_start(&self) -> usize {
        self.head().rfind('\n').map_or(0, |at| at + 1)
    }

    fn line_end(&self) -> usize {
        let end = self.tail().find('\n');
        end.map_or(self.text.len(), |end| self.cursor + end)
    }

    /// Returns the rows of the text wrapped at `columns` cells, as ranges of bytes. There is at least
    /// one row.
    pub(crate) fn rows(&self, columns: usize) -> Vec<Range<usize>> {
        let columns = columns.max(2);
        let mut rows = Vec::new();
        let mut start = 0;
        for paragraph in self.text.split('\n') {
            let end = start + paragraph.len();
            let (mut from, mut used, mut place) = (start, 0, None);
            for (offset, grapheme) in paragraph.grapheme_indices(true) {
                let at = start + offset;
                let wide = text::width(text::visible(grapheme));
                if used + wide > columns {
                    let to = place.filter(|place| *place > from).unwrap_or(at);
                    rows.push(from..to);
                    used = self.text.get(to..at).map_or(0, text::width);
                    (from, place) = (to, None);
                }
                used += wide;
                if is_blank(grapheme) {
                    place = Some(at + grapheme.len());
                }
            }
            rows.push(from..end);
            start = end + 1;
        }
        rows
    }

    /// Returns row and cell of the cursor, both from 0.
    pub(crate) fn position(&self, columns: usize) -> (usize, usize) {
        let rows = self.rows(columns);
        // Between two rows of a paragraph, the cursor is shown on the second.
        let row = rows.iter().rposition(|row| row.start <= self.cursor);
        let row = row.unwrap_or(0);
        let start = rows.get(row).map_or(0, |row| row.start);
        (row, self.cells(start..self.cursor))
    }

    fn cells(&self, part: Range<usize>) -> usize {
        let part = self.text.get(part).unwrap_or_default();
        let graphemes = part.graphemes(true);
        graphemes
            .map(|grapheme| text::width(text::visible(grapheme)))
            .sum()
    }

    /// Moves the cursor to the row above or below. Returns false on the first or last row.
    pub(crate) fn move_row(&mut self, columns: usize, is_down: bool) -> bool {
        let (row, cell) = self.position(columns);
        let rows = self.rows(columns);
        let wanted = if is_down {
            row.checked_add(1)
        } else {
            row.checked_sub(1)
        };
        let Some(target) = wanted.and_then(|row| rows.get(row)).cloned() else {
            return false;
        };
        let part = self.text.get(target.clone()).unwrap_or_default();
        let (mut used, mut cursor) = (0, target.start);
        for grapheme in part.graphemes(true) {
            let wide = text::width(text::visible(grapheme));
            if used + wide > cell {
                break;
            }
            used += wide;
            cursor += grapheme.len();
        }
        // The end of a wrapped row would be shown at the start of the next one.
        let is_wrapped = rows
            .iter()
            .any(|row| row.start == target.end && row.start > target.start);
        if is_wrapped && cursor == target.end {
            cursor -= part.graphemes(true).next_back().map_or(0, str::len);
        }
        self.cursor = cursor;
        true
    }
}

fn is_blank(word: &str) -> bool {
    word.chars().all(char::is_whitespace)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(text: &str, edits: &[Edit]) -> (String, usize) {
        let mut editor = Editor::new(text);
        for edit in edits {
            editor.edit(*edit);
        }
        (editor.text().to_owned(), editor.cursor())
    }

    #[test]
    fn the_cursor_moves_over_whole_emoji() {
        let family = "a👩\u{200d}👧";
        assert_eq!(after(family, &[Edit::Left]), (family.to_owned(), 1));
        assert_eq!(after(family, &[Edit::Backspace]), ("a".to_owned(), 1));
        assert_eq!(after("é", &[Edit::Home, Edit::Delete]).0, "");
    }

    #[test]
    fn words_are_cut_and_put_back() {
        assert_eq!(after("one two ", &[Edit::CutWord]).0, "one ");
        assert_eq!(
            after("one two", &[Edit::CutWord, Edit::Home, Edit::Yank]).0,
            "twoone "
        );
        assert_eq!(after("one\ntwo", &[Edit::CutHome]).0, "one\n");
        assert_eq!(after("one\ntwo", &[Edit::Home, Edit::CutEnd]).0, "one\n");
        assert_eq!(after("one two", &[Edit::Home, Edit::WordRight]).1, 3);
    }

    #[test]
    fn pasted_text_keeps_its_lines_and_no_terminal_codes() {
        let mut editor = Editor::new("");
        editor.insert("one\r\ntwo\rthree\u{1b}[2J\tx");
        assert_eq!(editor.text(), "one\ntwo\nthree[2J x");
    }

    #[test]
    fn rows_break_at_words_and_the_cursor_follows() {
        let mut editor = Editor::new("who brings\nthe boat");
        assert_eq!(editor.rows(6), [0..4, 4..10, 11..15, 15..19]);
        assert_eq!(editor.position(6), (3, 4));
        assert!(editor.move_row(6, false));
        assert_eq!(editor.position(6), (2, 3));
        assert!(editor.move_row(6, false) && editor.move_row(6, false));
        assert_eq!(editor.position(6), (0, 3));
        assert!(!editor.move_row(6, false));
        assert_eq!(Editor::new("日本語").rows(4), [0..6, 6..9]);
    }

    #[test]
    fn a_cursor_after_a_joined_emoji_is_behind_it() {
        let mut editor = Editor::new("👩");
        editor.insert("\u{200d}👧");
        assert_eq!(editor.cursor(), editor.text().len());
        assert_eq!(editor.position(10), (0, 2));
    }
}
