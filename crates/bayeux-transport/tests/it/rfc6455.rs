//! RFC 6455 in the groups of the Autobahn suite, which needs Python 2.7 and so runs by name only.
//!
//! A case is what a server sends after the upgrade, and what a lane has to make of the bytes:
//! messages, pongs and the code of the close frame that ends the lane.

use core::fmt::Debug;

use bayeux_proto::Action;
use bayeux_transport::Next;

use crate::{
    peer::{BINARY, CLOSE, CONTINUATION, FIN, PING, PONG, Server, TEXT, frame},
    world::{Ask, in_time, lane_ids, lanes},
};

/// Bytes of a server, and the outcome.
#[derive(Default)]
struct Case {
    sends: Vec<u8>,
    /// Bytes of each write; one write if zero.
    chop: usize,
    messages: Vec<String>,
    pongs: Vec<Vec<u8>>,
    /// Payload of the close frame of the lane.
    close: Vec<u8>,
}

impl Case {
    /// A server that sends `frames` and then closes the WebSocket with code 1000.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "cases read better without references"
    )]
    fn good<const N: usize>(frames: [Vec<u8>; N]) -> Self {
        Self {
            sends: [frames.concat(), closing(1000, b"")].concat(),
            close: 1000_u16.to_be_bytes().into(),
            ..Self::default()
        }
    }

    /// A server that breaks the protocol, so that the lane closes with a code.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "cases read better without references"
    )]
    fn bad<const N: usize>(code: u16, frames: [Vec<u8>; N]) -> Self {
        Self {
            // What follows must not be read any more.
            sends: [frames.concat(), text("too late")].concat(),
            close: code.to_be_bytes().into(),
            ..Self::default()
        }
    }

    fn reads(mut self, data: impl Into<String>) -> Self {
        self.messages.push(data.into());
        self
    }

    fn pongs(mut self, payload: &[u8]) -> Self {
        self.pongs.push(payload.into());
        self
    }

    fn chopped(mut self, bytes: usize) -> Self {
        self.chop = bytes;
        self
    }

    async fn check(self, name: impl Debug) {
        let server = Server::bind().await;
        let mut lanes = lanes(&server.url());
        let [lane] = lane_ids();
        lanes.perform(Action::Open(lane), b"");
        let serving = async {
            let mut peer = server.accept_websocket().await;
            let chop = if self.chop == 0 {
                self.sends.len()
            } else {
                self.chop
            };
            for part in self.sends.chunks(chop) {
                // The lane may be gone before the last byte.
                if peer.try_write(part).await.is_err() {
                    break;
                }
            }
            let mut pongs = Vec::new();
            loop {
                match peer.read_frame().await {
                    (PONG, payload) => pongs.push(payload),
                    (CLOSE, payload) => break (pongs, payload),
                    other => panic!("{name:?}: {other:?}"),
                }
            }
        };
        let reading = async {
            lanes.opened(lane).await;
            let mut messages = Vec::new();
            loop {
                match lanes.report().await {
                    Next::Frame(_, frame) => {
                        let message = frame.message(0).unwrap();
                        messages.push(message.data().unwrap().as_str().unwrap().to_owned());
                    }
                    Next::Closed(..) => break messages,
                    Next::Pong(_) => {}
                    other => panic!("{name:?}: {other:?}"),
                }
            }
        };
        let ((pongs, close), messages) = tokio::join!(serving, reading);
        assert_eq!(messages, self.messages, "{name:?}");
        assert_eq!(pongs, self.pongs, "{name:?}");
        assert_eq!(close, self.close, "{name:?}");
    }
}

