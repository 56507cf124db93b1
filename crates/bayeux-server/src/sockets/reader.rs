//! Messages and control frames of a websocket, as a server reads them (RFC 6455, section 5).
//!
//! No library, because of the memory of many connections: fastwebsockets reserves what a frame announces
//! before the bytes are there, keeps the largest buffer of a connection for good, and takes frames of a
//! client that are not masked. Here, a connection has the bytes that came and are of use, and an idle one
//! has no buffer.

use core::{
    future::poll_fn,
    pin::Pin,
    task::{Context, Poll, ready},
};
use std::io;

use tokio::io::{AsyncRead, ReadBuf};

use super::budget::Share;

/// Reads a websocket as a server.
pub(super) struct Reader<S> {
    stream: S,
    /// Bytes that were read; those before `start` are used up.
    buffer: Vec<u8>,
    start: usize,
    max_message: usize,
    /// Message whose fragments arrive, or the latest one.
    message: Vec<u8>,
    /// Bytes of a text message so far that are whole characters of UTF-8.
    checked: usize,
    state: State,
    /// Frames without content since the latest message.
    waste: u32,
    /// Share of the message in the budget of all clients.
    share: Share,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// No message has begun.
    Idle,
    /// Fragments of a message have come, and more are expected.
    Open { is_text: bool },
}

