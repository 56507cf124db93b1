//! Numbers of delivered messages whose states are forgotten.

use std::collections::VecDeque;

use groupme_model::MessageId;

/// Delivered messages that are no longer among the newest, by number: eight bytes each, so that a push
/// that comes again is distinguished from one that comes late for the first time.
#[derive(Debug, Default)]
pub(super) struct Forgotten {
    /// Numbers of the messages, in ascending order.
    numbers: VecDeque<u64>,
    /// Highest number that was dropped for lack of room. Nothing is known of the messages up to it.
    horizon: Option<u64>,
}

/// Knowledge of a message that is pushed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Knowledge {
    Delivered,
    NotDelivered,
    /// Message too old for either list.
    Unknown,
}

impl Forgotten {
    pub(super) fn insert(&mut self, message: &MessageId) {
        let Some(number) = number(message) else {
            return;
        };
        // Messages are mostly forgotten in their order.
        match self.numbers.back() {
            Some(last) if number <= *last => {
                if let Err(at) = self.numbers.binary_search(&number) {
                    self.numbers.insert(at, number);
                }
            }
            _ => self.numbers.push_back(number),
        }
        if self.numbers.len() > MAX_NUMBERS {
            self.horizon = self.horizon.max(self.numbers.pop_front());
        }
    }

    pub(super) fn knowledge(&self, message: &MessageId) -> Knowledge {
        let Some(number) = number(message) else {
            return Knowledge::Unknown;
        };
        if self.numbers.binary_search(&number).is_ok() {
            Knowledge::Delivered
        } else if self.horizon.is_some_and(|horizon| number <= horizon) {
            Knowledge::Unknown
        } else if self.numbers.front().is_none_or(|first| number < *first) {
            // Of the past, or of an earlier process.
            Knowledge::Delivered
        } else {
            Knowledge::NotDelivered
        }
    }
}

fn number(message: &MessageId) -> Option<u64> {
    message.as_str().parse().ok()
}

/// Maximum number of messages, of each conversation.
const MAX_NUMBERS: usize = 1_000;
