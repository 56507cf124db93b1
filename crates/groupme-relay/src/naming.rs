//! Names: tenants, accounts, nodes, and the subjects of their logs.

use core::{fmt, str::FromStr};

/// Error for a text that cannot be a name in a subject of the broker.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NameError {
    /// The tenant is not made of 1 to 32 of `a-z`, `0-9` and `-`.
    #[error("{0:?} is no tenant: use 1 to 32 of a-z, 0-9 and -")]
    Tenant(Box<str>),
    /// The user id is not made of 1 to 64 letters, digits, `-` and `_`.
    #[error("{0:?} is no id of a user: GroupMe's have digits only")]
    User(Box<str>),
    /// The text is not a tenant and a user joined by a dot.
    #[error("{0:?} is no account: write TENANT.USER")]
    Account(Box<str>),
}

/// Account of GroupMe in the relay: a tenant and the id of a user. Its text is `TENANT.USER`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccountName {
    text: Box<str>,
    /// Position of the dot.
    dot: usize,
}

impl AccountName {
    /// Returns the name of an account.
    ///
    /// # Errors
    ///
    /// [`NameError`] if a part contains what a subject may not.
    pub fn new(tenant: &str, user: &str) -> Result<Self, NameError> {
        let is_tenant =
            |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if !(1..=32).contains(&tenant.len()) || !tenant.bytes().all(is_tenant) {
            return Err(NameError::Tenant(shortened(tenant)));
        }
        let is_user = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        // `_` alone stands for the relay's own words.
        if !(1..=64).contains(&user.len()) || !user.bytes().all(is_user) || user == "_" {
            return Err(NameError::User(shortened(user)));
        }
        Ok(Self {
            text: format!("{tenant}.{user}").into(),
            dot: tenant.len(),
        })
    }

    /// Returns the tenant.
    pub fn tenant(&self) -> &str {
        &self.text[..self.dot]
    }

    /// Returns the id of the user.
    pub fn user(&self) -> &str {
        &self.text[self.dot + 1..]
    }

    /// Returns the text, `TENANT.USER`.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Returns the subjects of the account's whole log, with a wildcard: `gm.TENANT.USER.>`.
    pub fn log(&self) -> String {
        format!("{ROOT}.{}.>", self.text)
    }

    /// Returns the subject of a request to the account; the verb `*` stands for all.
    pub fn request_subject(&self, verb: &str) -> String {
        if verb == "*" {
            return format!("{REQUESTS}.{}.*", self.text);
        }
        format!("{REQUESTS}.{}.{}", self.text, token(verb))
    }

    /// Returns a subject of the account's log.
    pub fn subject(&self, conversation: &str, kind: &str) -> String {
        let (conversation, kind) = (token(conversation), token(kind));
        format!("{ROOT}.{}.{conversation}.{kind}", self.text)
    }
}

impl FromStr for AccountName {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        match text.split_once('.') {
            Some((tenant, user)) => Self::new(tenant, user),
            None => Err(NameError::Account(shortened(text))),
        }
    }
}

impl fmt::Display for AccountName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

impl fmt::Debug for AccountName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AccountName({})", self.text)
    }
}

/// Name of a node: random at each start, so that nothing of an earlier process is taken for its own.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(Box<str>);

impl NodeId {
    /// Returns the node with this number, which has to be random.
    pub fn new(number: u64) -> Self {
        Self(format!("{number:016x}").into())
    }

    /// Returns the node with this text; `None` for a text that no node has.
    pub fn parse(text: &str) -> Option<Self> {
        let is_hexadecimal = text.bytes().all(|byte| byte.is_ascii_hexdigit());
        (text.len() == 16 && is_hexadecimal).then(|| Self(text.into()))
    }

    /// Returns the text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for NodeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// Returns a text as one token of a subject: other characters than letters, digits and `+-_` become `_`,
/// and so does an empty text.
fn token(text: &str) -> String {
    if text.is_empty() {
        return "_".to_owned();
    }
    let plain = |char: char| char.is_ascii_alphanumeric() || matches!(char, '+' | '-' | '_');
    text.chars()
        .take(MAX_TOKEN)
        .map(|char| if plain(char) { char } else { '_' })
        .collect()
}

fn shortened(text: &str) -> Box<str> {
    text.chars().take(80).collect()
}

/// First token of all subjects of the stream.
pub(crate) const ROOT: &str = "gm";

/// First token of the subjects of requests.
const REQUESTS: &str = "gmc";

/// Longest token made of a text from outside, in characters.
const MAX_TOKEN: usize = 64;