/// Returns the JSON of a message with `data`, as bytes that need not be UTF-8.
fn json(data: &[u8]) -> Vec<u8> {
    [br#"[{"data":""#, data, br#""}]"#].concat()
}

fn text(data: &str) -> Vec<u8> {
    frame(FIN | TEXT, &json(data.as_bytes()))
}

/// Returns a message in fragments of a number of bytes.
fn fragments(opcode: u8, payload: &[u8], size: usize) -> Vec<u8> {
    let parts = payload.chunks(size);
    let last = parts.len() - 1;
    let frames = parts.enumerate().map(|(n, part)| {
        let first = if n == 0 { opcode } else { CONTINUATION };
        frame(if n == last { FIN | first } else { first }, part)
    });
    frames.collect::<Vec<_>>().concat()
}

fn closing(code: u16, reason: &[u8]) -> Vec<u8> {
    frame(FIN | CLOSE, &[&code.to_be_bytes()[..], reason].concat())
}

#[tokio::test]
async fn group_1_messages_of_every_length_of_the_head() {
    in_time(async {
        for size in [13, 125, 126, 127, 128, 65_535, 65_536] {
            let data = "*".repeat(size - json(b"").len());
            for opcode in [TEXT, BINARY] {
                let whole = frame(FIN | opcode, &json(data.as_bytes()));
                Case::good([whole])
                    .reads(&*data)
                    .check((size, opcode))
                    .await;
            }
        }
        for (size, chop) in [(150, 1), (65_536, 997)] {
            let data = "*".repeat(size);
            Case::good([text(&data)])
                .reads(data)
                .chopped(chop)
                .check((size, chop))
                .await;
        }
    })
    .await;
}

#[tokio::test]
async fn group_2_pings_and_pongs() {
    in_time(async {
        for payload in [
            &b""[..],
            b"Hello",
            b"\x00\xff\xfe\xfd\xfc\xfb\x00\xff",
            &[0xfe; 125],
        ] {
            let ping = || frame(FIN | PING, payload);
            Case::good([ping()]).pongs(payload).check(payload).await;
            Case::good([ping()])
                .pongs(payload)
                .chopped(1)
                .check(payload)
                .await;
            let answer = frame(FIN | PONG, payload);
            Case::good([answer.clone()]).check(payload).await;
            Case::good([answer, ping()])
                .pongs(payload)
                .check(payload)
                .await;
        }
        let ping = |payload: &str| frame(FIN | PING, payload.as_bytes());
        Case::good([ping("1"), ping("2"), ping("3")])
            .pongs(b"1")
            .pongs(b"2")
            .pongs(b"3")
            .check("three")
            .await;
        for opcode in [PING, PONG] {
            Case::bad(1002, [frame(FIN | opcode, &[0xfe; 126])])
                .check("126 bytes")
                .await;
        }
    })
    .await;
}

#[tokio::test]
async fn groups_3_and_4_reserved_bits_and_opcodes() {
    in_time(async {
        for reserved in [0x10, 0x20, 0x30, 0x40, 0x50, 0x60, 0x70] {
            for opcode in [TEXT, BINARY, PING, CLOSE] {
                let bad = frame(FIN | reserved | opcode, b"");
                Case::bad(1002, [text("good"), bad])
                    .reads("good")
                    .check((reserved, opcode))
                    .await;
            }
        }
        for opcode in [3, 4, 5, 6, 7, 11, 12, 13, 14, 15] {
            for payload in [&b""[..], b"reserved opcode payload"] {
                let bad = frame(FIN | opcode, payload);
                Case::bad(1002, [bad.clone()]).check(opcode).await;
                Case::bad(1002, [text("good"), bad])
                    .reads("good")
                    .check(opcode)
                    .await;
            }
        }
    })
    .await;
}

#[tokio::test]
async fn groups_5_9_and_10_fragments() {
    in_time(async {
        for opcode in [TEXT, BINARY] {
            for (size, of) in [
                (30, 1),
                (30, 15),
                (65_536, 1_300),
                (200_000, 64),
                (200_000, 65_536),
            ] {
                let data = "*".repeat(size);
                let message = || fragments(opcode, &json(data.as_bytes()), of);
                Case::good([message()])
                    .reads(&*data)
                    .check((size, of))
                    .await;
            }
        }
        let first = || frame(TEXT, br#"[{"data":"#);
        let rest = || frame(FIN | CONTINUATION, br#""a"}]"#);
        let ping = || frame(FIN | PING, b"ping");
        let nothing = || frame(CONTINUATION, b"");
        Case::good([first(), ping(), rest()])
            .reads("a")
            .pongs(b"ping")
            .check("a ping")
            .await;
        Case::good([first(), ping(), rest()])
            .reads("a")
            .pongs(b"ping")
            .chopped(1)
            .check("chopped")
            .await;
        Case::good([
            frame(TEXT, b""),
            nothing(),
            fragments(CONTINUATION, &json(b"a"), 99),
        ])
        .reads("a")
        .check("empty fragments")
        .await;
        for opcode in [PING, PONG] {
            let halves = [frame(opcode, b"frag"), frame(FIN | CONTINUATION, b"ment")];
            Case::bad(1002, halves).check("a control frame").await;
        }
        for fin in [0, FIN] {
            let bad = frame(fin | CONTINUATION, b"non-continuation");
            Case::bad(1002, [bad.clone(), text("late")])
                .check("a continuation of nothing")
                .await;
            Case::bad(1002, [first(), rest(), bad])
                .reads("a")
                .check("one too many")
                .await;
        }
        for opcode in [TEXT, BINARY] {
            let inner = frame(FIN | opcode, &json(b"inner"));
            Case::bad(1002, [first(), inner])
                .check("a message in a message")
                .await;
        }
    })
    .await;
}

#[tokio::test]
async fn group_6_texts_are_utf_8() {
    in_time(async {
        let good = [
            "Hello-µ@ßöäüàá-UTF-8!!",
            "κόσμε",
            "\u{80}",
            "\u{7ff}",
            "\u{800}",
            "\u{ffff}",
            "\u{10000}",
            "\u{10ffff}",
            "\u{d7ff}",
            "\u{e000}",
            "\u{fffd}",
            "\u{fffe}",
            "\u{1fffe}",
            "\u{8fffe}",
            "\u{10fffe}",
            "\u{feff}",
            "😀",
        ];
        for data in good {
            Case::good([text(data)]).reads(data).check(data).await;
            for size in [1, 2, 3] {
                let divided = fragments(TEXT, &json(data.as_bytes()), size);
                Case::good([divided]).reads(data).check(data).await;
            }
        }
        let bad: [&[u8]; 24] = [
            // Continuation bytes alone, first bytes alone, missing continuations.
            b"\x80",
            b"\xbf",
            b"\x80\xbf\x80",
            b"\xc2",
            b"\xc2 ",
            b"\xe2\x82",
            b"\xe2 ",
            b"\xf0\x9f\x92",
            b"\xf0 ",
            // Bytes that are never UTF-8, and sequences of five and six.
            b"\xfe",
            b"\xff",
            b"\xfe\xfe\xff\xff",
            b"\xf8\x88\x80\x80\x80",
            b"\xfc\x84\x80\x80\x80\x80",
            // Overlong forms.
            b"\xc0\xaf",
            b"\xe0\x80\xaf",
            b"\xf0\x80\x80\xaf",
            b"\xc1\xbf",
            b"\xe0\x9f\xbf",
            b"\xf0\x8f\xbf\xbf",
            // Surrogates, and what is beyond the last code point.
            b"\xed\xa0\x80",
            b"\xed\xbf\xbf",
            b"\xed\xa0\x80\xed\xb0\x80",
            b"\xf4\x90\x80\x80",
        ];
        for data in bad {
            let data = [b"\xce\xba", data, b"edited"].concat();
            let whole = frame(FIN | TEXT, &json(&data));
            Case::bad(1007, [whole.clone()]).check(&*data).await;
            Case::bad(1007, [whole]).chopped(1).check(&*data).await;
            for size in [1, 2, 12] {
                Case::bad(1007, [fragments(TEXT, &json(&data), size)])
                    .check(&*data)
                    .await;
            }
        }
    })
    .await;
}

#[tokio::test]
async fn group_7_the_close_handshake() {
    in_time(async {
        let with = |close: Vec<u8>, answer: &[u8]| Case {
            sends: [
                text("good"),
                close,
                text("late"),
                frame(FIN | PING, b"late"),
            ]
            .concat(),
            close: answer.into(),
            ..Case::default()
        };
        with(frame(FIN | CLOSE, b""), b"")
            .reads("good")
            .check("no code")
            .await;
        for code in [
            1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999_u16,
        ] {
            for reason in [&b""[..], b"Hello", "κόσμε".as_bytes(), &[b'*'; 123]] {
                let close = closing(code, reason);
                with(close, &code.to_be_bytes())
                    .reads("good")
                    .check((code, reason))
                    .await;
            }
        }
        for code in [
            0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535,
        ] {
            for reason in [&b""[..], b"reason"] {
                let close = closing(code, reason);
                with(close, b"\x03\xea")
                    .reads("good")
                    .check((code, reason))
                    .await;
            }
        }
        for (close, answer) in [
            (frame(FIN | CLOSE, b"\x03"), 1002_u16),
            (closing(1000, &[b'*'; 124]), 1002),
            (frame(CLOSE, b"\x03\xe8"), 1002),
            (closing(1000, b"\xce\xba\xed\xa0\x80edited"), 1007),
        ] {
            with(close.clone(), &answer.to_be_bytes())
                .reads("good")
                .check(close)
                .await;
        }
    })
    .await;
}
