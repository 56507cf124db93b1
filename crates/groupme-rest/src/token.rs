//! The access token.

use core::fmt;

use groupme_model::Json;
use http::HeaderValue;

/// An access token of GroupMe. Nothing shows it: not `Debug`, no error, no log line, no URL.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(HeaderValue);

impl Token {
    /// Takes a token, white space around it removed. Its length is not judged: there are tokens of
    /// 32 and of 40 characters, and nobody promised either.
    ///
    /// # Errors
    ///
    /// [`TokenError`] when it is empty, or has characters that no token has.
    pub fn new(token: &str) -> Result<Self, TokenError> {
        let token = token.trim();
        if token.is_empty() {
            return Err(TokenError::Empty);
        }
        // Neither a header nor a JSON text needs to escape any of these.
        let legal = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\\');
        if !token.bytes().all(legal) {
            return Err(TokenError::Illegal);
        }
        let mut value = HeaderValue::from_str(token).map_err(|_| TokenError::Illegal)?;
        value.set_sensitive(true);
        Ok(Self(value))
    }

    /// The token itself, for what is sent elsewhere than in a header. Show it to nobody.
    pub fn expose(&self) -> &str {
        self.0.to_str().unwrap_or_default()
    }

    /// The token as a header's value, which hyper does not log either.
    pub(crate) fn header(&self) -> HeaderValue {
        self.0.clone()
    }

    /// The text with every occurrence of the token taken out, if there is one: a server may repeat
    /// what it was sent. At the end of the text a part of it counts as well: long texts are cut.
    pub(crate) fn redact(&self, text: &str) -> Option<String> {
        let token = self.expose();
        let mut redacted = text.replace(token, "…");
        let mut parts = (TELLING..token.len()).rev().map(|len| &token[..len]);
        if let Some(part) = parts.find(|part| redacted.ends_with(part)) {
            redacted.truncate(redacted.len().saturating_sub(part.len()));
            redacted.push('…');
        }
        (redacted != text).then_some(redacted)
    }

    /// The same, all over a JSON value.
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

/// So few characters of a token at the end of a text give nothing away, and may be any word's.
const TELLING: usize = 5;

/// Why a text is not a [`Token`]. The text is not repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TokenError {
    /// There is nothing in it.
    #[error("the access token is empty")]
    Empty,
    /// It has characters that no token has.
    #[error("the access token has characters that no token has")]
    Illegal,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_judged_by_its_characters_alone() {
        assert!(Token::new("a").is_ok());
        assert_eq!(Token::new(" abc\n"), Token::new("abc"));
        assert_eq!(Token::new(" \n"), Err(TokenError::Empty));
        for bad in ["a b", "a\nb", "é", "a\u{7f}", "a\"b", "a\\b"] {
            assert_eq!(Token::new(bad), Err(TokenError::Illegal), "{bad:?}");
        }
    }

    #[test]
    fn a_token_is_never_shown() {
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
