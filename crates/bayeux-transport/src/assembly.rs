//! Reassembly of fragmented WebSocket messages, within a size limit.

use fastwebsockets::OpCode;

use crate::Error;

/// Collects the fragments of one message (RFC 6455, section 5.4).
///
/// The limit applies to the sum of the fragments. fastwebsockets limits each frame alone, and its
/// own collector would let a peer start a message inside another.
pub(crate) struct Assembly {
    parts: Vec<u8>,
    state: State,
    limit: usize,
    is_text: bool,
    /// Number of bytes of a fragmented text that are known to be UTF-8.
    valid: usize,
}

#[derive(PartialEq)]
enum State {
    /// No message has begun.
    Idle,
    /// `parts` holds fragments, and more are expected.
    Open,
    /// The message is complete: in `parts`, or in the payload of its only frame.
    Done { in_parts: bool },
}

impl Assembly {
    pub(crate) fn new(limit: usize) -> Self {
        Self {
            parts: Vec::new(),
            state: State::Idle,
            limit,
            is_text: false,
            valid: 0,
        }
    }

    /// Adds the payload of a data frame, and returns whether the message is complete. The text of a
    /// single frame is taken to be UTF-8.
    pub(crate) fn add(&mut self, opcode: OpCode, fin: bool, payload: &[u8]) -> Result<bool, Error> {
        if matches!(self.state, State::Done { .. }) {
            self.reset();
        }
        match (opcode, &self.state) {
            (OpCode::Continuation, State::Open) => {}
            (OpCode::Continuation, _) => {
                return Err(Error::Framing {
                    what: "a continuation without a message",
                });
            }
            (_, State::Open) => {
                return Err(Error::Framing {
                    what: "a message inside a fragmented message",
                });
            }
            _ => self.is_text = opcode == OpCode::Text,
        }
        if payload.len() > self.limit.saturating_sub(self.parts.len()) {
            return Err(Error::Oversize { limit: self.limit });
        }
        if fin && self.state == State::Idle {
            self.state = State::Done { in_parts: false };
            return Ok(true);
        }
        self.parts.extend_from_slice(payload);
        self.state = if fin {
            State::Done { in_parts: true }
        } else {
            State::Open
        };
        self.validate(fin)?;
        Ok(fin)
    }

    /// Returns whether the latest message is a text.
    pub(crate) fn is_text(&self) -> bool {
        self.is_text
    }

    /// Returns the complete message; `last` is the payload of the latest frame. A message of a
    /// single frame is not copied.
    pub(crate) fn message<'a>(&'a self, last: &'a [u8]) -> &'a [u8] {
        match self.state {
            State::Done { in_parts: true } => &self.parts,
            _ => last,
        }
    }

    /// Checks the part of a fragmented text that arrived last. A character may be divided among
    /// fragments.
    fn validate(&mut self, is_last: bool) -> Result<(), Error> {
        if !self.is_text {
            return Ok(());
        }
        let unknown = self.parts.get(self.valid..).unwrap_or_default();
        match str::from_utf8(unknown) {
            Ok(_) => self.valid = self.parts.len(),
            Err(error) if error.error_len().is_none() && !is_last => {
                self.valid = self.valid.saturating_add(error.valid_up_to());
            }
            Err(_) => return Err(Error::NotUtf8 { what: "a text" }),
        }
        Ok(())
    }

    fn reset(&mut self) {
        if self.parts.capacity() > MAX_KEPT {
            self.parts = Vec::new();
        }
        self.parts.clear();
        self.valid = 0;
        self.state = State::Idle;
    }
}

