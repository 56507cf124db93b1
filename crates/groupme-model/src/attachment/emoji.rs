//! Where in a text its pictures are.

use core::iter;
use core::ops::Range;

use super::{Emoji, EmojiRef};

impl Emoji {
    /// For each picture in `text`, the bytes of its placeholder, and the pack and the picture in
    /// it. A placeholder without a picture, or the other way round, is left out.
    pub fn in_text(&self, text: &str) -> impl Iterator<Item = (Range<usize>, [i64; 2])> {
        let placeholder = self.placeholder.as_deref().unwrap_or_default();
        let pictures = self.charmap.iter().flatten().copied();
        iter::zip(places(text, placeholder), pictures)
    }
}

impl EmojiRef<'_> {
    /// For each picture in `text`, the bytes of its placeholder, and the pack and the picture in
    /// it. A placeholder without a picture, or the other way round, is left out.
    pub fn in_text(&self, text: &str) -> impl Iterator<Item = (Range<usize>, [i64; 2])> {
        let placeholder = self.placeholder().unwrap_or_default();
        let pictures = self.charmap().into_iter().flatten();
        iter::zip(places(text, placeholder), pictures)
    }
}

/// Where a placeholder is; an empty one, as the documentation has it, is nowhere.
fn places(text: &str, placeholder: &str) -> impl Iterator<Item = Range<usize>> {
    let found = (!placeholder.is_empty()).then(|| text.match_indices(placeholder));
    found
        .into_iter()
        .flatten()
        .map(|(start, found)| start..start + found.len())
}
