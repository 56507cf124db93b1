//! Elements of a list that is too large to be read as a whole.

use std::io::{self, BufRead};

use bayeux_wire::DecodeError;

/// Position in the input: line, from 1, and offset in the line, in bytes from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Position {
    pub(super) line: usize,
    pub(super) offset: usize,
}

impl Position {
    pub(super) fn start_of(line: usize) -> Self {
        Self { line, offset: 0 }
    }

    /// Returns the position of a syntax error in a document that begins here.
    pub(super) fn of(self, error: &DecodeError, document: &[u8]) -> Self {
        let &DecodeError::Syntax { offset, .. } = error else {
            return self;
        };
        self.after(&document[..offset.min(document.len())])
    }

    /// Returns the position behind some text that begins here.
    fn after(self, text: &[u8]) -> Self {
        let mut lines = text.split(|byte| *byte == b'\n');
        let first = lines.next().unwrap_or_default().len();
        let start = Self {
            line: self.line,
            offset: self.offset + first,
        };
        lines.fold(start, |before, line| Self {
            line: before.line + 1,
            offset: line.len(),
        })
    }
}

/// Failure to read a list.
#[derive(Debug)]
pub(super) enum ListError {
    Io(io::Error),
    /// The text is no list, or a list without an end.
    Syntax(Position, String),
}

/// Reader of a list, one element at a time: only brackets, commas and strings are looked at.
pub(super) struct Elements<R> {
    input: R,
    at: Position,
    /// Whether the opening bracket has been read.
    has_begun: bool,
    has_ended: bool,
}

impl<R: BufRead> Elements<R> {
    /// Begins before the opening bracket, in the given line.
    pub(super) fn new(input: R, line: usize) -> Self {
        Self {
            input,
            at: Position::start_of(line),
            has_begun: false,
            has_ended: false,
        }
    }

    /// Reads the next element, as it is written, and returns its position. `None` at the end of the
    /// list. An element that is larger than `limit` is an error.
    pub(super) fn next(
        &mut self,
        element: &mut Vec<u8>,
        limit: usize,
    ) -> Result<Option<Position>, ListError> {
        element.clear();
        if self.has_ended {
            return self.end();
        }
        if !self.has_begun {
            self.skip_space()?;
            if self.peek()? != Some(b'[') {
                return Err(ListError::Syntax(self.at, "not JSON: no list".to_owned()));
            }
            self.take(1, None);
            self.has_begun = true;
            self.skip_space()?;
            if self.peek()? == Some(b']') {
                self.take(1, None);
                self.has_ended = true;
                return self.end();
            }
        }
        self.skip_space()?;
        let start = self.at;
        let mut scan = Scan::default();
        loop {
            let available = self.input.fill_buf().map_err(ListError::Io)?;
            if available.is_empty() {
                let what = "not JSON: an unexpected end of the document".to_owned();
                return Err(ListError::Syntax(self.at, what));
            }
            let end = available.iter().position(|byte| scan.ends_before(*byte));
            let (length, size) = (end.unwrap_or(available.len()), element.len());
            if length > limit.saturating_sub(size) {
                let what = format!("an element of the list exceeds the limit of {limit} bytes");
                return Err(ListError::Syntax(start, what));
            }
            let closing = end.and_then(|end| available.get(end).copied());
            self.take(length, Some(element));
            if closing == Some(b'}') {
                let what = "not JSON: neither a comma nor the end of an array".to_owned();
                return Err(ListError::Syntax(self.at, what));
            }
            if let Some(closing) = closing {
                self.take(1, None);
                self.has_ended = closing != b',';
                return Ok(Some(start));
            }
        }
    }

    /// Checks that nothing follows the list.
    fn end(&mut self) -> Result<Option<Position>, ListError> {
        self.skip_space()?;
        match self.peek()? {
            None => Ok(None),
            Some(_) => Err(ListError::Syntax(
                self.at,
                "not JSON: more text after the document".to_owned(),
            )),
        }
    }

