//! Each rule against a sample that breaks it and one that does not.

use std::path::PathBuf;

use super::*;

/// Returns what is found in a file written to a temporary tree, as `line: rule`.
fn judge(path: &str, text: &str) -> Vec<String> {
    let root = tempfile::tempdir().unwrap();
    let full = root.path().join(path);
    fs::create_dir_all(full.parent().unwrap()).unwrap();
    fs::write(full, text).unwrap();
    let files = super::super::tree::files(root.path()).unwrap();
    assert_eq!(files.len(), 1);
    file(&files[0])
        .into_iter()
        .map(|finding| format!("{}: {}", finding.line, finding.rule))
        .collect()
}

fn clean(path: &str, text: &str) {
    assert_eq!(judge(path, text), Vec::<String>::new(), "{path}: {text}");
}

fn broken(path: &str, text: &str, expected: &str) {
    let found = judge(path, text);
    assert!(
        found.len() == 1 && found[0].contains(expected),
        "{path}: expected one finding with {expected:?}, found {found:?}"
    );
}

#[test]
fn a_small_documented_module_is_clean() {
    clean("crates/a/src/b.rs", "//! What b is.\n\nfn f() {}\n");
    clean(
        "crates/a/src/lib.rs",
        "#![doc = include_str!(\"../README.md\")]\n",
    );
}

#[test]
fn a_module_without_documentation_is_found() {
    broken(
        "crates/a/src/b.rs",
        "// not a doc\nfn f() {}\n",
        "1: the module does not start",
    );
    broken("crates/a/src/b.rs", "", "1: the module does not start");
}

#[test]
fn length_is_counted_without_inline_tests() {
    let body = "fn f() {}\n".repeat(MAX_LINES - 1);
    let tests = "\n#[cfg(test)]\nmod tests {\n}\n";
    clean("a.rs", &format!("//! A.\n{body}{tests}"));
    broken(
        "a.rs",
        &format!("//! A.\n{body}fn g() {{}}\n{tests}"),
        "801 lines",
    );
}

#[test]
fn mod_rs_is_found() {
    broken("crates/a/src/b/mod.rs", "//! B.\n", "not mod.rs");
}

#[test]
fn names_that_say_nothing_are_found_in_files_and_directories() {
    broken("crates/a/src/utils.rs", "//! U.\n", "`utils` says nothing");
    broken(
        "crates/a/src/common/b.rs",
        "//! B.\n",
        "`common` says nothing",
    );
    broken("xtask/interop/helpers.js", "", "`helpers` says nothing");
    clean(
        "crates/a/src/user_manager.rs",
        "//! A name that says what it manages.\n",
    );
}

#[test]
fn unfinished_code_is_found() {
    broken("a.rs", "//! A.\nfn f() { todo!() }\n", "2: `todo!` is left");
    broken(
        "a.rs",
        "//! A.\nfn f() { unimplemented!(\"x\") }\n",
        "2: `unimplemented!`",
    );
    broken("a.rs", "//! A.\nfn f() { dbg!(1); }\n", "2: `dbg!`");
    broken(
        "a.rs",
        "//! A.\n#[ignore = \"slow\"]\nfn f() {}\n",
        "2: `#[ignore`",
    );
}

#[test]
fn unfinished_words_in_text_and_comments_are_not_code() {
    clean("a.rs", "//! No todo! here.\nconst A: &str = \"dbg!(1)\";\n");
    clean("a.rs", "//! A.\nfn f() { my_todo!() }\n");
}

#[test]
fn issue_numbers_in_comments_are_found() {
    for comment in [
        "see #12", "faye#497", "(#3)", "issue 5", "Issue #5", "issues 5", "PR 7",
    ] {
        broken(
            "a.rs",
            &format!("//! A.\n// {comment}\n"),
            "2: a comment gives the reason",
        );
    }
}

#[test]
fn sections_urls_and_attributes_are_no_issue_numbers() {
    for comment in [
        "https://example.org/spec#1.2",
        "section 5.2",
        "#[non_exhaustive]",
        "case C041",
        "a colour such as `#00458D`",
        "the issue is old",
    ] {
        clean("a.rs", &format!("//! A.\n// {comment}\n"));
    }
    clean("a.rs", "//! A.\nconst A: &str = \"#12\";\n");
}

#[test]
fn paths_of_one_machine_are_found_in_any_file() {
    for directory in MACHINE_DIRECTORIES {
        broken(
            "a.toml",
            &format!("x = \"/{directory}/a/b\"\n"),
            "exists on one machine only",
        );
    }
}

#[test]
fn urls_and_relative_paths_are_nobodys_machine() {
    for directory in MACHINE_DIRECTORIES {
        clean(
            "a.md",
            &format!("https://example.org/{directory}/a and ./{directory}/b\n"),
        );
    }
}

#[test]
fn a_lock_file_that_names_a_registry_is_found() {
    let with = "{\n  \"version\": \"1.0.0\",\n  \"resolved\": \"x\"\n}\n";
    broken(
        "xtask/interop/package-lock.json",
        with,
        "3: the lock file names a registry",
    );
    clean(
        "xtask/interop/package-lock.json",
        "{\n  \"version\": \"1.0.0\"\n}\n",
    );
    clean("xtask/interop/other.json", with);
}

#[test]
fn std_in_the_protocol_core_is_found() {
    let path = "crates/bayeux-proto/src/a.rs";
    broken(
        path,
        "//! A.\nuse std::vec::Vec;\n",
        "2: bayeux-proto does not use std",
    );
    broken(
        path,
        "//! A.\nfn f() -> ::std::string::String { x }\n",
        "2: bayeux-proto does not",
    );
    broken(
        path,
        "//! A.\nextern crate std;\n",
        "2: bayeux-proto does not use std",
    );
    clean(
        path,
        "//! No std:: in prose.\nuse alloc::vec::Vec;\nfn nostd::f() {}\n",
    );
    clean(
        "crates/bayeux-wire/src/a.rs",
        "//! A.\nuse std::vec::Vec;\n",
    );
}

#[test]
fn the_protocol_core_declares_itself_without_std() {
    let path = "crates/bayeux-proto/src/lib.rs";
    broken(
        path,
        "//! A.\nextern crate alloc;\n",
        "0: bayeux-proto is #![no_std]",
    );
    clean(path, "//! A.\n#![no_std]\nextern crate alloc;\n");
}

#[test]
fn only_what_belongs_at_the_root_is_there() {
    let directory = tempfile::tempdir().unwrap();
    for name in ["Cargo.toml", "README.md", ".clippy.toml", "notes.txt"] {
        fs::write(directory.path().join(name), "").unwrap();
    }
    let findings = root(directory.path()).unwrap();
    assert_eq!(findings.len(), 1);
    assert_eq!(findings[0].path, PathBuf::from("notes.txt"));
}
