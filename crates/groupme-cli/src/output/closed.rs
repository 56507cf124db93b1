//! Standard output that was closed before the start.

use std::{
    fs::{self, File},
    io,
    os::{fd::AsFd, unix::fs::MetadataExt as _},
};

use anyhow::anyhow;
use rustix::fs::{OFlags, fcntl_getfl};

use crate::exit::Failure;

/// Refuses to acknowledge events that nobody sees. Without acknowledgements, discarding the output is
/// no mistake: Python and Node open `/dev/null` in the same way for that.
pub(crate) fn check() -> Result<(), Failure> {
    // An output that cannot be examined shows its errors when it is written.
    if !is_lost(io::stdout()).unwrap_or(false) {
        return Ok(());
    }
    Err(Failure::Output(anyhow!(
        "standard output is closed, or /dev/null for reading and writing, and --state acknowledges \
         events that nobody sees: redirect the output to a file, or to a program that reads it"
    )))
}

/// Returns whether output is `/dev/null`, open for reading as well. Rust opens it in this way in place
/// of a closed file; a shell opens it for writing only.
fn is_lost(output: impl AsFd) -> io::Result<bool> {
    let output = File::from(output.as_fd().try_clone_to_owned()?);
    let is_null = output.metadata()?.rdev() == fs::metadata("/dev/null")?.rdev();
    Ok(is_null && fcntl_getfl(&output)? & OFlags::ACCMODE == OFlags::RDWR)
}
