//! Queue of deliveries for the program.

use std::collections::VecDeque;

use groupme_model::SourceGuid;

use crate::{Delivered, DeliveryTag, Item, item::Record};

/// Queue of deliveries for the program, in order.
#[derive(Debug)]
pub(crate) struct Outbox<P> {
    next: u64,
    queue: VecDeque<Delivered<P>>,
    /// Whether deliveries have records.
    pub(crate) is_recording: bool,
    /// Ids of the messages that the program sent last.
    own: VecDeque<SourceGuid>,
}

impl<P> Outbox<P> {
    pub(crate) fn new() -> Self {
        Self {
            next: 0,
            queue: VecDeque::new(),
            is_recording: true,
            own: VecDeque::new(),
        }
    }

    /// Returns an empty record.
    pub(crate) fn record(&self) -> Record {
        Record {
            is_unwanted: !self.is_recording,
            ..Record::default()
        }
    }

    pub(crate) fn put(&mut self, item: Item<P>, record: Record) {
        let _ = self.put_own(item, record, false);
    }

    /// Puts a record for no item, to be acknowledged along with another delivery.
    pub(crate) fn put_after(&mut self, record: Record, first: DeliveryTag) {
        self.put(Item::Checkpoint, record);
        if let Some(last) = self.queue.back_mut() {
            last.after = Some(first);
        }
    }

    pub(crate) fn put_own(&mut self, item: Item<P>, record: Record, is_own: bool) -> DeliveryTag {
        let tag = DeliveryTag(self.next);
        self.next += 1;
        self.queue.push_back(Delivered {
            tag,
            item,
            is_own,
            record,
            after: None,
        });
        tag
    }

    pub(crate) fn take(&mut self) -> Option<Delivered<P>> {
        self.queue.pop_front()
    }

    pub(crate) fn len(&self) -> usize {
        self.queue.len()
    }

    pub(crate) fn expect(&mut self, guid: SourceGuid) {
        self.own.push_back(guid);
        if self.own.len() > OWN {
            self.own.pop_front();
        }
    }

    /// Returns whether the program sent a message with this id.
    pub(crate) fn is_own(&self, guid: Option<&str>) -> bool {
        guid.is_some_and(|guid| self.own.iter().any(|own| own.as_str() == guid))
    }
}

/// Number of sent messages to remember. An id is kept after its echo, which a slow network may
/// deliver twice.
const OWN: usize = 1_000;
