//! Reader of a file of lines.

use std::{
    fs::File,
    io::{BufRead as _, BufReader, Read as _},
    path::{Path, PathBuf},
};

use crate::{Error, archive_file};

/// Reader of a file of lines, which need not exist. A line without its end, as a killed program leaves,
/// is ignored.
#[derive(Debug)]
pub(crate) struct Lines {
    path: PathBuf,
    input: Option<BufReader<File>>,
    line: Vec<u8>,
    /// Number of the current line, from 1.
    number: u64,
    /// Offset of the current line, in bytes.
    start: u64,
    /// Offset behind the last complete line, in bytes.
    end: u64,
}

impl Lines {
    /// Opens a file. A file that does not exist counts as empty.
    ///
    /// # Errors
    ///
    /// [`Error::File`] if the file cannot be opened, or is no regular file.
    pub(crate) fn open(path: &Path) -> Result<Self, Error> {
        let file = archive_file::open_to_read(path).map_err(Error::file("read", path))?;
        Ok(Self {
            path: path.to_owned(),
            input: file.map(|file| BufReader::with_capacity(BUFFER, file)),
            line: Vec::new(),
            number: 0,
            start: 0,
            end: 0,
        })
    }

    /// Reads the next line. Returns false at the end.
    ///
    /// # Errors
    ///
    /// [`Error::Damaged`] if the line is longer than [`MAX_LINE`]; [`Error::File`] if the file cannot
    /// be read.
    pub(crate) fn advance(&mut self) -> Result<bool, Error> {
        let Some(input) = &mut self.input else {
            return Ok(false);
        };
        self.line.clear();
        let most = u64::try_from(MAX_LINE).unwrap_or(u64::MAX);
        let read = input
            .take(most.saturating_add(1))
            .read_until(b'\n', &mut self.line);
        read.map_err(Error::file("read", &self.path))?;
        self.number = self.number.saturating_add(1);
        if self.line.last() != Some(&b'\n') {
            if self.line.len() > MAX_LINE {
                return Err(self.damaged());
            }
            self.line.clear();
            return Ok(false);
        }
        self.line.pop();
        self.start = self.end;
        let length = u64::try_from(self.line.len()).unwrap_or(u64::MAX);
        self.end = self.start.saturating_add(length).saturating_add(1);
        Ok(true)
    }

    /// Returns the current line, without its end.
    pub(crate) fn line(&self) -> &[u8] {
        &self.line
    }

    /// Returns the offset of the current line, in bytes.
    pub(crate) fn start(&self) -> u64 {
        self.start
    }

    /// Returns the offset behind the last complete line, in bytes.
    pub(crate) fn end(&self) -> u64 {
        self.end
    }

    /// Returns the number of the current line, from 1.
    pub(crate) fn number(&self) -> u64 {
        self.number
    }

    /// Returns the error of a current line that cannot be used.
    pub(crate) fn damaged(&self) -> Error {
        Error::Damaged {
            path: self.path.clone(),
            line: self.number,
        }
    }
}

const BUFFER: usize = 256 << 10;

/// Longest line that is read, in bytes: no answer of the REST API may be longer.
pub(crate) const MAX_LINE: usize = 32 << 20;
