//! Websockets of clients.

use std::sync::Arc;

use fastwebsockets::{Frame, OpCode, Role, WebSocket};
use serde_json::Value;
use tokio::{
    io::{AsyncRead, AsyncWrite, AsyncWriteExt as _, ReadHalf, join, sink, split},
    sync::mpsc,
    time::sleep,
};

use super::{
    Shared,
    bayeux::{Replies, Session, separate},
};

/// Serves a socket until it ends.
pub(super) async fn serve<S: AsyncRead + AsyncWrite + Unpin>(shared: &Shared, io: S) {
    let (read, mut write) = split(io);
    let (outputs, mut output) = mpsc::unbounded_channel();
    let writing = async {
        let mut active: Option<Arc<Session>> = None;
        let mut out = Vec::new();
        loop {
            let messages = async {
                match &active {
                    Some(session) => frames(shared, session).await,
                    None => core::future::pending().await,
                }
            };
            tokio::select! {
                biased;
                received = output.recv() => match received {
                    Some(Output::Frame(kind, text)) => frame(&mut out, kind, &text),
                    Some(Output::Active(session)) => active = Some(session),
                    None => return,
                },
                frames = messages => out = frames,
            }
            if write.write_all(&out).await.is_err() || write.flush().await.is_err() {
                return;
            }
            out.clear();
        }
    };
    tokio::select! {
        () = reading(shared, read, outputs) => {}
        () = writing => {}
    }
}

enum Output {
    Frame(u8, Vec<u8>),
    Active(Arc<Session>),
}

async fn reading<S: AsyncRead + Unpin>(
    shared: &Shared,
    read: ReadHalf<S>,
    outputs: mpsc::UnboundedSender<Output>,
) {
    // Floods are written as prepared bytes, so the library only reads.
    let socket = WebSocket::after_handshake(join(read, sink()), Role::Server);
    let (mut read, _sink) = socket.split(tokio::io::Join::into_inner);
    let mut pong = |frame: Frame<'_>| {
        let _ = outputs.send(Output::Frame(frame.opcode as u8, frame.payload.to_vec()));
        core::future::ready(Ok::<_, std::io::Error>(()))
    };
    while let Ok(received) = read.read_frame(&mut pong).await {
        if !matches!(received.opcode, OpCode::Text | OpCode::Binary) {
            continue;
        }
        let Replies { now, held, session } = shared.gateway.handle(&received.payload);
        // Faye answers an empty batch with one.
        if held.is_none() || !now.is_empty() {
            let _ = outputs.send(Output::Frame(
                TEXT,
                Value::from(now).to_string().into_bytes(),
            ));
        }
        if let Some((reply, hold)) = held {
            let outputs = outputs.clone();
            tokio::spawn(async move {
                let closed = outputs.clone();
                tokio::select! {
                    () = sleep(hold) => {
                        let text = Value::from(vec![reply]).to_string();
                        let _ = outputs.send(Output::Frame(TEXT, text.into_bytes()));
                    }
                    () = closed.closed() => {}
                }
            });
        }
        if let Some(session) = session {
            let _ = outputs.send(Output::Active(session));
        }
    }
}

/// Waits for messages to a session, and returns them in frames. Cancel-safe.
async fn frames(shared: &Shared, session: &Session) -> Vec<u8> {
    let channel = shared.gateway.ready(session).await;
    let stream = &shared.stream;
    let mut out = Vec::new();
    let mut batch = Vec::new();
    let mut push = |numbers: core::ops::Range<u64>, out: &mut Vec<u8>| {
        batch.clear();
        batch.push(b'[');
        for n in numbers {
            separate(&mut batch);
            stream.write(&mut batch, &channel, n);
        }
        batch.push(b']');
        frame(out, TEXT, &batch);
    };
    match stream.flood() {
        Some(count) => {
            while out.len() < FLOOD {
                push(stream.take(count), &mut out);
            }
        }
        None => {
            for n in session.due(stream).await {
                push(n..n + 1, &mut out);
            }
        }
    }
    out
}

/// Appends a frame (RFC 6455, section 5.2), which a server does not mask.
fn frame(out: &mut Vec<u8>, kind: u8, payload: &[u8]) {
    out.push(0x80 | kind);
    let length = payload.len().to_be_bytes();
    match payload.len() {
        short @ 0..126 => out.extend(u8::try_from(short)),
        126..65_536 => {
            out.push(126);
            out.extend_from_slice(&length[6..]);
        }
        _ => {
            out.push(127);
            out.extend_from_slice(&length);
        }
    }
    out.extend_from_slice(payload);
}

const TEXT: u8 = OpCode::Text as u8;
/// Bytes of a flood that are written at once.
const FLOOD: usize = 64 * 1024;
