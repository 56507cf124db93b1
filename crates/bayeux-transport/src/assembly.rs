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
}

#[derive(PartialEq)]
enum State {
    /// No message has begun.
    Idle,
    /// `parts` holds fragments, and more are expected.
    Open,
    /// `parts` holds a complete message that has been returned.
    Done,
}

impl Assembly {
    pub(crate) fn new(limit: usize) -> Self {
        Self {
            parts: Vec::new(),
            state: State::Idle,
            limit,
        }
    }

    /// Adds the payload of a data frame and returns the message that it completes. A message of a
    /// single frame is returned without a copy.
    pub(crate) fn add<'a>(
        &'a mut self,
        opcode: OpCode,
        fin: bool,
        payload: &'a [u8],
    ) -> Result<Option<&'a [u8]>, Error> {
        if self.state == State::Done {
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
            _ => {}
        }
        if payload.len() > self.limit - self.parts.len() {
            return Err(Error::Oversize { limit: self.limit });
        }
        if fin && self.state == State::Idle {
            return Ok(Some(payload));
        }
        self.parts.extend_from_slice(payload);
        self.state = if fin { State::Done } else { State::Open };
        Ok(fin.then_some(&self.parts))
    }

    fn reset(&mut self) {
        if self.parts.capacity() > MAX_KEPT {
            self.parts = Vec::new();
        }
        self.parts.clear();
        self.state = State::Idle;
    }
}

/// Capacity in bytes above which the buffer is freed instead of kept for the next message.
const MAX_KEPT: usize = 16 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    fn is_framing_error(outcome: &Result<Option<&[u8]>, Error>) -> bool {
        matches!(outcome, Err(Error::Framing { .. }))
    }

    #[test]
    fn fragments_become_one_message_and_the_next_message_starts_empty() {
        let mut assembly = Assembly::new(8);
        assert_eq!(assembly.add(OpCode::Text, false, b"ab").unwrap(), None);
        assert_eq!(
            assembly.add(OpCode::Continuation, false, b"").unwrap(),
            None
        );
        assert_eq!(
            assembly.add(OpCode::Continuation, true, b"cd").unwrap(),
            Some(&b"abcd"[..])
        );
        assert_eq!(
            assembly.add(OpCode::Binary, true, b"12345678").unwrap(),
            Some(&b"12345678"[..])
        );
        assert_eq!(assembly.add(OpCode::Text, false, b"x").unwrap(), None);
        assert_eq!(
            assembly.add(OpCode::Continuation, true, b"y").unwrap(),
            Some(&b"xy"[..])
        );
    }

    #[test]
    fn the_limit_applies_to_the_sum_of_the_fragments() {
        let mut assembly = Assembly::new(4);
        assert_eq!(assembly.add(OpCode::Text, false, b"abc").unwrap(), None);
        assert!(matches!(
            assembly.add(OpCode::Continuation, true, b"de"),
            Err(Error::Oversize { limit: 4 })
        ));
    }

    #[test]
    fn fragments_out_of_order_are_a_framing_error() {
        assert!(is_framing_error(&Assembly::new(8).add(
            OpCode::Continuation,
            true,
            b"a"
        )));
        let mut assembly = Assembly::new(8);
        assert_eq!(assembly.add(OpCode::Text, false, b"a").unwrap(), None);
        assert!(is_framing_error(&assembly.add(OpCode::Text, true, b"b")));
        let mut assembly = Assembly::new(8);
        assert_eq!(assembly.add(OpCode::Text, false, b"a").unwrap(), None);
        assert_eq!(
            assembly.add(OpCode::Continuation, true, b"b").unwrap(),
            Some(&b"ab"[..])
        );
        assert!(is_framing_error(&assembly.add(
            OpCode::Continuation,
            true,
            b"c"
        )));
    }

    #[test]
    fn the_buffer_of_a_large_message_is_freed() {
        let mut assembly = Assembly::new(1 << 20);
        assert_eq!(
            assembly
                .add(OpCode::Text, false, &vec![b' '; 100_000])
                .unwrap(),
            None
        );
        assert!(
            assembly
                .add(OpCode::Continuation, true, b"")
                .unwrap()
                .is_some()
        );
        assert!(assembly.add(OpCode::Text, true, b"x").unwrap().is_some());
        assert!(assembly.parts.capacity() <= MAX_KEPT);
    }
}
