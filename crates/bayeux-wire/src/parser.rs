//! JSON text to nodes, in one pass and without recursion (RFC 8259).

mod number;
mod string;

use alloc::{string::String, vec::Vec};

use crate::{
    error::DecodeError,
    node::{Node, Shape},
};

/// What comes behind the text while it is parsed: more bytes than are looked at together, none of
/// which any token can contain. So there is always something to look at, and every token ends.
pub(crate) const PADDING: &str = "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0";

/// What parsing needs besides the document, kept from one to the next.
pub(crate) struct Workspace {
    max_depth: usize,
    /// The arrays and objects around the place that is read.
    around: Vec<Open>,
    /// Those texts of the document that have escapes, without them.
    unescaped: String,
}

impl Workspace {
    pub(crate) fn new(max_depth: usize) -> Self {
        Self {
            max_depth,
            around: Vec::new(),
            unescaped: String::new(),
        }
    }

    /// The texts of the last document that had escapes, without them, one behind the other.
    pub(crate) fn unescaped(&self) -> &str {
        &self.unescaped
    }

    /// Gives back a buffer with room for more than so many bytes.
    pub(crate) fn shrink(&mut self, kept: usize) {
        if self.unescaped.capacity() > kept {
            self.unescaped = String::new();
        }
    }
}

/// An array or object that has not ended.
#[derive(Clone, Copy)]
struct Open {
    /// Its node.
    node: usize,
    /// How many elements or members have begun.
    len: usize,
    is_object: bool,
}

/// A document that is being read.
struct Parser<'d> {
    text: &'d str,
    /// How much of `text` is the document.
    len: usize,
    nodes: &'d mut Vec<Node>,
    unescaped: &'d mut String,
    /// Why it was refused, once it was.
    failure: DecodeError,
}

/// The document is refused; the parser knows why.
struct Refused;

/// Where to go on reading.
type Next = Result<usize, Refused>;

/// Parses `text`, whose end is [`PADDING`], and appends its nodes; after a failure they mean nothing.
///
/// The places of texts that have escapes are told as if [`Workspace::unescaped`] stood behind the
/// document, where now the padding is.
pub(crate) fn parse(
    text: &str,
    nodes: &mut Vec<Node>,
    workspace: &mut Workspace,
) -> Result<(), DecodeError> {
    workspace.around.clear();
    workspace.unescaped.clear();
    let mut parser = Parser {
        text,
        len: text.len().saturating_sub(PADDING.len()),
        nodes,
        unescaped: &mut workspace.unescaped,
        failure: DecodeError::Empty,
    };
    match parser.document(&mut workspace.around, workspace.max_depth) {
        Ok(()) => Ok(()),
        Err(Refused) => Err(parser.failure),
    }
}

impl Parser<'_> {
    /// Reads the document; `around` is empty, and used for the arrays and objects around a place.
    fn document(&mut self, around: &mut Vec<Open>, max_depth: usize) -> Result<(), Refused> {
        let mut at = self.space(0);
        if at == self.len {
            return Err(self.refuse_as(DecodeError::Empty));
        }
        let mut here = Open {
            node: 0,
            len: 0,
            is_object: false,
        };
        loop {
            // A value is due.
            match self.byte(at) {
                b'"' => at = self.string(at)?,
                opening @ (b'{' | b'[') => {
                    if around.len() == max_depth {
                        return Err(self.refuse_as(DecodeError::TooDeep { limit: max_depth }));
                    }
                    around.push(here);
                    let is_object = opening == b'{';
                    here = Open {
                        node: self.nodes.len(),
                        len: 0,
                        is_object,
                    };
                    self.nodes.push(Node::new(Shape::Null, 0, 0));
                    at = self.space(at + 1);
                    if self.byte(at) != here.closing() {
                        here.len = 1;
                        if is_object {
                            at = self.key(at)?;
                        }
                        continue;
                    }
                    at += 1;
                    self.close(here);
                    here = around.pop().unwrap_or(here);
                }
                b'-' | b'0'..=b'9' => at = self.number(at)?,
                b't' => at = self.word(at, b"true", Shape::True)?,
                b'f' => at = self.word(at, b"false", Shape::False)?,
                b'n' => at = self.word(at, b"null", Shape::Null)?,
                _ => return Err(self.refuse(at, "no value where one was due")),
            }
            // A value has ended.
            loop {
                at = self.space(at);
                if around.is_empty() {
                    if at == self.len {
                        return Ok(());
                    }
                    return Err(self.refuse(at, "more text behind the document"));
                }
                match self.byte(at) {
                    b',' => {
                        at = self.space(at + 1);
                        here.len += 1;
                        if here.is_object {
                            at = self.key(at)?;
                        }
                        break;
                    }
                    byte if byte == here.closing() => {
                        at += 1;
                        self.close(here);
                        here = around.pop().unwrap_or(here);
                    }
                    _ => return Err(self.refuse(at, here.expected_end())),
                }
            }
        }
    }

    /// Reads a key and its colon.
    #[inline]
    fn key(&mut self, at: usize) -> Next {
        if self.byte(at) != b'"' {
            return Err(self.refuse(at, "no key where one was due"));
        }
        let at = self.string(at)?;
        let at = self.space(at);
        if self.byte(at) != b':' {
            return Err(self.refuse(at, "no colon behind a key"));
        }
        Ok(self.space(at + 1))
    }

    /// Reads `true`, `false` or `null`.
    #[inline]
    fn word<const N: usize>(&mut self, at: usize, word: &[u8; N], shape: Shape) -> Next {
        if self.ahead(at) != Some(word) {
            return Err(self.refuse(at, "a word that is not true, false or null"));
        }
        self.nodes.push(Node::new(shape, 0, 0));
        Ok(at + N)
    }

    /// Writes down how large an array or object is, now that it has ended.
    #[inline]
    fn close(&mut self, ended: Open) {
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

    /// The byte at a place; behind the padding there are only more of its kind.
    #[inline]
    fn byte(&self, at: usize) -> u8 {
        self.text.as_bytes().get(at).copied().unwrap_or(0)
    }

    /// The bytes from a place on.
    #[inline]
    fn ahead<const N: usize>(&self, at: usize) -> Option<&[u8; N]> {
        self.text.as_bytes().get(at..)?.first_chunk()
    }

    #[cold]
    fn refuse(&mut self, offset: usize, what: &'static str) -> Refused {
        let (offset, what) = if offset >= self.len {
            (self.len, "an end in mid-document")
        } else {
            (offset, what)
        };
        self.refuse_as(DecodeError::Syntax { offset, what })
    }

    #[cold]
    fn refuse_as(&mut self, failure: DecodeError) -> Refused {
        self.failure = failure;
        Refused
    }
}

impl Open {
    #[inline]
    fn closing(self) -> u8 {
        if self.is_object { b'}' } else { b']' }
    }

    /// What is wrong where neither another part nor the end comes.
    fn expected_end(self) -> &'static str {
        if self.is_object {
            "neither a comma nor the end of an object"
        } else {
            "neither a comma nor the end of an array"
        }
    }
}
