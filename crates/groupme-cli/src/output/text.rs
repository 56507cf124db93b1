//! Text with styles and links, laid out for a terminal.

use core::fmt::{self, Write as _};

use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

use super::{escape_control, terminal::Terminal};

/// Appearance of a part of a text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Style {
    #[default]
    Plain,
    /// Dates, ids and notices.
    Faint,
    /// Names of people and titles of columns.
    Bold,
}

/// Text made of spans. All spans are escaped: text from others cannot command the terminal.
#[derive(Clone, Debug, Default)]
pub(crate) struct Text(Vec<Span>);

#[derive(Clone, Debug)]
struct Span {
    /// Escaped, but for line breaks.
    text: String,
    style: Style,
    /// Address of the text where links can be shown, and the text to show fallback.
    link: Option<(String, String)>,
}

impl Text {
    pub(crate) fn plain(text: &str) -> Self {
        let mut new = Self::default();
        new.push(text, Style::Plain);
        new
    }

    pub(crate) fn push(&mut self, text: &str, style: Style) {
        if !text.is_empty() {
            self.0.push(Span {
                text: escaped(text),
                style,
                link: None,
            });
        }
    }

    /// Adds a label that links to an address, or `fallback` on terminals without links. An address with
    /// characters other than visible ASCII is no link, as it could end the escape code.
    pub(crate) fn push_link(&mut self, label: &str, url: &str, fallback: &str) {
        if !url.bytes().all(|byte| byte.is_ascii_graphic()) {
            return self.push(fallback, Style::Plain);
        }
        self.0.push(Span {
            text: escaped(label),
            style: Style::Plain,
            link: Some((url.to_owned(), escaped(fallback))),
        });
    }

    pub(crate) fn append(&mut self, mut other: Self) {
        self.0.append(&mut other.0);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the columns of the text in one line.
    pub(crate) fn width(&self, terminal: Terminal) -> usize {
        self.0.iter().map(|span| width(span.shown(terminal))).sum()
    }

    /// Writes the text in one line, with a line break at its end.
    pub(crate) fn write_line(&self, out: &mut String, terminal: Terminal) {
        for span in &self.0 {
            span.write(out, &one_line(span.shown(terminal)), terminal);
        }
        out.push('\n');
    }

    /// Writes the text in as many lines as the terminal needs, each but the first behind an indent.
    /// Without a width, in one line.
    pub(crate) fn write_wrapped(&self, out: &mut String, terminal: Terminal, indent: usize) {
        let Some(columns) = terminal.width else {
            return self.write_line(out, terminal);
        };
        // Beside a deep indent, a narrow terminal would have a column of single letters.
        let indent = if columns < indent + MIN_ROOM {
            NARROW_INDENT
        } else {
            indent
        };
        let mut layout = Layout {
            lines: vec![Vec::new()],
            column: 0,
            blank: Vec::new(),
            columns: columns.max(2 * NARROW_INDENT),
            indent,
        };
        let mut word = Vec::new();
        for (index, span) in self.0.iter().enumerate() {
            for piece in pieces(span.shown(terminal)) {
                match piece {
                    "\n" => {
                        layout.word(&mut word);
                        layout.end();
                    }
                    blank if blank.starts_with(' ') => {
                        layout.word(&mut word);
                        layout.blank.push((blank.to_owned(), index));
                    }
                    part => word.push((part.to_owned(), index)),
                }
            }
        }
        layout.word(&mut word);
        for (number, line) in layout.lines.iter().enumerate() {
            if number > 0 {
                out.extend(core::iter::repeat_n(' ', indent));
            }
            // Parts of one span are written at once, with one pair of codes.
            for parts in line.chunk_by(|one, other| one.1 == other.1) {
                let span = parts.first().and_then(|(_, index)| self.0.get(*index));
                let text: String = parts.iter().map(|(part, _)| part.as_str()).collect();
                if let Some(span) = span {
                    span.write(out, &text, terminal);
                }
            }
            out.push('\n');
        }
    }

    /// Writes the text into a cell of `columns`: cut with an ellipsis, or padded unless it is the last.
    /// `None` is a column of any width.
    pub(crate) fn write_cell(
        &self,
        out: &mut String,
        terminal: Terminal,
        columns: Option<usize>,
        is_last: bool,
    ) {
        let own = self.width(terminal);
        let padding = columns.map_or(0, |columns| columns.saturating_sub(own));
        let mut left = match columns {
            Some(columns) if own > columns => columns.saturating_sub(1),
            _ => usize::MAX,
        };
        for span in &self.0 {
            let shown = one_line(span.shown(terminal));
            let part = cut(&shown, left);
            left = left.saturating_sub(width(part));
            span.write(out, part, terminal);
            if part.len() < shown.len() {
                out.push('…');
                break;
            }
        }
        if !is_last {
            out.extend(core::iter::repeat_n(' ', padding));
        }
    }
}

/// Writes the text without styles and links, in one line.
impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for span in &self.0 {
            f.write_str(&one_line(span.shown(Terminal::default())))?;
        }
        Ok(())
    }
}

