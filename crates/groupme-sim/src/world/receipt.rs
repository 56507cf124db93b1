//! Who has read how far.

use super::{Conversation, SimMessageId, SimUserId, World, WorldError, message::Entry, payload};

/// How far somebody has read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Receipt {
    pub(crate) message: SimMessageId,
    /// Seconds since 1970.
    pub(crate) at: u64,
}

impl World {
    /// Has a user read what `writer` last wrote to them; nothing happens if that is nothing.
    ///
    /// # Errors
    ///
    /// [`WorldError::NoSuchUser`].
    pub fn read_direct_messages(
        &mut self,
        reader: SimUserId,
        writer: SimUserId,
    ) -> Result<(), WorldError> {
        self.user(reader)?;
        let conversation = Conversation::direct(reader, writer);
        let last = self
            .history
            .newest_first(conversation)
            .find_map(|entry| match entry {
                Entry::Message(message) if message.author == writer => Some(message.id),
                _ => None,
            });
        if let Some(message) = last {
            let receipt = self.mark_read(reader, conversation, message);
            self.push_receipt(reader, conversation, receipt);
        }
        Ok(())
    }

    /// Moves a receipt on to `message`. One that is further on already stays where it is, only its
    /// time changes.
    pub(crate) fn mark_read(
        &mut self,
        reader: SimUserId,
        conversation: Conversation,
        message: SimMessageId,
    ) -> Receipt {
        let at = self.seconds();
        let receipt = self
            .receipts
            .entry((conversation, reader))
            .or_insert(Receipt { message, at });
        receipt.message = receipt.message.max(message);
        receipt.at = at;
        *receipt
    }

    /// Shows a receipt to whom it may_access: nobody but the other one of two people.
    pub(crate) fn push_receipt(
        &mut self,
        reader: SimUserId,
        conversation: Conversation,
        receipt: Receipt,
    ) {
        if let Conversation::Direct(..) = conversation {
            let data = payload::read_receipt(receipt.message, conversation, reader, receipt.at);
            self.push(conversation.channel(), &data);
        }
    }

    /// How far the user has read, wherever they have read anything.
    pub(crate) fn receipts_of(
        &self,
        reader: SimUserId,
    ) -> impl Iterator<Item = (Conversation, Receipt)> {
        self.receipts
            .iter()
            .filter(move |((conversation, user), _)| {
                *user == reader && self.takes_part(reader, *conversation)
            })
            .map(|((conversation, _), receipt)| (*conversation, *receipt))
    }

    /// How far the user has read there, if they have read anything.
    pub(crate) fn receipt(&self, reader: SimUserId, conversation: Conversation) -> Option<Receipt> {
        self.receipts.get(&(conversation, reader)).copied()
    }
}
