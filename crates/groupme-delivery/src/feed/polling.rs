//! Polling REST while pushes cannot flow.

use super::Feed;
use crate::{Item, item::Record};

impl<P> Feed<P> {
    /// Schedules the next poll, if polling is configured.
    pub(super) fn await_polling(&mut self) {
        let Some(polling) = self.config.polling else {
            return;
        };
        let since = *self.silent_since.get_or_insert(self.now);
        if self.next_poll.is_none() && self.resync.is_none() {
            let rest = self.now + polling.every;
            let first = since + polling.after;
            self.next_poll = Some(if self.is_polling { rest } else { first });
        }
    }

    pub(super) fn poll_rest(&mut self) {
        if self.is_live {
            return;
        }
        if !core::mem::replace(&mut self.is_polling, true) {
            self.out.put(Item::Polling(true), Record::default());
        }
        // A new epoch, so that everything is listed again.
        self.epoch += 1;
        let _ = self.begin_resync(self.newest);
    }
}
