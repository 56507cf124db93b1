//! Answers that are not HTTP, or end too early: the error names the server and not the network.

use std::io;

use super::{
    case::Case,
    peer::{Peer, frame},
};

/// What a server sends after a request, before it closes the connection, and what is said about it by
/// the commands of REST and by those of the gateway.
struct Broken {
    names: [&'static str; 3],
    bytes: Vec<u8>,
    rest: &'static str,
    gateway: &'static str,
}

const NOT_HTTP: [&str; 2] = ["is not valid HTTP", "the server's answer is not HTTP"];
const CLOSED: [&str; 2] = [
    "the server closed the connection before the end of its answer",
    "the server closed the connection before the end of its response",
];

/// Returns the broken answer with the names of its three cases.
fn broken(names: [&'static str; 3], bytes: impl AsRef<[u8]>, says: [&'static str; 2]) -> Broken {
    let [rest, gateway] = says;
    Broken {
        names,
        bytes: bytes.as_ref().to_vec(),
        rest,
        gateway,
    }
}

/// Names the cases of an answer, over REST, a websocket and long-polling.
macro_rules! named {
    ($name:literal) => {
        [
            concat!("REST: ", $name),
            concat!("websocket: ", $name),
            concat!("polling: ", $name),
        ]
    };
}

fn answers() -> Vec<Broken> {
    let head = |rest: &str| format!("HTTP/1.1 200 OK\r\n{rest}");
    vec![
        broken(
            named!("a status line of noise"),
            "NOISE AND MORE\r\n\r\n",
            NOT_HTTP,
        ),
        broken(
            named!("a status of letters"),
            "HTTP/1.1 abc OK\r\n\r\n",
            NOT_HTTP,
        ),
        broken(
            named!("an alert of TLS"),
            b"\x15\x03\x01\x00\x02\x02\x46",
            NOT_HTTP,
        ),
        broken(
            named!("a frame of a websocket"),
            frame(0x81, "[]"),
            NOT_HTTP,
        ),
        broken(
            named!("a header without a colon"),
            head("Nonsense\r\n\r\n"),
            NOT_HTTP,
        ),
        broken(
            named!("a length of letters"),
            head("Content-Length: many\r\n\r\n"),
            NOT_HTTP,
        ),
        broken(
            named!("two lengths"),
            head("Content-Length: 5\r\nContent-Length: 6\r\n\r\n123456"),
            NOT_HTTP,
        ),
        broken(named!("no byte"), "", CLOSED),
        broken(named!("half a head"), head("Conte"), CLOSED),
    ]
}

/// Answers whose head is whole: the upgrade to a websocket ends with their status.
fn bodies() -> Vec<Broken> {
    let chunked =
        |rest: &str| format!("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{rest}");
    vec![
        broken(
            named!("a chunk of no size"),
            chunked("zz\r\n[]\r\n0\r\n\r\n"),
            NOT_HTTP,
        ),
        broken(
            named!("a chunk beyond all sizes"),
            chunked("fffffffffffffffff\r\n[]"),
            NOT_HTTP,
        ),
        broken(
            named!("a chunk longer than its size"),
            chunked("1\r\n[]\r\n0\r\n\r\n"),
            NOT_HTTP,
        ),
        broken(named!("half a chunk"), chunked("20\r\n[{"), CLOSED),
        broken(
            named!("a length beyond the body"),
            "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n[{",
            CLOSED,
        ),
    ]
}

/// Sends the bytes after a request, and closes the connection.
fn send(bytes: Vec<u8>) -> impl Fn(&mut Peer) -> io::Result<()> + Send + Sync + 'static {
    move |peer| {
        peer.request()?;
        peer.send(&bytes)?;
        // The end of the attack: an answer to a further request would hide what was sent.
        peer.close()
    }
}

pub(super) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    let rest = |name, bytes: Vec<u8>, says| {
        Case::rest(name, &["history", "--group", "5"], move |peer, _| {
            peer.send(&bytes)?;
            peer.close()
        })
        .fails(5)
        .says(says)
        .says("the server, or a proxy before it")
        .hides("check the network")
    };
    for answer in answers() {
        let [of_rest, of_websocket, of_polling] = answer.names;
        cases.push(rest(of_rest, answer.bytes.clone(), answer.rest));
        let websocket = Case::websocket(of_websocket, send(answer.bytes.clone()));
        cases.push(websocket.unreached().says(answer.gateway));
        let polling = Case::polling(of_polling, send(answer.bytes));
        cases.push(polling.unreached().says(answer.gateway));
    }
    for answer in bodies() {
        let [of_rest, _, of_polling] = answer.names;
        cases.push(rest(of_rest, answer.bytes.clone(), answer.rest));
        let polling = Case::polling(of_polling, send(answer.bytes));
        cases.push(polling.unreached().says(answer.gateway));
    }
    let plain = "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\n[]";
    cases.push(rest(
        "REST: gzip that is none",
        plain.into(),
        "is not valid gzip",
    ));
    let short = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{\"response\":{}}";
    cases.push(
        Case::rest(
            "REST: a length shorter than the body",
            &["groups"],
            move |peer, _| {
                peer.send(short)?;
                peer.close()
            },
        )
        .fails(5)
        .says("ends in the middle")
        .hides("check the network"),
    );
    cases
}
