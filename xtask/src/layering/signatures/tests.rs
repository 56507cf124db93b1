//! The walk over small documents, and what is refused unread.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::judge;

const HYPER_BODY: u64 = 100;
const HTTP_REQUEST: u64 = 101;
const BYTES: u64 = 102;
const BYTES_MUT: u64 = 103;
const SERIALIZE: u64 = 104;
const SERDE_ERROR: u64 = 105;
const STREAM: u64 = 106;
const OPTION: u64 = 107;
const MESSAGE: u64 = 108;
const HYPER: u64 = 109;
/// In a private module.
const HIDDEN: u64 = 110;

/// A crate `groupme_client` with a root that contains `items`.
fn document(items: &[(u64, Value)]) -> Value {
    document_of("groupme_client", items)
}

fn document_of(krate: &str, items: &[(u64, Value)]) -> Value {
    let contained: Vec<u64> = items.iter().map(|(id, _)| *id).collect();
    let mut index = json!({ "0": item(krate, &json!({ "module": { "items": contained } })) });
    for (id, item) in items {
        index[id.to_string()] = item.clone();
    }
    json!({
        "format_version": 57,
        "includes_private": true,
        "root": 0,
        "index": index,
        "paths": {
            "100": { "crate_id": 1, "path": ["hyper", "body", "Incoming"], "kind": "struct" },
            "101": { "crate_id": 2, "path": ["http", "request", "Request"], "kind": "struct" },
            "102": { "crate_id": 3, "path": ["bytes", "bytes", "Bytes"], "kind": "struct" },
            "103": { "crate_id": 3, "path": ["bytes", "bytes_mut", "BytesMut"], "kind": "struct" },
            "104": { "crate_id": 4, "path": ["serde_core", "ser", "Serialize"], "kind": "trait" },
            "105": { "crate_id": 4, "path": ["serde_core", "de", "value", "Error"], "kind": "struct" },
            "106": { "crate_id": 5, "path": ["futures_core", "stream", "Stream"], "kind": "trait" },
            "107": { "crate_id": 6, "path": ["core", "option", "Option"], "kind": "enum" },
            "108": { "crate_id": 7, "path": ["groupme_model", "Message"], "kind": "struct" },
            "109": { "crate_id": 1, "path": ["hyper"], "kind": "module" },
            "110": { "crate_id": 0, "path": [krate, "inside", "Hidden"], "kind": "struct" }
        },
        "external_crates": {
            "1": { "name": "hyper" },
            "2": { "name": "http" },
            "3": { "name": "bytes" },
            "4": { "name": "serde_core" },
            "5": { "name": "futures_core" },
            "6": { "name": "core" },
            "7": { "name": "groupme_model" }
        }
    })
}

fn item(name: &str, inner: &Value) -> Value {
    json!({
        "crate_id": 0,
        "name": name,
        "visibility": "public",
        "span": { "filename": "src/lib.rs", "begin": [7, 1], "end": [9, 1] },
        "inner": inner
    })
}

fn path(id: u64) -> Value {
    json!({ "path": "Spelled", "id": id, "args": null })
}

fn of_type(id: u64) -> Value {
    json!({ "resolved_path": path(id) })
}

/// `fn name(a: input) -> output`
fn function(name: &str, input: &Value, output: &Value) -> Value {
    item(
        name,
        &json!({ "function": {
            "sig": { "inputs": [["a", input]], "output": output },
            "generics": { "params": [], "where_predicates": [] }
        } }),
    )
}

/// `impl of for subject`, with the given items.
fn implementation(of: u64, subject: u64, items: &[u64]) -> Value {
    let mut of = path(of);
    of["path"] = json!("Trait");
    json!({ "crate_id": 0, "name": null, "visibility": "default", "span": null, "inner": { "impl": {
        "trait": of,
        "for": of_type(subject),
        "items": items,
        "is_synthetic": false,
        "blanket_impl": null
    } } })
}

/// `pub struct name;` with the given impls.
fn structure(name: &str, impls: &[u64]) -> Value {
    item(
        name,
        &json!({ "struct": { "kind": "unit", "impls": impls } }),
    )
}

