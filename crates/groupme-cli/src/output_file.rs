//! Files that options name for output.

use std::{
    fs::{self, File, Metadata},
    io::{self, Write as _},
    os::{fd::AsFd as _, unix::fs::MetadataExt as _},
    path::Path,
};

use groupme_archive::PartFile;

/// Writes a file. A regular file is replaced as a whole and keeps its permissions; a reader or a crash
/// sees the old or the new one. Anything else stays what it is and is written to: a pipe, a device, or
/// the target of a symbolic link such as `/dev/stdout`.
///
/// # Errors
///
/// If the file cannot be opened, written or renamed.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let permissions = match path.symlink_metadata() {
        Ok(found) if found.is_file() => Some(found.permissions()),
        Ok(_) => return write_to(path, bytes),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(error),
    };
    let mut file = PartFile::create(path)?;
    if let Some(permissions) = permissions {
        file.set_permissions(permissions)?;
    }
    file.write_all(bytes)?;
    file.persist()
}

fn write_to(path: &Path, bytes: &[u8]) -> io::Result<()> {
    // Opening the file again would write over the lines that are printed afterwards.
    if fs::metadata(path).is_ok_and(|found| is_standard_output(&found)) {
        let mut stdout = io::stdout().lock();
        stdout.write_all(bytes)?;
        return stdout.flush();
    }
    let mut options = File::options();
    let mut file = options.write(true).create(true).truncate(true).open(path)?;
    file.write_all(bytes)
}

fn is_standard_output(found: &Metadata) -> bool {
    let stdout = io::stdout().as_fd().try_clone_to_owned();
    let stdout = stdout.and_then(|stdout| File::from(stdout).metadata());
    stdout.is_ok_and(|stdout| (stdout.dev(), stdout.ino()) == (found.dev(), found.ino()))
}
