//! Copy of the bytes, with which every row begins.

use crate::{
    corpus::Corpus,
    row::{Row, tape::Tape},
};

/// Copies each frame into a reused buffer, and nothing else.
#[derive(Default)]
pub(crate) struct Copy {
    bytes: Vec<u8>,
}

impl Row for Copy {
    fn name(&self) -> &'static str {
        "copy"
    }

    fn pass(&mut self, corpus: &Corpus) -> u64 {
        let mut sum = 0u64;
        for frame in corpus.frames() {
            self.bytes.clear();
            self.bytes.extend_from_slice(frame);
            self.bytes.resize(frame.len() + simd_json::INPUT_PADDING, 0);
            sum = sum.wrapping_add(u64::from(core::hint::black_box(&self.bytes)[0]));
        }
        sum
    }

    /// Checks [`Tape`] instead, since this row reads nothing.
    fn check(&mut self, corpus: &Corpus) -> u64 {
        Tape::default().check(corpus)
    }
}
