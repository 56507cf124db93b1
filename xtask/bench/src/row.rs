//! Rows of the table: each is a program that reads frames.

mod borrowed;
mod copy;
mod history;
mod model;
mod owned;
mod tape;
mod view;

use crate::corpus::Corpus;

/// Program that reads every frame of the corpus.
///
/// Each begins with a copy of the frame into a buffer of its own, as from a socket: simd-json
/// overwrites its input, and no row reads colder memory than another.
pub(crate) trait Row {
    /// Name in the table.
    fn name(&self) -> &'static str;

    /// Reads the corpus once; this is measured. The result depends on everything that was read, so
    /// the compiler cannot remove any of the work.
    fn pass(&mut self, corpus: &Corpus) -> u64;

    /// Reads the corpus once and returns the checksum of all fields, including those that
    /// [`Row::pass`] does not read.
    fn check(&mut self, corpus: &Corpus) -> u64 {
        self.pass(corpus)
    }
}

/// Returns the rows that read pages of history.
pub(crate) fn history() -> Vec<Box<dyn Row>> {
    vec![
        Box::new(history::Serde),
        Box::new(history::Messages::default()),
        Box::new(history::Views::default()),
    ]
}

/// Returns the rows that read frames. The others are compared with the first two.
pub(crate) fn model() -> Vec<Box<dyn Row>> {
    vec![
        Box::new(copy::Copy::default()),
        Box::new(tape::Tape::default()),
        Box::new(view::View::default()),
        Box::new(model::IntoOwned::default()),
        Box::new(model::Serde::default()),
        Box::new(borrowed::Borrowed::default()),
        Box::new(owned::Owned::default()),
    ]
}
