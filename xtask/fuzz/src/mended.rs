//! Lone surrogates, which `serde_json` refuses and GroupMe sends.

/// Replaces them by U+FFFD, in another way than the decoder does: runs of `\uXXXX` are read as
/// UTF-16 and written back.
pub(crate) fn mended(bytes: &[u8]) -> Vec<u8> {
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

/// The escaped UTF-16 unit at a place.
fn unit(bytes: &[u8], at: usize) -> Option<u16> {
    let hex = bytes.get(at..at + 6)?.strip_prefix(b"\\u")?;
    let plain = hex.iter().all(u8::is_ascii_hexdigit);
    let hex = core::str::from_utf8(hex).ok().filter(|_| plain)?;
    u16::from_str_radix(hex, 16).ok()
}
