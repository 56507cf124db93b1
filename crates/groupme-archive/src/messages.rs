//! Reader of archived messages.

use core::fmt;
use std::{
    fs::File,
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
};

use bayeux_wire::{Decoder, Frame, Limits};
use groupme_model::MessageRef;

use crate::Error;

/// Reader of a conversation's archived messages, oldest first. Each message is a view of the current
/// line.
///
/// An incomplete line at the end, as a killed program leaves, is ignored.
pub struct Messages {
    path: PathBuf,
    input: Option<BufReader<File>>,
    decoder: Decoder,
    frame: Frame,
    line: Vec<u8>,
    /// Number of the current line, from 1.
    number: u64,
    /// Offset of the current line, in bytes.
    start: u64,
    /// Offset behind the last complete line, in bytes.
    end: u64,
}

impl Messages {
    /// Opens a file. A file that does not exist counts as empty.
    pub(crate) fn open(path: &Path) -> Result<Self, Error> {
        let input = match File::open(path) {
            Ok(file) => Some(BufReader::with_capacity(BUFFER, file)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
            Err(error) => return Err(Error::file("read", path)(error)),
        };
        let mut limits = Limits::default();
        limits.max_frame = MAX_LINE;
        limits.max_values = MAX_LINE;
        Ok(Self {
            path: path.to_owned(),
            input,
            decoder: Decoder::with_limits(limits),
            frame: Frame::new(),
            line: Vec::new(),
            number: 0,
            start: 0,
            end: 0,
        })
    }

    /// Reads the next message. `None` at the end.
    ///
    /// # Errors
    ///
    /// [`Error::Damaged`] if a line is no message; [`Error::File`] if the file cannot be read.
    #[expect(
        clippy::should_implement_trait,
        reason = "a message borrows from this value"
    )]
    pub fn next(&mut self) -> Result<Option<MessageRef<'_>>, Error> {
        let Some(input) = &mut self.input else {
            return Ok(None);
        };
        self.line.clear();
        let read = input.read_until(b'\n', &mut self.line);
        read.map_err(Error::file("read", &self.path))?;
        if self.line.pop() != Some(b'\n') {
            return Ok(None);
        }
        self.number = self.number.saturating_add(1);
        self.start = self.end;
        let length = u64::try_from(self.line.len()).unwrap_or(u64::MAX);
        self.end = self.start.saturating_add(length).saturating_add(1);
        self.frame.clear();
        self.frame.extend_from_slice(&self.line);
        let decoded = self.decoder.decode_value(&mut self.frame);
        let root = decoded.ok().and_then(|()| self.frame.root());
        match root.and_then(MessageRef::from_value) {
            Some(message) => Ok(Some(message)),
            None => Err(Error::Damaged {
                path: self.path.clone(),
                line: self.number,
            }),
        }
    }

    /// Returns the line of the message read last, without its line break.
    pub fn line(&self) -> &[u8] {
        &self.line
    }

    /// Returns the offset of the message read last, in bytes.
    pub(crate) fn start(&self) -> u64 {
        self.start
    }

    /// Returns the offset behind the last complete line, in bytes.
    pub(crate) fn end(&self) -> u64 {
        self.end
    }
}

impl fmt::Debug for Messages {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Messages")
            .field("path", &self.path)
            .field("number", &self.number)
            .finish_non_exhaustive()
    }
}

const BUFFER: usize = 256 << 10;

/// Longest line that is read, in bytes: no answer of the REST API may be longer.
const MAX_LINE: usize = 32 << 20;
