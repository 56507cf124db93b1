//! Reader of archived messages.

use core::fmt;
use std::path::Path;

use bayeux_wire::{Decoder, Frame, Limits};
use groupme_model::MessageRef;

use crate::{
    Error,
    lines::{Lines, MAX_LINE},
};

/// Reader of a conversation's archived messages, oldest first. Each message is a view of the current
/// line.
///
/// An incomplete line at the end, as a killed program leaves, is ignored.
pub struct Messages {
    lines: Lines,
    decoder: Decoder,
    frame: Frame,
}

impl Messages {
    /// Opens a file. A file that does not exist counts as empty.
    pub(crate) fn open(path: &Path) -> Result<Self, Error> {
        let mut limits = Limits::default();
        limits.max_frame = MAX_LINE;
        limits.max_values = MAX_LINE;
        Ok(Self {
            lines: Lines::open(path)?,
            decoder: Decoder::with_limits(limits),
            frame: Frame::new(),
        })
    }

    /// Reads the next message. `None` at the end.
    ///
    /// # Errors
    ///
    /// [`Error::Damaged`] if a line is no message, or longer than 32 MiB; [`Error::File`] if the file
    /// cannot be read.
    #[expect(
        clippy::should_implement_trait,
        reason = "a message borrows from this value"
    )]
    pub fn next(&mut self) -> Result<Option<MessageRef<'_>>, Error> {
        if !self.lines.advance()? {
            return Ok(None);
        }
        self.frame.clear();
        self.frame.extend_from_slice(self.lines.line());
        let decoded = self.decoder.decode_value(&mut self.frame);
        let root = decoded.ok().and_then(|()| self.frame.root());
        match root.and_then(MessageRef::from_value) {
            Some(message) => Ok(Some(message)),
            None => Err(self.lines.damaged()),
        }
    }

    /// Returns the line of the message read last, without its line break.
    pub fn line(&self) -> &[u8] {
        self.lines.line()
    }

    /// Returns the offset of the message read last, in bytes.
    pub(crate) fn start(&self) -> u64 {
        self.lines.start()
    }

    /// Returns the offset behind the last complete line, in bytes.
    pub(crate) fn end(&self) -> u64 {
        self.lines.end()
    }
}

impl fmt::Debug for Messages {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Messages")
            .field("lines", &self.lines.number())
            .finish_non_exhaustive()
    }
}
