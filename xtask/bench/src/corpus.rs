//! Generated frames like those of the gateway, as varied as real traffic, so that a branch
//! predictor cannot learn them.

mod words;
mod writer;

use self::writer::Writer;

/// Frames, as received.
pub(crate) struct Corpus {
    frames: Vec<Vec<u8>>,
    messages: usize,
}

impl Corpus {
    /// Generates the corpus, the same in every run.
    pub(crate) fn generate() -> Self {
        let mut writer = Writer::new(SEED);
        let mut messages = 0;
        let frames = (0..FRAMES).map(|_| {
            messages += writer.frame();
            writer.take()
        });
        let frames = frames.collect();
        Self { frames, messages }
    }

    /// Generates pages of history as answers of REST, the same in every run; a page is a frame.
    pub(crate) fn pages() -> Self {
        let mut writer = Writer::new(SEED);
        let frames = (0..PAGES).map(|_| {
            writer.page(PAGE);
            writer.take()
        });
        Self {
            frames: frames.collect(),
            messages: PAGES * PAGE,
        }
    }

    pub(crate) fn frames(&self) -> &[Vec<u8>] {
        &self.frames
    }

    pub(crate) fn messages(&self) -> usize {
        self.messages
    }

    pub(crate) fn bytes(&self) -> usize {
        self.frames.iter().map(Vec::len).sum()
    }
}

const SEED: u64 = 3;
const FRAMES: usize = 2500;
/// Number of pages, and of messages on each.
const PAGES: usize = 40;
const PAGE: usize = 100;
