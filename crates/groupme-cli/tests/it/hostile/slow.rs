//! Silence and slowness: the command waits as long as its timeouts say, and names what it waited
//! for. Bounds are seconds; `fails` gives the exit status.

use core::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};
use std::thread;

use serde_json::json;

use super::{
    case::Case,
    peer::{Peer, frame},
};

/// Sends single bytes with pauses, until the connection is closed.
fn trickle(peer: &mut Peer) -> std::io::Result<()> {
    loop {
        peer.send(" ")?;
        thread::sleep(Duration::from_millis(300));
    }
}

pub(super) fn cases() -> Vec<Case> {
    let groups = AtomicU64::new(0);
    let history = ["history", "--group", "5"];
    vec![
        Case::websocket("a connection and nothing else", Peer::hold).lasts(33),
        Case::websocket("an upgrade and nothing else", |peer| {
            peer.upgrade()?;
            peer.hold()
        })
        .lasts(33),
        Case::websocket("half a response to the upgrade", |peer| {
            peer.request()?;
            peer.send("HTTP/1.1 101 Switching Proto")?;
            peer.hold()
        })
        .lasts(33),
        Case::polling("a body that trickles", |peer| {
            peer.request()?;
            peer.send("HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n[")?;
            trickle(peer)
        })
        .lasts(40),
        Case::polling("a body in chunks of one byte", |peer| {
            peer.request()?;
            peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")?;
            peer.send_forever("1\r\n \r\n".repeat(1000))
        })
        .lasts(8)
        .says("too many small chunks")
        .cpu(2),
        Case::websocket("a frame that trickles", |peer| {
            peer.upgrade()?;
            // The length of a frame of 255 KiB, and no more of it.
            peer.send(&frame(0x81, " ".repeat(261_120))[..10])?;
            trickle(peer)
        }),
        Case::rest("a REST body in chunks of one byte", &history, |peer, _| {
            peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")?;
            peer.send_forever("1\r\n \r\n".repeat(10_000))
        })
        .fails(5)
        .says("too many small chunks")
        .cpu(2),
        Case::rest(
            "a list of groups without an end",
            &["groups"],
            move |peer, _| {
                let first = groups.fetch_add(500, Ordering::Relaxed);
                let rows = (0..500).map(
                    |number| json!({"id": (first + number).to_string(), "name": "g".repeat(200)}),
                );
                let body = json!({"response": rows.collect::<Vec<_>>(), "meta": {"code": 200}});
                peer.json(body.to_string())
            },
        )
        .fails(1)
        .within(60)
        .says("does not end")
        .cpu(15),
        Case::rest("a REST body that trickles", &history, |peer, _| {
            peer.send("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")?;
            trickle(peer)
        })
        .fails(5)
        .says("within"),
    ]
}
