//! The lines a process has printed so far, and waiting for the one that is meant.

use core::time::Duration;
use std::{
    io::{BufRead, BufReader, Read},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread,
    time::Instant,
};

use anyhow::bail;
use serde_json::Value;

use crate::clock;

/// A place between two lines of a [`Log`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Mark(pub(super) usize);

/// One line of output.
#[derive(Clone, Debug)]
pub(super) struct Line {
    /// When it was read.
    pub(super) at: Instant,
    /// What it says, without the line break.
    pub(super) text: String,
    /// The same as JSON; null if it is none.
    pub(super) json: Value,
}

impl Line {
    /// Takes a line that has just been read.
    pub(super) fn read(text: String) -> Self {
        let json = serde_json::from_str(&text).unwrap_or(Value::Null);
        Self {
            at: clock::now(),
            text,
            json,
        }
    }
}

/// Everything one stream of a process has carried.
#[derive(Debug, Default)]
pub(super) struct Log {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    lines: Vec<Line>,
    ended: bool,
}

impl Log {
    /// Reads a stream to its end in the background.
    pub(super) fn follow(stream: impl Read + Send + 'static) -> Arc<Self> {
        let log = Arc::new(Self::default());
        let writer = Arc::clone(&log);
        thread::spawn(move || {
            let mut reader = BufReader::new(stream);
            let mut bytes = Vec::new();
            while reader
                .read_until(b'\n', &mut bytes)
                .is_ok_and(|read| read > 0)
            {
                let text = String::from_utf8_lossy(bytes.trim_ascii_end()).into_owned();
                writer.push(text);
                bytes.clear();
            }
            writer.lock().ended = true;
            writer.changed.notify_all();
        });
        log
    }

    fn push(&self, text: String) {
        self.lock().lines.push(Line::read(text));
        self.changed.notify_all();
    }

    /// Returns the place after the last line so far.
    pub(super) fn end(&self) -> Mark {
        Mark(self.lock().lines.len())
    }

    /// Returns the lines from a place on.
    pub(super) fn since(&self, mark: Mark) -> Vec<Line> {
        self.lock().lines.get(mark.0..).unwrap_or_default().to_vec()
    }

    /// Waits for the first line after `mark` that is meant, and returns the place after it.
    ///
    /// # Errors
    ///
    /// If the stream ends first, or it takes longer than `patience`; `what` names the line.
    pub(super) fn wait(
        &self,
        mark: Mark,
        patience: Duration,
        what: &str,
        mut is_meant: impl FnMut(&Line) -> bool,
    ) -> anyhow::Result<Mark> {
        let mut next = mark.0;
        self.wait_until(patience, what, |lines| {
            while let Some(line) = lines.get(next) {
                next += 1;
                if is_meant(line) {
                    return true;
                }
            }
            false
        })?;
        Ok(Mark(next))
    }

    /// Waits until all the lines so far, taken together, are as wanted.
    ///
    /// # Errors
    ///
    /// If the stream ends first, or it takes longer than `patience`; `what` names what is wanted.
    pub(super) fn wait_until(
        &self,
        patience: Duration,
        what: &str,
        mut is_so: impl FnMut(&[Line]) -> bool,
    ) -> anyhow::Result<()> {
        let deadline = clock::now() + patience;
        let mut state = self.lock();
        while !is_so(&state.lines) {
            if state.ended {
                bail!("it ended without {what}");
            }
            let Some(later) = self.later(state, deadline) else {
                bail!("{what} did not come within {} s", patience.as_secs());
            };
            state = later;
        }
        Ok(())
    }

    /// Waits until the stream ends.
    ///
    /// # Errors
    ///
    /// If it takes longer than `patience`.
    pub(super) fn wait_end(&self, patience: Duration) -> anyhow::Result<()> {
        let deadline = clock::now() + patience;
        let mut state = self.lock();
        while !state.ended {
            let Some(later) = self.later(state, deadline) else {
                bail!("it did not end within {} s", patience.as_secs());
            };
            state = later;
        }
        Ok(())
    }

    /// Waits until something changed, or returns nothing once the deadline has passed.
    fn later<'a>(
        &self,
        state: MutexGuard<'a, State>,
        deadline: Instant,
    ) -> Option<MutexGuard<'a, State>> {
        let left = deadline.saturating_duration_since(clock::now());
        if left.is_zero() {
            return None;
        }
        let waited = self.changed.wait_timeout(state, left);
        Some(waited.unwrap_or_else(PoisonError::into_inner).0)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATIENCE: Duration = Duration::from_secs(20);

    fn texts(lines: &[Line]) -> Vec<&str> {
        lines.iter().map(|line| line.text.as_str()).collect()
    }

    #[test]
    fn a_line_is_found_after_the_mark_only() {
        let log = Log::follow(&b"{\"n\":1}\n{\"n\":2}\n{\"n\":1}\nrest"[..]);
        let is_one = |line: &Line| line.json["n"] == 1;
        let first = log
            .wait(Mark::default(), PATIENCE, "a one", is_one)
            .unwrap();
        let second = log.wait(first, PATIENCE, "a one", is_one).unwrap();
        assert!(first < second);
        let error = log
            .wait(second, PATIENCE, "a third one", is_one)
            .unwrap_err();
        assert_eq!(error.to_string(), "it ended without a third one");
        assert_eq!(texts(&log.since(second)), ["rest"]);
    }

    #[test]
    fn a_line_that_comes_while_waiting_is_found() {
        let (reader, mut writer) = std::io::pipe().unwrap();
        let log = Log::follow(reader);
        let waiting = Arc::clone(&log);
        let waiter = thread::spawn(move || {
            waiting.wait(Mark::default(), PATIENCE, "it", |line| line.text == "it")
        });
        std::io::Write::write_all(&mut writer, b"not it\nit\n").unwrap();
        assert_eq!(waiter.join().unwrap().unwrap(), Mark(2));
    }

    #[test]
    fn patience_ends() {
        let (reader, _writer) = std::io::pipe().unwrap();
        let log = Log::follow(reader);
        let error = log
            .wait(log.end(), Duration::ZERO, "it", |_| true)
            .unwrap_err();
        assert_eq!(error.to_string(), "it did not come within 0 s");
    }
}
