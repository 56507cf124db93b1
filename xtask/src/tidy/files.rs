//! Text files of the repository.

use std::{
    collections::BTreeSet,
    fs, io,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::Context;

use crate::command::text_of;

/// A file and its contents.
#[derive(Debug)]
pub(super) struct File {
    /// Path from the root of the workspace.
    pub(super) path: PathBuf,
    /// Contents; empty if they are not UTF-8.
    pub(super) text: String,
}

impl File {
    pub(super) fn name(&self) -> &str {
        let name = self.path.file_name().and_then(|name| name.to_str());
        name.unwrap_or_default()
    }

    pub(super) fn is_rust(&self) -> bool {
        self.path
            .extension()
            .is_some_and(|extension| extension == "rs")
    }

    /// Returns the lines, numbered from 1.
    pub(super) fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        (1..).zip(self.text.lines())
    }

    /// Returns the comments of Rust, JavaScript, TOML and shell, a line each. `//` in a string
    /// counts as one if a space precedes it.
    pub(super) fn comments(&self) -> impl Iterator<Item = (usize, &str)> {
        let extension = self
            .path
            .extension()
            .and_then(|extension| extension.to_str());
        let mark = match extension {
            Some("rs" | "js") => "//",
            Some("toml" | "py" | "sh") | None => "#",
            _ => "\0",
        };
        self.lines().filter_map(move |(number, line)| {
            let line = line.trim_start();
            let inner = || line.find(&format!(" {mark} ")).map(|at| &line[at..]);
            let comment = if line.starts_with(mark) {
                Some(line)
            } else {
                inner()
            };
            comment.map(|comment| (number, comment))
        })
    }
}

/// Returns the files that git tracks or would track below `root`, in the order of the paths.
pub(super) fn files(root: &Path) -> anyhow::Result<Vec<File>> {
    let mut git = Command::new("git");
    git.args([
        "ls-files",
        "-z",
        "--cached",
        "--others",
        "--exclude-standard",
    ]);
    let list = text_of(git.current_dir(root))?;
    let paths: BTreeSet<_> = list.split_terminator('\0').collect();
    let mut files = Vec::new();
    for path in paths {
        let text = match fs::read_to_string(root.join(path)) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::InvalidData => String::new(),
            // Removed, and not yet in the index.
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(error).with_context(|| path.to_owned()),
        };
        let path = PathBuf::from(path);
        files.push(File { path, text });
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ignored_and_removed_files_are_skipped_and_binary_files_are_empty() {
        let root = tempfile::tempdir().unwrap();
        let write = |path: &str, bytes: &[u8]| {
            let path = root.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        };
        write(".gitignore", b"target\n");
        write("src/lib.rs", b"text");
        write("target/debug/x.rs", b"text");
        write("frame.bin", &[0xff, 0xfe]);
        write("gone.rs", b"text");
        for command in [["init", "--quiet"], ["add", "gone.rs"]] {
            let mut git = Command::new("git");
            text_of(git.args(command).current_dir(root.path())).unwrap();
        }
        fs::remove_file(root.path().join("gone.rs")).unwrap();
        let found = files(root.path()).unwrap();
        let found: Vec<_> = found
            .iter()
            .map(|file| (file.path.to_str().unwrap(), file.text.as_str()))
            .collect();
        assert_eq!(
            found,
            [
                (".gitignore", "target\n"),
                ("frame.bin", ""),
                ("src/lib.rs", "text")
            ]
        );
    }
}
