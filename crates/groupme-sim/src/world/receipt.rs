//! Read receipts.

use super::{Conversation, SimMessageId, SimUserId, World, WorldError, message::Entry, payload};

/// Position up to which a user has read a conversation.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Receipt {
    pub(crate) message: SimMessageId,
    /// Seconds since 1970.
    pub(crate) at: u64,
}

impl World {
    /// Marks the last message of `writer` to `reader` as read; does nothing if there is none.
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

    /// Moves a receipt forward to `message`. A receipt beyond it stays, with a new time.
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

    /// Pushes a receipt in a chat, to the other user. Receipts in groups are not pushed.
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

    /// Returns all receipts of a user.
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

    /// Returns the receipt of a user in a conversation.
    pub(crate) fn receipt(&self, reader: SimUserId, conversation: Conversation) -> Option<Receipt> {
        self.receipts.get(&(conversation, reader)).copied()
    }
}
