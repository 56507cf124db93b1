//! No type of a dependency in a public signature.
//!
//! A dependency that shows in a signature is part of the promise: its next major version is ours
//! too. rustdoc's JSON tells what every item mentions that a user can reach; the exceptions are in
//! [`ALLOWED`].

mod document;
mod item;
mod mention;
mod reach;
mod rustdoc;
#[cfg(test)]
mod tests;

use core::fmt;
use std::collections::BTreeSet;

use serde_json::Value;

use crate::workspace::Workspace;
use document::{Document, Foreign};
use mention::{Mention, mentions};

/// A part of a dependency that signatures may show.
struct Allowed {
    of: &'static str,
    what: What,
    /// The one crate of ours that may show it; every one if `None`.
    shown_by: Option<&'static str>,
}

enum What {
    Everything,
    Traits,
    Named(&'static str),
}

const ALLOWED: &[Allowed] = &[
    Allowed {
        of: "bytes",
        what: What::Named("Bytes"),
        shown_by: None,
    },
    Allowed {
        of: "serde",
        what: What::Traits,
        shown_by: None,
    },
    // Where serde's traits are declared; serde only re-exports them.
    Allowed {
        of: "serde_core",
        what: What::Traits,
        shown_by: None,
    },
    Allowed {
        of: "http",
        what: What::Everything,
        shown_by: Some("groupme_rest"),
    },
    // A connection is nothing to whoever cannot read it and write to it.
    Allowed {
        of: "tokio",
        what: What::Everything,
        shown_by: Some("bayeux_dial"),
    },
    Allowed {
        of: "futures_core",
        what: What::Traits,
        shown_by: None,
    },
];

/// The crates that come with the compiler.
const STANDARD: &[&str] = &["std", "core", "alloc"];

/// A public item whose signature shows what it must not.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Violation {
    mention: Mention,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Mention {
            item,
            place,
            foreign,
        } = &self.mention;
        let path = &foreign.path;
        write!(
            f,
            "{item} uses {path} ({place}): no type of a dependency in a public signature"
        )
    }
}

/// Reads the public signatures of every library, all features enabled.
///
/// # Errors
///
/// If the documentation does not build, or does not read as expected.
pub(super) fn check(workspace: &Workspace) -> anyhow::Result<Vec<Violation>> {
    let documents = rustdoc::documents(workspace)?;
    let ours = documents.keys().map(String::as_str).collect();
    let mut violations = Vec::new();
    for (name, document) in &documents {
        violations.extend(judge(name, document, &ours)?);
    }
    Ok(violations)
}

/// Returns what the library `name` shows and must not, in the order of the items' names.
fn judge(
    name: &str,
    document: &Value,
    ours: &BTreeSet<&str>,
) -> anyhow::Result<BTreeSet<Violation>> {
    let violations = mentions(&Document::of(name, document)?)?
        .into_iter()
        .filter(|mention| !may_show(name, &mention.foreign, ours))
        .map(|mention| Violation { mention });
    Ok(violations.collect())
}

fn may_show(name: &str, foreign: &Foreign, ours: &BTreeSet<&str>) -> bool {
    let Foreign { of, path, kind } = foreign;
    let of = of.as_str();
    STANDARD.contains(&of)
        || ours.contains(of)
        || ALLOWED.iter().any(|allowed| {
            allowed.of == of
                && allowed.shown_by.is_none_or(|only| only == name)
                && match allowed.what {
                    What::Everything => true,
                    What::Traits => kind == "trait",
                    What::Named(what) => path.rsplit("::").next() == Some(what),
                }
        })
}
