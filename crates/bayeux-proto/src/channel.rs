//! Channel names and patterns.

use alloc::{borrow::ToOwned, boxed::Box, string::String};
use core::{borrow::Borrow, fmt, str::FromStr};

use crate::Misuse;

/// Name of a channel, or pattern of names ending in `/*` or `/**` (Bayeux specification, section
/// "Channels").
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Channel(Box<str>);

impl Channel {
    /// Parses a name by the specification's grammar: segments of letters, digits and `-_!~()$@`,
    /// with a wildcard only as the last segment.
    ///
    /// # Errors
    ///
    /// [`Misuse::InvalidChannel`] for anything else.
    pub fn new(name: &str) -> Result<Self, Misuse> {
        let token = |byte: u8| byte.is_ascii_alphanumeric() || b"-_!~()$@".contains(&byte);
        Self::checked(name, |segment| segment.bytes().all(token))
    }

    /// Accepts any name that begins with `/`, as `CometD` and Salesforce do: `/data/A.b`,
    /// `/topic/X?City='San Francisco'`. The name is sent as JSON text, whatever its characters; the
    /// server decides. Only a wildcard as the last segment makes a pattern.
    ///
    /// # Errors
    ///
    /// [`Misuse::InvalidChannel`] for a name that does not begin with `/`.
    pub fn lenient(name: &str) -> Result<Self, Misuse> {
        if name.starts_with('/') {
            Ok(Self(name.into()))
        } else {
            Err(Misuse::InvalidChannel {
                name: shortened(name),
            })
        }
    }

    /// Returns the name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns whether this is a pattern.
    pub fn is_pattern(&self) -> bool {
        self.0.ends_with("/*") || self.0.ends_with("/**")
    }

    /// Returns whether this lies under `/meta/`, which is reserved for the protocol.
    pub fn is_meta(&self) -> bool {
        self.0.starts_with("/meta/") || &*self.0 == "/meta"
    }

    /// Returns whether this channel or pattern matches the channel called `name`.
    ///
    /// `*` matches exactly one segment, `**` one or more; `/foo/**` does not match `/foo`.
    pub fn matches(&self, name: &str) -> bool {
        if let Some(parent) = self.0.strip_suffix("**") {
            name.strip_prefix(parent)
                .is_some_and(|rest| !rest.is_empty())
        } else if let Some(parent) = self.0.strip_suffix('*') {
            name.strip_prefix(parent)
                .is_some_and(|rest| !rest.is_empty() && !rest.contains('/'))
        } else {
            *self.0 == *name
        }
    }

    /// Returns whether some channel name matches both this and the channel or pattern called
    /// `other`.
    ///
    /// A guard of `/private/**` needs this, because a subscription to `/**` also matches private
    /// channels.
    pub fn overlaps(&self, other: &str) -> bool {
        let (own, own_wild) = split(&self.0);
        let (theirs, their_wild) = split(other);
        match (own_wild, their_wild) {
            (Some(_), None) => self.matches(other),
            (None, Some(Wildcard::One)) => {
                matches!(own.rsplit_once('/'), Some((parent, _)) if parent == theirs)
            }
            (None, Some(Wildcard::Many)) => lies_below(own, theirs),
            // Both leave only the last segment open, or both are names.
            (None, None) | (Some(Wildcard::One), Some(Wildcard::One)) => own == theirs,
            (Some(Wildcard::One), Some(Wildcard::Many)) => own == theirs || lies_below(own, theirs),
            (Some(Wildcard::Many), Some(Wildcard::One)) => own == theirs || lies_below(theirs, own),
            (Some(Wildcard::Many), Some(Wildcard::Many)) => {
                own == theirs || lies_below(own, theirs) || lies_below(theirs, own)
            }
        }
    }

    fn checked(name: &str, legal: impl Fn(&str) -> bool) -> Result<Self, Misuse> {
        let invalid = || Misuse::InvalidChannel {
            name: shortened(name),
        };
        let mut segments = name
            .strip_prefix('/')
            .ok_or_else(invalid)?
            .split('/')
            .peekable();
        while let Some(segment) = segments.next() {
            let wildcard = matches!(segment, "*" | "**") && segments.peek().is_none();
            if !wildcard && (segment.is_empty() || segment.contains('*') || !legal(segment)) {
                return Err(invalid());
            }
        }
        Ok(Self(name.into()))
    }
}

/// Wildcard at the end of a pattern.
enum Wildcard {
    /// `*`
    One,
    /// `**`
    Many,
}

/// Splits a pattern into the part before its wildcard, and the wildcard.
fn split(name: &str) -> (&str, Option<Wildcard>) {
    if let Some(parent) = name.strip_suffix("/**") {
        (parent, Some(Wildcard::Many))
    } else if let Some(parent) = name.strip_suffix("/*") {
        (parent, Some(Wildcard::One))
    } else {
        (name, None)
    }
}

fn lies_below(name: &str, parent: &str) -> bool {
    name.strip_prefix(parent)
        .is_some_and(|rest| rest.starts_with('/'))
}

impl FromStr for Channel {
    type Err = Misuse;

    fn from_str(name: &str) -> Result<Self, Misuse> {
        Self::new(name)
    }
}

impl AsRef<str> for Channel {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl Borrow<str> for Channel {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Channel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Channel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

/// Shortens a name for an error message.
fn shortened(name: &str) -> String {
    const MOST: usize = 80;
    match name.char_indices().nth(MOST) {
        Some((end, _)) => name[..end].to_owned() + "…",
        None => name.to_owned(),
    }
}
