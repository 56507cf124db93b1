//! Mutations of frames.

use fastrand::Rng;

/// Mutates a frame in one to four positions.
///
/// Half of the calls mutate bytes, after which most frames are no longer JSON. The other half
/// replace whole values or member names, after which most frames still are.
pub(crate) fn mutate(frame: &mut Vec<u8>, rng: &mut Rng) {
    let as_json = rng.bool();
    for _ in 0..=rng.usize(..4) {
        if as_json {
            mutate_json(frame, rng);
        } else {
            mutate_bytes(frame, rng);
        }
    }
}

/// Removes, copies, flips, truncates, replaces or inserts bytes at a random position.
fn mutate_bytes(bytes: &mut Vec<u8>, rng: &mut Rng) {
    let at = rng.usize(..=bytes.len());
    let end = bytes.len().min(at + rng.usize(..12));
    match rng.u8(..6) {
        0 => drop(bytes.drain(at..end)),
        1 => {
            let copy = bytes[at..end].to_vec();
            let to = rng.usize(..=bytes.len());
            bytes.splice(to..to, copy);
        }
        2 if at < bytes.len() => bytes[at] ^= 1 << rng.u8(..8),
        3 => bytes.truncate(at),
        4 => drop(bytes.splice(at..end, pick(FRAGMENTS, rng).bytes())),
        _ => drop(bytes.splice(at..at, pick(FRAGMENTS, rng).bytes())),
    }
}

/// Replaces the string, number or word behind a random position, or repeats a member with another
/// value.
fn mutate_json(bytes: &mut Vec<u8>, rng: &mut Rng) {
    let from = rng.usize(..bytes.len().max(1));
    let Some(start) = bytes[from..].iter().position(|byte| b",:[{".contains(byte)) else {
        return;
    };
    let start = from + start + 1;
    let Some(len) = token(&bytes[start..]) else {
        return;
    };
    let is_name = bytes.get(start + len) == Some(&b':');
    match rng.u8(..4) {
        // Repeats the member with another value.
        0 if is_name => {
            let name = bytes[start..start + len].to_vec();
            let value = pick(VALUES, rng).as_bytes();
            bytes.splice(start..start, [&name[..], b":", value, b","].concat());
        }
        _ if is_name => drop(bytes.splice(start..start + len, pick(NAMES, rng).bytes())),
        _ => drop(bytes.splice(start..start + len, pick(VALUES, rng).bytes())),
    }
}

fn pick(from: &[&'static str], rng: &mut Rng) -> &'static str {
    rng.choice(from).copied().unwrap_or_default()
}

/// Length of the string, number or word at the start of these bytes.
fn token(bytes: &[u8]) -> Option<usize> {
    if *bytes.first()? == b'"' {
        let mut at = 1;
        while let Some(&byte) = bytes.get(at) {
            match byte {
                b'"' => return Some(at + 1),
                b'\\' => at += 2,
                _ => at += 1,
            }
        }
        return None;
    }
    let len = bytes.iter().position(|byte| b",:[]{}".contains(byte))?;
    (len > 0).then_some(len)
}

/// Fragments of JSON text, and bytes that JSON does not allow.
const FRAGMENTS: &[&str] = &[
    "\"",
    "\\",
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    " ",
    "\n",
    "\0",
    "\u{7f}",
    "é",
    "😀",
    "0",
    "9",
    "-",
    ".",
    "e",
    "E+",
    "1e999",
    "18446744073709551616",
    "-0",
    "null",
    "tru",
    "\\u",
    "\\ud83d",
    "\\ude00",
    "\\u00e9",
    "\\n",
    "\\x",
    "\"\":0,",
    "\u{fffd}",
    "\u{feff}",
    "\r\n",
    "\r\n\r\n",
    "Content-Length: 18446744073709551616\r\n",
    "Transfer-Encoding: chunked\r\n",
    "/**",
    "://",
    "@",
    "[::1]",
    ":65536",
    "%00",
];

/// Values that are valid for some field, or nearly valid.
const VALUES: &[&str] = &[
    "null",
    "true",
    "false",
    "0",
    "1",
    "-1",
    "-0",
    "0.5",
    "1751413222.25",
    "1e3",
    "1.5e300",
    "9223372036854775807",
    "9223372036854775808",
    "-9223372036854775808",
    "18446744073709551615",
    "18446744073709551616",
    "253402300800",
    "175141257527047935",
    r#""""#,
    r#""0""#,
    r#""true""#,
    r#""-1""#,
    r#""+5""#,
    r#""64.148430""#,
    r#""inf""#,
    r#""NaN""#,
    r#"" padded ""#,
    r#""system""#,
    r#""unicode""#,
    r#""emoji""#,
    r#""2025-07-01T23:40:22.8912Z""#,
    r#""0000-01-01T00:00:00.5+23:59""#,
    r#""9999-12-31T23:59:60.999-23:59""#,
    r#""\ud83d\udc4d\ufffd\u2764\ufe0f""#,
    r#""cut \ud83d""#,
    r#""\udc4d\\ud83d \ud83d\u0041""#,
    r#""caf\u00e9\n\t\/\b\f\r\u0000""#,
    r#""line.create""#,
    r#""favorite""#,
    r#""typing""#,
    "[]",
    "{}",
    "[[0,6],[8,6]]",
    "[null]",
    r#"["admin","cox",7,null]"#,
    r#"{"id":1}"#,
    r#"{"id":null,"id":"2","id":{}}"#,
    "[3702,-1,9223372036854775808]",
    r#"[{"type":"unicode","code":"x","user_ids":[1,null,"2"]},{"type":"emoji","pack_id":"1"},5]"#,
    r#"[{"type":"image","url":7},{"type":"mentions","user_ids":[1],"loci":[[1]]},null,"x"]"#,
    r#"{"type":"message.pinned","data":{"message_id":175141257527047935,"pinned":"1"}}"#,
    r#"{"line":{"id":"1"},"reactions":null,"user_id":5}"#,
];

/// Names of members that some object knows.
const NAMES: &[&str] = &[
    r#""type""#,
    r#""subject""#,
    r#""id""#,
    r#""\u0069d""#,
    r#""ping""#,
    r#""line""#,
    r#""direct_message""#,
    r#""event""#,
    r#""data""#,
    r#""user_id""#,
    r#""attachments""#,
    r#""reactions""#,
    r#""extra""#,
    r#""text""#,
    r#""updated_at""#,
    r#""created_at""#,
    r#""location""#,
    r#""received_at""#,
    r#""url""#,
    r#""channel""#,
    r#""successful""#,
    r#""""#,
    r#""cut \ud83d""#,
    r#""名""#,
];
