//! Types of dependencies in public signatures.
//!
//! A type in a public signature makes the next major version of its crate a major version of ours.
//! rustdoc's JSON lists every item and the types and traits that its signature names.

use std::{collections::BTreeSet, fs::File, io::BufReader, path::Path, slice};

use anyhow::{Context, ensure};
use serde_json::{Map, Value};

use crate::{
    command::{cargo, run as sh},
    workspace::Workspace,
};

/// Items that may be shown: prefix of the path, kind, and the one crate that may show them. An
/// empty kind or crate stands for all.
const ALLOWED: &[(&str, &str, &str)] = &[
    ("bytes::bytes::Bytes", "struct", ""),
    ("serde::", "trait", ""),
    // Declares the traits that serde re-exports.
    ("serde_core::", "trait", ""),
    // Parameter of the errors that a deserializer makes.
    ("serde_core::de::Unexpected", "enum", "bayeux_wire"),
    ("futures_core::", "trait", ""),
    ("http::", "", "groupme_rest"),
    // Requests and responses of REST, for whoever sends them.
    ("http::", "", "groupme_account"),
    // Requests and responses of a `tower::Service`, with the feature `tower`.
    ("http::", "", "groupme_client"),
    ("http_body::", "trait", "groupme_client"),
    ("tower_service::", "trait", "groupme_client"),
    // A server is mounted beside an application in the types of hyper and tower.
    ("http::", "", "bayeux_server"),
    ("http_body::Body", "trait", "bayeux_server"),
    ("http_body_util::full::Full", "struct", "bayeux_server"),
    ("hyper::upgrade::Upgraded", "struct", "bayeux_server"),
    (
        "tokio::net::tcp::listener::TcpListener",
        "struct",
        "bayeux_server",
    ),
    ("tower_service::Service", "trait", "bayeux_server"),
    // A connection is of use only with the traits to read it and write to it.
    ("tokio::", "", "bayeux_dial"),
    // Conversions that a feature of the same name enables.
    ("serde_json::", "", "bayeux_wire"),
    ("simd_json::", "", "bayeux_wire"),
];

/// Version of rustdoc's JSON that is understood here; it changes with the toolchain only.
const FORMAT: u64 = 57;

/// Flags of rustdoc: JSON of all items. Hidden ones can be used, and public methods of a type in a
/// private module are left out of the JSON of public items, although a signature may lead to them.
const FLAGS: &str = "-Zunstable-options --output-format=json --cap-lints=allow \
                     --document-hidden-items --document-private-items";

/// Returns the violations in all published libraries, built with all features.
pub(super) fn check(workspace: &Workspace) -> anyhow::Result<Vec<String>> {
    let root = workspace.root();
    let packages: Vec<_> = workspace
        .libraries()
        .map(|package| package.name.as_str())
        .collect();
    let crates: Vec<_> = packages.iter().map(|name| name.replace('-', "_")).collect();
    let ours: Vec<_> = crates.iter().map(String::as_str).collect();
    sh(cargo(&[
        "doc",
        "--quiet",
        "--locked",
        "--no-deps",
        "--lib",
        "--all-features",
    ])
    .args(packages.iter().flat_map(|package| ["--package", package]))
    .env("RUSTDOC", root.join("xtask/tools/rustdoc"))
    .env_remove("CARGO_ENCODED_RUSTDOCFLAGS")
    .env("RUSTDOCFLAGS", FLAGS)
    .current_dir(root))?;
    let mut found = Vec::new();
    for name in &ours {
        let document = read(&workspace.target_dir().join(format!("doc/{name}.json")))?;
        found.extend(violations(name, &document, &ours)?);
    }
    Ok(found)
}

fn read(path: &Path) -> anyhow::Result<Value> {
    let file = File::open(path).with_context(|| path.display().to_string())?;
    serde_json::from_reader(BufReader::new(file)).with_context(|| path.display().to_string())
}

