//! Where in a text its mentions are.

use core::iter;
use core::ops::Range;

use crate::id::{UserId, UserIdRef};

use super::{Mentions, MentionsRef};

/// The part to mention somebody by is not in the text, or cuts a character in half.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "bytes {} to {} are no part of the text of {len} bytes: take them where characters start",
    part.start, part.end
)]
#[non_exhaustive]
pub struct NotInText {
    /// The bytes that were asked for.
    pub part: Range<usize>,
    /// How many bytes the text has.
    pub len: usize,
}

impl Mentions {
    /// Mentions a user by a part of `text`, in bytes; usually their name after an `@`. The text is
    /// the one that the message will have.
    ///
    /// To mention everyone, write `@everyone` into the text and nothing here: GroupMe adds the
    /// mention.
    ///
    /// # Errors
    ///
    /// [`NotInText`] if the text has no such part. Nothing is added then.
    pub fn add(&mut self, user: UserId, text: &str, part: Range<usize>) -> Result<(), NotInText> {
        let outside = || NotInText {
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

    /// The mentions with the part of `text` that each covers. A place that is not in the text, or
    /// cuts a character in half, gives `None`; a place without a user, or the other way round, is
    /// left out.
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
    /// The mentions with the part of `text` that each covers. A place that is not in the text, or
    /// cuts a character in half, gives `None`; a place without a user, or the other way round, is
    /// left out.
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

/// The part of a text that starts at a UTF-16 code unit and has that many of them.
fn slice_utf16(text: &str, start: i64, len: i64) -> Option<&str> {
    let start = usize::try_from(start).ok()?;
    let end = start.checked_add(usize::try_from(len).ok()?)?;
    text.get(offset_of_utf16(text, start)?..offset_of_utf16(text, end)?)
}

/// The byte at which a UTF-16 code unit starts, if a character starts there or the text ends there.
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
