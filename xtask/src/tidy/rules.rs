//! Rules on single files.

use std::path::Path;

use super::files::File;

/// Maximum lines of a Rust file, without its inline tests.
const MAX_LINES: usize = 800;
/// Entries of the root directory besides dotfiles.
const ROOT: &[&str] = &[
    "Cargo.lock",
    "Cargo.toml",
    "LICENSE-APACHE",
    "LICENSE-MIT",
    "README.md",
    "crates",
    "examples",
    "rust-toolchain.toml",
    "target",
    "xtask",
];
/// Names of files and directories that do not describe the contents.
const VAGUE_NAMES: &[&str] = &["common", "handler", "helpers", "manager", "types", "utils"];
/// Top-level directories of paths that exist on one machine only.
const MACHINE_DIRECTORIES: &[&str] = &["home", "root", "tmp", "Users", "work"];

/// Returns the violations in a file, each as line number (0 for the whole file) and message.
pub(super) fn violations(file: &File, all: &[File]) -> Vec<(usize, String)> {
    let mut found = path(file);
    found.extend(machine_paths(file));
    found.extend(comments(file, all));
    if file.name() == "package-lock.json" {
        let resolved = file.lines().find(|(_, line)| line.contains("\"resolved\""));
        found.extend(resolved.map(|(number, _)| {
            let message =
                "the lock file names a registry; set npm's omit-lockfile-registry-resolved";
            (number, message.to_owned())
        }));
    }
    if file.is_rust() {
        found.extend(rust(file));
    }
    found
}

fn path(file: &File) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let first = file
        .path
        .iter()
        .next()
        .unwrap_or_default()
        .to_string_lossy();
    if !first.starts_with('.') && !ROOT.contains(&first.as_ref()) {
        found.push((
            0,
            format!("`{first}` does not belong in the root directory"),
        ));
    }
    for part in &file.path {
        let stem = Path::new(part).file_stem().unwrap_or_default();
        if VAGUE_NAMES.iter().any(|name| stem == *name) {
            found.push((0, format!("the name `{}` is vague", stem.display())));
        }
    }
    found
}

fn rust(file: &File) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let first = file
        .text
        .lines()
        .map(str::trim)
        .find(|line| !line.is_empty());
    // The README can be the documentation of its crate.
    if !first.is_some_and(|line| line.starts_with("//!") || line.starts_with("#![doc")) {
        found.push((
            1,
            "the module has no documentation (//!) at its start".to_owned(),
        ));
    }
    let tests = file.text.find("\n#[cfg(test)]\nmod ");
    let lines = file.text[..tests.unwrap_or(file.text.len())]
        .lines()
        .count();
    if lines > MAX_LINES {
        found.push((0, format!("{lines} lines, more than {MAX_LINES}")));
    }
    let is_ignored = |line: &str| line.trim_start().starts_with("#[ignore");
    let ignored = file.lines().filter(|(_, line)| is_ignored(line));
    found.extend(ignored.map(|(number, _)| (number, "a test is ignored".to_owned())));
    found
}

fn comments(file: &File, all: &[File]) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (number, comment) in file.comments() {
        if names_issue(comment) {
            let message = "a comment names an issue by number; give the reason itself";
            found.push((number, message.to_owned()));
        }
        for word in comment.split(|c: char| c.is_whitespace() || "`()[]<>,;\"'".contains(c)) {
            let word = word.trim_end_matches(['.', ':']).trim_start_matches("../");
            let is_document = Path::new(word)
                .extension()
                .is_some_and(|end| end == "md" || end == "rs")
                && !word.contains(['*', '{', '$']);
            let is_here = || all.iter().any(|file| file.path.ends_with(word));
            if is_document && !word.contains("://") && !is_here() {
                found.push((number, format!("`{word}` is not in the repository")));
            }
        }
    }
    found
}

/// Returns whether a comment has the number of an issue or a pull request, after a hash or one of
/// those words. A hexadecimal colour and the fragment of a URL are no numbers.
fn names_issue(comment: &str) -> bool {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let words = comment
        .split_whitespace()
        .filter(|word| !word.contains("://"));
    let has_hash = words.flat_map(|word| word.split('#').skip(1)).any(|after| {
        is_number(
            after
                .split(|c: char| !c.is_ascii_alphanumeric())
                .next()
                .unwrap_or_default(),
        )
    });
    let words: Vec<_> = comment.split(|c: char| !c.is_alphanumeric()).collect();
    let has_word = words.windows(2).any(|pair| {
        let is_issue = ["issue", "issues", "Issue", "Issues", "PR"].contains(&pair[0]);
        is_issue && is_number(pair[1])
    });
    has_hash || has_word
}

