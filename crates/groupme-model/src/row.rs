//! Messages in the frame in which they were received.

use core::cmp::Ordering;
use core::fmt;
use std::sync::Arc;

use bayeux_wire::{Frame, ValueIndex};

use crate::from_value::FromValue as _;
use crate::id::MessageId;
use crate::message::{Message, MessageRef};
use crate::timestamp::Timestamp;

/// Message of a page of history, in the frame of the page.
///
/// Owned, without a copy of the message: a row can be kept, sent to another thread and sorted, and
/// its [`view`](Self::view) reads from the frame. While a row lives, its whole frame does.
#[derive(Clone)]
pub struct MessageRow {
    frame: Arc<Frame>,
    index: ValueIndex,
    id: MessageId,
    created_at: Option<Timestamp>,
}

impl MessageRow {
    /// Returns the message at an index of a frame. `None` if there is no message with an id.
    pub fn new(frame: &Arc<Frame>, index: ValueIndex) -> Option<Self> {
        let view = MessageRef::from_value(frame.value(index))?;
        Some(Self {
            frame: Arc::clone(frame),
            index,
            id: view.id().into_owned(),
            created_at: view.created_at(),
        })
    }

    /// Returns the id of the message.
    pub fn id(&self) -> &MessageId {
        &self.id
    }

    /// Returns the time at which the message was sent.
    pub fn created_at(&self) -> Option<Timestamp> {
        self.created_at
    }

    /// Returns the message as a view.
    ///
    /// # Panics
    ///
    /// Never: a row is made only of a message.
    pub fn view(&self) -> MessageRef<'_> {
        MessageRef::from_value(self.frame.value(self.index)).expect("checked when it was made")
    }

    /// Copies the message out of the frame.
    pub fn into_owned(self) -> Message {
        let message = Message::from_value(self.frame.value(self.index));
        message.unwrap_or_else(|| Message::new(self.id))
    }

    /// Compares two messages by the number of their id, then by time.
    pub fn chronological(&self, other: &Self) -> Ordering {
        let by_id = self.id.as_view().cmp_number(&other.id.as_view());
        by_id.then_with(|| self.created_at.cmp(&other.created_at))
    }
}

/// Compares the received messages.
impl PartialEq for MessageRow {
    fn eq(&self, other: &Self) -> bool {
        self.view() == other.view()
    }
}

impl PartialEq<Message> for MessageRow {
    fn eq(&self, other: &Message) -> bool {
        self.view() == *other
    }
}

impl fmt::Debug for MessageRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("MessageRow").field(&self.view()).finish()
    }
}
