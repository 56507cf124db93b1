//! Polling REST while nothing can be pushed.

use super::Feed;
use crate::{Item, item::Record};

impl<P> Feed<P> {
    /// Sees to it that REST is polled, if it is to be, while nothing is pushed.
    pub(super) fn await_polling(&mut self) {
        let Some(polling) = self.config.polling else {
            return;
        };
        let since = *self.silent_since.get_or_insert(self.now);
        if self.next_poll.is_none() && self.round.is_none() {
            let rest = self.now + polling.every;
            let first = since + polling.after;
            self.next_poll = Some(if self.is_polling { rest } else { first });
        }
    }

    pub(super) fn poll_round(&mut self) {
        if self.is_live {
            return;
        }
        if !core::mem::replace(&mut self.is_polling, true) {
            self.out.put(Item::Polling(true), Record::default());
        }
        // What was listed the last time is to be listed again.
        self.epoch += 1;
        self.begin_round(self.newest);
    }
}
