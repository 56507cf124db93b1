//! Polling REST while pushes cannot flow.

use bayeux_proto::Instant;

use super::Feed;
use crate::{Item, context::Context, item::Record};

/// Polling while pushes cannot flow.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Polling {
    /// Time of the last push flow.
    since: Instant,
    /// Time of the next poll; `None` while one is in progress.
    pub(crate) next: Option<Instant>,
    /// Whether REST was polled since.
    has_begun: bool,
}

impl<P> Context<P> {
    /// Returns whether REST is polled.
    pub(crate) fn is_polling(&self) -> bool {
        self.polling.is_some_and(|polling| polling.has_begun)
    }

    /// Schedules the next poll, if polling is configured.
    pub(crate) fn await_polling(&mut self) {
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

    /// Ends polling, because pushes flow.
    pub(crate) fn end_polling(&mut self) {
        if self.polling.take().is_some_and(|polling| polling.has_begun) {
            self.out.put(Item::Polling(false), Record::default());
        }
    }
}

impl<P> Feed<P> {
    /// Polls REST, if that is due.
    pub(crate) fn poll_if_due(&mut self) {
        let Some(polling) = &mut self.cx.polling else {
            return;
        };
        if polling.next.take_if(|at| *at <= self.cx.now).is_none() || self.cx.is_live {
            return;
        }
        if !core::mem::replace(&mut polling.has_begun, true) {
            self.cx.out.put(Item::Polling(true), Record::default());
        }
        // A new epoch, so that everything is listed again.
        self.cx.epoch += 1;
        let _ = self.begin_resync(self.cx.newest);
    }
}
