//! One WebSocket: frames in, frames out, in one task.

use core::{future, time::Duration};
use std::io;

use fastwebsockets::{Frame, OpCode, Payload, Role, WebSocket, WebSocketRead, WebSocketWrite};
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use tokio::{
    io::{BufWriter, ReadHalf, WriteHalf, split},
    sync::mpsc,
    time,
};

use super::{
    connection::Connection,
    shared::{LaneGuard, Shared, SocketChannels, SocketOutput},
};
use crate::fault::FrameFaultQueue;

type Stream = TokioIo<Upgraded>;

/// Serves a socket until either side closes it.
pub(super) async fn serve(connection: &Connection, upgraded: Upgraded) {
    let shared = &connection.shared;
    let (up, down) = connection.take_directions();
    let socket = WebSocket::after_handshake(TokioIo::new(upgraded), Role::Server);
    let (mut reader, mut writer) = socket.split(|stream| {
        let (read, write) = split(stream);
        (read, BufWriter::with_capacity(WRITE_BUFFER, write))
    });
    reader.set_max_message_size(MAX_MESSAGE);
    writer.set_writev(false);

    let (lane, SocketChannels { outputs, close }) = shared.open_socket();
    let outputs = Outputs {
        shared,
        queue: outputs,
        down,
        last: None,
    };
    let (reply_sender, replies) = mpsc::channel(MAX_REPLIES);
    let (sender, messages) = mpsc::channel(MAX_REPLIES);
    let inbound = if up.is_faultless() {
        Inbound::Direct(&lane)
    } else {
        Inbound::Faulty(sender)
    };
    // Both in one task, and neither is dropped before the end: a read that is dropped halfway
    // loses its place in the stream.
    let reading = async {
        let ended = read(inbound, reader, reply_sender).await;
        tracing::debug!(lane = lane.number(), cause = %ended, "socket ended");
    };
    let writing = async {
        match write(writer, outputs, replies).await {
            // The peer has a moment to close in turn.
            Ok(()) => time::sleep(CLOSE_TIMEOUT).await,
            Err(error) => tracing::debug!(lane = lane.number(), cause = %error, "socket broke"),
        }
    };
    // A peer that does not read keeps a write waiting for ever.
    let closed = async {
        if close.await.is_ok() {
            time::sleep(CLOSE_TIMEOUT).await;
        }
    };
    let passing = async {
        receive_with_faults(shared, &lane, up, messages).await;
        // The reader has hung up, or never used it.
        future::pending::<()>().await;
    };
    tokio::select! {
        () = reading => {}
        () = passing => {}
        () = writing => {}
        () = closed => {}
    }
}

/// Hands in messages until there are no more, and says why.
async fn read(
    inbound: Inbound<'_>,
    mut reader: WebSocketRead<ReadHalf<Stream>>,
    reply_sender: mpsc::Sender<Frame<'static>>,
) -> String {
    // Pongs and the close echo, which the library wants sent, go to the writer.
    let mut reply = |frame: Frame<'_>| {
        let payload = Payload::Owned(frame.payload.to_vec());
        let frame = Frame::new(true, frame.opcode, None, payload);
        future::ready(reply_sender.try_send(frame).map_err(io::Error::other))
    };
    let mut message = Vec::new();
    loop {
        let frame = match reader.read_frame(&mut reply).await {
            Ok(frame) => frame,
            Err(error) => return error.to_string(),
        };
        match frame.opcode {
            OpCode::Close => {
                // Until the writer has sent the reply and hung up, or a moment longer.
                let _ = time::timeout(CLOSE_TIMEOUT, reply_sender.closed()).await;
                return "closed by the client".to_owned();
            }
            OpCode::Ping | OpCode::Pong => continue,
            // Binary frames that hold JSON are fine with Faye.
            OpCode::Text | OpCode::Binary | OpCode::Continuation => {}
        }
        // The library bounds a frame, but not what fragments add up to.
        if message.len() + frame.payload.len() > MAX_MESSAGE {
            return "the message is too large".to_owned();
        }
        message.extend_from_slice(&frame.payload);
        if frame.fin {
            match &inbound {
                Inbound::Direct(lane) => {
                    lane.receive(&message);
                    message.clear();
                }
                Inbound::Faulty(sender) => {
                    let message = core::mem::take(&mut message);
                    if sender.send(message).await.is_err() {
                        return "the way up has ended".to_owned();
                    }
                }
            }
        }
    }
}

