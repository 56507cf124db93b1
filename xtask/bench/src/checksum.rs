//! Fields that every row reads of a message, and a checksum that shows that all rows read the same.

/// Six fields of a push; empty or 0 where the push does not have them.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Fields<'a> {
    pub(crate) kind: &'a str,
    pub(crate) id: &'a str,
    pub(crate) user: &'a str,
    pub(crate) name: &'a str,
    pub(crate) text: &'a str,
    pub(crate) at: i64,
}

impl Fields<'_> {
    pub(crate) fn checksum(&self) -> u64 {
        let texts = [self.kind, self.id, self.user, self.name, self.text];
        let texts = texts.into_iter().map(text);
        texts.fold(self.at.cast_unsigned(), |sum, text| {
            sum.wrapping_mul(31).wrapping_add(text)
        })
    }
}

/// Checksum of a message without data: its channel and its `successful`.
pub(crate) fn envelope(channel: &str, successful: Option<bool>) -> u64 {
    text(channel).wrapping_add(u64::from(successful == Some(true)))
}

/// Hash of a text by length, first and last byte: cheap, and different for most texts.
fn text(text: &str) -> u64 {
    let bytes = text.as_bytes();
    let ends = bytes.first().zip(bytes.last());
    let ends = ends.map_or(0, |(first, last)| u64::from(*first) << 8 | u64::from(*last));
    ends << 32 | bytes.len() as u64
}
