//! The protocol core without a runtime: threads, `std::net` and long-polling.
//!
//! `cargo run --example blocking`
//!
//! Any runtime embeds the core in this way: perform actions, report their results, sleep until the
//! session's deadline.

use core::time::Duration;
use std::{
    io::{self, Read as _, Write as _},
    net::TcpStream,
    sync::mpsc,
    thread,
};

use anyhow::ensure;
use bayeux_proto::{
    Action, Channel, Close, Config, Instant, LaneId, Session, SessionEvent, Transport, Verdict,
};
use bayeux_wire::{Decoder, Frame, Value};

#[path = "servers/counting.rs"]
mod counting;

type Response = Result<Vec<u8>, Close>;

fn main() -> anyhow::Result<()> {
    let server = counting::start()?;
    let mut config = Config::default();
    config.transports = vec![Transport::LongPolling];
    let mut session = Session::new(config, 1);
    session.subscribe(&Channel::new("/count")?)?;
    session.connect(Instant::ORIGIN);

    let start = std::time::Instant::now();
    let now = || Instant::from_origin(start.elapsed());
    let (done, responses) = mpsc::channel::<(LaneId, Response)>();
    let mut numbers = Vec::new();
    let mut out = Vec::new();
    let mut decoder = Decoder::new();
    loop {
        // `()` stands for no extension: one would add a token to `ext`, for example.
        while let Some(action) = session.poll_action(now(), &mut (), &mut out) {
            if let Action::Exchange(lane, _) = action {
                let (server, body, done) = (server.clone(), out.clone(), done.clone());
                thread::spawn(move || done.send((lane, post(&server, &body))));
            }
            out.clear();
        }
        while let Some(event) = session.poll_event() {
            println!("{event:?}");
            if let SessionEvent::Ended(_) = event {
                ensure!(numbers == [1, 2, 3], "each once, in order: {numbers:?}");
                return Ok(());
            }
        }
        let timeout = session
            .poll_timeout()
            .map_or(Duration::from_mins(1), |deadline| deadline.at - now());
        match responses.recv_timeout(timeout) {
            Err(_) => session.handle_timeout(now()),
            Ok((lane, Err(why))) => session.handle_close(now(), lane, why),
            Ok((lane, Ok(body))) => {
                let mut frame = Frame::from_bytes(&body);
                let close = decoder
                    .decode(&mut frame)
                    .map_or(Close::Malformed, |()| Close::Complete);
                for message in frame.messages() {
                    let verdict = session.handle_message(now(), lane, &message.envelope());
                    if verdict == Verdict::Deliver {
                        numbers.extend(message.data().and_then(Value::as_u64));
                    }
                }
                session.handle_close(now(), lane, close);
                if numbers.len() == 3 {
                    session.disconnect(now());
                }
            }
        }
    }
}

/// Makes one exchange of HTTP/1.0.
fn post(server: &str, body: &[u8]) -> Response {
    let exchange = || -> io::Result<Vec<u8>> {
        let mut stream = TcpStream::connect(server)?;
        write!(
            stream,
            "POST /bayeux HTTP/1.0\r\nHost: {server}\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\n\r\n",
            body.len()
        )?;
        stream.write_all(body)?;
        let mut response = Vec::new();
        stream.read_to_end(&mut response)?;
        Ok(response)
    };
    let response = exchange().map_err(|_| Close::Lost)?;
    let end = response
        .windows(4)
        .position(|window| window == b"\r\n\r\n")
        .ok_or(Close::Malformed)?;
    match response.get(9..12) {
        Some(b"200") => Ok(response[end + 4..].to_vec()),
        _ => Err(Close::Malformed),
    }
}
