//! `cargo xtask tidy`: rules on the sources that no compiler or linter has.

mod files;
mod openings;
mod rules;

use anyhow::bail;

use crate::workspace::Workspace;

/// Checks every file of the repository; prints each violation, and the share of doc comments with
/// an unwanted first word in each package.
pub(crate) fn run(workspace: &Workspace) -> anyhow::Result<()> {
    let files = files::files(workspace.root())?;
    let mut violations = Vec::new();
    for file in &files {
        let path = file.path.display();
        for (line, message) in rules::violations(file, &files) {
            violations.push(format!("{path}:{line}: {message}"));
        }
    }
    let (shares, lines) = openings::count(&files);
    let mut total = openings::Share::default();
    for (package, share) in &shares {
        let (percent, tenth) = (share.permille() / 10, share.permille() % 10);
        let openings::Share { counted, all } = share;
        println!(
            "{package:<24} {percent:>3}.{tenth} % of doc comments open badly ({counted} of {all})"
        );
        total.counted += counted;
        total.all += all;
    }
    if total.is_too_large() {
        for (path, line) in lines {
            let path = path.display();
            violations.push(format!("{path}:{line}: begin with a noun or a verb"));
        }
    }
    for violation in &violations {
        eprintln!("tidy: {violation}");
    }
    if !violations.is_empty() {
        bail!("{} violations of the rules on sources", violations.len());
    }
    let openings::Share { counted, all } = total;
    let limit = openings::MAX_PERCENT;
    println!(
        "tidy: {} files; {counted} of {all} doc comments open badly, limit {limit} %",
        files.len()
    );
    Ok(())
}
