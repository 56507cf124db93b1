//! Channel names and patterns.

use alloc::{borrow::ToOwned, boxed::Box, string::String};
use core::{borrow::Borrow, fmt, str::FromStr};

use crate::Misuse;

/// The name of a channel, or a pattern of names ending in `/*` or `/**`
/// (Bayeux specification, section "Channels").
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Channel(Box<str>);

impl Channel {
    /// Accepts what the specification's grammar accepts: segments of letters, digits and
    /// `-_!~()$@`, wildcards only as the last segment.
    ///
    /// # Errors
    ///
    /// [`Misuse::InvalidChannel`] for anything else.
    pub fn new(name: &str) -> Result<Self, Misuse> {
        let token = |byte: u8| byte.is_ascii_alphanumeric() || b"-_!~()$@".contains(&byte);
        Self::checked(name, |segment| segment.bytes().all(token))
    }

    /// Accepts what servers with looser rules accept (`CometD`, Salesforce: `/topic/X?f=1`,
    /// `/data/A.b`): any segments without control characters or white space.
    ///
    /// # Errors
    ///
    /// [`Misuse::InvalidChannel`] where even that does not hold.
    pub fn lenient(name: &str) -> Result<Self, Misuse> {
        Self::checked(name, |segment| {
            !segment.chars().any(|c| c.is_control() || c.is_whitespace())
        })
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether this is a pattern.
    pub fn is_pattern(&self) -> bool {
        self.0.ends_with("/*") || self.0.ends_with("/**")
    }

    /// Whether this lies under `/meta/`, which only the protocol itself uses.
    pub fn is_meta(&self) -> bool {
        self.0.starts_with("/meta/") || &*self.0 == "/meta"
    }

    /// Whether an event on the channel called `name` belongs to this channel or pattern.
    ///
    /// `*` stands for exactly one segment, `**` for one or more; `/foo/**` does not match `/foo`.
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

    /// Whether there is a name that belongs to both this and the channel or pattern called `other`.
    ///
    /// For whoever guards `/private/**`: a subscription to `/**` would get at it, too.
    pub fn overlaps(&self, other: &str) -> bool {
        let (own, own_wild) = split(&self.0);
        let (theirs, their_wild) = split(other);
        match (own_wild, their_wild) {
            (Some(_), None) => self.matches(other),
            (None, Some(Wild::One)) => {
                matches!(own.rsplit_once('/'), Some((parent, _)) if parent == theirs)
            }
            (None, Some(Wild::Many)) => lies_below(own, theirs),
            // What both leave open is the last segment, or they are names.
            (None, None) | (Some(Wild::One), Some(Wild::One)) => own == theirs,
            (Some(Wild::One), Some(Wild::Many)) => own == theirs || lies_below(own, theirs),
            (Some(Wild::Many), Some(Wild::One)) => own == theirs || lies_below(theirs, own),
            (Some(Wild::Many), Some(Wild::Many)) => {
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

/// What stands for names at the end of a pattern.
enum Wild {
    /// `*`
    One,
    /// `**`
    Many,
}

/// A pattern without its wildcard, and that.
fn split(name: &str) -> (&str, Option<Wild>) {
    if let Some(parent) = name.strip_suffix("/**") {
        (parent, Some(Wild::Many))
    } else if let Some(parent) = name.strip_suffix("/*") {
        (parent, Some(Wild::One))
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

/// An error message quotes a name, but not a megabyte of it.
fn shortened(name: &str) -> String {
    const MOST: usize = 80;
    match name.char_indices().nth(MOST) {
        Some((end, _)) => name[..end].to_owned() + "…",
        None => name.to_owned(),
    }
}
