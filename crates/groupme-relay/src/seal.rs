//! Sealing of access tokens, which lie in the broker encrypted.

use core::fmt;

use chacha20poly1305::{
    KeyInit as _, XChaCha20Poly1305, XNonce,
    aead::{Aead as _, Payload},
};
use groupme_client::Token;
use serde::{Deserialize, Serialize};

use crate::AccountName;

/// Keys that seal and open tokens: the first one seals, each of them opens.
///
/// `XChaCha20-Poly1305` with the account as associated data, so that a sealed token is of no use under
/// another name. The keys never leave the program; `Debug` shows their number.
#[derive(Clone)]
pub struct Keys(Vec<[u8; KEY]>);

/// Error about keys or sealed tokens.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SealError {
    /// There is no key.
    #[error("there is no key: make one with `groupme-relay key`, and name its file")]
    NoKey,
    /// A line of the key file is not a key.
    #[error("line {line} of the key file is no key: each line has 64 hexadecimal digits")]
    Key {
        /// Number of the line, from 1.
        line: usize,
    },
    /// The token was sealed with a key that is not at hand, for another account, or is damaged.
    #[error(
        "the token of {account} cannot be opened with these keys: it was sealed with another key, or is damaged; \
         add the account again"
    )]
    Opening {
        /// Account.
        account: AccountName,
    },
    /// The system has no random numbers.
    #[error("the system has no random numbers: {0}")]
    Random(Box<str>),
}

/// Sealed access token: nonce and ciphertext in hexadecimal.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SealedToken(Box<str>);

impl Keys {
    /// Reads keys, one a line in 64 hexadecimal digits. Empty lines do not count.
    ///
    /// # Errors
    ///
    /// [`SealError::NoKey`] and [`SealError::Key`].
    pub fn parse(text: &str) -> Result<Self, SealError> {
        let mut keys = Vec::new();
        for (number, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() {
                continue;
            }
            let key = from_hexadecimal(line).and_then(|bytes| bytes.try_into().ok());
            keys.push(key.ok_or(SealError::Key { line: number + 1 })?);
        }
        if keys.is_empty() {
            return Err(SealError::NoKey);
        }
        Ok(Self(keys))
    }

    /// Returns a new random key as text, for a key file.
    ///
    /// # Errors
    ///
    /// [`SealError::Random`].
    pub fn generate() -> Result<String, SealError> {
        random::<KEY>().map(|key| hexadecimal(&key))
    }

    /// Seals a token for an account.
    ///
    /// # Errors
    ///
    /// [`SealError::Random`], and [`SealError::NoKey`] for a token beyond what the cipher takes.
    pub fn seal(&self, account: &AccountName, token: &Token) -> Result<SealedToken, SealError> {
        let key = self.0.first().ok_or(SealError::NoKey)?;
        let nonce = random::<NONCE>()?;
        let payload = Payload {
            msg: token.expose().as_bytes(),
            aad: account.as_str().as_bytes(),
        };
        let sealed = XChaCha20Poly1305::new(key.into())
            .encrypt(&XNonce::from(nonce), payload)
            .map_err(|_| SealError::NoKey)?;
        let text = [hexadecimal(&nonce), hexadecimal(&sealed)].concat();
        Ok(SealedToken(text.into()))
    }

    /// Opens the token of an account.
    ///
    /// # Errors
    ///
    /// [`SealError::Opening`].
    pub fn open(&self, account: &AccountName, sealed: &SealedToken) -> Result<Token, SealError> {
        let opened = from_hexadecimal(&sealed.0).and_then(|bytes| {
            let (nonce, sealed) = bytes.split_first_chunk::<NONCE>()?;
            let open = |key: &[u8; KEY]| {
                let payload = Payload {
                    msg: sealed,
                    aad: account.as_str().as_bytes(),
                };
                let cipher = XChaCha20Poly1305::new(key.into());
                cipher.decrypt(&XNonce::from(*nonce), payload).ok()
            };
            let token = String::from_utf8(self.0.iter().find_map(open)?).ok()?;
            Token::new(&token).ok()
        });
        opened.ok_or_else(|| SealError::Opening {
            account: account.clone(),
        })
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Keys({})", self.0.len())
    }
}

impl fmt::Debug for SealedToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SealedToken")
    }
}

fn random<const N: usize>() -> Result<[u8; N], SealError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| SealError::Random(error.to_string().into()))?;
    Ok(bytes)
}

fn hexadecimal(bytes: &[u8]) -> String {
    let digit = |value: u8| char::from_digit(u32::from(value), 16).unwrap_or('0');
    bytes
        .iter()
        .flat_map(|byte| [digit(byte >> 4), digit(byte & 15)])
        .collect()
}

fn from_hexadecimal(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<_>> = text.chars().map(|digit| digit.to_digit(16)).collect();
    let digits = digits.filter(|digits| digits.len() % 2 == 0)?;
    let pairs = digits.chunks_exact(2);
    pairs
        .map(|pair| u8::try_from(pair[0] * 16 + pair[1]).ok())
        .collect()
}

const KEY: usize = 32;
const NONCE: usize = 24;
