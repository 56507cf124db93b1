//! Output of a process, by lines, and waiting for a line.

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

/// A position between two lines of a [`Log`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct LogPosition(pub(super) usize);

/// A line of output.
#[derive(Clone, Debug)]
pub(super) struct Line {
    /// Time of its arrival.
    pub(super) at: Instant,
    /// Text without the line break.
    pub(super) text: String,
    /// Text parsed as JSON; null if it is none.
    pub(super) json: Value,
}

impl Line {
    /// Makes a line that arrived now.
    pub(super) fn read(text: String) -> Self {
        let json = serde_json::from_str(&text).unwrap_or(Value::Null);
        Self {
            at: clock::now(),
            text,
            json,
        }
    }
}

/// All lines of one stream of a process.
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

    /// Returns the position after the last line.
    pub(super) fn end(&self) -> LogPosition {
        LogPosition(self.lock().lines.len())
    }

    /// Returns the lines from a position on.
    pub(super) fn since(&self, mark: LogPosition) -> Vec<Line> {
        self.lock().lines.get(mark.0..).unwrap_or_default().to_vec()
    }

    /// Waits for the first line after `mark` for which `is_it` holds, and returns the position
    /// after it.
    ///
    /// # Errors
    ///
    /// If the stream ends first, or after `timeout`; `what` names the line in the error.
    pub(super) fn wait(
        &self,
        mark: LogPosition,
        timeout: Duration,
        what: &str,
        mut is_it: impl FnMut(&Line) -> bool,
    ) -> anyhow::Result<LogPosition> {
        let mut next = mark.0;
        self.wait_until(timeout, what, |lines| {
            while let Some(line) = lines.get(next) {
                next += 1;
                if is_it(line) {
                    return true;
                }
            }
            false
        })?;
        Ok(LogPosition(next))
    }

    /// Waits until `is_so` holds for all lines together.
    ///
    /// # Errors
    ///
    /// If the stream ends first, or after `timeout`; `what` names the condition in the error.
    pub(super) fn wait_until(
        &self,
        timeout: Duration,
        what: &str,
        mut is_so: impl FnMut(&[Line]) -> bool,
    ) -> anyhow::Result<()> {
        let deadline = clock::now() + timeout;
        let mut state = self.lock();
        while !is_so(&state.lines) {
            if state.ended {
                bail!("the output ended without {what}");
            }
            let Some(later) = self.later(state, deadline) else {
                bail!("no {what} within {} s", timeout.as_secs());
            };
            state = later;
        }
        Ok(())
    }

    /// Waits for the end of the stream.
    pub(super) fn wait_end(&self, timeout: Duration) -> anyhow::Result<()> {
        let deadline = clock::now() + timeout;
        let mut state = self.lock();
        while !state.ended {
            let Some(later) = self.later(state, deadline) else {
                bail!("no end within {} s", timeout.as_secs());
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

    const TIMEOUT: Duration = Duration::from_secs(20);

    fn texts(lines: &[Line]) -> Vec<&str> {
        lines.iter().map(|line| line.text.as_str()).collect()
    }

    #[test]
    fn a_line_is_found_after_the_mark_only() {
        let log = Log::follow(&b"{\"n\":1}\n{\"n\":2}\n{\"n\":1}\nrest"[..]);
        let is_one = |line: &Line| line.json["n"] == 1;
        let first = log
            .wait(LogPosition::default(), TIMEOUT, "a one", is_one)
            .unwrap();
        let second = log.wait(first, TIMEOUT, "a one", is_one).unwrap();
        assert!(first < second);
        let error = log
            .wait(second, TIMEOUT, "a third one", is_one)
            .unwrap_err();
        assert_eq!(error.to_string(), "the output ended without a third one");
        assert_eq!(texts(&log.since(second)), ["rest"]);
    }

    #[test]
    fn a_line_that_comes_while_waiting_is_found() {
        let (reader, mut writer) = std::io::pipe().unwrap();
        let log = Log::follow(reader);
        let waiting = Arc::clone(&log);
        let waiter = thread::spawn(move || {
            waiting.wait(LogPosition::default(), TIMEOUT, "it", |line| {
                line.text == "it"
            })
        });
        std::io::Write::write_all(&mut writer, b"not it\nit\n").unwrap();
        assert_eq!(waiter.join().unwrap().unwrap(), LogPosition(2));
    }

    #[test]
    fn a_wait_ends_after_its_timeout() {
        let (reader, _writer) = std::io::pipe().unwrap();
        let log = Log::follow(reader);
        let error = log
            .wait(log.end(), Duration::ZERO, "it", |_| true)
            .unwrap_err();
        assert_eq!(error.to_string(), "no it within 0 s");
    }
}
