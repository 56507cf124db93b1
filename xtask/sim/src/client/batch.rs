//! Batches of clients, read back.

use bayeux_proto::Message;
use bayeux_wire::{Decoder, Frame};

/// A reader for the batches that clients write.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    decoder: Decoder,
    frame: Frame,
}

impl Batch {
    /// Returns the envelopes of a batch, with the number of the program in each publish. There are
    /// none if it is not Bayeux.
    pub(crate) fn read(
        &mut self,
        bytes: &[u8],
    ) -> impl Iterator<Item = (Message<'_>, Option<u64>)> {
        self.frame.clear();
        self.frame.extend_from_slice(bytes);
        if self.decoder.decode(&mut self.frame).is_err() {
            self.frame.clear();
        }
        self.frame.messages().map(|message| {
            let own = message.data().and_then(|data| data.get("own")?.as_u64());
            (message.envelope(), own)
        })
    }
}
