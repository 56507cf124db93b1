//! Fragments of a WebSocket message put together again, within a limit.

use fastwebsockets::OpCode;

use crate::Error;

/// Collects the fragments of one message (RFC 6455, section 5.4).
///
/// The limit holds for the sum. The limit of fastwebsockets holds for each frame alone, and its own
/// collector would let a peer start a message inside another.
pub(crate) struct Assembly {
    parts: Vec<u8>,
    state: State,
    limit: usize,
}

#[derive(PartialEq)]
enum State {
    /// Between messages.
    Idle,
    /// Fragments are in `parts`, and more are due.
    Open,
    /// `parts` was a whole message and has been handed out.
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

    /// Takes the payload of a data frame and hands out the message that it completes. One that
    /// came in a single frame is handed out as it is.
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
                    what: "a continuation of nothing",
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
        if self.parts.capacity() > KEPT {
            self.parts = Vec::new();
        }
        self.parts.clear();
        self.state = State::Idle;
    }
}

/// The largest buffer that is kept for the next fragmented message, in bytes.
const KEPT: usize = 16 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    fn garbage(outcome: &Result<Option<&[u8]>, Error>) -> bool {
        matches!(outcome, Err(Error::Framing { .. }))
    }

    #[test]
    fn fragments_become_one_message_and_the_next_starts_afresh() {
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
    fn the_limit_holds_for_the_sum_of_the_fragments() {
        let mut assembly = Assembly::new(4);
        assert_eq!(assembly.add(OpCode::Text, false, b"abc").unwrap(), None);
        assert!(matches!(
            assembly.add(OpCode::Continuation, true, b"de"),
            Err(Error::Oversize { limit: 4 })
        ));
    }

    #[test]
    fn fragments_out_of_place_are_a_broken_frame() {
        assert!(garbage(&Assembly::new(8).add(
            OpCode::Continuation,
            true,
            b"a"
        )));
        let mut assembly = Assembly::new(8);
        assert_eq!(assembly.add(OpCode::Text, false, b"a").unwrap(), None);
        assert!(garbage(&assembly.add(OpCode::Text, true, b"b")));
        let mut assembly = Assembly::new(8);
        assert_eq!(assembly.add(OpCode::Text, false, b"a").unwrap(), None);
        assert_eq!(
            assembly.add(OpCode::Continuation, true, b"b").unwrap(),
            Some(&b"ab"[..])
        );
        assert!(garbage(&assembly.add(OpCode::Continuation, true, b"c")));
    }

    #[test]
    fn a_large_message_leaves_no_large_buffer() {
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
        assert!(assembly.parts.capacity() <= KEPT);
    }
}
