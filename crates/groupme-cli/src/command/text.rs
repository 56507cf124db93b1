//! The text of a message, from an argument or from standard input.

use std::io::{self, Read as _};

use anyhow::Context as _;

use crate::exit::Failure;

/// The text itself, or for `-` what standard input has, without the line break at its end.
pub(super) fn read(text: &str) -> Result<String, Failure> {
    if text != "-" {
        return Ok(text.to_owned());
    }
    let mut text = String::new();
    io::stdin()
        .lock()
        .take(LIMIT)
        .read_to_string(&mut text)
        .context("cannot read the text from standard input")
        .map_err(Failure::Usage)?;
    if text.ends_with('\n') {
        text.pop();
        if text.ends_with('\r') {
            text.pop();
        }
    }
    Ok(text)
}

/// Far more bytes than GroupMe takes characters, so that a longer text is told to be too long.
const LIMIT: u64 = 64 * 1024;
