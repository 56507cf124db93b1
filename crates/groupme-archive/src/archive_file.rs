//! Opening of an archive's files and directories. The directory may come from somebody else: a link in
//! it must not lead elsewhere, and a pipe or device must not be waited for.

use std::{
    fs::{self, File, Metadata, OpenOptions},
    io::{self, Read as _},
    path::Path,
};

use crate::{Error, layout};

/// Opens a regular file, which only its owner can read if the options create it.
///
/// # Errors
///
/// As [`OpenOptions::open`]; if the file is a symbolic link, pipe, socket, device or directory.
pub(crate) fn open(path: &Path, options: &mut OpenOptions) -> io::Result<File> {
    // Before opening, because opening alone has an effect on some devices.
    match path.symlink_metadata() {
        Ok(found) => check_regular(&found)?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;

        use rustix::fs::OFlags;

        // For a link or pipe that has replaced the file since.
        let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY;
        options.custom_flags(flags.bits().cast_signed()).mode(0o600);
    }
    let file = options.open(path)?;
    check_regular(&file.metadata()?)?;
    Ok(file)
}

/// Opens a regular file for reading. `None` if there is none.
///
/// # Errors
///
/// As [`open`].
pub(crate) fn open_to_read(path: &Path) -> io::Result<Option<File>> {
    match open(path, File::options().read(true)) {
        Ok(file) => Ok(Some(file)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Reads a regular file of at most [`MAX_FILE`] bytes. `None` if there is none.
///
/// # Errors
///
/// As [`open`]; if the file is larger.
pub(crate) fn read(path: &Path) -> io::Result<Option<Vec<u8>>> {
    let Some(file) = open_to_read(path)? else {
        return Ok(None);
    };
    let mut bytes = Vec::new();
    // One byte more than allowed, because the size in the metadata may change.
    file.take(MAX_FILE.saturating_add(1))
        .read_to_end(&mut bytes)?;
    if u64::try_from(bytes.len()).is_ok_and(|size| size <= MAX_FILE) {
        return Ok(Some(bytes));
    }
    let text = format!("the file has more than {MAX_FILE} bytes");
    Err(io::Error::new(io::ErrorKind::FileTooLarge, text))
}

/// Creates a directory of an archive, with those above, which only its owner can read. Does nothing if
/// the directory exists.
///
/// # Errors
///
/// If the directory cannot be created, or something else has its name.
pub(crate) fn create_directory(directory: &Path) -> io::Result<()> {
    if is_directory(directory)? {
        return Ok(());
    }
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(directory)
}

/// Checks that the directories of an archive are directories, as far as they exist.
///
/// # Errors
///
/// [`Error::File`] if one is a symbolic link or something else.
pub(crate) fn check_directories(root: &Path) -> Result<(), Error> {
    for name in [layout::CONVERSATIONS, layout::MEDIA, layout::PAGES] {
        let directory = root.join(name);
        is_directory(&directory).map_err(Error::file("open", &directory))?;
    }
    Ok(())
}

/// Returns whether a directory exists.
fn is_directory(path: &Path) -> io::Result<bool> {
    match path.symlink_metadata() {
        Ok(found) if found.is_dir() => Ok(true),
        Ok(found) => Err(unexpected("a directory", &found)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

fn check_regular(found: &Metadata) -> io::Result<()> {
    if found.is_file() {
        Ok(())
    } else {
        Err(unexpected("a regular file", found))
    }
}

fn unexpected(expected: &str, found: &Metadata) -> io::Error {
    let found = if found.is_symlink() {
        "a symbolic link"
    } else if found.is_dir() {
        "a directory"
    } else if found.is_file() {
        "a regular file"
    } else {
        "a pipe, socket or device"
    };
    io::Error::other(format!("expected {expected}, found {found}"))
}

/// Largest file that is read as a whole, in bytes. A description of a conversation with a million
/// people has 30 MB.
const MAX_FILE: u64 = 128 << 20;
