//! `groupme decode`: captured frames and payloads, typed.

use std::{
    fs::File,
    io::{self, BufRead, BufReader, BufWriter, Write},
    path::Path,
};

use anyhow::Context as _;
use bayeux_wire::{DecodeError, Decoder, Frame, Limits, Message, Value};
use groupme_model::inspect;
use serde::Serialize;

use crate::{
    args::{Decode, Payload},
    exit::Failure,
};

pub(crate) fn run(args: &Decode) -> Result<(), Failure> {
    let name = args.file.display().to_string();
    let mut input = open(&args.file).with_context(|| format!("cannot open {name}"))?;
    let mut reading = Reading {
        name,
        payload: args.payload,
        decoder: Decoder::with_limits(limits()),
        stdout: BufWriter::new(io::stdout().lock()),
        bad: false,
    };
    reading.all(&mut *input)?;
    reading.stdout.flush()?;
    if reading.bad {
        Err(Failure::Told)
    } else {
        Ok(())
    }
}

/// One run over one input.
struct Reading<W> {
    name: String,
    payload: Payload,
    decoder: Decoder,
    stdout: W,
    bad: bool,
}

impl<W: Write> Reading<W> {
    /// Reads a document a line as they come, or one document of many lines. The first line tells:
    /// it is a document, or it is not.
    fn all(&mut self, input: &mut dyn BufRead) -> Result<(), Failure> {
        let mut line = Vec::new();
        let mut number = 0;
        while line.trim_ascii().is_empty() {
            line.clear();
            number += 1;
            if input.read_until(b'\n', &mut line)? == 0 {
                return Ok(());
            }
        }
        if self.decode(&line).is_ok() {
            self.line(&line, number)?;
            return self.lines(input, number);
        }
        let mut whole = line;
        input.read_to_end(&mut whole)?;
        match self.decode(&whole) {
            Ok(frame) => self.print(&frame),
            Err(_) if self.has_a_good_line(&whole) => self.lines(&mut &*whole, number - 1),
            Err(error) => {
                let line = number - 1 + line_of(&whole, &error);
                self.complain(line, &error);
                Ok(())
            }
        }
    }

    fn lines(&mut self, input: &mut dyn BufRead, before: usize) -> Result<(), Failure> {
        let mut line = Vec::new();
        let mut number = before;
        while input.read_until(b'\n', &mut line)? > 0 {
            number += 1;
            self.line(&line, number)?;
            line.clear();
        }
        Ok(())
    }

    fn line(&mut self, line: &[u8], number: usize) -> Result<(), Failure> {
        if line.trim_ascii().is_empty() {
            return Ok(());
        }
        match self.decode(line) {
            Ok(frame) => self.print(&frame),
            Err(error) => {
                self.complain(number, &error);
                Ok(())
            }
        }
    }

    fn has_a_good_line(&mut self, whole: &[u8]) -> bool {
        whole
            .split(|byte| *byte == b'\n')
            .any(|line| self.decode(line).is_ok())
    }

    fn decode(&mut self, bytes: &[u8]) -> Result<Frame, DecodeError> {
        let mut frame = Frame::from_bytes(bytes.trim_ascii_end());
        match self.payload {
            Payload::Frame => self.decoder.decode(&mut frame)?,
            _ => self.decoder.decode_value(&mut frame)?,
        }
        Ok(frame)
    }

    fn print(&mut self, frame: &Frame) -> Result<(), Failure> {
        if self.payload == Payload::Frame {
            for message in frame.messages() {
                match message.data() {
                    Some(data) => self.write(&inspect::push(data))?,
                    None => self.write(&Reply::new(message))?,
                }
            }
            return Ok(());
        }
        let Some(root) = frame.root() else {
            return Ok(());
        };
        let one = root.items().len() == 0;
        for value in root.items().chain(one.then_some(root)) {
            self.write(&match self.payload {
                Payload::Event => inspect::event(value),
                Payload::Attachment => inspect::attachment(value),
                Payload::Message => inspect::message(value),
                Payload::Push | Payload::Frame => inspect::push(value),
            })?;
        }
        Ok(())
    }

    fn write(&mut self, value: &impl Serialize) -> Result<(), Failure> {
        serde_json::to_writer(&mut self.stdout, value).context("cannot write")?;
        self.stdout.write_all(b"\n")?;
        // A pipe that is followed live wants each line now.
        self.stdout.flush()?;
        Ok(())
    }

    fn complain(&mut self, line: usize, error: &DecodeError) {
        self.bad = true;
        eprintln!("groupme: {}: line {line}: {error}", self.name);
    }
}

/// A message of the protocol itself: no push, nothing to type.
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
    Ok(if file == Path::new("-") {
        Box::new(io::stdin().lock())
    } else {
        Box::new(BufReader::new(File::open(file)?))
    })
}

/// A capture is the user's own, so its size is not held against it.
fn limits() -> Limits {
    let mut limits = Limits::default();
    limits.max_frame = 64 * 1024 * 1024;
    limits
}

/// In which line of a document an error is.
fn line_of(document: &[u8], error: &DecodeError) -> usize {
    let offset = match error {
        DecodeError::Syntax {
            offset: Some(offset),
            ..
        } => (*offset).min(document.len()),
        _ => 0,
    };
    1 + document[..offset]
        .iter()
        .filter(|byte| **byte == b'\n')
        .count()
}
