//! Websocket frames against RFC 6455, and floods of frames that it allows.

use core::time::Duration;
use std::thread;

use super::{
    case::Case,
    peer::{SWITCHING, frame, replies, text},
};

/// Time in which the connection stays open if the client lets it.
const PAUSE: Duration = Duration::from_secs(5);

/// Bytes that a live session gets.
fn sends(name: &'static str, bytes: Vec<u8>) -> Case {
    Case::websocket(name, move |peer| {
        peer.live()?;
        peer.send(&bytes)?;
        peer.hold()
    })
}

/// Bytes that follow the upgrade.
fn opens_with(name: &'static str, bytes: Vec<u8>) -> Case {
    Case::websocket(name, move |peer| {
        peer.upgrade()?;
        peer.send(&bytes)?;
        peer.hold()
    })
}

/// Masks a short frame with a key.
fn masked(payload: &[u8], key: [u8; 4]) -> Vec<u8> {
    let length = u16::try_from(payload.len()).unwrap().to_be_bytes();
    let mut frame = vec![0x81, 0xfe, length[0], length[1]];
    frame.extend(key);
    let bytes = payload.iter().zip(key.iter().cycle());
    frame.extend(bytes.map(|(byte, key)| byte ^ key));
    frame
}

fn close(code: u16, reason: &[u8]) -> Vec<u8> {
    frame(0x88, [&code.to_be_bytes()[..], reason].concat())
}

#[expect(clippy::too_many_lines, reason = "a table")]
pub(super) fn cases() -> Vec<Case> {
    vec![
        Case::websocket("a wrong accept key", |peer| {
            peer.request()?;
            peer.send(SWITCHING)?;
            peer.send("Sec-WebSocket-Accept: AAAAAAAAAAAAAAAAAAAAAAAAAAA=\r\n\r\n")?;
            peer.hold()
        })
        .unreached()
        .says("Sec-WebSocket-Accept"),
        Case::websocket("an extension nobody asked for", |peer| {
            let request = peer.request()?;
            peer.accept_with(&request, "Sec-WebSocket-Extensions: permessage-deflate\r\n")?;
            peer.hold()
        })
        .unreached()
        .says("xtension"),
        opens_with(
            "a frame of 2^63-1 bytes",
            [&b"\x81\x7f\x7f"[..], &[0xff; 7], &[b'a'; 4096]].concat(),
        )
        .unreached()
        .says("more than 262144 bytes"),
        opens_with(
            "a frame of 2^64-1 bytes",
            [&b"\x81\x7f"[..], &[0xff; 8], &[b'a'; 4096]].concat(),
        )
        .unreached()
        .says("more than 262144 bytes"),
        Case::websocket("a masked frame with a zero key", |peer| {
            peer.upgrade()?;
            let messages = peer.messages()?;
            peer.send(masked(replies(&messages, "abc", "").as_bytes(), [0; 4]))?;
            peer.hold()
        })
        .unreached()
        .says("a masked frame from a server"),
        Case::websocket("a masked frame", |peer| {
            peer.upgrade()?;
            let messages = peer.messages()?;
            peer.send(masked(
                replies(&messages, "abc", "").as_bytes(),
                [1, 2, 3, 4],
            ))?;
            peer.hold()
        })
        .unreached()
        .says("a masked frame from a server"),
        opens_with("a reserved bit", frame(0xc1, "[]"))
            .unreached()
            .says("a reserved bit"),
        opens_with("a reserved opcode", frame(0x85, "[]"))
            .unreached()
            .says("an unknown opcode"),
        sends(
            "text that is not UTF-8",
            text(b"[{\"channel\":\"/user/1\",\"data\":{\"a\":\"\xff\xfe\"}}]"),
        )
        .says("not UTF-8"),
        sends("close code 1005", close(1005, b"")).says("a close code that is never sent"),
        sends(
            "close code 0 with a reason that is not UTF-8",
            close(0, b"\xff\xfe"),
        )
        .says("a close code that is never sent"),
        sends("a close frame of one byte", frame(0x88, b"\x03")).says("half a close code"),
        sends("a close frame of 202 bytes", close(1000, &[b'a'; 200]))
            .says("a control frame of more than 125 bytes"),
        sends("a ping in fragments", frame(0x09, "a")).says("a fragmented control frame"),
        Case::websocket("a close frame at once, each time", |peer| {
            peer.upgrade()?;
            peer.send(close(1000, b""))
        })
        .unreached()
        .says("closed by the peer with code 1000"),
        Case::websocket("a close frame after each success", |peer| {
            peer.live()?;
            peer.send(close(1000, b""))
        })
        .says("closed by the peer with code 1000"),
        Case::websocket("a message of a million fragments", |peer| {
            peer.live()?;
            peer.send(frame(0x01, "["))?;
            let fragments = frame(0x00, " ").repeat(1000);
            for _ in 0..1000 {
                peer.send(&fragments)?;
            }
            peer.hold()
        })
        .says("small fragments"),
        Case::websocket("endless empty fragments", |peer| {
            peer.live()?;
            peer.send(frame(0x01, "["))?;
            peer.send_forever(frame(0x00, "").repeat(10_000))
        })
        .says("small fragments"),
        Case::websocket("endless pings, and nobody reads the pongs", |peer| {
            peer.live()?;
            peer.send_forever(frame(0x89, [b'x'; 125]).repeat(1000))
        })
        .says("pings or pongs"),
        Case::websocket("a hundred thousand pings", |peer| {
            peer.live()?;
            peer.read_aside()?;
            let pings = frame(0x89, [b'x'; 125]).repeat(100);
            for _ in 0..1000 {
                peer.send(&pings)?;
            }
            thread::park_timeout(PAUSE);
            Ok(())
        })
        .says("pings or pongs"),
    ]
}
