//! Positions of emoji in a text.

use core::iter;
use core::ops::Range;

use super::{Emoji, EmojiRef};

impl Emoji {
    /// Returns the byte range of each placeholder in `text` with the pack and index of its emoji.
    ///
    /// A placeholder without an emoji, or an emoji without a placeholder, is left out.
    pub fn in_text(&self, text: &str) -> impl Iterator<Item = (Range<usize>, [i64; 2])> {
        let placeholder = self.placeholder.as_deref().unwrap_or_default();
        let pictures = self.charmap.iter().flatten().copied();
        iter::zip(placeholder_ranges(text, placeholder), pictures)
    }
}

impl EmojiRef<'_> {
    /// Returns the byte range of each placeholder in `text` with the pack and index of its emoji.
    ///
    /// A placeholder without an emoji, or an emoji without a placeholder, is left out.
    pub fn in_text(&self, text: &str) -> impl Iterator<Item = (Range<usize>, [i64; 2])> {
        let placeholder = self.placeholder().unwrap_or_default();
        let pictures = self.charmap().into_iter().flatten();
        iter::zip(placeholder_ranges(text, placeholder), pictures)
    }
}

/// Returns the byte ranges of a placeholder; none for an empty one, as in GroupMe's documentation.
fn placeholder_ranges(text: &str, placeholder: &str) -> impl Iterator<Item = Range<usize>> {
    let found = (!placeholder.is_empty()).then(|| text.match_indices(placeholder));
    found
        .into_iter()
        .flatten()
        .map(|(start, found)| start..start + found.len())
}
