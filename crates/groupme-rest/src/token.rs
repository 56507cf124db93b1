//! Access token.

use core::fmt;

use groupme_model::Json;
use http::HeaderValue;

/// Access token of a GroupMe account. `Debug`, errors, log lines and URLs do not contain it.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(HeaderValue);

impl Token {
    /// Parses a token, without white space around it. Any length is accepted: tokens of 32 and of
    /// 40 characters exist, and GroupMe documents neither.
    ///
    /// # Errors
    ///
    /// [`TokenError`] if it is empty, or has other characters than visible ASCII.
    pub fn new(token: impl AsRef<str>) -> Result<Self, TokenError> {
        let token = token.as_ref().trim();
        if token.is_empty() {
            return Err(TokenError::Empty);
        }
        // The token also stands in JSON strings, which must not need escapes.
        let is_valid = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\\');
        if !token.bytes().all(is_valid) {
            return Err(TokenError::InvalidCharacter);
        }
        let mut value = HeaderValue::from_str(token).map_err(|_| TokenError::InvalidCharacter)?;
        value.set_sensitive(true);
        Ok(Self(value))
    }

    /// Returns a placeholder for no token at all.
    pub(crate) fn absent() -> Self {
        Self(HeaderValue::from_static(""))
    }

    pub(crate) fn is_absent(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the token itself. Keep it out of logs and errors.
    pub fn expose(&self) -> &str {
        self.0.to_str().unwrap_or_default()
    }

    /// Returns the token as a sensitive header value, which hyper does not log.
    pub(crate) fn header(&self) -> HeaderValue {
        self.0.clone()
    }

    /// Returns the text with `…` in place of the token, or `None` if it does not occur. A server
    /// may repeat the request's header. At the end of the text, the beginning of the token counts,
    /// too, because long texts are cut.
    pub(crate) fn redact(&self, text: &str) -> Option<String> {
        let token = self.expose();
        if token.is_empty() {
            return None;
        }
        let mut redacted = text.replace(token, "…");
        let mut parts = (MIN_PREFIX..token.len()).rev().map(|len| &token[..len]);
        if let Some(part) = parts.find(|part| redacted.ends_with(part)) {
            redacted.truncate(redacted.len().saturating_sub(part.len()));
            redacted.push('…');
        }
        (redacted != text).then_some(redacted)
    }

    /// Redacts every text and member name of a JSON value.
    pub(crate) fn redact_json(&self, json: &mut Json) {
        match json {
            Json::Text(text) => {
                if let Some(redacted) = self.redact(text) {
                    *text = redacted;
                }
            }
            Json::List(items) => items.iter_mut().for_each(|item| self.redact_json(item)),
            Json::Object(members) => {
                for (name, mut member) in core::mem::take(members) {
                    self.redact_json(&mut member);
                    let name = self.redact(&name).unwrap_or(name);
                    members.insert(name, member);
                }
            }
            _ => {}
        }
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

/// Shortest beginning of a token that is redacted at the end of a text. A shorter one reveals
/// nothing, and ordinary words end with it.
const MIN_PREFIX: usize = 5;

/// Error of [`Token::new`]. It does not contain the text.
#[derive(Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TokenError {
    /// The text is empty.
    #[error("the access token is empty")]
    Empty,
    /// The text has a character that is not visible ASCII, or `"` or `\`.
    #[error("the access token has characters that are not allowed in tokens")]
    InvalidCharacter,
}

/// Shows the text, as `fn main() -> Result<…>` prints errors.
impl fmt::Debug for TokenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_characters_of_a_token_are_checked() {
        assert!(Token::new("a").is_ok());
        assert_eq!(Token::new(" abc\n"), Token::new("abc"));
        assert_eq!(Token::new(" \n"), Err(TokenError::Empty));
        for bad in ["a b", "a\nb", "é", "a\u{7f}", "a\"b", "a\\b"] {
            assert_eq!(
                Token::new(bad),
                Err(TokenError::InvalidCharacter),
                "{bad:?}"
            );
        }
    }

    #[test]
    fn a_token_is_shown_nowhere() {
        let token = Token::new("hush-hush").unwrap();
        assert_eq!(
            format!("{token:?} {:?}", token.header()),
            "Token(…) Sensitive"
        );
        assert_eq!(
            token.redact("no such token: hush-hush").as_deref(),
            Some("no such token: …")
        );
        assert_eq!(token.redact("not found"), None);
        assert_eq!(token.redact("cut: hush-hus").as_deref(), Some("cut: …"));
        assert_eq!(token.redact("hush-hush, hush-").as_deref(), Some("…, …"));
        assert_eq!(token.redact("hush"), None);
        let twice = Token::new("again-and-again").unwrap();
        assert_eq!(twice.redact("again-and-again").as_deref(), Some("…"));
        assert_eq!(
            twice
                .redact("cut: again-and-again"[..14].as_ref())
                .as_deref(),
            Some("cut: …")
        );
    }
}
