//! Files that have their name only once they are whole.

use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
};

/// File that is being written. Until it is whole, it has its name with `.part` behind; then it is
/// synchronised and gets its name. Dropped before that, it is removed.
///
/// A `.part` file that a killed program left behind is removed by the next one for the same name.
#[derive(Debug)]
pub struct PartFile {
    file: File,
    part: PathBuf,
    path: PathBuf,
}

impl PartFile {
    /// Creates `path` with `.part` behind.
    ///
    /// # Errors
    ///
    /// If the file cannot be created.
    pub fn create(path: impl Into<PathBuf>) -> io::Result<Self> {
        let path = path.into();
        let mut part = path.clone().into_os_string();
        part.push(PART);
        let part = PathBuf::from(part);
        // That of an earlier run, or something put there to be followed.
        let _ = fs::remove_file(&part);
        let file = File::create_new(&part)?;
        Ok(Self { file, part, path })
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

/// Writes a whole file at once.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = PartFile::create(path)?;
    file.write_all(bytes)?;
    file.replace()
}

/// Removes the `.part` files of a directory, which a killed program has left.
pub(crate) fn sweep(directory: &Path) -> io::Result<()> {
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        let is_part = entry.file_name().to_string_lossy().ends_with(PART);
        if is_part && entry.file_type()?.is_file() {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

const PART: &str = ".part";

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
        assert_eq!(names(directory.path()), ["a.part"]);
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
    fn what_a_killed_program_left_is_swept_and_nothing_else() {
        let directory = tempfile::tempdir().unwrap();
        for name in ["a.part", "b.part", "c", "part"] {
            fs::write(directory.path().join(name), "half").unwrap();
        }
        fs::create_dir(directory.path().join("d.part")).unwrap();
        sweep(directory.path()).unwrap();
        assert_eq!(names(directory.path()), ["c", "d.part", "part"]);
    }
}
