//! `CONFORMANCE.md` and the comments above the tests name the same cases.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

/// Test files by the case that they name, and each file without `.rs`.
type Coverage = BTreeMap<String, BTreeSet<String>>;

#[test]
fn the_page_lists_every_case_with_the_test_files_that_name_it() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut named = Coverage::new();
    collect(&root.join("tests/it"), "", &mut named);
    assert!(named.len() > 100, "only {} cases found", named.len());
    let page = fs::read_to_string(root.join("CONFORMANCE.md")).unwrap();
    let listed = listed(&page);
    for (case, files) in &named {
        assert_eq!(listed.get(case), Some(files), "row of {case}");
    }
    for (case, files) in &listed {
        assert!(
            files.is_empty() || named.contains_key(case),
            "row of {case}"
        );
    }
}

/// Collects the cases named by the comments of all files below `folder`.
fn collect(folder: &Path, prefix: &str, named: &mut Coverage) {
    for entry in fs::read_dir(folder).expect("a folder of tests") {
        let path = entry.expect("a file").path();
        let stem = path
            .file_stem()
            .and_then(|stem| stem.to_str())
            .expect("a name");
        if path.is_dir() {
            collect(&path, &format!("{prefix}{stem}/"), named);
            continue;
        }
        let text = fs::read_to_string(&path).expect("text");
        for comment in text
            .lines()
            .filter_map(|line| line.trim().strip_prefix("// "))
        {
            for word in comment.split([' ', ',', ':']).filter(|word| is_case(word)) {
                let files = named.entry(word.to_owned()).or_default();
                files.insert(format!("{prefix}{stem}"));
            }
        }
    }
}

/// Reads the rows of the page: the case in the first column, the files in the last.
fn listed(page: &str) -> Coverage {
    let mut listed = Coverage::new();
    for row in page.lines().filter_map(|line| line.strip_prefix("| ")) {
        let columns: Vec<&str> = row.trim_end_matches(" |").split(" | ").collect();
        if !is_case(columns[0]) {
            continue;
        }
        let files = columns[3].split(", ").filter_map(|file| {
            let file = file.strip_prefix('`')?.strip_suffix('`')?;
            Some(file.to_owned())
        });
        let earlier = listed.insert(columns[0].to_owned(), files.collect());
        assert!(earlier.is_none(), "{} has two rows", columns[0]);
    }
    listed
}

/// Returns whether this is the id of a case, such as `C001` (client) or `S001` (server).
fn is_case(word: &str) -> bool {
    let number = word.strip_prefix(['C', 'S']);
    number.is_some_and(|number| number.len() == 3 && number.bytes().all(|b| b.is_ascii_digit()))
}