fn judged(name: &str, document: &Value) -> anyhow::Result<Vec<String>> {
    let ours = BTreeSet::from(["groupme_client", "groupme_model", "groupme_rest"]);
    let violations = judge(name, document, &ours)?;
    Ok(violations.iter().map(ToString::to_string).collect())
}

/// Returns the items found to show something, and what.
fn shown_by(name: &str, items: &[(u64, Value)]) -> Vec<String> {
    judged(name, &document_of(name, items))
        .unwrap()
        .iter()
        .map(|line| line.split(" (").next().unwrap_or(line).to_owned())
        .collect()
}

fn shown(items: &[(u64, Value)]) -> Vec<String> {
    shown_by("groupme_client", items)
}

#[test]
fn a_violation_names_the_item_its_place_and_the_type() {
    let send = function("send", &of_type(HYPER_BODY), &Value::Null);
    assert_eq!(
        judged("groupme_client", &document(&[(1, send)])).unwrap(),
        [
            "groupme_client::send uses hyper::body::Incoming (src/lib.rs:7): \
          no type of a dependency in a public signature"
        ]
    );
}

#[test]
fn the_standard_library_and_our_own_crates_may_be_shown() {
    let latest = function("latest", &of_type(MESSAGE), &of_type(OPTION));
    assert_eq!(shown(&[(1, latest)]), Vec::<String>::new());
}

#[test]
fn the_exceptions_are_of_single_types_traits_and_crates() {
    let table = [
        ("groupme_client", BYTES, None),
        ("groupme_client", SERIALIZE, None),
        ("groupme_client", STREAM, None),
        ("groupme_rest", HTTP_REQUEST, None),
        (
            "groupme_client",
            BYTES_MUT,
            Some("bytes::bytes_mut::BytesMut"),
        ),
        (
            "groupme_client",
            SERDE_ERROR,
            Some("serde_core::de::value::Error"),
        ),
        (
            "groupme_client",
            HTTP_REQUEST,
            Some("http::request::Request"),
        ),
        ("groupme_rest", STREAM, None),
    ];
    for (krate, id, expected) in table {
        let expected: Vec<_> = expected
            .map(|path| format!("{krate}::f uses {path}"))
            .into_iter()
            .collect();
        let f = function("f", &of_type(id), &Value::Null);
        assert_eq!(shown_by(krate, &[(1, f)]), expected, "{krate} shows {id}");
    }
}

#[test]
fn a_type_deep_inside_another_is_found() {
    let mut option = of_type(OPTION);
    option["resolved_path"]["args"] = json!({ "angle_bracketed": {
        "args": [{ "type": { "tuple": [{ "borrowed_ref": { "type": of_type(HYPER_BODY) } }] } }],
        "constraints": []
    } });
    assert_eq!(
        shown(&[(1, function("peek", &json!({ "primitive": "u8" }), &option))]),
        ["groupme_client::peek uses hyper::body::Incoming"]
    );
}

#[test]
fn a_bound_is_part_of_the_signature() {
    let bounded = item(
        "Window",
        &json!({ "struct": {
            "kind": "unit",
            "generics": { "params": [{ "name": "B", "kind": { "type": { "bounds": [
                { "trait_bound": { "trait": path(HYPER_BODY), "modifier": "none" } }
            ] } } }] },
            "impls": []
        } }),
    );
    assert_eq!(
        shown(&[(1, bounded)]),
        ["groupme_client::Window uses hyper::body::Incoming"]
    );
}

#[test]
fn a_public_field_is_named_with_its_type() {
    let answer = item(
        "Answer",
        &json!({ "struct": {
            "kind": { "plain": { "fields": [2], "has_stripped_fields": true } },
            "impls": []
        } }),
    );
    let body = item("body", &json!({ "struct_field": of_type(HYPER_BODY) }));
    let mut document = document(&[(1, answer)]);
    document["index"]["2"] = body;
    let lines = judged("groupme_client", &document).unwrap();
    assert_eq!(lines.len(), 1);
    assert!(
        lines[0].starts_with("groupme_client::Answer::body uses hyper"),
        "{lines:?}"
    );
}

