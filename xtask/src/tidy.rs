//! `cargo xtask tidy`: habits of the sources that no compiler checks.

mod lexer;
mod rules;
mod tree;

use core::fmt;
use std::path::{Path, PathBuf};

use anyhow::bail;

use crate::workspace::Workspace;

/// One place where a rule is broken.
#[derive(Debug, PartialEq, Eq)]
struct Finding {
    path: PathBuf,
    /// Counted from 1; 0 when the finding is about the file as a whole.
    line: usize,
    rule: String,
}

impl Finding {
    fn file(path: &Path, rule: impl Into<String>) -> Self {
        Self::line(path, 0, rule)
    }

    fn line(path: &Path, line: usize, rule: impl Into<String>) -> Self {
        Self {
            path: path.to_owned(),
            line,
            rule: rule.into(),
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.path.display())?;
        if self.line > 0 {
            write!(f, ":{}", self.line)?;
        }
        write!(f, ": {}", self.rule)
    }
}

/// Checks every source of the workspace.
///
/// # Errors
///
/// If a rule is broken; each place is printed.
pub(crate) fn run(workspace: &Workspace) -> anyhow::Result<()> {
    let files = tree::files(workspace.root())?;
    let mut findings = rules::root(workspace.root())?;
    for file in &files {
        findings.extend(rules::file(file));
    }
    for finding in &findings {
        eprintln!("tidy: {finding}");
    }
    if !findings.is_empty() {
        bail!("{} places are untidy", findings.len());
    }
    println!("tidy: {} files", files.len());
    Ok(())
}