    fn skip_space(&mut self) -> Result<(), ListError> {
        while self.peek()?.is_some_and(|byte| byte.is_ascii_whitespace()) {
            self.take(1, None);
        }
        Ok(())
    }

    fn peek(&mut self) -> Result<Option<u8>, ListError> {
        let available = self.input.fill_buf().map_err(ListError::Io)?;
        Ok(available.first().copied())
    }

    /// Takes bytes that the buffer has.
    fn take(&mut self, length: usize, into: Option<&mut Vec<u8>>) {
        // The buffer is not empty, so this reads nothing.
        let available = self.input.fill_buf().unwrap_or_default();
        let taken = &available[..length.min(available.len())];
        self.at = self.at.after(taken);
        if let Some(into) = into {
            into.extend_from_slice(taken);
        }
        let length = taken.len();
        self.input.consume(length);
    }
}

/// Place within an element.
#[derive(Debug, Default)]
struct Scan {
    depth: usize,
    is_string: bool,
    is_escaped: bool,
}

impl Scan {
    /// Handles a byte, and returns whether the element has ended before it.
    fn ends_before(&mut self, byte: u8) -> bool {
        if self.is_string {
            let is_end = byte == b'"' && !self.is_escaped;
            self.is_escaped = byte == b'\\' && !self.is_escaped;
            self.is_string = !is_end;
            return false;
        }
        match byte {
            b',' | b']' | b'}' if self.depth == 0 => return true,
            b'"' => self.is_string = true,
            b'[' | b'{' => self.depth += 1,
            b']' | b'}' => self.depth -= 1,
            _ => {}
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use std::io::BufReader;

    use super::*;

    /// Returns the elements with their positions, and the error at the end.
    fn read(list: &str, buffer: usize) -> (Vec<(usize, usize, String)>, Option<ListError>) {
        let mut elements = Elements::new(BufReader::with_capacity(buffer, list.as_bytes()), 1);
        let (mut found, mut element) = (Vec::new(), Vec::new());
        loop {
            match elements.next(&mut element, 20) {
                Ok(Some(place)) => {
                    let text = String::from_utf8_lossy(&element).trim().to_owned();
                    found.push((place.line, place.offset, text));
                }
                Ok(None) => return (found, None),
                Err(error) => return (found, Some(error)),
            }
        }
    }

    #[test]
    fn elements_have_their_text_and_position_however_the_input_arrives() {
        let list = " [ {\"a\":[1,2]} ,\n  \"x,]\\\"}\\\\\",\n[],3]\n ";
        for buffer in 1..list.len() {
            let (found, error) = read(list, buffer);
            assert!(error.is_none(), "{error:?}");
            let found: Vec<_> = found.iter().map(|(l, o, text)| (*l, *o, &**text)).collect();
            let string = "\"x,]\\\"}\\\\\"";
            let expected = [
                (1, 3, "{\"a\":[1,2]}"),
                (2, 2, string),
                (3, 0, "[]"),
                (3, 3, "3"),
            ];
            assert_eq!(found, expected);
        }
        assert!(matches!(read(" [ \n] ", 4), (found, None) if found.is_empty()));
    }

    #[test]
    fn a_list_without_an_end_or_with_more_behind_it_is_an_error_with_its_position() {
        let error = |list| match read(list, 8) {
            (_, Some(ListError::Syntax(place, what))) => (place.line, place.offset, what),
            other => panic!("{other:?}"),
        };
        let end = || "not JSON: an unexpected end of the document".to_owned();
        assert_eq!(error("[1,\n2"), (2, 1, end()));
        assert_eq!(error("["), (1, 1, end()));
        let more = "not JSON: more text after the document".to_owned();
        assert_eq!(error("[1]\n x"), (2, 1, more));
        assert_eq!(error("{}").2, "not JSON: no list");
        assert!(error("[1}").2.contains("neither a comma"));
        assert!(
            error("[1,\"xxxxxxxxxxxxxxxxxxxxxxxxxxx\"]")
                .2
                .contains("exceeds")
        );
    }
}