/// A message, or a control frame.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Received<'a> {
    Text(&'a [u8]),
    Binary(&'a [u8]),
    Ping(Vec<u8>),
    Pong,
    /// Close frame with its payload, which may be sent back.
    Close(Vec<u8>),
}

/// End of a websocket.
#[derive(Debug)]
pub(super) enum End {
    /// The client does not keep to the protocol: the code of the close frame for it, and the mistake.
    Mistake(u16, &'static str),
    /// The connection has ended.
    Gone(io::Error),
}

/// Head of a frame.
struct Head {
    is_last: bool,
    opcode: u8,
    size: usize,
    mask: [u8; 4],
}

impl<S: AsyncRead + Unpin> Reader<S> {
    pub(super) fn new(stream: S, max_message: usize, share: Share) -> Self {
        Self {
            stream,
            buffer: Vec::new(),
            start: 0,
            max_message,
            message: Vec::new(),
            checked: 0,
            state: State::Idle,
            waste: 0,
            share,
        }
    }

    /// Reads until a message or a control frame is complete.
    ///
    /// Not cancel-safe: a read that is cancelled in mid-frame loses its place.
    pub(super) async fn next(&mut self) -> Result<Received<'_>, End> {
        if self.state == State::Idle {
            self.message.clear();
            self.checked = 0;
            self.message.shrink_to(IDLE_BUFFER);
            self.share.clear();
        }
        loop {
            let head = self.head().await?;
            if head.opcode >= CLOSE {
                let mut payload = Vec::new();
                self.take(&head, &mut payload).await?;
                return self.control(head.opcode, payload);
            }
            let is_text = match (head.opcode, self.state) {
                (CONTINUATION, State::Open { is_text }) => is_text,
                (CONTINUATION, State::Idle) => {
                    return Err(End::Mistake(PROTOCOL, "a continuation without a message"));
                }
                (_, State::Open { .. }) => {
                    return Err(End::Mistake(PROTOCOL, "a message inside a message"));
                }
                (opcode, State::Idle) => opcode == TEXT,
            };
            if head.size > self.max_message.saturating_sub(self.message.len()) {
                return Err(End::Mistake(TOO_LARGE, "the message is too large"));
            }
            let mut message = core::mem::take(&mut self.message);
            let taken = self.take(&head, &mut message).await;
            self.message = message;
            taken?;
            if is_text {
                self.check_text(head.is_last)?;
            }
            if !head.is_last {
                self.state = State::Open { is_text };
                if head.size < FAIR_FRAGMENT {
                    self.count_waste()?;
                }
                continue;
            }
            self.state = State::Idle;
            self.waste = 0;
            return Ok(if is_text {
                Received::Text(&self.message)
            } else {
                Received::Binary(&self.message)
            });
        }
    }

    /// Checks the text of a frame, which may end inside a character unless it is the last one.
    fn check_text(&mut self, is_last: bool) -> Result<(), End> {
        let rest = self.message.get(self.checked..).unwrap_or_default();
        let whole = match str::from_utf8(rest) {
            Ok(text) => text.len(),
            Err(error) if error.error_len().is_none() && !is_last => error.valid_up_to(),
            Err(_) => return Err(End::Mistake(NOT_UTF8, "a text that is not UTF-8")),
        };
        self.checked = self.checked.saturating_add(whole);
        Ok(())
    }

    fn control(&mut self, opcode: u8, payload: Vec<u8>) -> Result<Received<'static>, End> {
        Ok(match opcode {
            PING => {
                self.count_waste()?;
                Received::Ping(payload)
            }
            PONG => {
                self.count_waste()?;
                Received::Pong
            }
            _ => {
                if let [high, low, reason @ ..] = payload.as_slice() {
                    if !may_be_sent(u16::from_be_bytes([*high, *low])) {
                        return Err(End::Mistake(PROTOCOL, "a close code that is never sent"));
                    }
                    if str::from_utf8(reason).is_err() {
                        return Err(End::Mistake(NOT_UTF8, "a close reason that is not UTF-8"));
                    }
                } else if !payload.is_empty() {
                    return Err(End::Mistake(PROTOCOL, "half a close code"));
                }
                Received::Close(payload)
            }
        })
    }

    /// Counts a frame that costs work and carries nothing.
    fn count_waste(&mut self) -> Result<(), End> {
        self.waste = self.waste.saturating_add(1);
        if self.waste > MAX_WASTE {
            return Err(End::Mistake(POLICY, "too many frames without content"));
        }
        Ok(())
    }

    async fn head(&mut self) -> Result<Head, End> {
        let mistake = |what| End::Mistake(PROTOCOL, what);
        let [first, second] = self.bytes().await?;
        if first & 0x70 != 0 {
            return Err(mistake("a reserved bit, or bytes that are not a frame"));
        }
        let (is_last, opcode) = (first & 0x80 != 0, first & 0x0f);
        if second & 0x80 == 0 {
            return Err(mistake("a frame of a client that is not masked"));
        }
        let short = second & 0x7f;
        match opcode {
            CONTINUATION | TEXT | BINARY => {}
            CLOSE..=PONG if short > MAX_CONTROL => {
                return Err(mistake("a control frame of more than 125 bytes"));
            }
            CLOSE..=PONG if !is_last => return Err(mistake("a fragmented control frame")),
            CLOSE..=PONG => {}
            _ => return Err(mistake("an unknown opcode")),
        }
        let (size, least) = match short {
            126 => (u64::from(u16::from_be_bytes(self.bytes().await?)), 126),
            127 => (u64::from_be_bytes(self.bytes().await?), 1 << 16),
            short => (u64::from(short), 0),
        };
        if size < least {
            return Err(mistake("a size in more bytes than it needs"));
        }
        Ok(Head {
            is_last,
            opcode,
            size: usize::try_from(size).unwrap_or(usize::MAX),
            mask: self.bytes().await?,
        })
    }

    /// Takes some bytes.
    async fn bytes<const N: usize>(&mut self) -> Result<[u8; N], End> {
        loop {
            let rest = self.buffer.get(self.start..).unwrap_or_default();
            if let Some(bytes) = rest.first_chunk() {
                self.start = self.start.saturating_add(N);
                return Ok(*bytes);
            }
            self.fill().await?;
        }
    }

    /// Appends the payload of a frame, unmasked, as it arrives.
    async fn take(&mut self, head: &Head, payload: &mut Vec<u8>) -> Result<(), End> {
        let mut mask = head.mask.iter().cycle();
        let mut left = head.size;
        while left > 0 {
            let rest = self.buffer.get(self.start..).unwrap_or_default();
            let masked = rest.get(..left).unwrap_or(rest);
            if !self.share.cover(payload.len().saturating_add(masked.len())) {
                return Err(End::Mistake(
                    TRY_LATER,
                    "unfinished messages take too much memory",
                ));
            }
            payload.extend(masked.iter().zip(&mut mask).map(|(byte, mask)| byte ^ mask));
            left = left.saturating_sub(masked.len());
            self.start = self.start.saturating_add(masked.len());
            if left > 0 {
                self.fill().await?;
            }
        }
        Ok(())
    }

    /// Reads more bytes, and drops those that are used up. The buffer of an idle connection is empty.
    async fn fill(&mut self) -> Result<(), End> {
        self.buffer.drain(..self.start.min(self.buffer.len()));
        self.start = 0;
        if self.buffer.is_empty() {
            self.buffer = Vec::new();
        }
        let read = poll_fn(|context| read_some(&mut self.stream, &mut self.buffer, context)).await;
        match read {
            Ok(0) => Err(End::Gone(io::ErrorKind::UnexpectedEof.into())),
            Ok(_) => Ok(()),
            Err(error) => Err(End::Gone(error)),
        }
    }
}

