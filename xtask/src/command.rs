//! Running other programs.

use std::{ffi::OsString, process::Command};

use anyhow::{Context, bail};

/// Returns a command of the cargo that runs this program, which keeps the toolchain.
pub(crate) fn cargo(args: &[&str]) -> Command {
    let program = std::env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"));
    let mut command = Command::new(program);
    command.args(args);
    command
}

/// Prints a command, runs it and waits for its exit.
///
/// # Errors
///
/// If it cannot be started, or exits with another status than 0.
pub(crate) fn run(command: &mut Command) -> anyhow::Result<()> {
    let line = line(command);
    eprintln!("$ {line}");
    let status = command
        .status()
        .with_context(|| format!("cannot start `{line}`"))?;
    if !status.success() {
        bail!("`{line}` failed: {status}");
    }
    Ok(())
}

/// Returns whether a command can be started and exits with status 0; discards its output.
pub(crate) fn works(command: &mut Command) -> bool {
    command.output().is_ok_and(|output| output.status.success())
}

fn line(command: &Command) -> String {
    let program = std::path::Path::new(command.get_program());
    let mut line = program
        .file_name()
        .unwrap_or(program.as_os_str())
        .to_string_lossy()
        .into_owned();
    for arg in command.get_args() {
        line.push(' ');
        line.push_str(&arg.to_string_lossy());
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failing_command_is_named_with_its_status() {
        let error = run(cargo(&["no-such-subcommand-here"]).stderr(std::process::Stdio::null()))
            .expect_err("cargo has no such subcommand");
        let text = error.to_string();
        assert!(text.contains("no-such-subcommand-here` failed"), "{text}");
    }

    #[test]
    fn a_missing_program_does_not_work() {
        assert!(!works(&mut Command::new("a-program-nobody-has")));
    }
}