#[test]
fn the_header_of_an_impl_and_what_it_contains_are_both_read() {
    let mut document = document(&[(1, structure("Feed", &[2]))]);
    document["index"]["2"] = implementation(HYPER_BODY, 1, &[3]);
    document["index"]["3"] = item(
        "Data",
        &json!({ "assoc_type": { "type": of_type(BYTES_MUT) } }),
    );
    let lines = judged("groupme_client", &document).unwrap();
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert!(
        lines[0].starts_with(
            "<groupme_client::Feed as Trait> uses hyper::body::Incoming (made by a macro)"
        ),
        "{lines:?}"
    );
    assert!(
        lines[1].starts_with("<groupme_client::Feed as Trait>::Data uses bytes::bytes_mut"),
        "{lines:?}"
    );
}

#[test]
fn an_impl_for_another_crates_type_is_read_if_what_it_names_is_public() {
    let mut document = document(&[(1, structure("Feed", &[]))]);
    document["index"]["2"] = implementation(1, HYPER_BODY, &[3]);
    document["index"]["3"] = function("from", &of_type(BYTES_MUT), &Value::Null);
    let lines = judged("groupme_client", &document).unwrap();
    assert_eq!(lines.len(), 2);
    assert!(
        lines[0].starts_with("<Spelled as Trait> uses hyper::body::Incoming"),
        "{lines:?}"
    );
    document["index"]["2"] = implementation(HIDDEN, HYPER_BODY, &[3]);
    document["index"][HIDDEN.to_string()] = item("Hidden", &json!({ "trait": { "items": [] } }));
    assert_eq!(
        judged("groupme_client", &document).unwrap(),
        Vec::<String>::new()
    );
}

#[test]
fn what_others_implement_for_every_type_is_not_of_our_making() {
    let mut blanket = implementation(HYPER_BODY, 1, &[]);
    blanket["inner"]["impl"]["blanket_impl"] = json!({ "generic": "T" });
    let mut synthetic = implementation(HYPER_BODY, 1, &[]);
    synthetic["inner"]["impl"]["is_synthetic"] = json!(true);
    let mut document = document(&[(1, structure("Feed", &[2, 3]))]);
    document["index"]["2"] = blanket;
    document["index"]["3"] = synthetic;
    document["index"]["4"] = function("into_request", &of_type(HTTP_REQUEST), &Value::Null);
    document["index"]["4"]["crate_id"] = json!(2);
    assert_eq!(
        judged("groupme_client", &document).unwrap(),
        Vec::<String>::new()
    );
}

#[test]
fn a_re_export_shows_what_it_names() {
    let reexport = |name: &str, id: u64, is_glob: bool| {
        let inner = json!({ "source": "x", "name": name, "id": id, "is_glob": is_glob });
        item("", &json!({ "use": inner }))
    };
    let found = shown(&[
        (1, structure("Feed", &[])),
        (2, reexport("Body", HYPER_BODY, false)),
        (3, reexport("hyper", HYPER, true)),
        (4, reexport("Message", MESSAGE, false)),
        (
            5,
            item(
                "rt",
                &json!({ "extern_crate": { "name": "rt", "rename": "tokio" } }),
            ),
        ),
    ]);
    assert_eq!(
        found,
        [
            "groupme_client uses hyper",
            "groupme_client::Body uses hyper::body::Incoming",
            "groupme_client::rt uses rt",
            "groupme_client::rt uses tokio",
        ]
    );
}

#[test]
fn an_item_is_named_by_the_path_its_users_write() {
    let reexport = json!({ "source": "inside::poll", "name": "next", "id": 2, "is_glob": false });
    let mut document = document(&[(1, item("", &json!({ "use": reexport })))]);
    document["index"]["2"] = function("poll", &of_type(HYPER_BODY), &Value::Null);
    let lines = judged("groupme_client", &document).unwrap();
    assert!(
        lines[0].starts_with("groupme_client::next uses hyper"),
        "{lines:?}"
    );
}

