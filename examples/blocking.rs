//! The protocol core without a runtime: threads, `std::net` and long-polling.
//!
//! Run `groupme sim` in one terminal, and this example in another with the printed values:
//! `cargo run --example blocking -- http://127.0.0.1:PORT/faye USER_ID TOKEN`
//!
//! Any runtime embeds the core in this way: perform actions, report their results, sleep until the
//! session's deadline.

use core::{error::Error, time::Duration};
use std::{
    env,
    io::{Read as _, Write as _},
    net::TcpStream,
    sync::mpsc,
    thread,
    time::{SystemTime, UNIX_EPOCH},
};

use bayeux_proto::{
    Action, Channel, Close, Config, Instant, LaneId, Outgoing, Session, SessionEvent, Transport,
    Verdict,
};
use bayeux_wire::{Decoder, Frame};

type Response = Result<Vec<u8>, Close>;

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = env::args().skip(1).collect();
    let [url, user, token] = args.as_slice() else {
        return Err("usage: blocking http://HOST:PORT/PATH USER_ID TOKEN".into());
    };
    let (host, path) = url
        .strip_prefix("http://")
        .and_then(|rest| rest.split_once('/'))
        .ok_or("the URL has to be http://HOST:PORT/PATH")?;

    let mut config = Config::default();
    config.transports = vec![Transport::LongPolling];
    let mut session = Session::new(config, 1);
    session.subscribe(&Channel::new(&format!("/user/{user}"))?)?;
    session.connect();

    // GroupMe expects the token on subscribe requests, with the time of writing.
    let mut ext = |outgoing: Outgoing<'_>, out: &mut Vec<u8>| {
        if let Outgoing::Subscribe(_) = outgoing {
            let now = SystemTime::now().duration_since(UNIX_EPOCH);
            let seconds = now.unwrap_or_default().as_secs();
            let json = format!(r#"{{"access_token":"{token}","timestamp":{seconds}}}"#);
            out.extend_from_slice(json.as_bytes());
        }
    };

    let start = std::time::Instant::now();
    let now = || Instant::from_origin(start.elapsed());
    let (done, responses) = mpsc::channel::<(LaneId, Response)>();
    let mut out = Vec::new();
    let mut decoder = Decoder::new();
    loop {
        while let Some(action) = session.poll_action(now(), &mut ext, &mut out) {
            if let Action::Exchange(lane, _) = action {
                let (host, path, body, done) =
                    (host.to_owned(), path.to_owned(), out.clone(), done.clone());
                thread::spawn(move || done.send((lane, post(&host, &path, &body))));
            }
            out.clear();
        }
        while let Some(event) = session.poll_event() {
            eprintln!("{event:?}");
            if let SessionEvent::Ended(_) = event {
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
                    if let (Verdict::Deliver, Some(data)) = (verdict, message.data()) {
                        println!("{} {data}", message.channel());
                    }
                }
                session.handle_close(now(), lane, close);
            }
        }
    }
}

/// Performs one HTTP/1.0 request.
fn post(host: &str, path: &str, body: &[u8]) -> Response {
    let exchange = || -> std::io::Result<Vec<u8>> {
        let mut stream = TcpStream::connect(host)?;
        write!(
            stream,
            "POST /{path} HTTP/1.0\r\nHost: {host}\r\nContent-Type: application/json\r\n\
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
