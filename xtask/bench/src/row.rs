//! The rows of the table: each a way to read frames.

mod borrowed;
mod copy;
mod owned;
mod tape;
mod twin;
mod view;

use crate::corpus::Corpus;

/// A way to read every frame of the corpus. Each begins with a copy of the frame into a buffer of its
/// own, as out of a socket: simd-json rewrites what it reads, and so nobody reads colder memory than
/// another.
pub(crate) trait Row {
    /// What the table calls it.
    fn name(&self) -> &'static str;

    /// Reads the corpus once, as it is measured. Answers something that depends on all that was
    /// read, so that nothing can be left out by the compiler.
    fn pass(&mut self, corpus: &Corpus) -> u64;

    /// Reads the corpus once and answers the sum of all facts; what [`Row::pass`] does not read of
    /// them is read here.
    fn check(&mut self, corpus: &Corpus) -> u64 {
        self.pass(corpus)
    }
}

/// All rows. The first two are what the others are compared with.
pub(crate) fn all() -> Vec<Box<dyn Row>> {
    vec![
        Box::new(copy::Copy::default()),
        Box::new(tape::Tape::default()),
        Box::new(view::View::default()),
        Box::new(twin::IntoOwned::default()),
        Box::new(twin::Serde::default()),
        Box::new(borrowed::Borrowed::default()),
        Box::new(owned::Owned::default()),
    ]
}
