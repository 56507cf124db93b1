//! Ids among names.

/// Returns whether a text is an id rather than a name.
pub(crate) fn is_id(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}
