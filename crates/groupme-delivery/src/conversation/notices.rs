//! Notices of changes, and the changes themselves, of one conversation.

use std::collections::VecDeque;

use groupme_model::MessageId;

use crate::{
    DeliveryTag,
    message_state::{Aspect, Difference},
    observation::NewMessage,
};

/// Notice that waits for the event of its change, and the latest changes that were handed out.
#[derive(Debug)]
pub(crate) struct Notices<P> {
    /// Notice of a change whose own event is about to be pushed, too. No later message is handed
    /// out before the notice.
    held: Option<(NewMessage, P)>,
    /// Changes handed out last of a conversation whose own channel is subscribed, each with its
    /// delivery.
    earlier: VecDeque<(MessageId, Aspect, DeliveryTag)>,
}

impl<P> Default for Notices<P> {
    fn default() -> Self {
        Self {
            held: None,
            earlier: VecDeque::new(),
        }
    }
}

impl<P> Notices<P> {
    pub(crate) fn hold(&mut self, notice: NewMessage, push: P) {
        self.held = Some((notice, push));
    }

    pub(crate) fn take_held(&mut self) -> Option<(NewMessage, P)> {
        self.held.take()
    }

    /// Returns the held notice.
    pub(crate) fn held(&self) -> Option<&NewMessage> {
        self.held.as_ref().map(|(notice, _)| notice)
    }

    /// Returns whether the notice of this change of a message is held.
    pub(crate) fn holds_notice_of(&self, message: &MessageId, difference: Difference) -> bool {
        let announced = self.held().and_then(|held| held.announces.as_ref());
        announced.is_some_and(|(affected, announced)| {
            affected == message && announced.aspect() == difference.aspect()
        })
    }

    /// Notes that a change was handed out.
    pub(crate) fn note_delivered_change(
        &mut self,
        message: MessageId,
        aspect: Aspect,
        tag: DeliveryTag,
    ) {
        if self.earlier.len() == MAX_EARLIER {
            self.earlier.pop_front();
        }
        self.earlier.push_back((message, aspect, tag));
    }

    /// Returns the latest delivery that handed out a change of this aspect of a message.
    pub(crate) fn delivery_of(&self, message: &MessageId, aspect: Aspect) -> Option<DeliveryTag> {
        let is_it =
            |earlier: &&(MessageId, Aspect, _)| earlier.0 == *message && earlier.1 == aspect;
        self.earlier
            .iter()
            .rev()
            .find(is_it)
            .map(|(_, _, tag)| *tag)
    }
}

/// Number of changes of a conversation whose deliveries are remembered: as many as may come between a
/// change and its notice.
const MAX_EARLIER: usize = 8;
