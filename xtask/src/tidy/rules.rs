//! The rules, each a function over one file.

use std::{fs, path::Path};

use super::{
    Finding,
    lexer::{self, Split},
    tree::File,
};

/// The most lines a Rust file may have, its inline tests apart.
const MAX_LINES: usize = 800;
/// What may stand at the root besides dotfiles.
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
/// Names that say nothing of what is inside.
const EMPTY_NAMES: &[&str] = &["common", "handler", "helpers", "manager", "types", "utils"];
/// What must not be left in code.
const UNFINISHED: &[&str] = &["todo!", "unimplemented!", "dbg!", "#[ignore"];
/// The first directory of paths that exist on one machine only.
const MACHINE_DIRECTORIES: &[&str] = &["home", "root", "tmp", "Users", "work"];

/// Judges the entries of the root directory.
///
/// # Errors
///
/// If the directory cannot be read.
pub(super) fn root(root: &Path) -> anyhow::Result<Vec<Finding>> {
    let mut findings = Vec::new();
    for entry in fs::read_dir(root)? {
        let name = entry?.file_name();
        let text = name.to_string_lossy();
        if !text.starts_with('.') && !ROOT.contains(&text.as_ref()) {
            findings.push(Finding::file(
                Path::new(&name),
                "does not belong at the root",
            ));
        }
    }
    findings.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(findings)
}

/// Judges one file by every rule that is about it.
pub(super) fn file(file: &File) -> Vec<Finding> {
    let mut findings = Vec::new();
    names(file, &mut findings);
    machine_paths(file, &mut findings);
    lock_file(file, &mut findings);
    if file.is_rust() {
        let split = lexer::split(&file.text);
        module_doc(file, &mut findings);
        length(file, &mut findings);
        unfinished(file, &split, &mut findings);
        issue_numbers(file, &split, &mut findings);
        if file.path.starts_with("crates/bayeux-proto/src") {
            no_std(file, &split, &mut findings);
        }
    }
    findings
}

fn names(file: &File, findings: &mut Vec<Finding>) {
    if file.name() == "mod.rs" {
        findings.push(Finding::file(
            &file.path,
            "name the file after its module, not mod.rs",
        ));
    }
    for part in &file.path {
        let stem = Path::new(part)
            .file_stem()
            .and_then(|stem| stem.to_str())
            .unwrap_or_default();
        if EMPTY_NAMES.contains(&stem) {
            findings.push(Finding::file(
                &file.path,
                format!("the name `{stem}` says nothing of what is inside"),
            ));
        }
    }
}

fn module_doc(file: &File, findings: &mut Vec<Finding>) {
    let first = file
        .text
        .lines()
        .map(str::trim)
        .find(|line| !line.is_empty());
    // A README can be the documentation of its crate.
    if !first.is_some_and(|line| line.starts_with("//!") || line.starts_with("#![doc")) {
        findings.push(Finding::line(
            &file.path,
            1,
            "the module does not start with //!",
        ));
    }
}

fn length(file: &File, findings: &mut Vec<Finding>) {
    let lines = own_part(&file.text).lines().count();
    if lines > MAX_LINES {
        findings.push(Finding::file(
            &file.path,
            format!("{lines} lines, more than {MAX_LINES}: split it by idea"),
        ));
    }
}

fn unfinished(file: &File, split: &Split, findings: &mut Vec<Finding>) {
    for (number, line) in numbered(&split.code) {
        for word in UNFINISHED {
            if let Some(at) = line.find(word)
                && !line[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_')
            {
                findings.push(Finding::line(
                    &file.path,
                    number,
                    format!("`{word}` is left"),
                ));
            }
        }
    }
}

fn issue_numbers(file: &File, split: &Split, findings: &mut Vec<Finding>) {
    for (number, line) in numbered(&split.comments) {
        let named = line
            .split_whitespace()
            .any(|word| !word.contains("://") && has_hash(word));
        if named || has_numbered_issue(line) {
            findings.push(Finding::line(
                &file.path,
                number,
                "a comment gives the reason itself, not the number of an issue",
            ));
        }
    }
}

/// Tells whether a word holds a hash before a number, alone or after the name of a repository. A
/// colour in hexadecimal is no number.
fn has_hash(word: &str) -> bool {
    word.split('#').skip(1).any(|after| {
        let digits = after.bytes().take_while(u8::is_ascii_digit).count();
        digits > 0 && !after[digits..].starts_with(|c: char| c.is_ascii_alphanumeric())
    })
}

/// Tells whether a line speaks of an issue or a PR by its number.
fn has_numbered_issue(line: &str) -> bool {
    let mut words = line
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty());
    let Some(mut previous) = words.next() else {
        return false;
    };
    for word in words {
        let names_issue = previous.eq_ignore_ascii_case("issue")
            || previous.eq_ignore_ascii_case("issues")
            || previous == "PR";
        if names_issue && word.bytes().all(|byte| byte.is_ascii_digit()) {
            return true;
        }
        previous = word;
    }
    false
}

fn machine_paths(file: &File, findings: &mut Vec<Finding>) {
    for (number, line) in numbered(&file.text) {
        for directory in MACHINE_DIRECTORIES {
            let path = format!("/{directory}/");
            let absolute = line.match_indices(&path).any(|(at, _)| {
                // Inside a URL or a relative path something comes before the slash.
                !line[..at].ends_with(|c: char| c.is_alphanumeric() || "./_-}~*".contains(c))
            });
            if absolute {
                findings.push(Finding::line(
                    &file.path,
                    number,
                    format!("a path below {path} exists on one machine only"),
                ));
            }
        }
    }
}

fn lock_file(file: &File, findings: &mut Vec<Finding>) {
    if file.name() != "package-lock.json" {
        return;
    }
    if let Some((number, _)) = numbered(&file.text).find(|(_, line)| line.contains("\"resolved\""))
    {
        findings.push(Finding::line(
            &file.path,
            number,
            "the lock file names a registry; npm's omit-lockfile-registry-resolved leaves it out",
        ));
    }
}

fn no_std(file: &File, split: &Split, findings: &mut Vec<Finding>) {
    if file.name() == "lib.rs" && !split.code.contains("#![no_std]") {
        findings.push(Finding::file(&file.path, "bayeux-proto is #![no_std]"));
    }
    for (number, line) in numbered(own_part(&split.code)) {
        let named = line.match_indices("std").any(|(at, _)| {
            let before = line[..at].chars().next_back();
            let after = &line[at + "std".len()..];
            !before.is_some_and(|c| c.is_alphanumeric() || c == '_')
                && (after.starts_with("::") || line.trim() == "extern crate std;")
        });
        if named {
            findings.push(Finding::line(
                &file.path,
                number,
                "bayeux-proto does not use std",
            ));
        }
    }
}

/// Returns a source without its inline tests, which come last.
fn own_part(source: &str) -> &str {
    source
        .find("\n#[cfg(test)]\nmod ")
        .map_or(source, |at| &source[..at])
}

fn numbered(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines()
        .enumerate()
        .map(|(index, line)| (index + 1, line))
}

#[cfg(test)]
#[path = "rules/tests.rs"]
mod tests;