/// Capacity in bytes above which the buffer is freed instead of kept for the next message.
const MAX_KEPT: usize = 16 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    /// Adds a frame, and returns the message that it completes.
    fn add(
        assembly: &mut Assembly,
        opcode: OpCode,
        fin: bool,
        payload: &[u8],
    ) -> Result<Option<Vec<u8>>, Error> {
        let is_complete = assembly.add(opcode, fin, payload)?;
        Ok(is_complete.then(|| assembly.message(payload).to_vec()))
    }

    fn is_framing_error(outcome: &Result<Option<Vec<u8>>, Error>) -> bool {
        matches!(outcome, Err(Error::Framing { .. }))
    }

    #[test]
    fn fragments_become_one_message_and_the_next_message_starts_empty() {
        let mut assembly = Assembly::new(8);
        for (opcode, fin, payload, expected) in [
            (OpCode::Text, false, &b"ab"[..], None),
            (OpCode::Continuation, false, b"", None),
            (OpCode::Continuation, true, b"cd", Some(&b"abcd"[..])),
            (OpCode::Binary, true, b"12345678", Some(b"12345678")),
            (OpCode::Text, false, b"x", None),
            (OpCode::Continuation, true, b"y", Some(b"xy")),
        ] {
            let message = add(&mut assembly, opcode, fin, payload).unwrap();
            assert_eq!(message.as_deref(), expected);
        }
    }

    #[test]
    fn the_limit_applies_to_the_sum_of_the_fragments() {
        let mut assembly = Assembly::new(4);
        assert_eq!(
            add(&mut assembly, OpCode::Text, false, b"abc").unwrap(),
            None
        );
        assert!(matches!(
            add(&mut assembly, OpCode::Continuation, true, b"de"),
            Err(Error::Oversize { limit: 4 })
        ));
    }

    #[test]
    fn fragments_out_of_order_are_a_framing_error() {
        let start = Assembly::new(8);
        let mut assembly = start;
        assert!(is_framing_error(&add(
            &mut assembly,
            OpCode::Continuation,
            true,
            b"a"
        )));
        let mut assembly = Assembly::new(8);
        assert_eq!(add(&mut assembly, OpCode::Text, false, b"a").unwrap(), None);
        assert!(is_framing_error(&add(
            &mut assembly,
            OpCode::Text,
            true,
            b"b"
        )));
        let mut assembly = Assembly::new(8);
        assert_eq!(add(&mut assembly, OpCode::Text, false, b"a").unwrap(), None);
        assert!(add(&mut assembly, OpCode::Continuation, true, b"b").is_ok());
        assert!(is_framing_error(&add(
            &mut assembly,
            OpCode::Continuation,
            true,
            b"c"
        )));
    }

    #[test]
    fn a_text_is_refused_with_the_fragment_that_cannot_be_utf8() {
        for (fragments, is_binary, good) in [
            (&[&b"a\xe2\x82"[..], b"\xac", b"b"][..], false, 3),
            (&[b"a\xe2\x82", b"b"], false, 1),
            (&[b"a\xff", b"b"], false, 0),
            (&[b"a", b"\xe2\x82"], false, 1),
            (&[b"\xff", b"\xff"], true, 2),
        ] {
            let mut assembly = Assembly::new(8);
            let outcomes = fragments.iter().enumerate().map(|(n, fragment)| {
                let opcode = match (n, is_binary) {
                    (0, false) => OpCode::Text,
                    (0, true) => OpCode::Binary,
                    _ => OpCode::Continuation,
                };
                assembly.add(opcode, n + 1 == fragments.len(), fragment)
            });
            assert_eq!(
                outcomes.take_while(Result::is_ok).count(),
                good,
                "{fragments:?}"
            );
        }
    }

    #[test]
    fn the_buffer_of_a_large_message_is_freed() {
        let mut assembly = Assembly::new(1 << 20);
        assert!(
            !assembly
                .add(OpCode::Text, false, &vec![b' '; 100_000])
                .unwrap()
        );
        assert!(assembly.add(OpCode::Continuation, true, b"").unwrap());
        assert!(assembly.add(OpCode::Text, true, b"x").unwrap());
        assert!(assembly.parts.capacity() <= MAX_KEPT);
    }
}
