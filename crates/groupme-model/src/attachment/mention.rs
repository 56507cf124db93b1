//! Positions of mentions in a text.

use core::fmt;
use core::iter;
use core::ops::Range;

use crate::id::{UserId, UserIdRef};

use super::{Mentions, MentionsRef};

/// Error for a mention whose range is outside the text or splits a character.
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "bytes {} to {} are not a valid range of a text of {len} bytes: use character boundaries",
    part.start, part.end
)]
#[non_exhaustive]
pub struct MentionRangeError {
    /// Requested range, in bytes.
    pub part: Range<usize>,
    /// Length of the text, in bytes.
    pub len: usize,
}

/// Shows the text, as `fn main() -> Result<…>` prints errors.
impl fmt::Debug for MentionRangeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl Mentions {
    /// Adds a mention of a user at a byte range of `text`, the text of the message; usually their
    /// name after an `@`.
    ///
    /// Nothing needs to be added for `@everyone` in the text: GroupMe adds that mention itself, and
    /// a second one would be doubled.
    ///
    /// # Errors
    ///
    /// [`MentionRangeError`] if the range is outside the text or splits a character. Nothing is
    /// added then.
    pub fn add(
        &mut self,
        user: UserId,
        text: &str,
        part: Range<usize>,
    ) -> Result<(), MentionRangeError> {
        let outside = || MentionRangeError {
            part: part.clone(),
            len: text.len(),
        };
        let before = text.get(..part.start).ok_or_else(outside)?;
        let covered = text.get(part.clone()).ok_or_else(outside)?;
        let place = [utf16_len(before), utf16_len(covered)];
        self.user_ids.get_or_insert_default().push(user);
        self.loci.get_or_insert_default().push(place);
        Ok(())
    }

    /// Returns each mentioned user with the part of `text` that the mention covers.
    ///
    /// The part is `None` if it is outside the text or splits a character. A position without a
    /// user, or a user without a position, is left out.
    pub fn in_text<'t>(
        &self,
        text: &'t str,
    ) -> impl Iterator<Item = (&UserId, Option<&'t str>)> + use<'_, 't> {
        let users = self.user_ids.iter().flatten();
        let places = self.loci.iter().flatten();
        iter::zip(users, places).map(|(user, [start, len])| (user, slice_utf16(text, *start, *len)))
    }
}

impl<'f> MentionsRef<'f> {
    /// Returns each mentioned user with the part of `text` that the mention covers.
    ///
    /// The part is `None` if it is outside the text or splits a character. A position without a
    /// user, or a user without a position, is left out.
    pub fn in_text<'t>(
        &self,
        text: &'t str,
    ) -> impl Iterator<Item = (UserIdRef<'f>, Option<&'t str>)> + use<'f, 't> {
        let users = self.user_ids().into_iter().flatten();
        let places = self.loci().into_iter().flatten();
        iter::zip(users, places).map(|(user, [start, len])| (user, slice_utf16(text, start, len)))
    }
}

fn utf16_len(text: &str) -> i64 {
    text.chars()
        .map(|letter| if letter.len_utf16() == 1 { 1 } else { 2 })
        .sum()
}

/// Returns the part of a text at a start and length in UTF-16 code units.
fn slice_utf16(text: &str, start: i64, len: i64) -> Option<&str> {
    let start = usize::try_from(start).ok()?;
    let end = start.checked_add(usize::try_from(len).ok()?)?;
    text.get(offset_of_utf16(text, start)?..offset_of_utf16(text, end)?)
}

/// Returns the byte offset of a UTF-16 code unit; `None` inside a character or outside the text.
fn offset_of_utf16(text: &str, unit: usize) -> Option<usize> {
    let mut units = 0;
    for (offset, letter) in text.char_indices() {
        if units >= unit {
            return (units == unit).then_some(offset);
        }
        units += letter.len_utf16();
    }
    (units == unit).then_some(text.len())
}
