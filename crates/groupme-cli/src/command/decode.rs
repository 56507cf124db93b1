//! `groupme decode`: prints captured frames and payloads as typed values.

mod complaints;
mod elements;
mod payloads;

use std::{
    fs::File,
    io::{self, BufRead, BufReader, BufWriter, Read as _, Write},
    path::Path,
};

use anyhow::{Context as _, anyhow};
use bayeux_wire::{DecodeError, Decoder, Frame, Limits, Message, Value};
use groupme_model::{
    Losses,
    inspect::{self, Inspection},
};
use serde::Serialize;

use self::{
    complaints::Complaints,
    elements::{Elements, ListError, Position},
    payloads::Payloads,
};
use crate::{
    args::{Decode, Payload},
    exit::Failure,
    output::write_json,
};

pub(crate) fn run(args: &Decode) -> Result<(), Failure> {
    let name = if is_stdin(&args.file) {
        "standard input".to_owned()
    } else {
        args.file.display().to_string()
    };
    let mut input = open(&args.file).with_context(|| format!("cannot open {name}"))?;
    let complaints = Complaints::about(name.clone());
    let mut run = DecodeRun {
        name,
        payload: args.payload,
        stdout: BufWriter::new(io::stdout().lock()),
        complaints,
        bad: false,
    };
    let read = run.all(&mut *input);
    run.complaints.finish();
    read?;
    run.stdout.flush()?;
    if run.bad {
        Err(Failure::Reported)
    } else {
        Ok(())
    }
}

/// A decoding run over one input.
struct DecodeRun<W> {
    name: String,
    payload: Payload,
    stdout: W,
    complaints: Complaints,
    bad: bool,
}

impl<W: Write> DecodeRun<W> {
    /// Decodes one document a line as the lines arrive, or one document of many lines: the first
    /// line decides, by being a document or not. A list that is too large to be read as a whole is
    /// decoded element by element.
    fn all(&mut self, input: &mut dyn BufRead) -> Result<(), Failure> {
        let mut line = Vec::new();
        let mut number = 0;
        while line.trim_ascii().is_empty() {
            line.clear();
            number += 1;
            if !self.read_up_to_limit(input, &mut line)? {
                return Ok(());
            }
        }
        if line.len() > MAX_DOCUMENT && !self.is_list(&line) {
            return Err(self.too_long(number).into());
        }
        if line.len() <= MAX_DOCUMENT && self.decode(&line).is_ok() {
            self.line(&line, number)?;
            return self.lines(input, number);
        }
        let mut whole = line;
        if let Some(left) = MAX_DOCUMENT.checked_sub(whole.len()) {
            take(input, left)
                .read_to_end(&mut whole)
                .with_context(|| self.unreadable())?;
        }
        if whole.len() > MAX_DOCUMENT && self.is_list(&whole) {
            return self.list(&mut whole.chain(input), number);
        }
        match self.decode(&whole) {
            Ok(frame) => self.print(&frame, number),
            // A list of many small elements has room element by element.
            Err(DecodeError::TooManyObjects { .. } | DecodeError::TooManyValues { .. })
                if self.is_list(&whole) =>
            {
                self.list(&mut whole.chain(input), number)
            }
            Err(_) if self.has_valid_line(&whole) => {
                self.lines(&mut whole.chain(input), number - 1)
            }
            Err(error) => {
                self.refuse(&whole, Position::start_of(number), &error);
                Ok(())
            }
        }
    }

    fn lines(&mut self, input: &mut dyn BufRead, before: usize) -> Result<(), Failure> {
        let mut line = Vec::new();
        let mut number = before;
        while self.read_line(input, &mut line, number + 1)? {
            number += 1;
            self.line(&line, number)?;
            line.clear();
        }
        Ok(())
    }

    /// Returns whether a document begins as a list whose first element is a document itself, and not
    /// as a line of a log.
    fn is_list(&self, start: &[u8]) -> bool {
        let mut first = Vec::new();
        let read = Elements::new(start, 1).next(&mut first, MAX_DOCUMENT);
        matches!(read, Ok(Some(_))) && self.decode(&first).is_ok()
    }

