//! Names of the files of an archive.

use std::path::{Path, PathBuf};

use groupme_model::{ConversationId, text::is_invisible};
use sha1::{Digest as _, Sha1};

/// Version of the layout, in `index.json`.
pub(crate) const FORMAT: u32 = 1;

pub(crate) const INDEX: &str = "index.json";
pub(crate) const LOCK: &str = ".lock";
pub(crate) const CONVERSATIONS: &str = "conversations";
pub(crate) const MEDIA: &str = "media";
pub(crate) const PAGES: &str = "pages";
pub(crate) const INDEX_PAGE: &str = "index.html";
pub(crate) const MEDIA_INDEX: &str = "index.jsonl";

/// Returns the file of a conversation's messages.
pub(crate) fn messages_file(root: &Path, id: &ConversationId) -> PathBuf {
    root.join(CONVERSATIONS).join(stem(id) + ".jsonl")
}

/// Returns the file of a conversation's name, people and counts.
pub(crate) fn about_file(root: &Path, id: &ConversationId) -> PathBuf {
    root.join(CONVERSATIONS).join(stem(id) + ".json")
}

/// Returns the file name of a conversation, without extension: the id, or a digest of an id that is not
/// made of letters, digits, `+`, `-` and `_`, as a server may send anything.
pub(crate) fn stem(id: &ConversationId) -> String {
    let id = id.as_str();
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"+-_".contains(&byte);
    if !id.is_empty() && id.len() <= MAX_ID && id.bytes().all(is_plain) {
        return id.to_owned();
    }
    format!("x-{}", digest(id))
}

/// Returns the hexadecimal SHA-1 of a text.
pub(crate) fn digest(text: &str) -> String {
    use core::fmt::Write as _;

    let mut digits = String::with_capacity(40);
    for byte in Sha1::digest(text.as_bytes()) {
        // Writing to a string does not fail.
        let _ = write!(digits, "{byte:02x}");
    }
    digits
}

/// Makes a file name of a name chosen by a sender: control, invisible and reserved characters become
/// `_`, leading dots, hyphens and blanks around are removed, and the length is limited to 200 bytes. Empty if
/// nothing remains.
///
/// ```
/// assert_eq!(groupme_archive::sanitize_file_name("../../.plan \u{202e}fdp.txt"), "_.._.plan _fdp.txt");
/// ```
pub fn sanitize_file_name(name: &str) -> String {
    let is_bad = |letter: char| {
        letter.is_control() || is_invisible(letter) || "/\\:*?\"<>|".contains(letter)
    };
    let name: String = name
        .chars()
        .map(|letter| if is_bad(letter) { '_' } else { letter })
        .collect();
    // A hyphen at the start makes an option of the name of a file in `rm *`.
    let name = name.trim().trim_start_matches(['.', '-', ' ']);
    let mut end = name.len().min(MAX_NAME);
    while !name.is_char_boundary(end) {
        end = end.saturating_sub(1);
    }
    name.get(..end).unwrap_or_default().to_owned()
}

/// Longest id used as a file name, in bytes; two ids of ten digits have 21.
const MAX_ID: usize = 64;

/// Maximum size of a name, in bytes; file systems allow 255.
const MAX_NAME: usize = 200;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_a_file_of_the_archive_whatever_the_server_sent() {
        assert_eq!(stem(&"1835".into()), "1835");
        assert_eq!(stem(&"185+230".into()), "185+230");
        let odd = ["../1", "", "a/b", ".", "1\u{202e}2"];
        let stems: Vec<_> = odd.iter().map(|id| stem(&(*id).into())).collect();
        for stem in &stems {
            assert!(stem.starts_with("x-") && stem.len() == 42, "{stem}");
        }
        assert_ne!(stems[0], stems[1]);
    }

    #[test]
    fn the_name_of_a_file_is_neither_hidden_nor_an_option() {
        for name in ["-rf", "--", ".-x", "- -rf", ". .x"] {
            let name = sanitize_file_name(name);
            assert!(!name.starts_with(['.', '-', ' ']), "{name}");
        }
    }
}
