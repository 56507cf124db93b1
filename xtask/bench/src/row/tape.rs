//! simd-json alone, the fastest parser that others have: the base of the comparison.

use simd_json::{
    Buffers, INPUT_PADDING, StaticNode, fill_tape_padded,
    tape::{Node, Tape as Nodes},
};

use crate::{
    checksum::{self, Fields},
    corpus::Corpus,
    row::Row,
};

/// `fill_tape_padded` with reused buffers. Only [`Row::check`] reads from the tape.
pub(crate) struct Tape {
    bytes: Vec<u8>,
    buffers: Buffers,
    nodes: Option<Nodes<'static>>,
}

impl Default for Tape {
    fn default() -> Self {
        Self {
            bytes: Vec::new(),
            buffers: Buffers::with_max_depth(0, 64),
            nodes: None,
        }
    }
}

impl Tape {
    fn each(&mut self, corpus: &Corpus, read: impl Fn(&Nodes<'_>) -> u64) -> u64 {
        let mut sum = 0u64;
        for frame in corpus.frames() {
            self.bytes.clear();
            self.bytes.extend_from_slice(frame);
            self.bytes.resize(frame.len() + INPUT_PADDING, 0);
            let mut nodes = self.nodes.take().unwrap_or_else(Nodes::null).reset();
            let filled =
                fill_tape_padded(&mut self.bytes, frame.len(), &mut self.buffers, &mut nodes);
            if filled.is_ok() {
                sum = sum.wrapping_add(read(&nodes));
            }
            self.nodes = Some(nodes.reset());
        }
        sum
    }
}

impl Row for Tape {
    fn name(&self) -> &'static str {
        "tape"
    }

    fn pass(&mut self, corpus: &Corpus) -> u64 {
        self.each(corpus, |nodes| nodes.0.len() as u64)
    }

    fn check(&mut self, corpus: &Corpus) -> u64 {
        self.each(corpus, |nodes| {
            let batch = Value(&nodes.0);
            batch.parts().map(message).fold(0, u64::wrapping_add)
        })
    }
}

fn message(message: Value<'_>) -> u64 {
    let channel = message.get("channel").map_or("", Value::str);
    let successful = message.get("successful").map(Value::is_true);
    let Some(data) = message.get("data") else {
        return checksum::envelope(channel, successful);
    };
    let kind = data.get("type").map_or("", Value::str);
    let subject = data.get("subject");
    let source = match kind {
        "favorite" => subject.and_then(|subject| subject.get("line")),
        "typing" => Some(data),
        _ => subject,
    };
    let text = |key| {
        source
            .and_then(|source| source.get(key))
            .map_or("", Value::str)
    };
    let time = |key| {
        source
            .and_then(|source| source.get(key))
            .map_or(0, Value::int)
    };
    let fields = match kind {
        "ping" => Fields::default(),
        "membership.create" => Fields {
            id: text("id"),
            name: text("name"),
            at: time("created_at"),
            ..Fields::default()
        },
        "typing" => Fields {
            user: text("user_id"),
            at: time("started"),
            ..Fields::default()
        },
        "line.create"
        | "direct_message.create"
        | "favorite"
        | "message.update"
        | "message.deleted" => Fields {
            id: text("id"),
            user: text("user_id"),
            name: text("name"),
            text: text("text"),
            at: time("created_at"),
            ..Fields::default()
        },
        _ => return 1,
    };
    Fields { kind, ..fields }.checksum()
}

/// Nodes of the tape, starting with those of a value.
#[derive(Clone, Copy)]
struct Value<'t>(&'t [Node<'t>]);

impl<'t> Value<'t> {
    /// Iterates over the elements of an array, or the alternating keys and values of an object.
    fn parts(self) -> impl Iterator<Item = Self> {
        let left = match self.0[0] {
            Node::Array { len, .. } => len,
            Node::Object { len, .. } => len * 2,
            _ => 0,
        };
        let mut rest = &self.0[1..];
        (0..left).map(move |_| {
            let part = Self(rest);
            rest = &rest[part.size()..];
            part
        })
    }

    /// Number of nodes of the value.
    fn size(self) -> usize {
        match self.0[0] {
            Node::Array { count, .. } | Node::Object { count, .. } => count + 1,
            _ => 1,
        }
    }

    fn get(self, key: &str) -> Option<Self> {
        let mut parts = self.parts();
        while let Some(name) = parts.next() {
            let value = parts.next()?;
            if name.str() == key {
                return Some(value);
            }
        }
        None
    }

    fn str(self) -> &'t str {
        match self.0[0] {
            Node::String(text) => text,
            _ => "",
        }
    }

    fn int(self) -> i64 {
        match self.0[0] {
            Node::Static(StaticNode::I64(number)) => number,
            Node::Static(StaticNode::U64(number)) => number.cast_signed(),
            _ => 0,
        }
    }

    fn is_true(self) -> bool {
        matches!(self.0[0], Node::Static(StaticNode::Bool(true)))
    }
}
