//! Which items a user of a crate can reach, and by what path.
//!
//! Public is not enough: a `pub` struct of a private module, returned by a public function, has no
//! path but has methods that anyone can call. So the walk follows modules and re-exports first,
//! and then whatever the signatures found so far name.

use std::collections::{BTreeMap, VecDeque};

use anyhow::Context;

use super::{
    document::Document,
    item::{Item, references},
};

/// Returns every item that is reached, by its id, with the path by which it is reached first.
///
/// # Errors
///
/// If an item is not told as expected.
pub(super) fn reach(document: &Document<'_>) -> anyhow::Result<BTreeMap<u64, String>> {
    let mut reach = Reach {
        document,
        names: BTreeMap::new(),
        queue: VecDeque::from([(document.root(), document.krate().to_owned())]),
        unnamed: VecDeque::new(),
    };
    let mut impls = impls(document)?;
    loop {
        reach.walk()?;
        let (found, rest): (Vec<_>, _) = impls
            .into_iter()
            .partition(|found| found.header.iter().all(|id| reach.names.contains_key(id)));
        if found.is_empty() {
            return Ok(reach.names);
        }
        for found in found {
            let name = reach.impl_name(found.item)?;
            reach.queue.push_back((found.id, name));
        }
        impls = rest;
    }
}

/// An impl, and which items of the same crate its header names: it is of no use to who does not
/// reach them all.
struct Impl<'d> {
    id: u64,
    item: Item<'d>,
    header: Vec<u64>,
}

fn impls<'d>(document: &Document<'d>) -> anyhow::Result<Vec<Impl<'d>>> {
    let mut impls = Vec::new();
    for (id, item) in document.own_items()? {
        if item.kind != "impl" || item.is_unwritten() {
            continue;
        }
        let mut header = Vec::new();
        for part in ["trait", "for"] {
            for reference in references(&item.inner[part])? {
                if document.own(reference.id)?.is_some() {
                    header.push(reference.id);
                }
            }
        }
        impls.push(Impl { id, item, header });
    }
    Ok(impls)
}

struct Reach<'a, 'd> {
    document: &'a Document<'d>,
    names: BTreeMap<u64, String>,
    queue: VecDeque<(u64, String)>,
    /// What signatures name; it waits, for there may be a path.
    unnamed: VecDeque<u64>,
}

impl Reach<'_, '_> {
    fn walk(&mut self) -> anyhow::Result<()> {
        loop {
            if let Some((id, name)) = self.queue.pop_front() {
                self.visit(id, name)?;
            } else if let Some(id) = self.unnamed.pop_front() {
                let known = self.names.contains_key(&id);
                if !known && self.document.own(id)?.is_some() {
                    let name = self.document.path(id)?;
                    self.visit(id, name)?;
                }
            } else {
                return Ok(());
            }
        }
    }

    fn visit(&mut self, id: u64, name: String) -> anyhow::Result<()> {
        let Some(item) = self.document.own(id)? else {
            return Ok(());
        };
        if self.names.contains_key(&id) {
            return Ok(());
        }
        if item.kind == "use" {
            // Named after what it makes of its target; a glob after its module.
            let targets = item.references()?;
            self.queue
                .extend(targets.iter().map(|target| (target.id, name.clone())));
        } else {
            for child in item.contents() {
                self.enter(child, &name)?;
            }
            let named = item.references().with_context(|| format!("in {name}"))?;
            self.unnamed.extend(named.iter().map(|named| named.id));
        }
        self.names.insert(id, name);
        Ok(())
    }

    fn enter(&mut self, child: u64, parent: &str) -> anyhow::Result<()> {
        let Some(item) = self.document.own(child)? else {
            return Ok(());
        };
        if !item.is_public() || item.kind == "impl" {
            return Ok(());
        }
        let own = match item.kind {
            "use" if item.is_glob() => None,
            "use" => item.inner["name"].as_str(),
            _ => item.name,
        };
        let name = own.map_or_else(|| parent.to_owned(), |own| format!("{parent}::{own}"));
        self.queue.push_back((child, name));
        Ok(())
    }

    fn impl_name(&self, item: Item<'_>) -> anyhow::Result<String> {
        let subject = item.inner.pointer("/for/resolved_path");
        let own = subject
            .and_then(|subject| subject["id"].as_u64())
            .and_then(|id| self.names.get(&id));
        let subject = match (own, subject) {
            (Some(name), _) => name,
            (None, Some(subject)) => subject["path"].as_str().context("no `path`")?,
            (None, None) => "_",
        };
        let of = item.inner.pointer("/trait/path").and_then(|of| of.as_str());
        Ok(of.map_or_else(|| subject.to_owned(), |of| format!("<{subject} as {of}>")))
    }
}
