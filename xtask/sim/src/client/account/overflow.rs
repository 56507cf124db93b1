//! A program that is slower than what is pushed: what it cannot take is dropped, into a gap.

/// Whether pushes are being dropped.
#[derive(Debug, Default)]
pub(super) struct Overflow {
    is_dropping: bool,
}

impl Overflow {
    pub(super) fn is_dropping(&self) -> bool {
        self.is_dropping
    }

    /// Whether a push is taken, with so many deliveries before it.
    pub(super) fn takes(&mut self, backlog: usize) -> bool {
        self.is_dropping |= backlog >= BACKLOG;
        !self.is_dropping
    }

    /// The program has taken everything. True if pushes were being dropped.
    pub(super) fn end(&mut self) -> bool {
        core::mem::take(&mut self.is_dropping)
    }
}

/// How many deliveries may wait.
const BACKLOG: usize = 64;
