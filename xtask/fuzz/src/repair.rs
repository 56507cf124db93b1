//! Repair of lone surrogates, which GroupMe sends and `serde_json` refuses.

/// Replaces escaped lone surrogates by U+FFFD.
///
/// The algorithm differs from the decoder's on purpose: runs of `\uXXXX` are decoded as UTF-16 and
/// written back.
pub(crate) fn repair_surrogates(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let run: Vec<u16> = (0..)
            .map_while(|index| unit(bytes, at + index * 6))
            .collect();
        for unit in String::from_utf16_lossy(&run).encode_utf16() {
            out.extend_from_slice(format!("\\u{unit:04x}").as_bytes());
        }
        at += run.len() * 6;
        if run.is_empty() {
            let step = if bytes[at] == b'\\' { 2 } else { 1 };
            out.extend_from_slice(&bytes[at..bytes.len().min(at + step)]);
            at += step;
        }
    }
    out
}

/// Returns the escaped UTF-16 code unit at an offset.
fn unit(bytes: &[u8], at: usize) -> Option<u16> {
    let hex = bytes.get(at..at + 6)?.strip_prefix(b"\\u")?;
    let plain = hex.iter().all(u8::is_ascii_hexdigit);
    let hex = core::str::from_utf8(hex).ok().filter(|_| plain)?;
    u16::from_str_radix(hex, 16).ok()
}