impl Span {
    fn shown(&self, terminal: Terminal) -> &str {
        match &self.link {
            Some((_, fallback)) if !terminal.has_links => fallback,
            _ => &self.text,
        }
    }

    fn write(&self, out: &mut String, part: &str, terminal: Terminal) {
        if part.is_empty() {
            return;
        }
        let code = match self.style {
            Style::Faint if terminal.has_color => "\u{1b}[2m",
            Style::Bold if terminal.has_color => "\u{1b}[1m",
            _ => "",
        };
        let link = self.link.as_ref().filter(|_| terminal.has_links);
        out.push_str(code);
        match link {
            // Writing into memory does not fail.
            Some((url, _)) => drop(write!(
                out,
                "\u{1b}]8;;{url}\u{1b}\\{part}\u{1b}]8;;\u{1b}\\"
            )),
            None => out.push_str(part),
        }
        if !code.is_empty() {
            out.push_str("\u{1b}[0m");
        }
    }
}

/// Lines being wrapped; each is a list of parts with the index of their span.
struct Layout {
    lines: Vec<Vec<(String, usize)>>,
    /// Columns of the last line.
    column: usize,
    /// Blanks before the next word, which a new line replaces.
    blank: Vec<(String, usize)>,
    columns: usize,
    indent: usize,
}

impl Layout {
    /// Adds a word, whose parts may have different styles, and empties `word`.
    fn word(&mut self, word: &mut Vec<(String, usize)>) {
        let of = |parts: &[(String, usize)]| -> usize {
            parts.iter().map(|(part, _)| width(part)).sum()
        };
        if word.is_empty() {
            return;
        }
        let (blank, own) = (of(&self.blank), of(word));
        // A word longer than a line is not moved to the next line, but divided.
        if self.column + blank + own > self.columns && self.indent + own <= self.columns {
            self.end();
        }
        let blanks = core::mem::take(&mut self.blank);
        for (part, index) in blanks.into_iter().chain(word.drain(..)) {
            self.part(&part, index);
        }
    }

    /// Adds a part, divided where it is longer than a line.
    fn part(&mut self, mut part: &str, index: usize) {
        loop {
            let head = cut(part, self.columns.saturating_sub(self.column));
            self.column += width(head);
            if let (Some(line), false) = (self.lines.last_mut(), head.is_empty()) {
                line.push((head.to_owned(), index));
            }
            part = &part[head.len()..];
            if part.is_empty() {
                return;
            }
            self.end();
        }
    }

    fn end(&mut self) {
        self.blank.clear();
        self.lines.push(Vec::new());
        self.column = self.indent;
    }
}

/// Returns line breaks, blanks, and the words between them.
fn pieces(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    core::iter::from_fn(move || {
        let first = rest.chars().next()?;
        let end = match first {
            '\n' => 1,
            ' ' => rest.find(|letter| letter != ' ').unwrap_or(rest.len()),
            _ => rest.find([' ', '\n']).unwrap_or(rest.len()),
        };
        let (piece, after) = rest.split_at(end);
        rest = after;
        Some(piece)
    })
}

