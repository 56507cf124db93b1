//! Who has read how far.

use super::{Conversation, MessageId, UserId, World, WorldError, message::Entry, payload};

/// How far somebody has read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Receipt {
    pub(crate) message: MessageId,
    /// Seconds since 1970.
    pub(crate) at: u64,
}

impl World {
    /// Has a user read what `writer` last wrote to them; nothing happens if that is nothing.
    ///
    /// # Errors
    ///
    /// [`WorldError::NoSuchUser`].
    pub fn read(&mut self, reader: UserId, writer: UserId) -> Result<(), WorldError> {
        self.user(reader)?;
        let place = Conversation::direct(reader, writer);
        let last = self.history.backwards(place).find_map(|entry| match entry {
            Entry::MessageView(message) if message.author == writer => Some(message.id),
            _ => None,
        });
        if let Some(message) = last {
            let receipt = self.mark_read(reader, place, message);
            self.tell_read(reader, place, receipt);
        }
        Ok(())
    }

    /// Moves a receipt on to `message`. One that is further on already stays where it is, only its
    /// time changes.
    pub(crate) fn mark_read(
        &mut self,
        reader: UserId,
        place: Conversation,
        message: MessageId,
    ) -> Receipt {
        let at = self.seconds();
        let receipt = self
            .receipts
            .entry((place, reader))
            .or_insert(Receipt { message, at });
        receipt.message = receipt.message.max(message);
        receipt.at = at;
        *receipt
    }

    /// Shows a receipt to whom it concerns: nobody but the other one of two people.
    pub(crate) fn tell_read(&mut self, reader: UserId, place: Conversation, receipt: Receipt) {
        if let Conversation::Direct(..) = place {
            let data = payload::read_receipt(receipt.message, place, reader, receipt.at);
            self.push(place.channel(), &data);
        }
    }

    /// How far the user has read, wherever they have read anything.
    pub(crate) fn receipts_of(
        &self,
        reader: UserId,
    ) -> impl Iterator<Item = (Conversation, Receipt)> {
        self.receipts
            .iter()
            .filter(move |((place, user), _)| *user == reader && self.takes_part(reader, *place))
            .map(|((place, _), receipt)| (*place, *receipt))
    }

    /// How far the user has read there, if they have read anything.
    pub(crate) fn receipt(&self, reader: UserId, place: Conversation) -> Option<Receipt> {
        self.receipts.get(&(place, reader)).copied()
    }
}
