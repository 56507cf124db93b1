//! Escaping of text from others before a terminal shows it.
//!
//! A name or a message may contain codes that command the terminal, and characters that reorder the
//! text around them or hide in it.
//!
//! ```
//! use groupme_client::terminal::escape_control;
//!
//! assert_eq!(escape_control("gift\u{202e}fdp.exe\u{1b}[2J"), "gift\\u{202e}fdp.exe\u{fffd}[2J");
//! ```

use std::borrow::Cow;

pub use groupme_model::text::is_invisible;

/// Replaces characters that break a line, command the terminal, reorder the text or hide in it.
///
/// A line break becomes `⏎`, another control character U+FFFD; bidirectional controls, line and
/// paragraph separators, zero-width and tag characters become `\\u{…}`. A zero-width joiner stays
/// inside an emoji.
pub fn escape_control(text: &str) -> Cow<'_, str> {
    if !text.contains(|letter| char::is_control(letter) || is_invisible(letter)) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len());
    let mut previous = ' ';
    for letter in text.chars() {
        match letter {
            '\n' => shown.push('⏎'),
            letter if char::is_control(letter) => shown.push(char::REPLACEMENT_CHARACTER),
            '\u{200d}' if is_emoji(previous) => shown.push(letter),
            letter if is_invisible(letter) => shown.extend(letter.escape_unicode()),
            letter => shown.push(letter),
        }
        previous = letter;
    }
    Cow::Owned(shown)
}

/// Replaces invisible characters only, in a text with terminal codes of its own.
pub fn escape_invisible(text: &str) -> Cow<'_, str> {
    if !text.contains(is_invisible) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len());
    for letter in text.chars() {
        if is_invisible(letter) {
            shown.extend(letter.escape_unicode());
        } else {
            shown.push(letter);
        }
    }
    Cow::Owned(shown)
}

/// Symbols that a zero-width joiner combines, with their variation selector and skin tones.
fn is_emoji(letter: char) -> bool {
    matches!(letter, '\u{2190}'..='\u{2bff}' | '\u{fe0f}' | '\u{1f000}'..='\u{1faff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_of_many_lines_or_with_terminal_codes_stays_one_escaped_line() {
        assert_eq!(escape_control("plain — ünï ❤️"), "plain — ünï ❤️");
        assert_eq!(escape_control("two\nlines"), "two⏎lines");
        assert_eq!(
            escape_control("\u{1b}[2J\u{9b}31m\r"),
            "\u{fffd}[2J\u{fffd}31m\u{fffd}"
        );
    }

    #[test]
    fn characters_that_reorder_or_hide_text_are_shown() {
        assert_eq!(
            escape_control("a\u{202e}b\u{2028}c"),
            r"a\u{202e}b\u{2028}c"
        );
        assert_eq!(
            escape_control("\u{200b}\u{feff}\u{e0041}"),
            r"\u{200b}\u{feff}\u{e0041}"
        );
        assert_eq!(escape_control("no\u{200d}where"), r"no\u{200d}where");
        for hidden in [
            '\u{34f}',
            '\u{115f}',
            '\u{180b}',
            '\u{2800}',
            '\u{3164}',
            '\u{fe00}',
            '\u{ffa0}',
            '\u{1d173}',
            '\u{e0100}',
        ] {
            let text = format!("a{hidden}b");
            assert_eq!(
                escape_control(&text),
                format!("a{}b", hidden.escape_unicode())
            );
        }
    }

    #[test]
    fn a_family_of_emoji_stays_together() {
        assert_eq!(
            escape_control("👩\u{200d}👧 ❤\u{fe0f}\u{200d}🔥"),
            "👩\u{200d}👧 ❤\u{fe0f}\u{200d}🔥"
        );
    }
}
