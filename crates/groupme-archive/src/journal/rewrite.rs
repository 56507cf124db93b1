//! Changes of messages in the middle of a file.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{BufWriter, Write as _},
};

use groupme_model::MessageId;

use super::Journal;
use crate::{Error, Messages, PartFile, archive_file};

impl Journal {
    /// Replaces lines, and inserts those of new messages by the order of ids. The file is replaced by
    /// renaming, so that a reader or a crash sees the old or the new one. Does nothing without lines.
    pub(crate) fn replace(&mut self, mut lines: BTreeMap<MessageId, Vec<u8>>) -> Result<(), Error> {
        if lines.is_empty() {
            return Ok(());
        }
        let path = self.path.clone();
        let failed = Error::file("write", &path);
        let mut part = BufWriter::new(PartFile::create_private(&path).map_err(&failed)?);
        let mut write = |line: &[u8]| -> Result<(), Error> {
            let written = part.write_all(line).and_then(|()| part.write_all(b"\n"));
            written.map_err(&failed)
        };
        let is_new = |id: &MessageId, _: &mut Vec<u8>| !self.rows.contains_key(id);
        let mut inserted: BTreeMap<_, _> = lines.extract_if(.., is_new).collect();
        let mut messages = Messages::open(&path)?;
        while let Some(message) = messages.next()? {
            let id = message.id().into_owned();
            while let Some(entry) = inserted.first_entry().filter(|entry| *entry.key() < id) {
                write(&entry.remove())?;
            }
            match lines.get(&id) {
                Some(line) => write(line)?,
                None => write(messages.line())?,
            }
        }
        for line in inserted.into_values() {
            write(&line)?;
        }
        let part = part
            .into_inner()
            .map_err(std::io::IntoInnerError::into_error);
        part.and_then(PartFile::persist).map_err(&failed)?;
        let mut options = File::options();
        options.read(true).append(true);
        self.file = archive_file::open(&path, &mut options).map_err(Error::file("open", &path))?;
        self.read()
    }
}