    /// Decodes a list element by element. `number` is the line in which the list begins.
    fn list(&mut self, input: &mut dyn BufRead, number: usize) -> Result<(), Failure> {
        let mut elements = Elements::new(input, number);
        let mut element = Vec::new();
        loop {
            match elements.next(&mut element, MAX_DOCUMENT) {
                Ok(Some(place)) => match self.decode(&element) {
                    Ok(frame) => self.print(&frame, place.line)?,
                    Err(error) => self.refuse(&element, place, &error),
                },
                Ok(None) => return Ok(()),
                Err(ListError::Io(error)) => {
                    return Err(anyhow::Error::new(error).context(self.unreadable()).into());
                }
                Err(ListError::Syntax(place, what)) => {
                    self.report(place, &what);
                    return Ok(());
                }
            }
        }
    }

    /// Reads a line, or one byte more than [`MAX_DOCUMENT`] of it. Returns `false` at the end of the
    /// input.
    fn read_up_to_limit(
        &self,
        input: &mut dyn BufRead,
        line: &mut Vec<u8>,
    ) -> anyhow::Result<bool> {
        let read = take(input, MAX_DOCUMENT).read_until(b'\n', line);
        Ok(read.with_context(|| self.unreadable())? > 0)
    }

    /// Reads a line of at most [`MAX_DOCUMENT`] bytes. Returns `false` at the end of the input.
    fn read_line(
        &self,
        input: &mut dyn BufRead,
        line: &mut Vec<u8>,
        number: usize,
    ) -> anyhow::Result<bool> {
        let has_more = self.read_up_to_limit(input, line)?;
        // The rest of such a line may never end, as in `/dev/zero`.
        if line.len() > MAX_DOCUMENT {
            return Err(self.too_long(number));
        }
        Ok(has_more)
    }

    fn too_long(&self, number: usize) -> anyhow::Error {
        let name = &self.name;
        anyhow!("{name}: line {number} has more than {MAX_DOCUMENT} bytes")
    }

    fn unreadable(&self) -> String {
        format!("cannot read {}", self.name)
    }

    fn line(&mut self, line: &[u8], number: usize) -> Result<(), Failure> {
        if line.trim_ascii().is_empty() {
            return Ok(());
        }
        match self.decode(line) {
            Ok(frame) => self.print(&frame, number),
            Err(error) => {
                self.refuse(line, Position::start_of(number), &error);
                Ok(())
            }
        }
    }

    fn has_valid_line(&self, whole: &[u8]) -> bool {
        whole
            .split(|byte| *byte == b'\n')
            .any(|line| self.decode(line).is_ok())
    }

    fn decode(&self, bytes: &[u8]) -> Result<Frame, DecodeError> {
        let mut frame = Frame::from_bytes(bytes.trim_ascii_end());
        let mut decoder = Decoder::with_limits(limits(bytes.len()));
        match self.payload {
            Payload::Frame => decoder.decode(&mut frame)?,
            _ => decoder.decode_value(&mut frame)?,
        }
        Ok(frame)
    }

    /// Prints the content of a document that begins in line `number`.
    fn print(&mut self, frame: &Frame, number: usize) -> Result<(), Failure> {
        let start = Position::start_of(number);
        if let Some(root) = frame.root() {
            self.report_losses(root, start);
        }
        if self.payload == Payload::Frame {
            for message in frame.messages() {
                if message.channel().is_empty() {
                    self.report(start, payloads::no_message(message.value()));
                    continue;
                }
                match message.data() {
                    Some(data) => self.inspection(&inspect::push(data), number)?,
                    None => self.write(&Reply::new(message))?,
                }
            }
            if frame.rejected() > 0 {
                let what = format!("{} elements are not messages", frame.rejected());
                self.report(start, &what);
            }
            return Ok(());
        }
        let Some(root) = frame.root() else {
            return Ok(());
        };
        match payloads::of(root, self.payload) {
            Payloads::One(one) => self.value(one, number),
            Payloads::Many(list) => list.items().try_for_each(|one| self.value(one, number)),
            Payloads::Refusal(code) => {
                let what =
                    format!("an answer of the REST API without content, with the code {code}");
                self.report(start, &what);
                Ok(())
            }
        }
    }

    fn value(&mut self, value: Value<'_>, number: usize) -> Result<(), Failure> {
        self.inspection(&payloads::inspect(value, self.payload), number)
    }

