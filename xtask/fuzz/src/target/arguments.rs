//! Arguments of the command `groupme`, by the private modules that define them.

use std::ffi::OsString;

use clap::Parser as _;

use super::ensure;

/// The sources of the command; a library would be public for this target alone.
#[path = "../../../../crates/groupme-cli/src"]
#[expect(
    dead_code,
    unused_imports,
    reason = "the target parses and does not run"
)]
mod command {
    pub(crate) mod args;
    mod id_text;
    mod output {
        pub(crate) mod terminal;
    }
    mod profile;
    mod time_text;
}

/// Each line of the input is an argument, of any bytes that the system passes on.
pub(super) fn check(input: &[u8]) -> Result<(), String> {
    let lines = input.split(|byte| *byte == b'\n').map(argument);
    let name = OsString::from("groupme");
    match command::args::Cli::try_parse_from(core::iter::once(name).chain(lines)) {
        Ok(cli) => ensure(!format!("{cli:?}").is_empty(), || "nothing".to_owned()),
        Err(error) => {
            let (status, text) = (error.exit_code(), error.to_string());
            ensure([0, 2].contains(&status), || {
                format!("status {status}: {text}")
            })?;
            ensure(!text.trim().is_empty(), || format!("no reason: {error:?}"))
        }
    }
}

#[cfg(unix)]
fn argument(bytes: &[u8]) -> OsString {
    use std::os::unix::ffi::OsStringExt as _;

    OsString::from_vec(bytes.to_vec())
}

#[cfg(not(unix))]
fn argument(bytes: &[u8]) -> OsString {
    String::from_utf8_lossy(bytes).into_owned().into()
}
