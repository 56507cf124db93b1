//! Budget of memory for what clients have sent in part.

use core::sync::atomic::{AtomicUsize, Ordering};
use std::sync::Arc;

/// Memory that unfinished bodies and messages of all clients may take together. Clones are the same
/// budget.
#[derive(Clone, Debug)]
pub(crate) struct Budget(Arc<Account>);

#[derive(Debug)]
struct Account {
    spent: AtomicUsize,
    most: usize,
}

/// Share of one body or message, given back when it is dropped.
#[derive(Debug)]
pub(crate) struct Share {
    budget: Option<Budget>,
    bytes: usize,
}

impl Budget {
    #[cfg(any(feature = "wire", test))]
    pub(crate) fn new(most: usize) -> Self {
        Self(Arc::new(Account {
            spent: AtomicUsize::new(0),
            most,
        }))
    }
}

impl Share {
    /// Begins with nothing. Without a budget, everything fits.
    pub(crate) fn of(budget: Option<&Budget>) -> Self {
        Self {
            budget: budget.cloned(),
            bytes: 0,
        }
    }

    /// Takes memory for all bytes so far. Returns false if the budget is spent. What small requests take
    /// is free, so that large ones cannot keep them out.
    #[must_use]
    pub(crate) fn cover(&mut self, bytes: usize) -> bool {
        let Some(Budget(account)) = &self.budget else {
            return true;
        };
        let more = bytes.saturating_sub(FREE).saturating_sub(self.bytes);
        if more == 0 {
            return true;
        }
        let before = account.spent.fetch_add(more, Ordering::Relaxed);
        self.bytes = self.bytes.saturating_add(more);
        before.saturating_add(more) <= account.most
    }

    /// Gives everything back.
    pub(crate) fn clear(&mut self) {
        if let Some(Budget(account)) = &self.budget {
            account.spent.fetch_sub(self.bytes, Ordering::Relaxed);
            self.bytes = 0;
        }
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        self.clear();
    }
}

/// Bytes of each body or message that count for nothing.
const FREE: usize = 4 << 10;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_messages_share_a_budget_and_give_it_back_and_small_ones_always_fit() {
        let budget = Budget::new(10_000);
        let share = || Share::of(Some(&budget));
        let (mut first, mut second) = (share(), share());
        assert!(first.cover(FREE) && first.cover(FREE + 6_000));
        assert!(!second.cover(FREE + 6_000));
        assert!(share().cover(FREE));
        drop(second);
        assert!(share().cover(FREE + 4_000));
        first.clear();
        assert!(share().cover(FREE + 10_000));
        assert!(Share::of(None).cover(usize::MAX));
    }
}
