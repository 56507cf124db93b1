//! Encoding of outgoing messages as JSON, appended to the embedder's buffer.

use alloc::vec::Vec;

use crate::{Extension, Members, Outgoing, Transport};

/// Payload being written: an array of messages.
pub(crate) struct Batch<'o> {
    out: &'o mut Vec<u8>,
    start: usize,
    count: usize,
}

impl<'o> Batch<'o> {
    pub(crate) fn new(out: &'o mut Vec<u8>) -> Self {
        let start = out.len();
        out.push(b'[');
        Self {
            out,
            start,
            count: 0,
        }
    }

    /// Starts a message with its channel and id; [`Item::finish`] completes it.
    pub(crate) fn item(&mut self, channel: &str, id: u64) -> Item<'_> {
        if self.count > 0 {
            self.out.push(b',');
        }
        self.count += 1;
        self.out.extend_from_slice(b"{\"channel\":");
        write_string(self.out, channel);
        self.out.extend_from_slice(b",\"id\":\"");
        write_number(self.out, id);
        self.out.push(b'"');
        Item { out: self.out }
    }

    /// Number of bytes written so far.
    pub(crate) fn len(&self) -> usize {
        self.out.len() - self.start
    }

    /// Closes the array. Returns false, and removes everything written, if the array is empty.
    pub(crate) fn finish(self) -> bool {
        if self.count == 0 {
            self.out.truncate(self.start);
            return false;
        }
        self.out.push(b']');
        true
    }
}

/// Message being written.
pub(crate) struct Item<'o> {
    out: &'o mut Vec<u8>,
}

impl Item<'_> {
    pub(crate) fn text(mut self, key: &str, value: &str) -> Self {
        self.key(key);
        write_string(self.out, value);
        self
    }

    /// Writes a member whose `value` is JSON already.
    pub(crate) fn raw(mut self, key: &str, value: &str) -> Self {
        self.key(key);
        self.out.extend_from_slice(value.as_bytes());
        self
    }

    pub(crate) fn connection_types(mut self, offered: &[Transport]) -> Self {
        self.key("supportedConnectionTypes");
        self.out.push(b'[');
        for (index, transport) in offered.iter().enumerate() {
            if index > 0 {
                self.out.push(b',');
            }
            write_string(self.out, transport.name());
        }
        self.out.push(b']');
        self
    }

    /// Writes `advice.timeout`, in milliseconds.
    pub(crate) fn hold(mut self, millis: u64) -> Self {
        self.key("advice");
        self.out.extend_from_slice(b"{\"timeout\":");
        write_number(self.out, millis);
        self.out.push(b'}');
        self
    }

    /// Writes `ext` and other members, if the extension supplies any, and closes the message.
    pub(crate) fn finish(mut self, ext: &mut impl Extension, outgoing: Outgoing<'_>) {
        let before = self.out.len();
        self.key("ext");
        let value = self.out.len();
        ext.write_ext(outgoing, self.out);
        if self.out.len() <= value {
            self.out.truncate(before);
        }
        ext.write_members(outgoing, &mut Members::new(self.out));
        self.out.push(b'}');
    }

    fn key(&mut self, key: &str) {
        self.out.push(b',');
        write_string(self.out, key);
        self.out.push(b':');
    }
}

fn write_number(out: &mut Vec<u8>, mut number: u64) {
    let start = out.len();
    loop {
        out.push(b'0' + u8::try_from(number % 10).unwrap_or(0));
        number /= 10;
        if number == 0 {
            break;
        }
    }
    out[start..].reverse();
}

pub(crate) fn write_string(out: &mut Vec<u8>, text: &str) {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    out.push(b'"');
    for byte in text.bytes() {
        match byte {
            b'"' | b'\\' => out.extend_from_slice(&[b'\\', byte]),
            0..0x20 => {
                out.extend_from_slice(b"\\u00");
                out.push(HEX[usize::from(byte >> 4)]);
                out.push(HEX[usize::from(byte & 15)]);
            }
            _ => out.push(byte),
        }
    }
    out.push(b'"');
}
