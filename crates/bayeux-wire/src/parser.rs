//! The JSON parser: text to nodes in one pass, without recursion (RFC 8259).

mod number;
mod skip;
mod string;

use alloc::{string::String, vec::Vec};

use crate::{
    decoder::Limits,
    error::DecodeError,
    node::{Node, Shape},
};

/// Padding behind the text while it is parsed, so that wide reads never run past the end. NUL
/// occurs in no token, so it ends every token.
pub(crate) const PADDING: &str = "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0";

/// Buffers that parsing needs besides the document, reused for the next one.
pub(crate) struct Scratch {
    limits: Limits,
    /// Closing brackets of the arrays and objects that are open beyond the depth limit.
    skipped: Vec<u8>,
    /// The open containers around the current one.
    stack: Vec<Container>,
    /// Unescaped copies of the document's strings that have escapes.
    unescaped: String,
}

impl Scratch {
    pub(crate) fn new(limits: Limits) -> Self {
        Self {
            limits,
            skipped: Vec::new(),
            stack: Vec::new(),
            unescaped: String::new(),
        }
    }

    /// Returns the unescaped copies of the last document's strings with escapes, one after the
    /// other.
    pub(crate) fn unescaped(&self) -> &str {
        &self.unescaped
    }

    /// Frees a buffer whose capacity exceeds `kept` bytes.
    pub(crate) fn shrink(&mut self, kept: usize) {
        if self.unescaped.capacity() > kept {
            self.unescaped = String::new();
        }
        if self.skipped.capacity() > kept {
            self.skipped = Vec::new();
        }
    }
}

/// An array or object whose end has not been read yet.
#[derive(Clone, Copy)]
struct Container {
    /// Index of its node.
    node: usize,
    /// Number of elements or members that have begun.
    len: usize,
    is_object: bool,
}

/// The state of parsing a document.
struct Parser<'d> {
    text: &'d str,
    /// Length of the document, without the padding at the end of `text`.
    len: usize,
    nodes: &'d mut Vec<Node>,
    unescaped: &'d mut String,
    /// The reason of a failure.
    failure: DecodeError,
}

/// Parsing failed; [`Parser::failure`] holds the reason.
struct Failed;

/// The offset at which to continue.
type Next = Result<usize, Failed>;

/// Parses `text`, which ends with [`PADDING`], and appends its nodes. After a failure the nodes are
/// meaningless.
///
/// Offsets of strings with escapes are given as if [`Scratch::unescaped`] came right after the
/// document, in place of the padding.
pub(crate) fn parse(
    text: &str,
    nodes: &mut Vec<Node>,
    scratch: &mut Scratch,
) -> Result<(), DecodeError> {
    scratch.stack.clear();
    scratch.unescaped.clear();
    let mut parser = Parser {
        text,
        len: text.len().saturating_sub(PADDING.len()),
        nodes,
        unescaped: &mut scratch.unescaped,
        failure: DecodeError::Empty,
    };
    match parser.document(&mut scratch.stack, &mut scratch.skipped, &scratch.limits) {
        Ok(()) => Ok(()),
        Err(Failed) => Err(parser.failure),
    }
}

