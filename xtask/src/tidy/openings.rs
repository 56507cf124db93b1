//! First words of doc comments.
//!
//! A doc comment that opens with a noun or a verb says what the item is or does. After a pronoun or
//! an adverb it has to be read to its end, often with its neighbours.

use std::{collections::BTreeMap, path::Path};

use super::files::File;

/// Openings that are counted.
const COUNTED: &[&str] = &[
    "What", "Who", "Whom", "Whose", "Where", "Why", "How", "One", "Another", "Those", "So", "As",
    "By",
];
/// Maximum share of counted openings in the workspace, in percent.
pub(super) const MAX_PERCENT: usize = 3;

/// Doc comments with a counted opening, and all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Share {
    pub(super) counted: usize,
    pub(super) all: usize,
}

impl Share {
    pub(super) fn is_too_large(self) -> bool {
        self.counted * 100 > self.all * MAX_PERCENT
    }

    /// Returns the share in tenths of a percent.
    pub(super) fn permille(self) -> usize {
        self.counted * 1000 / self.all.max(1)
    }
}

/// Returns the share of each package, and the lines with a counted opening.
pub(super) fn count(files: &[File]) -> (BTreeMap<String, Share>, Vec<(&Path, usize)>) {
    let mut shares: BTreeMap<String, Share> = BTreeMap::new();
    let mut lines = Vec::new();
    for file in files.iter().filter(|file| file.is_rust()) {
        let share = shares.entry(package(&file.path)).or_default();
        for (number, word) in openings(file) {
            share.all += 1;
            if COUNTED.contains(&word) {
                share.counted += 1;
                lines.push((file.path.as_path(), number));
            }
        }
    }
    (shares, lines)
}

/// Returns line and first word of each doc comment.
fn openings(file: &File) -> impl Iterator<Item = (usize, &str)> {
    let mut previous = "";
    file.lines().filter_map(move |(number, line)| {
        let line = line.trim_start();
        let mark = if line.starts_with("////") {
            ""
        } else {
            line.get(..3).unwrap_or_default()
        };
        let mark = if mark == "///" || mark == "//!" {
            mark
        } else {
            ""
        };
        let is_first = !mark.is_empty() && mark != previous;
        previous = mark;
        let word = line.get(3..).unwrap_or_default().split_whitespace().next();
        let is_letter = |c: char| c.is_alphanumeric();
        is_first.then(|| {
            (
                number,
                word.unwrap_or_default().trim_matches(|c| !is_letter(c)),
            )
        })
    })
}

/// Returns the directory of the package that a file belongs to.
fn package(path: &Path) -> String {
    let parts: Vec<_> = path.iter().map(|part| part.to_string_lossy()).collect();
    match &parts[..] {
        [first, second, _, ..] if first == "crates" || second != "src" => {
            format!("{first}/{second}")
        }
        [first, ..] => first.to_string(),
        [] => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_word_of_each_doc_comment_is_counted() {
        let text = "//! What a module is.\n\n/// Returns it.\n/// What else.\nfn f() {}\n\
                    // One comment.\nstruct S {\n    /// `How` it is.\n    a: u8,\n\n    /// Whatever.\n    b: u8,\n}\n";
        let file = |path: &str| File {
            path: path.into(),
            text: text.to_owned(),
        };
        let files = [
            file("crates/a/src/lib.rs"),
            file("xtask/src/b.rs"),
            file("xtask/sim/src/c.rs"),
        ];
        let (shares, lines) = count(&files);
        let share = Share { counted: 2, all: 4 };
        let names = ["crates/a", "xtask", "xtask/sim"];
        assert_eq!(shares, names.map(|name| (name.to_owned(), share)).into());
        assert_eq!(
            lines[..2],
            [(files[0].path.as_path(), 1), (files[0].path.as_path(), 8)]
        );
        assert!(share.is_too_large());
        assert_eq!(share.permille(), 500);
    }
}