/// Appends what a stream has. Returns the number of bytes, 0 at its end.
fn read_some(
    stream: &mut (impl AsyncRead + Unpin),
    buffer: &mut Vec<u8>,
    context: &mut Context<'_>,
) -> Poll<io::Result<usize>> {
    let mut space = [0; READ];
    let mut read = ReadBuf::new(&mut space);
    ready!(Pin::new(stream).poll_read(context, &mut read))?;
    buffer.extend_from_slice(read.filled());
    Poll::Ready(Ok(read.filled().len()))
}

/// Returns whether a close frame may contain a code: those of the RFC and of the registry that are not
/// reserved for local use, and those of libraries and applications.
fn may_be_sent(code: u16) -> bool {
    matches!(code, 1000..=1003 | 1007..=1014 | 3000..=4999)
}

const CONTINUATION: u8 = 0;
pub(super) const TEXT: u8 = 1;
pub(super) const BINARY: u8 = 2;
pub(super) const CLOSE: u8 = 8;
pub(super) const PING: u8 = 9;
pub(super) const PONG: u8 = 10;

// Codes of close frames (RFC 6455, section 7.4.1).
const PROTOCOL: u16 = 1002;
const NOT_UTF8: u16 = 1007;
const POLICY: u16 = 1008;
const TOO_LARGE: u16 = 1009;
// Registered with IANA.
const TRY_LATER: u16 = 1013;