impl Parser<'_> {
    /// Parses the document. `stack` is empty.
    fn document(
        &mut self,
        stack: &mut Vec<Container>,
        skipped: &mut Vec<u8>,
        limits: &Limits,
    ) -> Result<(), Failed> {
        let mut objects = 0;
        let mut at = self.space(0);
        if at == self.len {
            return Err(self.fail(DecodeError::Empty));
        }
        let mut current = Container {
            node: 0,
            len: 0,
            is_object: false,
        };
        loop {
            // A value is expected.
            match self.byte(at) {
                b'"' => at = self.string(at)?,
                b'{' | b'[' if stack.len() == limits.max_depth => at = self.skip(at, skipped)?,
                opening @ (b'{' | b'[') => {
                    stack.push(current);
                    let is_object = opening == b'{';
                    objects += usize::from(is_object);
                    if objects > limits.max_objects {
                        let limit = limits.max_objects;
                        return Err(self.fail(DecodeError::TooManyObjects { limit }));
                    }
                    current = Container {
                        node: self.nodes.len(),
                        len: 0,
                        is_object,
                    };
                    self.nodes.push(Node::new(Shape::Null, 0, 0));
                    at = self.space(at + 1);
                    if self.byte(at) != current.closing() {
                        current.len = 1;
                        if is_object {
                            at = self.key(at)?;
                        }
                        continue;
                    }
                    at += 1;
                    self.close(current);
                    current = stack.pop().unwrap_or(current);
                }
                b'-' | b'0'..=b'9' => at = self.number(at)?,
                b't' => at = self.literal(at, b"true", Shape::True)?,
                b'f' => at = self.literal(at, b"false", Shape::False)?,
                b'n' => at = self.literal(at, b"null", Shape::Null)?,
                _ => return Err(self.error(at, "no value where one is expected")),
            }
            // A value has ended.
            loop {
                at = self.space(at);
                if stack.is_empty() {
                    if at != self.len {
                        return Err(self.error(at, "more text after the document"));
                    }
                    if self.nodes.len() > limits.max_values {
                        let limit = limits.max_values;
                        return Err(self.fail(DecodeError::TooManyValues { limit }));
                    }
                    return Ok(());
                }
                match self.byte(at) {
                    b',' => {
                        if self.nodes.len() >= limits.max_values {
                            // At least one more follows.
                            let limit = limits.max_values;
                            return Err(self.fail(DecodeError::TooManyValues { limit }));
                        }
                        at = self.space(at + 1);
                        current.len += 1;
                        if current.is_object {
                            at = self.key(at)?;
                        }
                        break;
                    }
                    byte if byte == current.closing() => {
                        at += 1;
                        self.close(current);
                        current = stack.pop().unwrap_or(current);
                    }
                    _ => return Err(self.error(at, expected_end(current.is_object))),
                }
            }
        }
    }

    /// Parses a key and its colon.
    #[inline]
    fn key(&mut self, at: usize) -> Next {
        if self.byte(at) != b'"' {
            return Err(self.error(at, "no key where one is expected"));
        }
        let at = self.string(at)?;
        let at = self.space(at);
        if self.byte(at) != b':' {
            return Err(self.error(at, "no colon after a key"));
        }
        Ok(self.space(at + 1))
    }

    /// Parses `true`, `false` or `null`.
    #[inline]
    fn literal<const N: usize>(&mut self, at: usize, word: &[u8; N], shape: Shape) -> Next {
        if self.ahead(at) != Some(word) {
            return Err(self.error(at, "a word that is not true, false or null"));
        }
        self.nodes.push(Node::new(shape, 0, 0));
        Ok(at + N)
    }

    /// Completes the node of an array or object that has ended.
    #[inline]
    fn close(&mut self, ended: Container) {
        let inner = self.nodes.len() - ended.node - 1;
        let shape = if ended.is_object {
            Shape::Object
        } else {
            Shape::Array
        };
        if let Some(node) = self.nodes.get_mut(ended.node) {
            *node = Node::new(shape, ended.len, inner);
        }
    }

    /// Skips white space.
    #[inline]
    fn space(&self, at: usize) -> usize {
        if self.byte(at) > b' ' {
            at
        } else {
            self.more_space(at)
        }
    }

    #[cold]
    fn more_space(&self, mut at: usize) -> usize {
        while matches!(self.byte(at), b' ' | b'\t' | b'\n' | b'\r') {
            at += 1;
        }
        at
    }

    /// Returns the byte at an offset; 0 from the padding on.
    #[inline]
    fn byte(&self, at: usize) -> u8 {
        self.text.as_bytes().get(at).copied().unwrap_or(0)
    }

    /// Returns `N` bytes from an offset on.
    #[inline]
    fn ahead<const N: usize>(&self, at: usize) -> Option<&[u8; N]> {
        self.text.as_bytes().get(at..)?.first_chunk()
    }

    #[cold]
    fn error(&mut self, offset: usize, what: &'static str) -> Failed {
        let (offset, what) = if offset >= self.len {
            (self.len, "an unexpected end of the document")
        } else {
            (offset, what)
        };
        self.fail(DecodeError::Syntax { offset, what })
    }

    #[cold]
    fn fail(&mut self, failure: DecodeError) -> Failed {
        self.failure = failure;
        Failed
    }
}

impl Container {
    #[inline]
    fn closing(self) -> u8 {
        if self.is_object { b'}' } else { b']' }
    }
}

/// Returns the description of the error if neither a comma nor the end follows.
fn expected_end(is_object: bool) -> &'static str {
    if is_object {
        "neither a comma nor the end of an object"
    } else {
        "neither a comma nor the end of an array"
    }
}
