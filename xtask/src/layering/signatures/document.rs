//! What rustdoc's JSON says of one library.

use anyhow::{Context, bail, ensure};
use serde_json::{Map, Value};

use super::item::{Item, Reference};

/// The one version of rustdoc's JSON that is read here; it changes with the toolchain only.
const FORMAT: u64 = 57;

/// An item of another crate.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Foreign {
    pub(super) of: String,
    pub(super) path: String,
    pub(super) kind: String,
}

/// A library as rustdoc tells it, private items included.
#[derive(Debug)]
pub(super) struct Document<'d> {
    krate: &'d str,
    root: u64,
    index: &'d Map<String, Value>,
    paths: &'d Map<String, Value>,
    externals: &'d Map<String, Value>,
}

impl<'d> Document<'d> {
    /// # Errors
    ///
    /// If `json` is not what rustdoc writes of all items of `krate`.
    pub(super) fn of(krate: &'d str, json: &'d Value) -> anyhow::Result<Self> {
        let format = json["format_version"].as_u64();
        ensure!(
            format == Some(FORMAT),
            "rustdoc's JSON of {krate} has format {format:?}, not {FORMAT}: \
             fit xtask/src/layering/signatures to the new toolchain"
        );
        ensure!(
            json["includes_private"] == true,
            "rustdoc's JSON of {krate} leaves out private items, and with them what is public of \
             those that are returned"
        );
        let index = object(json, "index")?;
        let root = json["root"].as_u64().context("no `root`")?;
        let root_name = index.get(&root.to_string()).map(|item| &item["name"]);
        ensure!(
            root_name.and_then(Value::as_str) == Some(krate),
            "rustdoc's JSON of {krate} is about {root_name:?}"
        );
        Ok(Self {
            krate,
            root,
            index,
            paths: object(json, "paths")?,
            externals: object(json, "external_crates")?,
        })
    }

    pub(super) fn krate(&self) -> &'d str {
        self.krate
    }

    /// Returns the id of the crate's root module.
    pub(super) fn root(&self) -> u64 {
        self.root
    }

    /// Returns all items the crate itself declares.
    ///
    /// # Errors
    ///
    /// If one is not told as expected.
    pub(super) fn own_items(&self) -> anyhow::Result<Vec<(u64, Item<'d>)>> {
        let mut items = Vec::new();
        for (id, item) in self.index {
            let item = Item::of(item).with_context(|| format!("item {id}"))?;
            if item.is_own()? {
                items.push((id.parse().context("an id is no number")?, item));
            }
        }
        Ok(items)
    }

    /// Returns the item with this id if the crate itself declares it.
    ///
    /// # Errors
    ///
    /// If the item is not told as expected.
    pub(super) fn own(&self, id: u64) -> anyhow::Result<Option<Item<'d>>> {
        let Some(item) = self.index.get(&id.to_string()) else {
            return Ok(None);
        };
        let item = Item::of(item).with_context(|| format!("item {id}"))?;
        Ok(item.is_own()?.then_some(item))
    }

    /// Returns the path by which an item is declared.
    ///
    /// # Errors
    ///
    /// If there is none.
    pub(super) fn path(&self, id: u64) -> anyhow::Result<String> {
        path(self.summary(id).context("an item has no path")?)
    }

    /// Returns what a reference leads to, if that is in another crate.
    ///
    /// # Errors
    ///
    /// If it leads nowhere.
    pub(super) fn foreign(&self, reference: Reference<'_>) -> anyhow::Result<Option<Foreign>> {
        let told = self.own(reference.id)?.is_some();
        let Some(summary) = self.summary(reference.id) else {
            ensure!(told, "{} leads nowhere", reference.spelling);
            return Ok(None);
        };
        let path = path(summary)?;
        let crate_id = summary["crate_id"].as_u64().context("no `crate_id`")?;
        if crate_id == 0 {
            if !told {
                bail!("{path} is of this crate, but is left out");
            }
            return Ok(None);
        }
        let of = self.externals.get(&crate_id.to_string());
        let of = of.and_then(|external| external["name"].as_str());
        Ok(Some(Foreign {
            of: of
                .with_context(|| format!("{path} is of no crate"))?
                .to_owned(),
            path,
            kind: summary["kind"].as_str().context("no `kind`")?.to_owned(),
        }))
    }

    fn summary(&self, id: u64) -> Option<&'d Value> {
        self.paths.get(&id.to_string())
    }
}

fn path(summary: &Value) -> anyhow::Result<String> {
    let segments = summary["path"].as_array().context("no `path`")?;
    let segments: Option<Vec<_>> = segments.iter().map(Value::as_str).collect();
    Ok(segments.context("a `path` of other than names")?.join("::"))
}

fn object<'d>(json: &'d Value, key: &str) -> anyhow::Result<&'d Map<String, Value>> {
    json[key]
        .as_object()
        .with_context(|| format!("rustdoc's JSON has no `{key}`"))
}
