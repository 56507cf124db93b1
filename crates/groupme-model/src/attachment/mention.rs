//! Where in a text its mentions are.

use core::iter;

use crate::id::UserIdRef;

use super::MentionsRef;

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