    /// Prints a payload. Unreadable fields appear in `value` unchanged, and in the log by name.
    fn inspection(&mut self, inspection: &Inspection, number: usize) -> Result<(), Failure> {
        for problem in &inspection.problems {
            tracing::info!("{}: line {number}: {problem}", self.name);
        }
        self.write(inspection)
    }

    fn write(&mut self, value: &impl Serialize) -> Result<(), Failure> {
        // An I/O error, so that a closed pipe is recognised as such.
        write_json(&mut self.stdout, value)?;
        // Readers of a pipe expect each line at once.
        self.stdout.flush()?;
        Ok(())
    }

    /// Reports a document that begins at `start`.
    fn refuse(&mut self, document: &[u8], start: Position, error: &DecodeError) {
        self.report(start.of(error, document), &fault(error));
    }

    fn report(&mut self, place: Position, what: &str) {
        self.bad = true;
        self.complaints.add(place, what);
    }

    /// Tells of values that are not printed as they are written.
    fn report_losses(&mut self, value: Value<'_>, start: Position) {
        let losses = Losses::of(value);
        if !losses.is_none() {
            self.complaints.add(start, &losses.to_string());
        }
    }
}

/// Describes an error without blaming a peer and without the offset, which [`Position`] shows.
fn fault(error: &DecodeError) -> String {
    match error {
        DecodeError::Syntax { what, .. } => format!("not JSON: {what}"),
        DecodeError::TooLarge { len, limit } => {
            format!("document of {len} bytes exceeds the limit of {limit} bytes")
        }
        DecodeError::TooManyValues { limit } => {
            format!("document of this size has more than {limit} values")
        }
        DecodeError::TooManyObjects { limit } => {
            format!("document of this size has more than {limit} objects")
        }
        DecodeError::NotBayeux { found } => {
            format!("found {found}, expected a message or an array of messages")
        }
        error => error.to_string(),
    }
}

/// A protocol message without a payload.
#[derive(Serialize)]
struct Reply<'f> {
    r#type: &'f str,
    typed: bool,
    unknown_fields: [&'static str; 0],
    value: Value<'f>,
}

impl<'f> Reply<'f> {
    fn new(message: Message<'f>) -> Self {
        Self {
            r#type: message.channel(),
            typed: false,
            unknown_fields: [],
            value: message.value(),
        }
    }
}

fn open(file: &Path) -> io::Result<Box<dyn BufRead>> {
    Ok(if is_stdin(file) {
        Box::new(io::stdin().lock())
    } else {
        Box::new(BufReader::new(File::open(file)?))
    })
}

fn is_stdin(file: &Path) -> bool {
    file == Path::new("-")
}

/// Reads on, one byte beyond `limit` at most, so that a longer document can be told.
fn take(input: &mut dyn BufRead, limit: usize) -> io::Take<&mut dyn BufRead> {
    input.take(u64::try_from(limit).map_or(u64::MAX, |limit| limit.saturating_add(1)))
}

/// Limits for captures: larger than for frames from a server, because the user chose the file. Short
/// values and objects become long in memory, so their number depends on the size: a document takes at
/// most eight times its size, and 128 MB.
fn limits(size: usize) -> Limits {
    let mut limits = Limits::default();
    limits.max_frame = MAX_DOCUMENT;
    limits.max_values = MAX_VALUES.min(FREE_VALUES + size / VALUE_SIZE);
    limits.max_objects = FREE_OBJECTS + size / OBJECT_SIZE;
    limits
}

/// Number of values that a document may have. Each takes some fifty bytes in memory, however short.
const MAX_VALUES: usize = 1_500_000;
/// Number of values that a document of any size may have.
const FREE_VALUES: usize = 65_536;
/// Average size of the values beyond, in bytes.
const VALUE_SIZE: usize = 8;

/// Number of objects that a document of any size may have. Each can take more than a kilobyte.
const FREE_OBJECTS: usize = 4_096;
/// Average size of the objects beyond, in bytes. GroupMe's messages have hundreds.
const OBJECT_SIZE: usize = 256;

/// Maximum bytes of a document: those of the largest page that the REST API may return.
const MAX_DOCUMENT: usize = 16 * 1024 * 1024;
