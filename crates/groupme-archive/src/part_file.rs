//! Files that get their name once they are complete.

use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
};

/// File being written under a hidden temporary name. [`replace`](Self::replace) synchronises the file
/// and gives it its name; dropping removes it.
///
/// A temporary file that a killed program left is removed when a file of the same name is created.
///
/// `tempfile` does not serve here: it cannot tell leftovers from files of running programs.
#[derive(Debug)]
pub struct PartFile {
    /// Temporary file. Its lock tells other programs that it is no leftover.
    file: File,
    part: PathBuf,
    path: PathBuf,
}

impl PartFile {
    /// Creates the temporary file, with the permissions that the system gives new files.
    ///
    /// # Errors
    ///
    /// If the file cannot be created.
    pub fn create(path: impl Into<PathBuf>) -> io::Result<Self> {
        Self::begin(path.into(), File::options())
    }

    /// Creates the temporary file, which only its owner can read.
    pub(crate) fn create_private(path: impl Into<PathBuf>) -> io::Result<Self> {
        Self::begin(path.into(), private_options())
    }

    fn begin(path: PathBuf, mut options: fs::OpenOptions) -> io::Result<Self> {
        let name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?;
        let name = name.to_string_lossy().into_owned();
        let directory = path.parent().filter(|path| *path != Path::new(""));
        let directory = directory.unwrap_or(Path::new(".")).to_owned();
        remove_leftovers(&directory, Some(&name))?;
        let process = std::process::id();
        for number in 0..ATTEMPTS {
            let part = directory.join(format!(".{name}.{process}-{number}{PART}"));
            match options.write(true).create_new(true).open(&part) {
                Ok(file) => {
                    // On a file system without locks, nothing is taken for a leftover either.
                    let _ = file.try_lock();
                    return Ok(Self { file, part, path });
                }
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
        Err(io::ErrorKind::AlreadyExists.into())
    }

    /// Sets the permissions of the file.
    ///
    /// # Errors
    ///
    /// If the permissions cannot be set.
    pub fn set_permissions(&self, permissions: fs::Permissions) -> io::Result<()> {
        self.file.set_permissions(permissions)
    }

    /// Synchronises the file and gives it its name; replaces a file of that name.
    ///
    /// # Errors
    ///
    /// If the file cannot be synchronised or renamed. A file of the same name is left as it was.
    pub fn replace(self) -> io::Result<()> {
        self.file.sync_all()?;
        fs::rename(&self.part, &self.path)?;
        self.sync_directory()
    }

    /// Synchronises the file and gives it its name, unless the name is taken.
    ///
    /// # Errors
    ///
    /// [`io::ErrorKind::AlreadyExists`] if the name is taken; otherwise as [`replace`](Self::replace).
    pub fn place(self) -> io::Result<()> {
        self.file.sync_all()?;
        if self.path.symlink_metadata().is_ok() {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        // Unlike renaming, a link cannot replace a file that got the name meanwhile.
        match fs::hard_link(&self.part, &self.path) {
            // Some file systems have no hard links.
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
                fs::rename(&self.part, &self.path)?;
            }
            linked => linked?,
        }
        self.sync_directory()
    }

    /// Synchronises the directory, which makes the name durable.
    fn sync_directory(&self) -> io::Result<()> {
        let directory = self.path.parent().filter(|path| *path != Path::new(""));
        // Only Unix opens directories.
        match File::open(directory.unwrap_or(Path::new("."))) {
            Ok(directory) => directory.sync_all(),
            Err(_) if cfg!(not(unix)) => Ok(()),
            Err(error) => Err(error),
        }
    }
}

impl Write for PartFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Drop for PartFile {
    fn drop(&mut self) {
        // After renaming there is nothing to remove.
        let _ = fs::remove_file(&self.part);
    }
}

/// Replaces a file, which only its owner can read.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = PartFile::create_private(path)?;
    file.write_all(bytes)?;
    file.replace()
}

/// Returns options for a file that only its owner can read.
pub(crate) fn private_options() -> fs::OpenOptions {
    let mut options = File::options();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Removes temporary files that killed programs have left in a directory: those of one name, or all.
/// Locked ones belong to running programs, and stay.
pub(crate) fn remove_leftovers(directory: &Path, name: Option<&str>) -> io::Result<()> {
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        let is_leftover = is_part(&entry.file_name().to_string_lossy(), name);
        if is_leftover && entry.file_type()?.is_file() {
            let is_free = File::open(entry.path()).is_ok_and(|file| file.try_lock().is_ok());
            if is_free {
                // Another program may have removed it.
                let _ = fs::remove_file(entry.path());
            }
        }
    }
    Ok(())
}

/// Returns whether a file name is that of a temporary file: `.NAME.PROCESS-NUMBER.groupme-part`.
fn is_part(file: &str, name: Option<&str>) -> bool {
    let inner = file
        .strip_prefix('.')
        .and_then(|file| file.strip_suffix(PART));
    let Some((own, numbers)) = inner.and_then(|inner| inner.rsplit_once('.')) else {
        return false;
    };
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let has_numbers = numbers
        .split_once('-')
        .is_some_and(|(process, number)| is_number(process) && is_number(number));
    has_numbers && name.is_none_or(|name| name == own)
}

const PART: &str = ".groupme-part";
/// Maximum number of temporary files of one name and process at the same time.
const ATTEMPTS: u32 = 1000;

#[cfg(test)]
mod tests {
    use super::*;

