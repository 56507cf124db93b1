//! What the reachable items of a library name of other crates.

use std::collections::BTreeSet;

use anyhow::{Context, ensure};
use serde_json::Value;

use super::{
    document::{Document, Foreign},
    item::Item,
    reach::reach,
};

/// An item and something that its signature names.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Mention {
    pub(super) item: String,
    /// File and line, from the workspace's root.
    pub(super) place: String,
    pub(super) foreign: Foreign,
}

/// Returns what the items that a user can reach mention, each once.
///
/// # Errors
///
/// If an item is not told as expected, or there is none.
pub(super) fn mentions(document: &Document<'_>) -> anyhow::Result<BTreeSet<Mention>> {
    let mut mentions = BTreeSet::new();
    let mut seen = 0_usize;
    for (id, name) in reach(document)? {
        let item = document.own(id)?.context("what was reached is gone")?;
        seen += usize::from(!matches!(item.kind, "module" | "use" | "impl"));
        let found = foreign(document, item).with_context(|| format!("in {name}"))?;
        mentions.extend(found.into_iter().map(|foreign| Mention {
            item: name.clone(),
            place: item.place(),
            foreign,
        }));
    }
    ensure!(
        seen > 0,
        "rustdoc's JSON of {} has no public item, so it proves nothing",
        document.krate()
    );
    Ok(mentions)
}

fn foreign(document: &Document<'_>, item: Item<'_>) -> anyhow::Result<Vec<Foreign>> {
    if item.kind == "extern_crate" {
        // Which of the two is the crate and which its new name, rustdoc mixes up.
        let names = [&item.inner["name"], &item.inner["rename"]];
        ensure!(names[0].is_string(), "no `name`");
        let names = names.into_iter().filter_map(Value::as_str);
        return Ok(names
            .map(|name| Foreign {
                of: name.to_owned(),
                path: name.to_owned(),
                kind: item.kind.to_owned(),
            })
            .collect());
    }
    let references = item.references()?;
    let found = references
        .into_iter()
        .filter_map(|reference| document.foreign(reference).transpose());
    found.collect()
}