/// A function that returns a struct of a private module, which has the method `peek` with the
/// given visibility and a parameter of hyper's.
fn with_hidden_method(visibility: &Value) -> Value {
    let open = function("open", &of_type(OPTION), &of_type(HIDDEN));
    let mut document = document(&[(1, open)]);
    document["index"][HIDDEN.to_string()] = structure("Hidden", &[2]);
    document["index"]["2"] = implementation(OPTION, HIDDEN, &[3]);
    document["index"]["2"]["inner"]["impl"]["trait"].take();
    document["index"]["3"] = function("peek", &of_type(HYPER_BODY), &Value::Null);
    document["index"]["3"]["visibility"] = visibility.clone();
    document
}

#[test]
fn the_methods_of_a_type_without_a_path_are_read_once_it_is_returned() {
    let document = with_hidden_method(&json!("public"));
    let lines = judged("groupme_client", &document).unwrap();
    assert_eq!(lines.len(), 1);
    assert!(
        lines[0].starts_with("groupme_client::inside::Hidden::peek uses hyper"),
        "{lines:?}"
    );
}

#[test]
fn what_is_private_may_use_what_it_likes() {
    for visibility in [
        json!("crate"),
        json!({ "restricted": { "parent": 9, "path": "::inside" } }),
    ] {
        assert_eq!(
            judged("groupme_client", &with_hidden_method(&visibility)).unwrap(),
            Vec::<String>::new()
        );
    }
    let mut document = with_hidden_method(&json!("public"));
    document["index"]["1"] = function("open", &of_type(OPTION), &Value::Null);
    assert_eq!(
        judged("groupme_client", &document).unwrap(),
        Vec::<String>::new(),
        "no public item leads to it"
    );
}

/// Returns why a document is refused.
fn refusal(document: &Value) -> String {
    let error = judged("groupme_client", document).expect_err("the document is unsound");
    format!("{error:#}")
}

#[test]
fn a_crate_without_a_public_item_proves_nothing() {
    assert!(refusal(&document(&[])).contains("has no public item"));
}

#[test]
fn another_version_of_the_format_is_refused() {
    let mut document = document(&[(1, structure("Feed", &[]))]);
    document["format_version"] = json!(58);
    assert!(refusal(&document).contains("format Some(58), not 57"));
}

#[test]
fn documentation_without_private_items_is_refused() {
    let mut document = document(&[(1, structure("Feed", &[]))]);
    document["includes_private"] = json!(false);
    assert!(refusal(&document).contains("leaves out private items"));
}

#[test]
fn documentation_of_another_crate_is_refused() {
    let document = document_of("groupme_rest", &[(1, structure("Feed", &[]))]);
    assert!(refusal(&document).contains("is about"));
}

#[test]
fn a_reference_that_leads_nowhere_is_refused() {
    let lost = function("lost", &of_type(999), &Value::Null);
    let refusal = refusal(&document(&[(1, lost)]));
    assert_eq!(
        refusal,
        "in groupme_client::lost: \"Spelled\" leads nowhere"
    );
}

#[test]
fn an_item_of_the_crate_that_is_left_out_is_refused() {
    let open = function("open", &of_type(HIDDEN), &Value::Null);
    assert_eq!(
        refusal(&document(&[(1, open)])),
        "in groupme_client::open: groupme_client::inside::Hidden is of this crate, but is left out"
    );
}

#[test]
fn a_missing_part_is_refused() {
    let sound = document(&[(1, function("f", &of_type(BYTES), &Value::Null))]);
    assert!(judged("groupme_client", &sound).is_ok());
    for part in ["index", "paths", "external_crates", "root"] {
        let mut document = sound.clone();
        document[part].take();
        assert!(refusal(&document).contains(part), "{part}");
    }
    for part in [
        "/index/1/inner",
        "/index/1/crate_id",
        "/paths/102/path",
        "/paths/102/crate_id",
    ] {
        let mut document = sound.clone();
        document.pointer_mut(part).unwrap().take();
        assert!(judged("groupme_client", &document).is_err(), "{part}");
    }
}