/// Returns the beginning of a text that fits into `columns`, and at least one character.
fn cut(text: &str, columns: usize) -> &str {
    if columns == usize::MAX || width(text) <= columns {
        return text;
    }
    let mut used = 0;
    let mut end = 0;
    for (at, letter) in text.char_indices() {
        used += letter.width().unwrap_or(0);
        if used > columns {
            break;
        }
        end = at + letter.len_utf8();
    }
    &text[..end]
}

fn width(text: &str) -> usize {
    // `width` counts a line break as one column, which is that of its sign in one-line output.
    text.width()
}

fn one_line(text: &str) -> String {
    text.replace('\n', "⏎")
}

/// Escapes all but line breaks.
fn escaped(text: &str) -> String {
    let lines: Vec<_> = text.split('\n').map(escape_control).collect();
    lines.join("\n")
}

/// Columns beside an indent, below which [`NARROW_INDENT`] replaces the indent.
const MIN_ROOM: usize = 40;
const NARROW_INDENT: usize = 4;

#[cfg(test)]
mod tests {
    use super::*;

    fn wrapped(text: &Text, width: usize, indent: usize) -> String {
        let terminal = Terminal {
            width: Some(width),
            ..Terminal::default()
        };
        let mut out = String::new();
        text.write_wrapped(&mut out, terminal, indent);
        out
    }

    #[test]
    fn words_wrap_behind_a_hanging_indent() {
        let text = Text::plain(
            "12:00  the quick brown fox jumps over the lazy dog, and then some more of it",
        );
        assert_eq!(
            wrapped(&text, 50, 7),
            "12:00  the quick brown fox jumps over the lazy\n       dog, and then some more of it\n"
        );
    }

    #[test]
    fn wide_letters_take_two_columns_and_a_long_word_is_divided() {
        let text = Text::plain(&"湖".repeat(12));
        let narrow = wrapped(&text, 10, 4);
        assert_eq!(narrow, "湖湖湖湖湖\n    湖湖湖\n    湖湖湖\n    湖\n");
        let text = Text::plain("a https://example.com/long");
        assert_eq!(
            wrapped(&text, 12, 0),
            "a https://ex\n    ample.co\n    m/long\n"
        );
    }

    #[test]
    fn line_breaks_of_a_message_are_lines_on_a_terminal_and_a_sign_elsewhere() {
        let text = Text::plain("one\ntwo \u{1b}[2J");
        assert_eq!(wrapped(&text, 80, 7), "one\n       two \u{fffd}[2J\n");
        let mut out = String::new();
        text.write_wrapped(&mut out, Terminal::default(), 7);
        assert_eq!(out, "one⏎two \u{fffd}[2J\n");
    }

    #[test]
    fn a_link_is_a_label_where_links_are_shown_and_an_address_elsewhere() {
        let mut text = Text::default();
        text.push_link(
            "[image]",
            "https://i.groupme.com/1",
            "[image: https://i.groupme.com/1]",
        );
        let links = Terminal {
            has_links: true,
            ..Terminal::default()
        };
        let mut out = String::new();
        text.write_line(&mut out, links);
        assert_eq!(
            out,
            "\u{1b}]8;;https://i.groupme.com/1\u{1b}\\[image]\u{1b}]8;;\u{1b}\\\n"
        );
        assert_eq!(text.width(links), 7);
        assert_eq!(text.to_string(), "[image: https://i.groupme.com/1]");
        // An address cannot end the link before its time.
        let mut text = Text::default();
        text.push_link("[image]", "https://x/\u{1b}\\", "[image: x]");
        let mut out = String::new();
        text.write_line(&mut out, links);
        assert_eq!(out, "[image: x]\n");
    }

    #[test]
    fn styles_are_codes_only_where_there_is_colour() {
        let mut text = Text::default();
        text.push("Mara", Style::Bold);
        text.push(": hi", Style::Plain);
        let mut out = String::new();
        let color = Terminal {
            has_color: true,
            ..Terminal::default()
        };
        text.write_line(&mut out, color);
        text.write_line(&mut out, Terminal::default());
        assert_eq!(out, "\u{1b}[1mMara\u{1b}[0m: hi\nMara: hi\n");
    }
}
