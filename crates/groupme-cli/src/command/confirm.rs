//! Confirmation of actions that cannot be undone.

use std::io::{self, BufRead as _, IsTerminal as _, Write as _};

use anyhow::{Context as _, anyhow};

use crate::{exit::Failure, output::escape_control};

/// Asks at the terminal, unless `--yes` is given.
///
/// # Errors
///
/// If the answer is not yes, or there is no terminal to ask at.
pub(super) fn confirm(question: &str, has_yes: bool) -> Result<(), Failure> {
    if has_yes {
        return Ok(());
    }
    if !io::stdin().is_terminal() {
        return Err(Failure::Usage(anyhow!(
            "standard input is no terminal to ask at: add --yes"
        )));
    }
    let mut stderr = io::stderr();
    // The question may have a name that others chose.
    write!(stderr, "{} [y/N] ", escape_control(question)).context("cannot ask")?;
    stderr.flush().context("cannot ask")?;
    let mut answer = String::new();
    io::stdin()
        .lock()
        .read_line(&mut answer)
        .context("cannot read the answer")?;
    match &*answer.trim().to_lowercase() {
        "y" | "yes" => Ok(()),
        _ => Err(Failure::Usage(anyhow!(
            "not confirmed: nothing was changed"
        ))),
    }
}
