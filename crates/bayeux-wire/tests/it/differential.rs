//! Damaged frames: accepted, rejected and read exactly as by `serde_json`, except that a number
//! beyond the range of floats makes only itself unreadable.

use bayeux_wire::{Decoder, Frame};
use fastrand::Rng;
use serde_json::Value as Json;

use crate::oracle::{agrees, depth, fixtures, is_out_of_range};

/// Number of damaged frames to try.
const CASES: u64 = 300_000;

/// Documents with features that the fixtures lack.
const ODD: [&str; 8] = [
    r#"[{"channel":"/a","data":"é\n\ud83d\ude00 \ud83d \\ud83d \"\\\/\b\f\r\t\u0000"}]"#,
    r"[0,-0,1,-1,9223372036854775807,-9223372036854775808,18446744073709551615,1e5,0.1]",
    r"[18446744073709551616,-9223372036854775809,123456789012345678901234567890,1E-400,1e308]",
    r#"{"a":{"a":{"a":[[],{},[[[{"b":null}]]],true,false]}},"a":1,"":""}"#,
    r" [ 1.5 , 2.25e+3 , -3.125E-2 , 0.000001 , 12345678.87654321 ] ",
    r#"["0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\"0123456789"]"#,
    r#"{"ключ":"значение","鍵":"値","emoji":"😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀"}"#,
    "\"\"",
];

/// Texts that are inserted into frames to damage them.
const SCRAPS: [&[u8]; 34] = [
    b"\"",
    b"\\",
    b"{",
    b"}",
    b"[",
    b"]",
    b",",
    b":",
    b" ",
    b"\n",
    b"\0",
    b"\x7f",
    b"\x80",
    b"\xff",
    b"\xc3",
    b"\xf0\x9f",
    b"0",
    b"9",
    b"-",
    b".",
    b"e",
    b"E+",
    b"1e999",
    b"18446744073709551616",
    b"-0",
    b"null",
    b"tru",
    b"\\u",
    b"\\ud83d",
    b"\\ude00",
    b"\\u00e9",
    b"\\n",
    b"\\x",
    b"\"\":0,",
];

/// Changes `bytes` in one to three places.
fn damage(bytes: &mut Vec<u8>, random: &mut Rng) {
    for _ in 0..=random.usize(..3) {
        let at = random.usize(..=bytes.len());
        let end = bytes.len().min(at + random.usize(..12));
        match random.usize(..6) {
            0 => drop(bytes.drain(at..end)),
            1 => {
                let copy = bytes[at..end].to_vec();
                let to = random.usize(..=bytes.len());
                bytes.splice(to..to, copy);
            }
            2 if at < bytes.len() => bytes[at] ^= 1 << random.usize(..8),
            3 => bytes.truncate(at),
            4 => drop(bytes.splice(
                at..end,
                SCRAPS[random.usize(..SCRAPS.len())].iter().copied(),
            )),
            _ => drop(bytes.splice(at..at, SCRAPS[random.usize(..SCRAPS.len())].iter().copied())),
        }
    }
}

/// Replaces lone surrogates by an independent method: runs of `\uXXXX` are read as UTF-16 and
/// written back.
fn replace_lone_surrogates(bytes: &[u8]) -> Vec<u8> {
    let unit = |at: usize| -> Option<u16> {
        let hex = bytes.get(at..at + 6)?.strip_prefix(b"\\u")?;
        let plain = hex.iter().all(u8::is_ascii_hexdigit);
        plain.then(|| u16::from_str_radix(core::str::from_utf8(hex).unwrap(), 16).unwrap())
    };
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let run: Vec<u16> = (0..).map_while(|index| unit(at + index * 6)).collect();
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

/// Asserts that `bytes` are rejected by both parsers, or read as the same value by both.
fn assert_agreed(decoder: &mut Decoder, frame: &mut Frame, bytes: &[u8]) {
    frame.clear();
    frame.extend_from_slice(bytes);
    let ours = decoder.decode_value(frame);
    let theirs = serde_json::from_slice::<Json>(bytes);
    let agreed = match &theirs {
        Ok(json) => ours.is_ok() && agrees(frame.root().unwrap(), json),
        Err(_) => ours.is_err() || is_out_of_range(bytes),
    };
    let shown = String::from_utf8_lossy(bytes);
    assert!(agreed, "{shown:?}: {ours:?} here, {theirs:?} there");
}

#[test]
fn any_byte_in_any_place_is_read_as_by_serde_json() {
    let seeds = [
        r#"{"a":[1,-0.5e+3,true],"b" : "\n","c":null}"#,
        "\t[ false , \"\\u00e9\u{e9}\" ,[],\r\n{ } , 10E-2]\n",
    ];
    let (mut decoder, mut frame) = (Decoder::new(), Frame::new());
    for seed in seeds.map(str::as_bytes) {
        for at in 0..=seed.len() {
            for byte in 0..=u8::MAX {
                let end = seed.len().min(at + 1);
                for rest in [&seed[at..], &seed[end..]] {
                    let damaged = [&seed[..at], &[byte], rest].concat();
                    assert_agreed(&mut decoder, &mut frame, &damaged);
                }
            }
        }
    }
}

#[test]
fn damaged_frames_are_read_as_by_serde_json() {
    let mut seeds: Vec<Vec<u8>> = fixtures()
        .into_iter()
        .map(|(_, text)| text.into_bytes())
        .filter(|text| text.len() < 500)
        .collect();
    assert!(seeds.len() > 20);
    seeds.extend(ODD.map(|text| text.as_bytes().to_vec()));

    let mut random = Rng::with_seed(1);
    let mut decoder = Decoder::new();
    let mut frame = Frame::new();
    let (mut accepted, mut rejected, mut out_of_range) = (0, 0, 0);
    for case in 0..CASES {
        let mut bytes = seeds[random.usize(..seeds.len())].clone();
        damage(&mut bytes, &mut random);
        frame.clear();
        frame.extend_from_slice(&bytes);
        let ours = decoder.decode_value(&mut frame);
        let theirs = serde_json::from_slice::<Json>(&replace_lone_surrogates(&bytes));
        let shown = || format!("case {case}: {}", String::from_utf8_lossy(&bytes));
        match (&ours, &theirs) {
            (Ok(()), Ok(json)) => {
                assert!(
                    agrees(frame.root().unwrap(), json),
                    "{}: {frame:?}",
                    shown()
                );
                assert!(depth(json) > 64 || !frame.root().unwrap().has_unreadable());
                accepted += 1;
            }
            (Ok(()), Err(_)) => {
                assert!(frame.root().unwrap().has_unreadable(), "{}", shown());
                assert!(
                    is_out_of_range(&replace_lone_surrogates(&bytes)),
                    "{}",
                    shown()
                );
                out_of_range += 1;
            }
            (Err(_), Err(_)) => rejected += 1,
            _ => panic!("{}: {ours:?} here, {theirs:?} there", shown()),
        }
    }
    assert!(
        accepted > CASES / 20 && rejected > CASES / 3 && out_of_range > CASES / 2000,
        "{accepted}, {rejected} and {out_of_range}"
    );
}
