//! Access tokens, and where they come from.

use core::fmt;

use crate::Error;

/// An access token of GroupMe. Nothing shows it: not `Debug`, no error, no log line.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(Box<str>);

impl Token {
    /// Takes a token, white space around it removed. Its length is not judged: there are tokens of
    /// 32 and of 40 characters, and nobody promised either.
    ///
    /// # Errors
    ///
    /// [`Error::Token`] when it is empty, or has characters that no token has.
    pub fn new(token: &str) -> Result<Self, Error> {
        let token = token.trim();
        let legal = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\\');
        if token.is_empty() {
            return Err(Error::Token {
                what: "it is empty",
            });
        }
        if !token.bytes().all(legal) {
            return Err(Error::Token {
                what: "it has characters that no token has",
            });
        }
        Ok(Self(token.into()))
    }

    /// The token itself, for what is sent.
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

/// Where the token comes from, asked each time a message that carries one is written.
///
/// A [`Token`] is a source of itself; for tokens that are renewed, supply a closure that returns
/// the latest one. It is called on the gateway's task and must not block.
pub trait TokenSource: Send + 'static {
    /// The token to send now.
    fn token(&mut self) -> Token;
}

impl TokenSource for Token {
    fn token(&mut self) -> Token {
        self.clone()
    }
}

impl<F: FnMut() -> Token + Send + 'static> TokenSource for F {
    fn token(&mut self) -> Token {
        self()
    }
}