/// Where messages go from the reader.
enum Inbound<'a> {
    Direct(&'a LaneGuard),
    Faulty(mpsc::Sender<Vec<u8>>),
}

/// Takes messages to their lane, with what befalls them on the way.
async fn receive_with_faults(
    shared: &Shared,
    lane: &LaneGuard,
    mut up: FrameFaultQueue,
    mut messages: mpsc::Receiver<Vec<u8>>,
) {
    loop {
        while let Some(message) = up.poll_frame(shared.clock.now()) {
            lane.receive(&message);
        }
        tokio::select! {
            message = messages.recv() => match message {
                Some(message) => up.handle_frame(shared.clock.now(), message),
                None => return,
            },
            () = shared.clock.sleep_until_any(up.poll_timeout()) => {}
        }
    }
}

/// What leaves, with what befalls it on the way.
struct Outputs<'a> {
    shared: &'a Shared,
    queue: mpsc::Receiver<SocketOutput>,
    down: FrameFaultQueue,
    /// What ends it, when all that came before is gone.
    last: Option<Outgoing>,
}

/// What leaves.
enum Outgoing {
    Text(Vec<u8>),
    /// With this code.
    Close(u16),
}

impl Outputs<'_> {
    /// The next thing that leaves. Cancel-safe.
    async fn next(&mut self) -> Option<Outgoing> {
        loop {
            if let Some(frame) = self.down.poll_frame(self.shared.clock.now()) {
                return Some(Outgoing::Text(frame));
            }
            let timeout = self.down.poll_timeout();
            if timeout.is_none() && self.last.is_some() {
                return self.last.take();
            }
            tokio::select! {
                output = self.queue.recv(), if self.last.is_none() => match output? {
                    SocketOutput::Text(text) if self.down.is_faultless() => {
                        return Some(Outgoing::Text(text.into_bytes()));
                    }
                    SocketOutput::Text(text) => {
                        self.down.handle_frame(self.shared.clock.now(), text.into_bytes());
                    }
                    SocketOutput::Close(code) => self.last = Some(Outgoing::Close(code)),
                },
                () = self.shared.clock.sleep_until_any(timeout) => {}
            }
        }
    }

    /// Whether nothing more is to leave at once.
    fn is_empty(&self) -> bool {
        let now = self.shared.clock.now();
        let due = self.down.poll_timeout().is_some_and(|at| at <= now);
        self.queue.is_empty() && !due && self.last.is_none()
    }
}

/// Sends until it has sent a close frame.
async fn write(
    mut writer: WebSocketWrite<BufWriter<WriteHalf<Stream>>>,
    mut outputs: Outputs<'_>,
    mut replies: mpsc::Receiver<Frame<'static>>,
) -> Result<(), fastwebsockets::WebSocketError> {
    loop {
        let frame = tokio::select! {
            biased;
            Some(frame) = replies.recv() => frame,
            output = outputs.next() => match output {
                Some(Outgoing::Text(text)) => Frame::text(Payload::Owned(text)),
                Some(Outgoing::Close(code)) => Frame::close(code, b""),
                // Dropped for not keeping up.
                None => return Err(fastwebsockets::WebSocketError::ConnectionClosed),
            },
        };
        let last = frame.opcode == OpCode::Close;
        writer.write_frame(frame).await?;
        if last || (outputs.is_empty() && replies.is_empty()) {
            writer.flush().await?;
        }
        if last {
            return Ok(());
        }
    }
}

/// Bytes.
const MAX_MESSAGE: usize = 1 << 20;
/// Bytes.
const WRITE_BUFFER: usize = 16 << 10;
/// As many pings as a client may send before the first is answered.
const MAX_REPLIES: usize = 32;
/// How long a peer may take to close its side.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(1);
