//! Frames made of values that are parsed already.

use core::ops::Range;

use crate::{
    document::Document,
    error::DecodeError,
    frame::Frame,
    node::{MAX_DOCUMENT, Node, Shape},
    value::Value,
};

/// Value of a new frame, made of texts and of values of other frames: see [`Frame::from_part`].
#[derive(Clone, Copy, Debug)]
#[expect(
    clippy::exhaustive_enums,
    reason = "frames are built of these four, and of nothing else"
)]
pub enum Part<'a> {
    /// String.
    Text(&'a str),
    /// Copy of a value.
    Value(Value<'a>),
    /// Array of parts.
    Array(&'a [Self]),
    /// Object of parts, by key.
    Object(&'a [(&'a str, Self)]),
}

impl Frame {
    /// Creates a decoded frame without JSON in between. Values of other frames are copied with
    /// their text and nodes, neither written nor parsed again. Of an object or an array of objects,
    /// the frame has [messages](Frame::messages).
    ///
    /// ```
    /// use bayeux_wire::{Decoder, Frame, Part};
    ///
    /// let mut page = Frame::from_bytes(br#"{"rows":[{"text":"h\u00e9llo"},{"text":"there"}]}"#);
    /// Decoder::new().decode_value(&mut page)?;
    /// let row = page.root().and_then(|root| root.get("rows")?.at(0)).expect("a row");
    ///
    /// let frame = Frame::from_part(Part::Object(&[
    ///     ("channel", Part::Text("/chat/7")),
    ///     ("data", Part::Value(row)),
    /// ]))?;
    /// let message = frame.message(0).expect("one message");
    /// assert_eq!(message.channel(), "/chat/7");
    /// assert_eq!(message.data(), Some(row));
    /// # Ok::<(), bayeux_wire::DecodeError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`DecodeError::TooLarge`] if the frame would have more than 256 MiB.
    pub fn from_part(part: Part<'_>) -> Result<Self, DecodeError> {
        let mut frame = Self::new();
        frame.document_mut().build(part)?;
        let root = frame.root().unwrap_or_default();
        if matches!(root.node().shape(), Shape::Object | Shape::Array) {
            frame.index_messages()?;
        }
        Ok(frame)
    }
}

impl Document {
    /// Fills an empty document.
    fn build(&mut self, part: Part<'_>) -> Result<(), DecodeError> {
        let (text, nodes) = size_of(part);
        self.check_room(text, nodes)?;
        let (buffer, list) = self.buffers();
        buffer.reserve_exact(text);
        list.reserve_exact(nodes);
        self.add(part)?;
        self.end_at_text();
        Ok(())
    }

    fn add(&mut self, part: Part<'_>) -> Result<(), DecodeError> {
        match part {
            Part::Text(text) => self.add_text(text),
            Part::Value(value) => self.add_value(value),
            Part::Array(parts) => {
                let at = self.begin(1)?;
                for part in parts {
                    self.add(*part)?;
                }
                self.close(at, Shape::Array, parts.len());
                Ok(())
            }
            Part::Object(members) => {
                let at = self.begin(1)?;
                for (key, part) in members {
                    self.add_text(key)?;
                    self.add(*part)?;
                }
                self.close(at, Shape::Object, members.len());
                Ok(())
            }
        }
    }

    fn add_text(&mut self, text: &str) -> Result<(), DecodeError> {
        self.check_room(text.len(), 1)?;
        let (buffer, nodes) = self.buffers();
        nodes.push(Node::new(Shape::Text, buffer.len(), text.len()));
        buffer.push_str(text);
        Ok(())
    }

    /// Copies the nodes of a value and the text that they point to: in one piece from the first to
    /// the last, and one by one for strings that had escapes, which stand elsewhere.
    fn add_value(&mut self, value: Value<'_>) -> Result<(), DecodeError> {
        let from = value.document();
        let nodes = nodes_of(value);
        let in_place = |node: &Node| node.has_text() && node.range().end <= from.len();
        let (piece, elsewhere) = texts_of(from, nodes);
        let start = piece.start;
        let piece = from.text_at(piece);
        self.check_room(piece.len() + elsewhere, nodes.len())?;
        let (buffer, copies) = self.buffers();
        let base = buffer.len();
        buffer.push_str(piece);
        copies.extend(nodes.iter().map(|node| {
            if !node.has_text() {
                *node
            } else if in_place(node) {
                node.moved_to(node.range().start - start + base)
            } else {
                let at = buffer.len();
                buffer.push_str(from.text(*node));
                node.moved_to(at)
            }
        }));
        Ok(())
    }

    /// Checks that the document stays within the size that nodes can express.
    fn check_room(&mut self, text: usize, nodes: usize) -> Result<(), DecodeError> {
        let (buffer, list) = self.buffers();
        let len = (buffer.len() + text).max(list.len() + nodes);
        if len > MAX_DOCUMENT {
            return Err(DecodeError::TooLarge {
                len,
                limit: MAX_DOCUMENT,
            });
        }
        Ok(())
    }

    /// Adds the node of an array or object whose content follows, and returns its index.
    fn begin(&mut self, nodes: usize) -> Result<usize, DecodeError> {
        self.check_room(0, nodes)?;
        let (_, list) = self.buffers();
        list.push(NULL);
        Ok(list.len() - 1)
    }

    fn close(&mut self, at: usize, shape: Shape, len: usize) {
        let (_, nodes) = self.buffers();
        let inner = nodes.len() - at - 1;
        if let Some(node) = nodes.get_mut(at) {
            *node = Node::new(shape, len, inner);
        }
    }
}

/// Returns the nodes of a value.
fn nodes_of(value: Value<'_>) -> &[Node] {
    let first = value.position() as usize;
    let nodes = value.document().nodes();
    let nodes = nodes.get(first..=first + value.node().inner());
    nodes.unwrap_or(&[NULL])
}

/// Returns the range from the first to the last text of nodes that stands in its place, and the
/// size of all others.
fn texts_of(document: &Document, nodes: &[Node]) -> (Range<usize>, usize) {
    let (mut start, mut end, mut elsewhere) = (usize::MAX, 0, 0);
    for node in nodes.iter().filter(|node| node.has_text()) {
        let range = node.range();
        if range.end <= document.len() {
            start = start.min(range.start);
            end = end.max(range.end);
        } else {
            elsewhere += range.len();
        }
    }
    (start.min(end)..end, elsewhere)
}

/// Returns the size of the text and the number of nodes that a part takes.
fn size_of(part: Part<'_>) -> (usize, usize) {
    let add = |(text, nodes): (usize, usize), other: (usize, usize)| {
        (text.saturating_add(other.0), nodes.saturating_add(other.1))
    };
    match part {
        Part::Text(text) => (text.len(), 1),
        Part::Value(value) => {
            let nodes = nodes_of(value);
            let (piece, elsewhere) = texts_of(value.document(), nodes);
            (piece.len() + elsewhere, nodes.len())
        }
        Part::Array(parts) => parts.iter().map(|part| size_of(*part)).fold((0, 1), add),
        Part::Object(members) => members
            .iter()
            .map(|(key, part)| add((key.len(), 1), size_of(*part)))
            .fold((0, 1), add),
    }
}

const NULL: Node = Node::null();