/// Returns the violations in the library `krate`. The libraries of `ours` may be shown.
fn violations(krate: &str, document: &Value, ours: &[&str]) -> anyhow::Result<BTreeSet<String>> {
    let format = document["format_version"].as_u64();
    ensure!(
        format == Some(FORMAT),
        "rustdoc's JSON has format {format:?}, not {FORMAT}: adapt xtask/src/layering/signatures.rs"
    );
    ensure!(
        document["includes_private"] == true,
        "rustdoc's JSON of {krate} is incomplete"
    );
    let index = document["index"].as_object().context("no `index`")?;
    let mut found = BTreeSet::new();
    let mut rest: Vec<_> = index
        .values()
        .filter(|item| is_reachable(item, index))
        .collect();
    let items = rest.len();
    while let Some(item) = rest.pop() {
        let (kind, inner) = kind(item);
        let place = || {
            let file = item.pointer("/span/filename").and_then(Value::as_str);
            let line = item.pointer("/span/begin/0").and_then(Value::as_u64);
            let name = item["name"].as_str().unwrap_or(kind);
            format!("{}:{}: {name}", file.unwrap_or(krate), line.unwrap_or(0))
        };
        if kind == "extern_crate" {
            found.insert(format!("{} re-exports a crate", place()));
        }
        for id in ids(inner, true) {
            let Some(summary) = document["paths"].get(&id) else {
                ensure!(index.contains_key(&id), "{}: item {id} is missing", place());
                continue;
            };
            let path = summary["path"].as_array().context("no `path`")?;
            let path: Vec<_> = path.iter().filter_map(Value::as_str).collect();
            let of = *path.first().context("empty `path`")?;
            let path = path.join("::");
            ensure!(
                of != krate || index.contains_key(&id),
                "{}: {path} is missing",
                place()
            );
            let is_allowed = |&(prefix, of_kind, by): &(&str, &str, &str)| {
                path.starts_with(prefix)
                    && (of_kind.is_empty() || summary["kind"] == of_kind)
                    && (by.is_empty() || by == krate)
            };
            let is_ours =
                of == krate || ours.contains(&of) || ["std", "core", "alloc"].contains(&of);
            if !is_ours && !ALLOWED.iter().any(is_allowed) {
                found.insert(format!("{} shows {path} of a dependency", place()));
            }
        }
        // Variants, items of traits and of their impls are as public as what contains them.
        let contents = ids(inner, false)
            .into_iter()
            .filter_map(|id| index.get(&id));
        rest.extend(contents.filter(|item| item["visibility"] == "default"));
    }
    ensure!(items > 1, "rustdoc's JSON of {krate} has no public item");
    Ok(found)
}

/// Returns whether a user of the crate can reach an item by itself: it is public, as the lint
/// `unreachable_pub` allows for reachable items only, or it is a written impl of public items.
fn is_reachable(item: &Value, index: &Map<String, Value>) -> bool {
    let is_public = |item: &Value| item["visibility"] == "public";
    let (kind, inner) = kind(item);
    let is_written = || inner["is_synthetic"] == false && inner["blanket_impl"].is_null();
    let names_public = || {
        let header = ["trait", "for"]
            .into_iter()
            .flat_map(|part| ids(&inner[part], true));
        header.filter_map(|id| index.get(&id)).all(is_public)
    };
    item["crate_id"] == 0 && (is_public(item) || kind == "impl" && is_written() && names_public())
}

/// Returns the kind of an item and the part of the JSON that depends on the kind.
fn kind(item: &Value) -> (&str, &Value) {
    let inner = item["inner"]
        .as_object()
        .and_then(|inner| inner.iter().next());
    inner.map_or(("", &Value::Null), |(kind, inner)| (kind, inner))
}

