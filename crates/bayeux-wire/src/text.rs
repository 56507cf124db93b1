//! Values as JSON text, and their equality.

use alloc::collections::BTreeMap;
use core::fmt::{self, Write as _};

use crate::value::{Kind, Value};

impl fmt::Display for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind() {
            Kind::Null => f.write_str("null"),
            Kind::Bool(value) => write!(f, "{value}"),
            Kind::Int(value) => write!(f, "{value}"),
            Kind::Uint(value) => write!(f, "{value}"),
            // `Debug` is the shortest text that reads back as the same number, and is valid JSON
            // for a finite one.
            Kind::Float(value) => write!(f, "{value:?}"),
            Kind::Str(text) => write_string(f, text),
            Kind::Array(items) => {
                f.write_char('[')?;
                for (index, item) in items.enumerate() {
                    if index > 0 {
                        f.write_char(',')?;
                    }
                    fmt::Display::fmt(&item, f)?;
                }
                f.write_char(']')
            }
            Kind::Object(entries) => {
                f.write_char('{')?;
                for (index, (key, value)) in entries.enumerate() {
                    if index > 0 {
                        f.write_char(',')?;
                    }
                    write_string(f, key)?;
                    f.write_char(':')?;
                    fmt::Display::fmt(&value, f)?;
                }
                f.write_char('}')
            }
        }
    }
}

/// Writes `text` in quotes, with the escapes that RFC 8259 (section 7) requires and no others.
fn write_string(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    f.write_char('"')?;
    let mut written = 0;
    for (at, byte) in text.bytes().enumerate() {
        if byte >= b' ' && byte != b'"' && byte != b'\\' {
            continue;
        }
        // Escaped bytes are ASCII, so both ends are character boundaries.
        f.write_str(&text[written..at])?;
        written = at + 1;
        match byte {
            b'"' => f.write_str("\\\"")?,
            b'\\' => f.write_str("\\\\")?,
            b'\n' => f.write_str("\\n")?,
            b'\r' => f.write_str("\\r")?,
            b'\t' => f.write_str("\\t")?,
            _ => write!(f, "\\u{byte:04x}")?,
        }
    }
    f.write_str(&text[written..])?;
    f.write_char('"')
}

impl fmt::Debug for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Compares content: members in any order, the last of repeated keys; `1` and `1.0` differ.
impl PartialEq for Value<'_> {
    fn eq(&self, other: &Self) -> bool {
        match (self.kind(), other.kind()) {
            (Kind::Null, Kind::Null) => true,
            (Kind::Bool(a), Kind::Bool(b)) => a == b,
            (Kind::Int(a), Kind::Int(b)) => a == b,
            (Kind::Uint(a), Kind::Uint(b)) => a == b,
            (Kind::Float(a), Kind::Float(b)) => a == b,
            (Kind::Str(a), Kind::Str(b)) => a == b,
            (Kind::Array(a), Kind::Array(b)) => a.eq(b),
            (Kind::Object(a), Kind::Object(b)) => {
                // The later of two equal keys replaces the earlier in both maps.
                a.collect::<BTreeMap<_, _>>() == b.collect::<BTreeMap<_, _>>()
            }
            _ => false,
        }
    }
}
