//! One WebSocket: frames in, frames out, in one task.

use core::{future, time::Duration};
use std::{io, sync::Arc};

use fastwebsockets::{Frame, OpCode, Payload, Role, WebSocket, WebSocketRead, WebSocketWrite};
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use tokio::{
    io::{BufWriter, ReadHalf, WriteHalf, split},
    sync::mpsc,
    time,
};

use super::shared::{LaneGuard, Shared, SocketOrders, SocketOutput};

type Stream = TokioIo<Upgraded>;

/// Serves a socket until either side closes it.
pub(super) async fn serve(shared: Arc<Shared>, upgraded: Upgraded) {
    let socket = WebSocket::after_handshake(TokioIo::new(upgraded), Role::Server);
    let (mut reader, mut writer) = socket.split(|stream| {
        let (read, write) = split(stream);
        (read, BufWriter::with_capacity(WRITE_BUFFER, write))
    });
    reader.set_max_message_size(LARGEST_MESSAGE);
    writer.set_writev(false);

    let (lane, SocketOrders { outputs, hang_up }) = shared.open_socket();
    let (echoes, returns) = mpsc::channel(ECHOES);
    // Both in one task, and neither is dropped before the end: a read that is dropped halfway
    // loses its place in the stream.
    let reading = async {
        let ended = read(&lane, reader, echoes).await;
        tracing::debug!(lane = lane.number(), cause = %ended, "socket ended");
    };
    let writing = async {
        match write(writer, outputs, returns).await {
            // The peer has a moment to close in turn.
            Ok(()) => time::sleep(CLOSE_PATIENCE).await,
            Err(error) => tracing::debug!(lane = lane.number(), cause = %error, "socket broke"),
        }
    };
    // A peer that does not read keeps a write waiting for ever.
    let hung_up = async {
        if hang_up.await.is_ok() {
            time::sleep(CLOSE_PATIENCE).await;
        }
    };
    tokio::select! {
        () = reading => {}
        () = writing => {}
        () = hung_up => {}
    }
}

/// Hands in messages until there are no more, and says why.
async fn read(
    lane: &LaneGuard,
    mut reader: WebSocketRead<ReadHalf<Stream>>,
    echoes: mpsc::Sender<Frame<'static>>,
) -> String {
    // Pongs and the close echo, which the library wants sent, go to the writer.
    let mut echo = |frame: Frame<'_>| {
        let payload = Payload::Owned(frame.payload.to_vec());
        let frame = Frame::new(true, frame.opcode, None, payload);
        future::ready(echoes.try_send(frame).map_err(io::Error::other))
    };
    let mut message = Vec::new();
    loop {
        let frame = match reader.read_frame(&mut echo).await {
            Ok(frame) => frame,
            Err(error) => return error.to_string(),
        };
        match frame.opcode {
            OpCode::Close => {
                // Until the writer has sent the echo and hung up, or a moment longer.
                let _ = time::timeout(CLOSE_PATIENCE, echoes.closed()).await;
                return "closed by the client".to_owned();
            }
            OpCode::Ping | OpCode::Pong => continue,
            // Binary frames that hold JSON are fine with Faye.
            OpCode::Text | OpCode::Binary | OpCode::Continuation => {}
        }
        // The library bounds a frame, but not what fragments add up to.
        if message.len() + frame.payload.len() > LARGEST_MESSAGE {
            return "the message is too large".to_owned();
        }
        message.extend_from_slice(&frame.payload);
        if frame.fin {
            lane.receive(&message);
            message.clear();
        }
    }
}

/// Sends until it has sent a close frame.
async fn write(
    mut writer: WebSocketWrite<BufWriter<WriteHalf<Stream>>>,
    mut outputs: mpsc::Receiver<SocketOutput>,
    mut returns: mpsc::Receiver<Frame<'static>>,
) -> Result<(), fastwebsockets::WebSocketError> {
    loop {
        let frame = tokio::select! {
            biased;
            Some(frame) = returns.recv() => frame,
            output = outputs.recv() => match output {
                Some(SocketOutput::Text(text)) => Frame::text(Payload::Owned(text.into_bytes())),
                Some(SocketOutput::Close) => Frame::close(1000, b""),
                // Dropped for not keeping up.
                None => return Err(fastwebsockets::WebSocketError::ConnectionClosed),
            },
        };
        let last = frame.opcode == OpCode::Close;
        writer.write_frame(frame).await?;
        if last || (outputs.is_empty() && returns.is_empty()) {
            writer.flush().await?;
        }
        if last {
            return Ok(());
        }
    }
}

/// Bytes.
const LARGEST_MESSAGE: usize = 1 << 20;
/// Bytes.
const WRITE_BUFFER: usize = 16 << 10;
/// As many pings as a client may send before the first is answered.
const ECHOES: usize = 32;
/// How long a peer may take to close its side.
const CLOSE_PATIENCE: Duration = Duration::from_secs(1);
