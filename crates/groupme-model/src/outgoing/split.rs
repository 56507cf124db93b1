//! Long texts in several messages.

use super::Draft;

impl Draft {
    /// Splits a text into as many drafts as it takes, each of at most [`Draft::TEXT_LIMIT`]
    /// characters: at the last line end of a part, else at the last blank, else within a word. A
    /// blank text gives none.
    ///
    /// ```
    /// use groupme_model::Draft;
    ///
    /// let list: String = (1..=200).map(|number| format!("item {number}\n")).collect();
    /// assert_eq!(Draft::split(&list).len(), 2);
    /// ```
    pub fn split(text: &str) -> Vec<Self> {
        parts(text, Self::TEXT_LIMIT)
            .into_iter()
            .map(Self::new)
            .collect()
    }

    /// Splits a text as [`split`](Self::split) does, and begins each part with its number, such as
    /// `(1/3)`. A text that fits into one message has no number.
    pub fn split_numbered(text: &str) -> Vec<Self> {
        let whole = parts(text, Self::TEXT_LIMIT);
        if whole.len() <= 1 {
            return whole.into_iter().map(Self::new).collect();
        }
        // Longer numbers leave less room, and may need one part more.
        let mut digits = 1;
        loop {
            let room = "(/) ".len() + 2 * digits;
            let parts = parts(text, Self::TEXT_LIMIT.saturating_sub(room).max(1));
            let count = parts.len();
            if count.to_string().len() <= digits {
                let numbered = parts.into_iter().zip(1..);
                return numbered
                    .map(|(part, number)| Self::new(format!("({number}/{count}) {part}")))
                    .collect();
            }
            digits += 1;
        }
    }
}

/// Cuts a text into parts of at most `limit` characters. Parts of blanks only are left out.
fn parts(text: &str, limit: usize) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        let end = match rest.char_indices().nth(limit) {
            None => rest.len(),
            Some((limit, next)) => {
                let head = rest.get(..limit).unwrap_or(rest);
                let blank = || head.rfind(char::is_whitespace);
                // A part that ends right before a blank needs no other cut.
                let cut = next.is_whitespace().then_some(limit);
                let line = if next == '\n' { cut } else { head.rfind('\n') };
                line.or(cut)
                    .or_else(blank)
                    .filter(|at| *at > 0)
                    .unwrap_or(limit)
            }
        };
        let (part, after) = rest.split_at(end);
        parts.push(part.trim_end());
        rest = after.trim_start();
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(drafts: Vec<Draft>) -> Vec<String> {
        drafts.into_iter().map(|draft| draft.text).collect()
    }

    #[test]
    fn a_long_text_is_cut_at_line_ends_then_blanks_then_anywhere() {
        let split = |text: &str| texts(Draft::split(text));
        assert_eq!(split("short"), ["short"]);
        assert!(split(" \n ").is_empty());
        let (line, word) = ("x".repeat(600), "y".repeat(1_000));
        assert_eq!(split(&format!("{line}\n{line}")), [&*line, &line]);
        assert_eq!(split(&format!("{line} {line}")), [&*line, &line]);
        assert_eq!(split(&format!("{word}\n{line}")), [&*word, &line]);
        let pair = format!("{line}\n{}", "z".repeat(399));
        assert_eq!(split(&format!("{pair}\n{line}")), [&*pair, &line]);
        assert_eq!(split(&format!("{word}{line}")), [&*word, &line]);
    }

    #[test]
    fn a_part_is_counted_in_characters_and_not_cut_within_one() {
        let parts = texts(Draft::split(&"\u{e9}".repeat(1_500)));
        let lengths: Vec<_> = parts.iter().map(|part| part.chars().count()).collect();
        assert_eq!(lengths, [1_000, 500]);
    }

    #[test]
    fn numbered_parts_fit_with_their_numbers_and_keep_every_word() {
        assert_eq!(texts(Draft::split_numbered("short")), ["short"]);
        for words in [300, 2_000, 30_000] {
            let words: Vec<_> = (0..words).map(|number| format!("word{number}")).collect();
            let parts = texts(Draft::split_numbered(&words.join(" ")));
            let count = parts.len();
            let mut found = Vec::new();
            for (index, part) in parts.iter().enumerate() {
                assert!(part.chars().count() <= Draft::TEXT_LIMIT);
                let head = format!("({}/{count}) ", index + 1);
                let rest = part.strip_prefix(&head).expect("its number");
                found.extend(rest.split_whitespace().map(str::to_owned));
            }
            assert_eq!(found, words);
        }
    }
}
