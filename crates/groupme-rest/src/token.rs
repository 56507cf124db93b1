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
        if !token.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(TokenError::Illegal);
        }
        let mut value = HeaderValue::from_str(token).map_err(|_| TokenError::Illegal)?;
        value.set_sensitive(true);
        Ok(Self(value))
    }

    /// The token as a header's value, which hyper does not log either.
    pub(crate) fn header(&self) -> HeaderValue {
        self.0.clone()
    }

    /// The text with every occurrence of the token taken out, if there is one: a server may repeat
    /// what it was sent. At the end of the text a part of it counts as well: long texts are cut.
    pub(crate) fn redact(&self, text: &str) -> Option<String> {
        let token = self.0.to_str().ok()?;
        let cut = (TELLING..token.len())
            .rev()
            .find_map(|len| text.strip_suffix(&token[..len]));
        match cut {
            Some(text) => Some(text.replace(token, "…") + "…"),
            None => text.contains(token).then(|| text.replace(token, "…")),
        }
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
        for bad in ["a b", "a\nb", "é", "a\u{7f}"] {
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
    }
}