/// Maximum payload of a control frame, in bytes (RFC 6455, section 5.5).
const MAX_CONTROL: u8 = 125;
/// Maximum size of a read, in bytes.
const READ: usize = 16 << 10;
/// Bytes of a message's buffer that an idle socket keeps.
const IDLE_BUFFER: usize = 512;
/// Size from which a fragment is worth its cost, in bytes.
const FAIR_FRAGMENT: usize = 32;
/// Maximum number of frames without content between two messages. A client sends a message in each hold.
const MAX_WASTE: u32 = 10_000;

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns a masked frame.
    fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
        let mask = [0x12, 0x34, 0x56, 0x78];
        let mut frame = vec![first];
        match payload.len() {
            size @ 0..126 => frame.push(0x80 | u8::try_from(size).unwrap()),
            size @ 126..65_536 => {
                frame.push(0xfe);
                frame.extend(u16::try_from(size).unwrap().to_be_bytes());
            }
            size => {
                frame.push(0x80 | 127);
                frame.extend(u64::try_from(size).unwrap().to_be_bytes());
            }
        }
        frame.extend(mask);
        let masked = payload.iter().zip(mask.iter().cycle());
        frame.extend(masked.map(|(byte, mask)| byte ^ mask));
        frame
    }

    /// Stream that hands out at most some bytes at once.
    struct Pieces<'a>(&'a [u8], usize);

    impl AsyncRead for Pieces<'_> {
        fn poll_read(
            mut self: Pin<&mut Self>,
            _: &mut Context<'_>,
            buffer: &mut ReadBuf<'_>,
        ) -> Poll<io::Result<()>> {
            let most = self.1.min(buffer.remaining()).min(self.0.len());
            let (piece, rest) = self.0.split_at(most);
            buffer.put_slice(piece);
            self.0 = rest;
            Poll::Ready(Ok(()))
        }
    }

    /// Reads all of a connection: messages as they are, and the code of its end, or 0.
    async fn read(bytes: &[u8], piece: usize) -> (Vec<Vec<u8>>, u16) {
        let mut reader = Reader::new(Pieces(bytes, piece), 100_000, Share::of(None));
        let mut messages = Vec::new();
        loop {
            match reader.next().await {
                Ok(Received::Text(message) | Received::Binary(message)) => {
                    messages.push(message.to_vec());
                }
                Ok(Received::Ping(payload)) => messages.push([b"ping", &*payload].concat()),
                Ok(Received::Pong) => messages.push(b"pong".to_vec()),
                Ok(Received::Close(payload)) => messages.push([b"close", &*payload].concat()),
                Err(End::Mistake(code, _)) => return (messages, code),
                Err(End::Gone(_)) => return (messages, 0),
            }
        }
    }

    #[tokio::test]
    async fn frames_are_the_same_however_the_network_cuts_them() {
        let large = vec![b'x'; 70_000];
        let bytes = [
            frame(0x81, b"one"),
            frame(0x01, b"t\xc3"),
            frame(0x89, b"now"),
            frame(0x00, b""),
            frame(0x80, b"\xa9"),
            frame(0x82, &large),
            frame(0x8a, b""),
            frame(0x82, &[b'y'; 200]),
            frame(0x88, &[0x03, 0xe8, b'!']),
        ];
        let expected: [&[u8]; 7] = [
            b"one",
            b"pingnow",
            "té".as_bytes(),
            &large,
            b"pong",
            &[b'y'; 200],
            b"close\x03\xe8!",
        ];
        for piece in [1, 2, 3, 7, 100, usize::MAX] {
            let (messages, end) = read(&bytes.concat(), piece).await;
            assert_eq!(
                (messages.as_slice(), end),
                (&expected.map(<[u8]>::to_vec)[..], 0)
            );
        }
    }

    #[tokio::test]
    async fn a_mistake_ends_the_connection_with_its_code() {
        let unmasked = vec![0x81, 2, b'[', b']'];
        let announced = |size: u64| [&[0x81, 0xff][..], &size.to_be_bytes()[..], &[0; 4]].concat();
        for (bytes, code) in [
            (unmasked, PROTOCOL),
            (frame(0xc1, b"[]"), PROTOCOL),
            (frame(0x83, b"[]"), PROTOCOL),
            (frame(0x8b, b""), PROTOCOL),
            (frame(0x80, b"[]"), PROTOCOL),
            ([frame(0x01, b"["), frame(0x81, b"]")].concat(), PROTOCOL),
            (frame(0x09, b""), PROTOCOL),
            (frame(0x89, &[0; 126]), PROTOCOL),
            (frame(0x88, &[0; 126]), PROTOCOL),
            (frame(0x88, b"x"), PROTOCOL),
            (frame(0x88, &1005_u16.to_be_bytes()), PROTOCOL),
            (frame(0x88, &[0x03, 0xe8, 0xff]), NOT_UTF8),
            (frame(0x81, b"\xff"), NOT_UTF8),
            ([frame(0x01, b"\xc3"), frame(0x80, b"")].concat(), NOT_UTF8),
            // Without waiting for the rest of the message.
            (frame(0x01, b"x\xff"), NOT_UTF8),
            // 2 bytes of a size are too many for 5, and 8 for 300.
            (vec![0x81, 0xfe, 0, 5, 0, 0, 0, 0], PROTOCOL),
            (announced(300), PROTOCOL),
            (announced(100_001), TOO_LARGE),
            (announced(u64::MAX), TOO_LARGE),
            (
                [frame(0x01, &vec![b'x'; 99_999]), frame(0x80, b"yy")].concat(),
                TOO_LARGE,
            ),
        ] {
            for piece in [1, usize::MAX] {
                let (messages, end) = read(&bytes, piece).await;
                let head = bytes.get(..bytes.len().min(16));
                assert_eq!((messages.len(), end), (0, code), "{head:02x?}");
            }
        }
    }

    #[tokio::test]
    async fn frames_without_content_have_a_budget_that_a_message_renews() {
        let most = usize::try_from(MAX_WASTE).unwrap();
        for (first, empty) in [
            (Vec::new(), frame(0x89, b"")),
            (Vec::new(), frame(0x8a, b"")),
            (frame(0x01, b""), frame(0x00, b"x")),
        ] {
            let flood = [first.clone(), empty.repeat(most + 1)].concat();
            assert_eq!(read(&flood, usize::MAX).await.1, POLICY);
        }
        let round = [frame(0x89, b"").repeat(most), frame(0x81, b"[]")].concat();
        let (messages, end) = read(&round.repeat(3), usize::MAX).await;
        assert_eq!((messages.len(), end), (3 * (most + 1), 0));
    }

    #[tokio::test]
    async fn a_socket_keeps_no_buffer_of_what_has_come() {
        let large = [frame(0x81, &vec![b'x'; 90_000]), frame(0x89, b"")].concat();
        let mut reader = Reader::new(Pieces(&large, usize::MAX), 100_000, Share::of(None));
        assert!(matches!(reader.next().await, Ok(Received::Text(_))));
        assert!(matches!(reader.next().await, Ok(Received::Ping(_))));
        assert!(reader.next().await.is_err());
        let kept = (reader.message.capacity(), reader.buffer.capacity());
        assert!(kept.0 <= IDLE_BUFFER && kept.1 == 0, "{kept:?}");
        // What is announced is not reserved.
        let announced = [&[0x81, 0xff][..], &90_000_u64.to_be_bytes(), &[0; 4]].concat();
        let mut reader = Reader::new(Pieces(&announced, usize::MAX), 100_000, Share::of(None));
        assert!(reader.next().await.is_err());
        assert!(reader.message.capacity() <= IDLE_BUFFER);
    }
}
