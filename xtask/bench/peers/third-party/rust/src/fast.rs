//! fastwebsockets without a parser: the floor, which counts messages and reads nothing.

use fastwebsockets::{FragmentCollector, Frame, OpCode, Payload, handshake};
use http_body_util::Empty;
use hyper::{Request, body::Bytes, header};
use hyper_util::rt::TokioExecutor;
use tokio::net::TcpStream;

use crate::{Error, HANDSHAKE, meter::Meter, model::Envelope, subscribe, task::Task};

pub(crate) async fn listen(task: &Task) -> Result<(), Error> {
    let url = url::Url::parse(&task.url)?;
    let (host, port) = (url.host_str().unwrap_or_default(), url.port().unwrap_or(80));
    let stream = TcpStream::connect((host, port)).await?;
    stream.set_nodelay(true)?;
    let request = Request::get(url.path())
        .header(header::HOST, format!("{host}:{port}"))
        .header(header::UPGRADE, "websocket")
        .header(header::CONNECTION, "upgrade")
        .header(header::SEC_WEBSOCKET_KEY, handshake::generate_key())
        .header(header::SEC_WEBSOCKET_VERSION, "13")
        .body(Empty::<Bytes>::new())?;
    let (socket, _) = handshake::client(&TokioExecutor::new(), request, stream).await?;
    let mut socket = FragmentCollector::new(socket);
    let text = |text: &str| Frame::text(Payload::Owned(text.as_bytes().to_vec()));
    socket.write_frame(text(HANDSHAKE)).await?;
    let mut meter = Meter::new(task);
    let mut is_subscribed = false;
    let messages = memchr::memmem::Finder::new(b"\"received_at\":");
    loop {
        let frame = socket.read_frame().await?;
        if frame.opcode != OpCode::Text {
            continue;
        }
        let found = messages.find_iter(&frame.payload).count();
        if found > 0 {
            let flow = meter.events(found as u64, frame.payload.len(), 0);
            if flow.is_break() {
                return Ok(());
            }
        } else if !is_subscribed {
            let batch: Vec<Envelope> = serde_json::from_slice(&frame.payload)?;
            let client_id = batch.iter().find_map(|reply| reply.client_id.as_deref());
            let batch = subscribe(client_id.unwrap_or_default(), 0);
            socket.write_frame(text(&batch)).await?;
            is_subscribed = true;
        }
    }
}