fn machine_paths(file: &File) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (number, line) in file.lines() {
        for directory in MACHINE_DIRECTORIES {
            let path = format!("/{directory}/");
            let is_absolute = line.match_indices(&path).any(|(at, _)| {
                // In a URL or a relative path something precedes the slash.
                !line[..at].ends_with(|c: char| c.is_alphanumeric() || "./_-}~*".contains(c))
            });
            if is_absolute {
                found.push((
                    number,
                    format!("a path below {path} exists on one machine only"),
                ));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, text: &str) -> Vec<String> {
        let file = |path: &str, text: &str| File {
            path: path.into(),
            text: text.to_owned(),
        };
        let all = [file("crates/README.md", "")];
        let violations = violations(&file(path, text), &all).into_iter();
        violations
            .map(|(line, message)| format!("{line}: {message}"))
            .collect()
    }

    #[track_caller]
    fn clean(path: &str, text: &str) {
        assert_eq!(found(path, text), Vec::<String>::new(), "{path}: {text}");
    }

    #[track_caller]
    fn broken(path: &str, text: &str, expected: &str) {
        let found = found(path, text);
        let is_expected = found.len() == 1 && found[0].contains(expected);
        assert!(
            is_expected,
            "{path}: expected only {expected:?}, found {found:?}"
        );
    }

    const A: &str = "crates/a/src/b.rs";

    #[test]
    fn modules_have_documentation_and_a_limited_length() {
        clean(A, "//! Module b.\n\nfn f() {}\n");
        clean(A, "#![doc = include_str!(\"../README.md\")]\n");
        broken(
            A,
            "// no documentation\nfn f() {}\n",
            "1: the module has no documentation",
        );
        let body = "fn f() {}\n".repeat(MAX_LINES - 1);
        let tests = "\n#[cfg(test)]\nmod tests {\n}\n";
        clean(A, &format!("//! A.\n{body}{tests}"));
        broken(
            A,
            &format!("//! A.\n{body}fn g() {{}}\n{tests}"),
            "801 lines",
        );
    }

    #[test]
    fn vague_names_and_stray_entries_of_the_root_are_found() {
        broken("crates/a/src/utils.rs", "//! U.\n", "`utils` is vague");
        broken("crates/a/src/common/b.rs", "//! B.\n", "`common` is vague");
        clean(
            "crates/a/src/user_manager.rs",
            "//! Describes what it manages.\n",
        );
        broken("notes.txt", "", "`notes.txt` does not belong");
        clean(".clippy.toml", "");
    }

    #[test]
    fn ignored_tests_are_found() {
        broken(
            A,
            "//! A.\n#[ignore = \"slow\"]\nfn f() {}\n",
            "2: a test is ignored",
        );
        clean(A, "//! A.\nconst A: &str = \"#[ignore]\";\n");
    }

    #[test]
    fn issue_numbers_in_comments_are_found() {
        for comment in [
            "see #12", "faye#497", "(#3)", "issue 5", "Issue #5", "issues 5", "PR 7",
        ] {
            broken(
                A,
                &format!("//! A.\n// {comment}\n"),
                "2: a comment names an issue",
            );
        }
        for comment in [
            "https://example.org/spec#1.2",
            "section 5.2",
            "#[non_exhaustive]",
            "a colour such as `#00458D`",
            "the issue is old",
        ] {
            clean(A, &format!("//! A.\n// {comment}\n"));
        }
        clean(A, "//! A.\nconst A: &str = \"#12\";\n");
    }

    #[test]
    fn documents_named_in_comments_exist() {
        broken(
            A,
            "//! A.\n// see protocol.md, section 8\n",
            "2: `protocol.md` is not",
        );
        broken(
            "crates/b.toml",
            "# as `spec.md` has it\n",
            "`spec.md` is not",
        );
        broken(A, "//! A.\n// as in gone.rs.\n", "`gone.rs` is not");
        clean(A, "//! A.\n// see README.md and crates/README.md.\n");
        clean(
            A,
            "//! A.\n// https://example.org/x.md\nconst A: &str = \"x.md\";\n",
        );
    }

    #[test]
    fn paths_of_one_machine_are_found_in_any_file() {
        for directory in MACHINE_DIRECTORIES {
            let line = format!("x = \"/{directory}/a/b\"\n");
            broken("crates/a.toml", &line, "exists on one machine only");
            let line = format!("https://example.org/{directory}/a and ./{directory}/b\n");
            clean("crates/a.md", &line);
        }
    }

    #[test]
    fn a_lock_file_that_names_a_registry_is_found() {
        let text = "{\n  \"version\": \"1.0.0\",\n  \"resolved\": \"x\"\n}\n";
        broken(
            "xtask/interop/package-lock.json",
            text,
            "3: the lock file names a registry",
        );
        clean("xtask/interop/other.json", text);
    }
}
