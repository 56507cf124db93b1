//! `groupme decode`: prints captured frames and payloads as typed values.

use std::{
    fs::File,
    io::{self, BufRead, BufReader, BufWriter, Read as _, Write},
    path::Path,
};

use anyhow::{Context as _, anyhow};
use bayeux_wire::{DecodeError, Decoder, Frame, Kind, Limits, Message, Value};
use groupme_model::inspect::{self, Inspection};
use serde::Serialize;

use crate::{
    args::{Decode, Payload},
    exit::Failure,
    output::{closed, write_json},
};

pub(crate) fn run(args: &Decode) -> Result<(), Failure> {
    closed::check()?;
    let name = if is_stdin(&args.file) {
        "standard input".to_owned()
    } else {
        args.file.display().to_string()
    };
    let mut input = open(&args.file).with_context(|| format!("cannot open {name}"))?;
    let mut run = DecodeRun {
        name,
        payload: args.payload,
        stdout: BufWriter::new(io::stdout().lock()),
        bad: false,
    };
    run.all(&mut *input)?;
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
    bad: bool,
}

impl<W: Write> DecodeRun<W> {
    /// Decodes one document a line as the lines arrive, or one document of many lines: the first
    /// line decides, by being a document or not.
    fn all(&mut self, input: &mut dyn BufRead) -> Result<(), Failure> {
        let mut line = Vec::new();
        let mut number = 0;
        while line.trim_ascii().is_empty() {
            line.clear();
            number += 1;
            if !self.read_line(input, &mut line, number)? {
                return Ok(());
            }
        }
        if self.decode(&line).is_ok() {
            self.line(&line, number)?;
            return self.lines(input, number);
        }
        let mut whole = line;
        let left = MAX_DOCUMENT.saturating_sub(whole.len());
        take(input, left)
            .read_to_end(&mut whole)
            .with_context(|| self.unreadable())?;
        match self.decode(&whole) {
            Ok(frame) => self.print(&frame, number),
            Err(_) if self.has_valid_line(&whole) => {
                self.lines(&mut whole.chain(input), number - 1)
            }
            Err(error) => {
                self.refuse(&whole, number, &error);
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

    /// Reads a line of at most [`MAX_DOCUMENT`] bytes. Returns `false` at the end of the input.
    fn read_line(
        &self,
        input: &mut dyn BufRead,
        line: &mut Vec<u8>,
        number: usize,
    ) -> anyhow::Result<bool> {
        let read = take(input, MAX_DOCUMENT).read_until(b'\n', line);
        let read = read.with_context(|| self.unreadable())?;
        // The rest of such a line may never end, as in `/dev/zero`.
        if line.len() > MAX_DOCUMENT {
            return Err(anyhow!(
                "{}: line {number} has more than {MAX_DOCUMENT} bytes",
                self.name
            ));
        }
        Ok(read > 0)
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
                self.refuse(line, number, &error);
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
        if self.payload == Payload::Frame {
            for message in frame.messages() {
                match message.data() {
                    Some(data) => self.inspection(&inspect::push(data), number)?,
                    None => self.write(&Reply::new(message))?,
                }
            }
            if frame.rejected() > 0 {
                let what = format!("{} elements are not messages", frame.rejected());
                self.report(Position::start_of(number), &what);
            }
            return Ok(());
        }
        match frame.root().map(|root| (root.kind(), root)) {
            Some((Kind::Array(items), _)) => items
                .into_iter()
                .try_for_each(|one| self.value(one, number)),
            Some((_, root)) => self.value(root, number),
            None => Ok(()),
        }
    }

    fn value(&mut self, value: Value<'_>, number: usize) -> Result<(), Failure> {
        let inspection = match self.payload {
            Payload::Event => inspect::event(value),
            Payload::Attachment => inspect::attachment(value),
            Payload::Message => inspect::message(value),
            Payload::Push | Payload::Frame => inspect::push(value),
        };
        self.inspection(&inspection, number)
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

    fn refuse(&mut self, document: &[u8], number: usize, error: &DecodeError) {
        self.report(Position::of(error, document, number), &fault(error));
    }

    fn report(&mut self, Position { line, offset }: Position, what: &str) {
        self.bad = true;
        // With stderr closed, the exit status still reports the failure.
        let _ = writeln!(
            io::stderr(),
            "groupme: {}: line {line}, offset {offset}: {what}",
            self.name
        );
    }
}

/// Position of an error: line, from 1, and offset in the line, in bytes from 0.
#[derive(Clone, Copy, Debug)]
struct Position {
    line: usize,
    offset: usize,
}

impl Position {
    fn start_of(line: usize) -> Self {
        Self { line, offset: 0 }
    }

    /// Returns the position of a syntax error in a document that begins in line `first`.
    fn of(error: &DecodeError, document: &[u8], first: usize) -> Self {
        let &DecodeError::Syntax { offset, .. } = error else {
            return Self::start_of(first);
        };
        let before = &document[..offset.min(document.len())];
        let lines = before.split(|byte| *byte == b'\n');
        let (line, offset) = lines
            .zip(first..)
            .fold((first, 0), |_, (text, line)| (line, text.len()));
        Self { line, offset }
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
            format!("document with more than {limit} values")
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

/// Limits for captures: larger than for frames from a server, because the user chose the file. An
/// object of two bytes becomes hundreds in memory, so their number depends on the size.
fn limits(size: usize) -> Limits {
    let mut limits = Limits::default();
    limits.max_frame = MAX_DOCUMENT;
    limits.max_values = MAX_VALUES;
    limits.max_objects = FREE_OBJECTS + size / OBJECT_SIZE;
    limits
}

/// Number of values that a document may have. Each takes some fifty bytes in memory, however short.
const MAX_VALUES: usize = 1_500_000;

/// Number of objects that a document of any size may have.
const FREE_OBJECTS: usize = 4_096;
/// Average size of the objects beyond, in bytes. GroupMe's messages have hundreds.
const OBJECT_SIZE: usize = 64;

/// Maximum bytes of a document: those of the largest page that the REST API may return.
const MAX_DOCUMENT: usize = 16 * 1024 * 1024;
