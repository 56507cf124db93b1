//! What is done to frames.

use crate::random::Random;

/// Damages a frame in one to four places: half the time at any byte, so that most frames are no
/// longer JSON; half the time a whole value, member or name, so that most still are.
pub(crate) fn damage(frame: &mut Vec<u8>, random: &mut Random) {
    let as_json = random.below(2) == 0;
    for _ in 0..=random.below(4) {
        if as_json {
            exchange(frame, random);
        } else {
            scratch(frame, random);
        }
    }
}

/// Changes bytes, wherever they are.
fn scratch(bytes: &mut Vec<u8>, random: &mut Random) {
    let at = random.below(bytes.len() + 1);
    let end = bytes.len().min(at + random.below(12));
    match random.below(6) {
        0 => drop(bytes.drain(at..end)),
        1 => {
            let copy = bytes[at..end].to_vec();
            let to = random.below(bytes.len() + 1);
            bytes.splice(to..to, copy);
        }
        2 if at < bytes.len() => bytes[at] ^= 1 << random.below(8),
        3 => bytes.truncate(at),
        4 => drop(bytes.splice(at..end, random.pick(SCRAPS).bytes())),
        _ => drop(bytes.splice(at..at, random.pick(SCRAPS).bytes())),
    }
}

/// Exchanges one piece of JSON for another: the text, number or word at a place, or what two such
/// places have between them.
fn exchange(bytes: &mut Vec<u8>, random: &mut Random) {
    let from = random.below(bytes.len());
    let Some(start) = bytes[from..].iter().position(|byte| b",:[{".contains(byte)) else {
        return;
    };
    let start = from + start + 1;
    let Some(len) = token(&bytes[start..]) else {
        return;
    };
    let is_name = bytes.get(start + len) == Some(&b':');
    match random.below(4) {
        // A member twice, with another value.
        0 if is_name => {
            let name = bytes[start..start + len].to_vec();
            let value = random.pick(VALUES).as_bytes();
            bytes.splice(start..start, [&name[..], b":", value, b","].concat());
        }
        _ if is_name => drop(bytes.splice(start..start + len, random.pick(NAMES).bytes())),
        _ => drop(bytes.splice(start..start + len, random.pick(VALUES).bytes())),
    }
}

/// How long the text, number or word is that these bytes begin with, if they do.
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

const SCRAPS: &[&str] = &[
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
];

/// Values that are right for some field, or nearly so.
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

/// Names of members that mean something somewhere.
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
