//! One item of rustdoc's JSON.

use anyhow::{Context, ensure};
use serde_json::Value;

/// The keys under which an item lists the ids of what it contains, its impls apart.
const CONTENTS: &[&str] = &["items", "fields", "variants", "tuple"];

/// An item as rustdoc tells it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Item<'d> {
    pub(super) kind: &'d str,
    /// What is particular to the kind.
    pub(super) inner: &'d Value,
    pub(super) name: Option<&'d str>,
    whole: &'d Value,
}

/// Where an item names another.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reference<'d> {
    pub(super) id: u64,
    /// As it is written in the source.
    pub(super) spelling: &'d Value,
}

impl<'d> Item<'d> {
    /// # Errors
    ///
    /// If it is not told as expected.
    pub(super) fn of(whole: &'d Value) -> anyhow::Result<Self> {
        let kinds = whole["inner"].as_object().context("no `inner`")?;
        ensure!(kinds.len() == 1, "`inner` has {} kinds", kinds.len());
        let (kind, inner) = kinds.iter().next().context("`inner` is empty")?;
        Ok(Self {
            kind,
            inner,
            name: whole["name"].as_str(),
            whole,
        })
    }

    /// Tells whether the crate itself declares it; other crates' items are told if ours override
    /// them.
    pub(super) fn is_own(self) -> anyhow::Result<bool> {
        let crate_id = self.whole["crate_id"].as_u64().context("no `crate_id`")?;
        Ok(crate_id == 0)
    }

    /// Tells whether whoever sees what contains it sees it too. A variant, and an item of a trait
    /// or of its impl, declare no visibility.
    pub(super) fn is_public(self) -> bool {
        ["public", "default"]
            .iter()
            .any(|&visibility| self.whole["visibility"] == *visibility)
    }

    /// Tells whether it is an impl that nobody wrote for this type: an auto trait's, or one that a
    /// generic impl gives to every type.
    pub(super) fn is_unwritten(self) -> bool {
        self.inner["is_synthetic"] == true || !self.inner["blanket_impl"].is_null()
    }

    pub(super) fn is_glob(self) -> bool {
        self.inner["is_glob"] == true
    }

    /// Returns file and line, from the workspace's root.
    pub(super) fn place(self) -> String {
        let file = self.whole.pointer("/span/filename").and_then(Value::as_str);
        let line = self.whole.pointer("/span/begin/0").and_then(Value::as_u64);
        match (file, line) {
            (Some(file), Some(line)) => format!("{file}:{line}"),
            _ => "made by a macro".to_owned(),
        }
    }

    /// Returns the ids of what it contains. A private field's may be null.
    pub(super) fn contents(self) -> Vec<u64> {
        let mut ids = Vec::new();
        contents(self.inner, &mut ids);
        ids
    }

    /// Returns what its own signature names, without that of what it contains.
    ///
    /// # Errors
    ///
    /// If a reference has no number.
    pub(super) fn references(self) -> anyhow::Result<Vec<Reference<'d>>> {
        match self.kind {
            // A re-export of a primitive type has no id.
            "use" if self.inner["id"].is_null() => Ok(Vec::new()),
            "use" => Ok(vec![reference(self.inner, "source")?]),
            _ => references(self.inner),
        }
    }
}

/// Returns every reference in a piece of a signature: wherever a type or a trait is named, and only
/// there, stand a `path` and an `id`.
///
/// # Errors
///
/// If a reference has no number.
pub(super) fn references(value: &Value) -> anyhow::Result<Vec<Reference<'_>>> {
    let mut found = Vec::new();
    let mut rest = vec![value];
    while let Some(value) = rest.pop() {
        match value {
            Value::Object(fields) => {
                if fields.contains_key("path") && fields.contains_key("id") {
                    found.push(reference(value, "path")?);
                }
                rest.extend(fields.values());
            }
            Value::Array(values) => rest.extend(values),
            _ => {}
        }
    }
    Ok(found)
}

fn reference<'d>(value: &'d Value, spelling: &str) -> anyhow::Result<Reference<'d>> {
    Ok(Reference {
        id: value["id"].as_u64().context("an `id` is no number")?,
        spelling: &value[spelling],
    })
}

/// A tuple *type* stands under one of the same keys, but lists no ids.
fn contents(value: &Value, ids: &mut Vec<u64>) {
    match value {
        Value::Object(fields) => {
            for (key, value) in fields {
                if let (true, Some(list)) = (CONTENTS.contains(&key.as_str()), value.as_array()) {
                    ids.extend(list.iter().filter_map(Value::as_u64));
                }
                contents(value, ids);
            }
        }
        Value::Array(values) => values.iter().for_each(|value| contents(value, ids)),
        _ => {}
    }
}
