//! Answer of a handler.

use groupme_client::Draft;

/// Error of a handler, of any type.
pub type HandlerError = Box<dyn core::error::Error + Send + Sync>;

/// Type that a handler may return.
///
/// A text or a [`Draft`] is sent to the conversation of the message; a text longer than
/// [`Draft::TEXT_LIMIT`] is sent in parts, cut at line ends where possible. `()` and `None` send
/// nothing. The error of a `Result` goes to [`Bot::on_error`](crate::Bot::on_error).
pub trait Answer: Send + 'static {
    /// Returns the messages to send, in order.
    ///
    /// # Errors
    ///
    /// Returns the handler's error.
    fn into_drafts(self) -> Result<Vec<Draft>, HandlerError>;
}

impl Answer for () {
    fn into_drafts(self) -> Result<Vec<Draft>, HandlerError> {
        Ok(Vec::new())
    }
}

impl Answer for Draft {
    fn into_drafts(self) -> Result<Vec<Draft>, HandlerError> {
        Ok(vec![self])
    }
}

impl Answer for &'static str {
    fn into_drafts(self) -> Result<Vec<Draft>, HandlerError> {
        Ok(parts(self).into_iter().map(Draft::new).collect())
    }
}

impl Answer for String {
    fn into_drafts(self) -> Result<Vec<Draft>, HandlerError> {
        Ok(parts(&self).into_iter().map(Draft::new).collect())
    }
}

impl<A: Answer> Answer for Option<A> {
    fn into_drafts(self) -> Result<Vec<Draft>, HandlerError> {
        self.map_or_else(|| Ok(Vec::new()), A::into_drafts)
    }
}

impl<A: Answer, E: Into<HandlerError> + Send + 'static> Answer for Result<A, E> {
    fn into_drafts(self) -> Result<Vec<Draft>, HandlerError> {
        self.map_err(Into::into)?.into_drafts()
    }
}

/// Cuts a text into parts of at most [`Draft::TEXT_LIMIT`] characters: at the last line end of a
/// part, else at the last blank, else within a word. Parts of blanks only are left out.
pub(crate) fn parts(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        let limit = rest.char_indices().nth(Draft::TEXT_LIMIT);
        let end = match limit {
            None => rest.len(),
            // A part that ends right before a line end needs no other cut.
            Some((limit, next)) => {
                let head = rest.get(..limit).unwrap_or(rest);
                let blank = || head.rfind(char::is_whitespace);
                let cut = if next.is_whitespace() {
                    Some(limit)
                } else {
                    None
                };
                let line = head.rfind('\n');
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

    #[test]
    fn a_long_text_is_cut_at_line_ends_then_blanks_then_anywhere() {
        assert_eq!(parts("short"), ["short"]);
        assert_eq!(parts(" \n "), Vec::<&str>::new());
        let (line, word) = ("x".repeat(600), "y".repeat(1_000));
        assert_eq!(parts(&format!("{line}\n{line}")), [&line, &line]);
        assert_eq!(parts(&format!("{line} {line}")), [&line, &line]);
        assert_eq!(parts(&format!("{word}\n{line}")), [&word, &line]);
        assert_eq!(parts(&format!("{word}{line}")), [&word, &line]);
        let whole = parts(&format!("{word}{line}")).concat();
        assert_eq!(whole.len(), 1_600);
    }

    #[test]
    fn a_part_is_counted_in_characters_and_not_cut_within_one() {
        let text = "\u{e9}".repeat(1_500);
        let parts = parts(&text);
        let lengths: Vec<_> = parts.iter().map(|part| part.chars().count()).collect();
        assert_eq!(lengths, [1_000, 500]);
    }

    #[test]
    fn nothing_is_sent_for_nothing_and_an_error_is_handed_on() {
        assert!(().into_drafts().unwrap().is_empty());
        assert!(None::<String>.into_drafts().unwrap().is_empty());
        let failed: Result<String, &str> = Err("no tea left");
        let error = failed.into_drafts().unwrap_err();
        assert_eq!(error.to_string(), "no tea left");
    }
}
