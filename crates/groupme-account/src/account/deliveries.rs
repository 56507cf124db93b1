//! Items for the program, in order: from the feed through the ledger, and between statuses.

use groupme_delivery::Item;

use super::{Account, SaveId};
use crate::{Incoming, Status};

impl Account {
    /// Emits a status after everything before it.
    pub(super) fn emit(&mut self, mut status: Status) {
        self.release_feed();
        if self.overflow.is_dropping() {
            self.supersede(&mut status);
        }
        self.put(Incoming::Status(status));
    }

    /// Moves all deliveries of the feed before what follows, and records them.
    pub(super) fn release_feed(&mut self) {
        while let Some(before) = self.next_delivery() {
            self.ready.push_back(before);
        }
    }

    /// Puts an item behind everything that waits outside the feed.
    pub(super) fn put(&mut self, incoming: Incoming) {
        self.ready.push_back((SaveId::default(), incoming));
    }

    pub(super) fn take_incoming(&mut self) -> Option<Incoming> {
        if self.ready.is_empty() {
            let next = self.next_delivery()?;
            if next.0 <= self.saved {
                return Some(next.1);
            }
            self.ready.push_back(next);
        }
        let saved = self.saved;
        let (_, incoming) = self.ready.pop_front_if(|(save, _)| *save <= saved)?;
        Some(incoming)
    }

    /// Takes the next delivery from the feed, and records it. Returns it with the save that has to
    /// be complete before it is handed out.
    fn next_delivery(&mut self) -> Option<(SaveId, Incoming)> {
        loop {
            let mut delivered = self.feed.as_mut()?.poll_delivery()?;
            if let Some(ledger) = &mut self.ledger {
                let before = self.unsaved.len();
                let is_for_program = ledger.record(&mut delivered, &mut self.unsaved);
                if self.unsaved.len() > before {
                    self.barrier = self.next_save;
                }
                if !is_for_program {
                    continue;
                }
            }
            let tag = delivered.tag;
            let incoming = match delivered.item {
                Item::Push(mut delivery) => {
                    delivery.tag = Some(tag);
                    delivery.is_own = delivered.is_own;
                    Incoming::Event(delivery)
                }
                Item::Synthesized(made) => {
                    if let Some(mut delivery) = self.deliver_made(&made) {
                        delivery.tag = Some(tag);
                        delivery.is_own = delivered.is_own;
                        Incoming::Event(delivery)
                    } else {
                        // The program cannot acknowledge it, and it would be fetched again forever.
                        self.acknowledge(tag);
                        Incoming::Status(Status::Unrecoverable(made.lost()))
                    }
                }
                Item::Gap(gap) => Incoming::Status(Status::BackfillStarted(gap)),
                Item::Backfilled {
                    conversation,
                    messages,
                } => Incoming::Status(Status::Backfilled {
                    conversation,
                    messages,
                }),
                Item::Lost(lost) => Incoming::Status(Status::Unrecoverable(lost)),
                Item::CaughtUp => Incoming::Status(Status::CaughtUp),
                Item::Polling(begins) => Incoming::Status(Status::Polling(begins)),
                // A checkpoint, without a ledger.
                _ => continue,
            };
            return Some((self.barrier, incoming));
        }
    }
}
