//! Arrays and objects beyond the depth limit: their syntax is checked, and their content dropped.

use alloc::vec::Vec;

use super::{Next, Parser, expected_end};
use crate::{
    node::{Node, Shape},
    unreadable::Unreadable,
};

impl Parser<'_> {
    /// Parses an array or object of any depth as a single unreadable node; `at` is the offset of
    /// its bracket. `open` is cleared, and takes a byte for each level.
    #[cold]
    pub(super) fn skip(&mut self, mut at: usize, open: &mut Vec<u8>) -> Next {
        let (nodes, unescaped) = (self.nodes.len(), self.unescaped.len());
        open.clear();
        loop {
            // A value is expected.
            match self.byte(at) {
                b'"' => at = self.string(at)?,
                opening @ (b'{' | b'[') => {
                    let closing = if opening == b'{' { b'}' } else { b']' };
                    at = self.space(at + 1);
                    if self.byte(at) == closing {
                        at += 1;
                    } else {
                        open.push(closing);
                        if closing == b'}' {
                            at = self.key(at)?;
                        }
                        continue;
                    }
                }
                b'-' | b'0'..=b'9' => at = self.number(at)?,
                b't' => at = self.literal(at, b"true", Shape::True)?,
                b'f' => at = self.literal(at, b"false", Shape::False)?,
                b'n' => at = self.literal(at, b"null", Shape::Null)?,
                _ => return Err(self.error(at, "no value where one is expected")),
            }
            // A value has ended.
            loop {
                self.nodes.truncate(nodes);
                self.unescaped.truncate(unescaped);
                let Some(&closing) = open.last() else {
                    self.nodes.push(Node::unreadable(Unreadable::TooDeep));
                    return Ok(at);
                };
                at = self.space(at);
                match self.byte(at) {
                    b',' => {
                        at = self.space(at + 1);
                        if closing == b'}' {
                            at = self.key(at)?;
                        }
                        break;
                    }
                    byte if byte == closing => {
                        at += 1;
                        open.pop();
                    }
                    _ => return Err(self.error(at, expected_end(closing == b'}'))),
                }
            }
        }
    }
}
