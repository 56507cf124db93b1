//! Files that have their name only once they are whole.

use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
};

/// File that is being written. Until it is whole, it has a hidden name of a form that only this crate
/// creates; then it is synchronised and gets its name. Dropped before that, it is removed.
///
/// What a killed program left behind is removed by the next one that writes a file of the same name.
#[derive(Debug)]
pub struct PartFile {
    /// Locked as long as it is open: nobody else takes it for a leftover.
    file: File,
    part: PathBuf,
    path: PathBuf,
}

impl PartFile {
    /// Begins a file, as readable as the system's settings say.
    ///
    /// # Errors
    ///
    /// If the file cannot be created.
    pub fn create(path: impl Into<PathBuf>) -> io::Result<Self> {
        Self::begin(path.into(), File::options())
    }

    /// Begins a file that only the user of this machine can read.
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
                    // A file system without locks has no leftovers removed from under this file either.
                    let _ = file.try_lock();
                    return Ok(Self { file, part, path });
                }
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
        Err(io::ErrorKind::AlreadyExists.into())
    }

    /// Gives the file its name, in place of a file that has it already.
    ///
    /// # Errors
    ///
    /// If the file cannot be synchronised or renamed. A file of the same name is left as it was.
    pub fn replace(self) -> io::Result<()> {
        self.file.sync_all()?;
        fs::rename(&self.part, &self.path)?;
        self.sync_directory()
    }

    /// Gives the file its name, unless there is something of that name.
    ///
    /// # Errors
    ///
    /// [`io::ErrorKind::AlreadyExists`] in that case; otherwise as [`replace`](Self::replace).
    pub fn place(self) -> io::Result<()> {
        self.file.sync_all()?;
        if self.path.symlink_metadata().is_ok() {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        // A link does not replace something that has the name by now, as renaming would.
        match fs::hard_link(&self.part, &self.path) {
            // Some file systems have no links.
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
                fs::rename(&self.part, &self.path)?;
            }
            linked => linked?,
        }
        self.sync_directory()
    }

    /// Makes the name durable, too.
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
        // Renamed already, or of no use.
        let _ = fs::remove_file(&self.part);
    }
}

/// Writes a whole file at once, for the user of this machine alone.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = PartFile::create_private(path)?;
    file.write_all(bytes)?;
    file.replace()
}

/// Returns options for a file that only the user of this machine can read.
pub(crate) fn private_options() -> fs::OpenOptions {
    let mut options = File::options();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Removes the unfinished files of a directory that a killed program has left: those of one name, or
/// all. A file that a running program writes is locked, and stays.
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

/// Returns whether a file name has the form of an unfinished file: a dot, the name, a process and a
/// number, and the ending.
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
/// Unfinished files of one name and process at the same time.
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
    fn what_a_killed_program_left_is_removed_and_nothing_else() {
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
