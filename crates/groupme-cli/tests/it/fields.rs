//! Lines without a kind have the fields that OUTPUT.md documents; those with a kind are tested beside
//! their code.

use serde_json::Value;

use crate::program::{Running, ask, groupme, listen, run, run_with, sim};

const PAGE: &str = include_str!("../../OUTPUT.md");

/// Returns the documented fields of a section, and whether each may be absent.
fn documented(section: &str) -> Vec<(String, bool)> {
    let head = format!("\n### {section}\n");
    let (_, rest) = PAGE.split_once(&head).expect("the section");
    let rows = rest.lines().take_while(|line| !line.starts_with('#'));
    rows.filter_map(|line| line.strip_prefix("| `")?.split_once('`'))
        .map(|(field, meaning)| (field.to_owned(), meaning.contains("; absent")))
        .collect()
}

/// Checks that the row of a field names the members of its object.
fn check_members(section: &str, field: &str, line: &Value) {
    let head = format!("\n### {section}\n");
    let (_, rest) = PAGE.split_once(&head).expect("the section");
    let row = format!("| `{field}` | ");
    let meaning = rest.lines().find_map(|line| line.strip_prefix(&*row));
    let meaning = meaning.expect("the row of the field");
    for name in line[field].as_object().unwrap().keys() {
        assert!(
            meaning.contains(&format!("`{name}`")),
            "`{field}.{name}` of {section} is not documented"
        );
    }
}

fn check(section: &str, line: &Value) {
    let fields = documented(section);
    let line = line.as_object().unwrap();
    for name in line.keys() {
        assert!(
            fields.iter().any(|(field, _)| field == name),
            "`{name}` of {section} is not documented"
        );
    }
    for (field, may_be_absent) in fields {
        assert!(
            may_be_absent || line.contains_key(&field),
            "`{field}` of {section} is missing"
        );
    }
}

#[tokio::test]
async fn lines_without_a_kind_have_the_documented_fields() {
    let sim = sim().await;
    let summary = ["--format", "summary", "--for", "100ms"];
    let api = ["--api-url", &sim.api_url()];
    let summary = run(listen(&sim, &[&summary[..], &api].concat())).await;
    check("summary", &summary.well().one());

    let mut running = Running::start(groupme(&["sim", "--format", "json"]));
    check("sim", &running.json().await);
    running.signal("TERM").await;
    running.finish().await;

    let stats = ["stats", "--group", "Lake weekend"];
    let stats = run(ask(&sim, &stats)).await.well().one();
    check("stats", &stats);
    check_members("stats", "others", &stats);

    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().display().to_string();
    let archive = ["archive", &path, "--group", "Lake weekend"];
    let archived = run(ask(&sim, &archive)).await;
    let mut archived = archived.json().remove(0);
    archived.as_object_mut().unwrap().remove("kind");
    check("`archived`", &archived);
    check_members("`archived`", "media", &archived);

    let decode = groupme(&["decode", "--as", "message"]);
    let decoded = run_with(decode, br#"{"id":"1","text":"hi"}"#).await;
    check("decode", &decoded.well().one());
}
