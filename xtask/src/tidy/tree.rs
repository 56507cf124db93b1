//! The files that belong to the repository.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use anyhow::Context;

/// A file to be judged.
#[derive(Debug)]
pub(super) struct File {
    /// Relative to the root of the workspace.
    pub(super) path: PathBuf,
    /// Empty when the file is not text.
    pub(super) text: String,
}

impl File {
    pub(super) fn name(&self) -> &str {
        self.path
            .file_name()
            .and_then(|name| name.to_str())
            .unwrap_or_default()
    }

    pub(super) fn is_rust(&self) -> bool {
        self.path
            .extension()
            .is_some_and(|extension| extension == "rs")
    }
}

/// Directories that are made, not written.
const MADE: &[&str] = &["target", "node_modules", ".git"];

/// Returns every file below `root` that is written by hand, in the order of their paths.
///
/// # Errors
///
/// If a file or a directory cannot be read.
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
        if kind.is_dir() {
            if !MADE.iter().any(|made| entry.file_name() == *made) {
                collect(root, &path, files)?;
            }
        } else if kind.is_file() {
            let text = match fs::read_to_string(&path) {
                Ok(text) => text,
                Err(error) if error.kind() == io::ErrorKind::InvalidData => String::new(),
                // A file that went away between the listing and the reading.
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
    fn made_directories_are_left_out() {
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
        let found: Vec<_> = files(root.path())
            .unwrap()
            .into_iter()
            .map(|f| f.path)
            .collect();
        assert_eq!(
            found,
            [PathBuf::from(".ci/run"), PathBuf::from("src/lib.rs")]
        );
    }

    #[test]
    fn a_file_that_is_not_text_is_listed_without_text() {
        let root = tempfile::tempdir().unwrap();
        fs::write(root.path().join("frame.bin"), [0xff, 0xfe]).unwrap();
        let found = files(root.path()).unwrap();
        assert_eq!((found.len(), found[0].text.as_str()), (1, ""));
    }
}
