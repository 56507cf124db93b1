//! Comparison of the stream with what was said.

use core::fmt;
use std::collections::{BTreeMap, BTreeSet};

/// Comparison of the stream with what was said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Score {
    pub(super) expected: usize,
    pub(super) received: usize,
    pub(super) lost: usize,
    pub(super) doubled: usize,
    pub(super) disordered: usize,
}

impl Score {
    pub(super) fn of(
        expected: &BTreeMap<String, Vec<usize>>,
        received: &BTreeMap<String, Vec<usize>>,
    ) -> Self {
        let mut score = Self::default();
        let nothing = Vec::new();
        for (account, expected) in expected {
            let received = received.get(account).unwrap_or(&nothing);
            let distinct: BTreeSet<_> = received.iter().collect();
            score.expected += expected.len();
            score.received += received.len();
            let is_lost = |number: &&usize| !distinct.contains(number);
            score.lost += expected.iter().filter(is_lost).count();
            score.doubled += received.len() - distinct.len();
            score.disordered += usize::from(!received.is_sorted());
        }
        score
    }

    pub(super) const fn is_perfect(self) -> bool {
        self.lost == 0
            && self.doubled == 0
            && self.disordered == 0
            && self.received == self.expected
    }
}

impl fmt::Display for Score {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} of {} in the stream: {} lost, {} doubled, {} accounts out of order",
            self.received, self.expected, self.lost, self.doubled, self.disordered
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_lost_doubled_or_out_of_order_is_counted() {
        let of = |numbers: &[usize]| BTreeMap::from([("a".to_owned(), numbers.to_vec())]);
        let score = |received: &[usize]| {
            let score = Score::of(&of(&[1, 2, 3]), &of(received));
            (
                score.lost,
                score.doubled,
                score.disordered,
                score.is_perfect(),
            )
        };
        assert_eq!(score(&[1, 2, 3]), (0, 0, 0, true));
        assert_eq!(score(&[1, 3]), (1, 0, 0, false));
        assert_eq!(score(&[1, 2, 2, 3]), (0, 1, 0, false));
        assert_eq!(score(&[2, 1, 3]), (0, 0, 1, false));
        assert_eq!(score(&[1, 2, 3, 4]), (0, 0, 0, false));
    }
}