    fn names(directory: &Path) -> Vec<String> {
        let entries = fs::read_dir(directory).unwrap();
        let mut names: Vec<_> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn a_file_has_its_name_only_once_it_is_whole() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a");
        let mut file = PartFile::create(&path).unwrap();
        file.write_all(b"one").unwrap();
        let part = format!(".a.{}-0.groupme-part", std::process::id());
        assert_eq!(names(directory.path()), [part]);
        drop(file);
        assert_eq!(names(directory.path()), [""; 0]);
        write(&path, b"two").unwrap();
        write(&path, b"three").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"three");
        assert_eq!(names(directory.path()), ["a"]);
    }

    #[test]
    fn a_placed_file_replaces_nothing() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a");
        let mut file = PartFile::create(&path).unwrap();
        file.write_all(b"one").unwrap();
        file.place().unwrap();
        let again = PartFile::create(&path).unwrap().place().unwrap_err();
        assert_eq!(again.kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(fs::read(&path).unwrap(), b"one");
        assert_eq!(names(directory.path()), ["a"]);
    }

    #[test]
    fn leftovers_of_a_killed_program_are_removed_and_no_other_file() {
        let directory = tempfile::tempdir().unwrap();
        let others = [
            "a.part",
            ".a.part",
            ".a.groupme-part",
            ".a.1-x.groupme-part",
            "c",
        ];
        for name in others
            .iter()
            .chain(&[".a.1-0.groupme-part", ".b.22-3.groupme-part"])
        {
            fs::write(directory.path().join(name), "half").unwrap();
        }
        let running = PartFile::create(directory.path().join("d")).unwrap();
        remove_leftovers(directory.path(), Some("a")).unwrap();
        assert!(!directory.path().join(".a.1-0.groupme-part").exists());
        assert!(directory.path().join(".b.22-3.groupme-part").exists());
        remove_leftovers(directory.path(), None).unwrap();
        assert_eq!(names(directory.path()).len(), others.len() + 1);
        running.place().unwrap();
        for name in others {
            assert!(directory.path().join(name).exists(), "{name}");
        }
    }

    #[test]
    fn two_files_at_once_do_not_take_each_other_for_leftovers() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a");
        let mut first = PartFile::create(&path).unwrap();
        let second = PartFile::create(&path).unwrap();
        first.write_all(b"one").unwrap();
        first.place().unwrap();
        assert_eq!(
            second.place().unwrap_err().kind(),
            io::ErrorKind::AlreadyExists
        );
        assert_eq!(fs::read(&path).unwrap(), b"one");
    }
}
