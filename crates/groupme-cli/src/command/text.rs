//! Text from an argument or standard input.

use std::io::{self, Read as _};

use anyhow::{Context as _, anyhow};

use crate::exit::Failure;

/// Returns the argument, or for `-` standard input without its final line break.
pub(super) fn read(text: &str) -> Result<String, Failure> {
    if text != "-" {
        return Ok(text.to_owned());
    }
    let mut bytes = Vec::new();
    let read = io::stdin().lock().take(LIMIT + 1).read_to_end(&mut bytes);
    let text = read
        .map_err(anyhow::Error::new)
        .and_then(|_| Ok(String::from_utf8(bytes)?));
    let mut text = text
        .context("cannot read the text from standard input")
        .map_err(Failure::Usage)?;
    if text.len() as u64 > LIMIT {
        return Err(Failure::Usage(anyhow!(
            "standard input has more than {LIMIT} bytes, and GroupMe takes 1,000 characters in a message"
        )));
    }
    if text.ends_with('\n') {
        text.pop();
        if text.ends_with('\r') {
            text.pop();
        }
    }
    Ok(text)
}

/// Maximum bytes read, far above GroupMe's limit of 1,000 characters in a message: those of 66 messages
/// of a text that is split.
const LIMIT: u64 = 64 * 1024;
