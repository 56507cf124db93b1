//! The protocol core on another runtime: smol, with a task for each exchange of long-polling, and no
//! tokio in the client.
//!
//! `cargo run --example own_runtime`

use anyhow::ensure;
use bayeux_proto::{
    Action, Channel, Close, Config, Instant, LaneId, Session, SessionEvent, Transport, Verdict,
};
use bayeux_wire::{Decoder, Frame, Value};
use smol::{
    Timer, channel,
    future::FutureExt as _,
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

#[path = "servers/counting.rs"]
mod counting;

/// End of an exchange, with its response.
type Report = (LaneId, Result<Vec<u8>, Close>);

fn main() -> anyhow::Result<()> {
    let server = counting::start()?;
    let mut config = Config::default();
    config.transports = vec![Transport::LongPolling];
    let mut session = Session::new(config, 1);
    session.subscribe(&Channel::new("/count")?)?;
    session.connect(Instant::ORIGIN);
    let numbers = smol::block_on(drive(&mut session, server));
    ensure!(numbers == [1, 2, 3], "each once, in order: {numbers:?}");
    Ok(())
}

/// Drives a session until the third number, and then until its end.
async fn drive(session: &mut Session, server: String) -> Vec<u64> {
    let start = std::time::Instant::now();
    let now = || Instant::from_origin(start.elapsed());
    let (sender, reports) = channel::unbounded::<Report>();
    let (mut numbers, mut batch) = (Vec::new(), Vec::new());
    loop {
        while let Some(action) = session.poll_action(now(), &mut (), &mut batch) {
            if let Action::Exchange(lane, _) = action {
                let (server, batch, sender) = (server.clone(), batch.clone(), sender.clone());
                smol::spawn(async move {
                    let response = post(&server, &batch).await.map_err(|_| Close::Lost);
                    // Fails if the program is over.
                    let _ = sender.send((lane, response)).await;
                })
                .detach();
            }
            batch.clear();
        }
        while let Some(event) = session.poll_event() {
            println!("{event:?}");
            if let SessionEvent::Ended(_) = event {
                return numbers;
            }
        }
        let deadline = session.poll_timeout();
        let at = deadline.and_then(|deadline| start.checked_add(deadline.at.since_origin()));
        let waiting = async {
            at.map_or(Timer::never(), Timer::at).await;
            None
        };
        let report = async { reports.recv().await.ok() }.or(waiting).await;
        match report {
            None => session.handle_timeout(now()),
            Some((lane, response)) => {
                let close = match response {
                    Err(close) => close,
                    Ok(body) => read(session, now(), lane, &body, &mut numbers),
                };
                session.handle_close(now(), lane, close);
            }
        }
        if numbers.len() == 3 {
            session.disconnect(now());
        }
    }
}

/// Reports the messages of a response, and collects the numbers in its events.
fn read(
    session: &mut Session,
    now: Instant,
    lane: LaneId,
    body: &[u8],
    numbers: &mut Vec<u64>,
) -> Close {
    let mut frame = Frame::from_bytes(body);
    if Decoder::new().decode(&mut frame).is_err() {
        return Close::Malformed;
    }
    for message in frame.messages() {
        if session.handle_message(now, lane, &message.envelope()) == Verdict::Deliver {
            numbers.extend(message.data().and_then(Value::as_u64));
        }
    }
    Close::Complete
}

/// Makes one exchange of HTTP/1.0, and returns the body of its response.
async fn post(server: &str, body: &[u8]) -> anyhow::Result<Vec<u8>> {
    let mut stream = TcpStream::connect(server).await?;
    let length = body.len();
    let head = format!("POST / HTTP/1.0\r\nHost: {server}\r\nContent-Length: {length}\r\n\r\n");
    stream.write_all(&[head.as_bytes(), body].concat()).await?;
    let mut response = Vec::new();
    stream.read_to_end(&mut response).await?;
    let end = response.windows(4).position(|text| text == b"\r\n\r\n");
    ensure!(response.get(9..12) == Some(b"200"), "the server refuses");
    Ok(end.map_or(Vec::new(), |end| response[end + 4..].to_vec()))
}
