//! Message text from an argument or standard input.

use std::io::{self, Read as _};

use anyhow::Context as _;

use crate::exit::Failure;

/// Returns the argument, or for `-` standard input without its final line break.
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

/// Maximum bytes read; far above GroupMe's limit of 1,000 characters, whose error then applies.
const LIMIT: u64 = 64 * 1024;
