//! Polling REST while pushes cannot flow.

use bayeux_proto::Instant;

use super::Feed;
use crate::{Item, item::Record};

/// Polling while pushes cannot flow.
#[derive(Clone, Copy, Debug)]
pub(super) struct Polling {
    /// Time of the last push flow.
    since: Instant,
    /// Time of the next poll; `None` while one is in progress.
    pub(super) next: Option<Instant>,
    /// Whether REST was polled since.
    has_begun: bool,
}

impl<P> Feed<P> {
    /// Returns whether REST is polled.
    pub(super) fn is_polling(&self) -> bool {
        self.polling.is_some_and(|polling| polling.has_begun)
    }

    /// Schedules the next poll, if polling is configured.
    pub(super) fn await_polling(&mut self) {
        let Some(config) = self.config.polling else {
            return;
        };
        let polling = self.polling.get_or_insert(Polling {
            since: self.now,
            next: None,
            has_begun: false,
        });
        if polling.next.is_none() && self.resync.is_none() {
            polling.next = Some(if polling.has_begun {
                self.now + config.every
            } else {
                polling.since + config.after
            });
        }
    }

    /// Polls REST, if that is due.
    pub(super) fn poll_if_due(&mut self) {
        let Some(polling) = &mut self.polling else {
            return;
        };
        if polling.next.take_if(|at| *at <= self.now).is_none() || self.is_live {
            return;
        }
        if !core::mem::replace(&mut polling.has_begun, true) {
            self.out.put(Item::Polling(true), Record::default());
        }
        // A new epoch, so that everything is listed again.
        self.epoch += 1;
        let _ = self.begin_resync(self.newest);
    }

    /// Ends polling, because pushes flow.
    pub(super) fn end_polling(&mut self) {
        if self.polling.take().is_some_and(|polling| polling.has_begun) {
            self.out.put(Item::Polling(false), Record::default());
        }
    }
}