/// Returns the ids of the items that a signature names, or of those that the item contains.
fn ids(value: &Value, named: bool) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = vec![value];
    while let Some(value) = rest.pop() {
        match value {
            Value::Object(fields) => {
                for (key, field) in fields {
                    let is_named = key == "id"
                        && (fields.contains_key("path") || fields.contains_key("source"));
                    let list = match key.as_str() {
                        "id" if named && is_named => slice::from_ref(field),
                        "items" | "fields" | "variants" | "tuple" if !named => {
                            field.as_array().map_or(&[][..], Vec::as_slice)
                        }
                        _ => &[],
                    };
                    found.extend(
                        list.iter()
                            .filter_map(Value::as_u64)
                            .map(|id| id.to_string()),
                    );
                }
                rest.extend(fields.values());
            }
            Value::Array(values) => rest.extend(values),
            _ => {}
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use std::{fs, process::Command};

    use super::*;

    const DEPENDENCY: &str = "pub struct Type; pub trait Trait {}";
    /// Lines that end with `// shown` show something, the others do not.
    const SAMPLE: &str = "
pub fn parameter(_: dependency::Type) {} // shown
pub fn standard(_: String) {}
pub struct Fields {
    pub nested: Vec<Option<dependency::Type>>, // shown
    private: dependency::Type,
}
pub struct Bound<T: dependency::Trait>(T); // shown
impl From<dependency::Type> for Fields { // shown
    fn from(private: dependency::Type) -> Self { Self { nested: vec![], private } } // shown
}
impl Iterator for Fields {
    type Item = dependency::Type; // shown
    fn next(&mut self) -> Option<Self::Item> { None }
}
impl dependency::Trait for Fields {} // shown
pub enum Variants {
    Tuple(dependency::Type), // shown
    Struct { field: dependency::Type }, // shown
}
pub use dependency::Type as Renamed; // shown
pub extern crate dependency as dep; // shown
#[doc(hidden)] pub fn hidden(_: dependency::Type) {} // shown
pub fn unnameable() -> private::Returned { private::Returned }
mod private {
    pub struct Returned;
    impl Returned {
        pub fn method(&self, _: dependency::Type) {} // shown
        fn own(&self, _: dependency::Type) {}
    }
    pub(crate) struct Internal { pub(crate) field: dependency::Type }
    impl From<dependency::Type> for Internal {
        fn from(field: dependency::Type) -> Self { Self { field } }
    }
}
pub(crate) fn internal(_: dependency::Type) {}
pub trait Open { fn method(&self) -> dependency::Type; } // shown
";

    fn documented(sample: &str) -> Value {
        let directory = tempfile::tempdir().unwrap();
        let path = |name: &str| directory.path().join(name);
        fs::write(path("dependency.rs"), DEPENDENCY).unwrap();
        fs::write(path("sample.rs"), sample).unwrap();
        let library = path("libdependency.rmeta");
        sh(Command::new("rustc")
            .args([
                "--edition=2024",
                "--crate-type=lib",
                "--emit=metadata",
                "--out-dir",
            ])
            .arg(directory.path())
            .arg(path("dependency.rs")))
        .unwrap();
        sh(Command::new("rustdoc")
            .args(["--edition=2024", "--crate-type=lib", "--extern"])
            .arg(format!("dependency={}", library.display()))
            .args(FLAGS.split(' '))
            .arg("--out-dir")
            .arg(directory.path())
            .arg(path("sample.rs"))
            .env("RUSTC_BOOTSTRAP", "1"))
        .unwrap();
        read(&path("sample.json")).unwrap()
    }

    fn lines(found: &BTreeSet<String>) -> BTreeSet<usize> {
        let line = |text: &String| text.split(':').nth(1).unwrap().parse().unwrap();
        found.iter().map(line).collect()
    }

    #[test]
    fn reachable_signatures_are_found_and_private_ones_are_not() {
        let document = documented(SAMPLE);
        let found = violations("sample", &document, &[]).unwrap();
        let marked = SAMPLE
            .lines()
            .enumerate()
            .filter(|(_, line)| line.ends_with("// shown"));
        let expected: BTreeSet<_> = marked.map(|(index, _)| index + 1).collect();
        assert_eq!(lines(&found), expected, "{found:#?}");
        assert!(
            violations("sample", &document, &["dependency"])
                .unwrap()
                .len()
                <= 1
        );
    }

    #[test]
    fn other_formats_and_missing_items_are_errors() {
        let mut document = documented("pub struct A; pub fn f() -> A { A }");
        assert!(violations("sample", &document, &[]).unwrap().is_empty());
        let index = document["index"].as_object_mut().unwrap();
        index.retain(|_, item| item["name"] != "A");
        let error = violations("sample", &document, &[]).unwrap_err();
        assert!(
            error.to_string().ends_with("sample::A is missing"),
            "{error}"
        );
        document["format_version"] = 58.into();
        assert!(violations("sample", &document, &[]).is_err());
    }

    #[test]
    fn exceptions_are_of_paths_kinds_and_crates() {
        let document = |path: &[&str], kind: &str| {
            let field = serde_json::json!({ "struct_field": { "path": "x", "id": 9 } });
            let item = serde_json::json!({ "crate_id": 0, "visibility": "public", "inner": field });
            serde_json::json!({
                "format_version": FORMAT,
                "includes_private": true,
                "index": { "1": item, "2": item },
                "paths": { "9": { "path": path, "kind": kind } },
            })
        };
        for (krate, path, kind, expected) in [
            (
                "groupme_client",
                &["bytes", "bytes", "Bytes"][..],
                "struct",
                0,
            ),
            (
                "groupme_client",
                &["bytes", "bytes_mut", "BytesMut"],
                "struct",
                1,
            ),
            (
                "groupme_client",
                &["serde_core", "ser", "Serialize"],
                "trait",
                0,
            ),
            (
                "groupme_client",
                &["serde_core", "de", "value", "Error"],
                "struct",
                1,
            ),
            ("groupme_rest", &["http", "request", "Request"], "struct", 0),
            (
                "groupme_model",
                &["http", "request", "Request"],
                "struct",
                1,
            ),
            ("groupme_model", &["tokio", "io", "AsyncRead"], "trait", 1),
        ] {
            let found = violations(krate, &document(path, kind), &[]).unwrap();
            assert_eq!(found.len(), expected, "{krate} {path:?}");
        }
    }
}
