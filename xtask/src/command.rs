//! Running other programs.

use std::{
    ffi::OsString,
    process::{Command, Stdio},
};

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

/// Runs a command and returns its standard output.
///
/// # Errors
///
/// If it cannot be started, exits with another status than 0, or prints something else than UTF-8.
pub(crate) fn text_of(command: &mut Command) -> anyhow::Result<String> {
    let line = line(command);
    let output = command
        .stderr(Stdio::inherit())
        .output()
        .with_context(|| format!("cannot start `{line}`"))?;
    if !output.status.success() {
        bail!("`{line}` failed: {}", output.status);
    }
    String::from_utf8(output.stdout).with_context(|| format!("`{line}` printed no UTF-8"))
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
        let error = run(cargo(&["no-such-subcommand-here"]).stderr(Stdio::null()))
            .expect_err("cargo has no such subcommand");
        let text = error.to_string();
        assert!(text.contains("no-such-subcommand-here` failed"), "{text}");
        let error = text_of(&mut cargo(&["no-such-subcommand-here"]));
        let text = error.expect_err("cargo has no such subcommand").to_string();
        assert!(text.contains("no-such-subcommand-here` failed"), "{text}");
    }

    #[test]
    fn a_missing_program_does_not_work() {
        assert!(!works(&mut Command::new("a-program-nobody-has")));
    }
}
