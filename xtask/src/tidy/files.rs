//! Text files of the repository.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use anyhow::Context;

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

/// Directories whose contents are generated; in a linked work tree, `.git` is a file.
const GENERATED: &[&str] = &["target", "node_modules", ".git"];

/// Returns every file below `root` that is not generated, in the order of the paths.
pub(super) fn files(root: &Path) -> anyhow::Result<Vec<File>> {
    let mut files = Vec::new();
    collect(root, root, &mut files)?;
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(files)
}

fn collect(root: &Path, directory: &Path, files: &mut Vec<File>) -> anyhow::Result<()> {
    for entry in fs::read_dir(directory).with_context(|| directory.display().to_string())? {
        let entry = entry?;
        let path = entry.path();
        let kind = entry.file_type()?;
        if GENERATED.iter().any(|name| entry.file_name() == *name) {
            continue;
        }
        if kind.is_dir() {
            collect(root, &path, files)?;
        } else if kind.is_file() {
            let text = match fs::read_to_string(&path) {
                Ok(text) => text,
                Err(error) if error.kind() == io::ErrorKind::InvalidData => String::new(),
                // Removed between the listing and the reading.
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                Err(error) => return Err(error).with_context(|| path.display().to_string()),
            };
            let path = path.strip_prefix(root).unwrap_or(&path).to_owned();
            files.push(File { path, text });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn generated_directories_are_skipped_and_binary_files_are_empty() {
        let root = tempfile::tempdir().unwrap();
        for path in [
            "src/lib.rs",
            "target/debug/x.rs",
            "a/node_modules/y/z.js",
            ".ci/run",
        ] {
            let path = root.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "text").unwrap();
        }
        fs::write(root.path().join("frame.bin"), [0xff, 0xfe]).unwrap();
        let found = files(root.path()).unwrap();
        let found: Vec<_> = found
            .iter()
            .map(|file| (file.path.to_str().unwrap(), file.text.as_str()))
            .collect();
        assert_eq!(
            found,
            [
                (".ci/run", "text"),
                ("frame.bin", ""),
                ("src/lib.rs", "text")
            ]
        );
    }
}
