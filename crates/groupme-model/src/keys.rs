//! Positions of a model's JSON keys, computed at compile time.

/// Returns the position of `key` among `keys`.
///
/// # Panics
///
/// Panics, at compile time, if `keys` does not contain `key`.
pub(crate) const fn position(keys: &[&str], key: &str) -> usize {
    let mut index = 0;
    while index < keys.len() {
        if is_same(keys[index].as_bytes(), key.as_bytes()) {
            return index;
        }
        index += 1;
    }
    panic!("the key is among the keys");
}

const fn is_same(a: &[u8], b: &[u8]) -> bool {
    let mut at = 0;
    while at < a.len() && at < b.len() && a[at] == b[at] {
        at += 1;
    }
    at == a.len() && at == b.len()
}
