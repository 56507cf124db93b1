//! WebSocket of one client, reader and writer in one task.

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
    // Both run in one task, and neither is dropped before the end: a cancelled read loses its place
    // in the stream.
    let reading = async {
        let ended = read(inbound, reader, reply_sender).await;
        tracing::debug!(lane = lane.number(), cause = %ended, "socket ended");
    };
    let writing = async {
        match write(writer, outputs, replies).await {
            // The peer gets a moment to close its side.
            Ok(()) => time::sleep(CLOSE_TIMEOUT).await,
            Err(error) => tracing::debug!(lane = lane.number(), cause = %error, "socket broke"),
        }
    };
    // A peer that does not read would block a write for ever.
    let closed = async {
        if close.await.is_ok() {
            time::sleep(CLOSE_TIMEOUT).await;
        }
    };
    let passing = async {
        receive_with_faults(shared, &lane, up, messages).await;
        // The reader has ended, or never used the channel.
        future::pending::<()>().await;
    };
    tokio::select! {
        () = reading => {}
        () = passing => {}
        () = writing => {}
        () = closed => {}
    }
}

/// Reads messages until the socket ends; returns the reason.
async fn read(
    inbound: Inbound<'_>,
    mut reader: WebSocketRead<ReadHalf<Stream>>,
    reply_sender: mpsc::Sender<Frame<'static>>,
) -> String {
    // The writer sends pongs and the close reply that the library asks for.
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
                // Waits until the writer has sent the reply, but not longer than the timeout.
                let _ = time::timeout(CLOSE_TIMEOUT, reply_sender.closed()).await;
                return "closed by the client".to_owned();
            }
            OpCode::Ping | OpCode::Pong => continue,
            // Faye accepts JSON in binary frames.
            OpCode::Text | OpCode::Binary | OpCode::Continuation => {}
        }
        // The library bounds a frame, but not the sum of fragments.
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

/// Destination of the reader's messages.
enum Inbound<'a> {
    Direct(&'a LaneGuard),
    Faulty(mpsc::Sender<Vec<u8>>),
}

/// Passes messages to their lane through the faults of the direction.
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

/// Outputs of a socket, after the faults of the direction.
struct Outputs<'a> {
    shared: &'a Shared,
    queue: mpsc::Receiver<SocketOutput>,
    down: FrameFaultQueue,
    /// Final output, sent after everything in flight.
    last: Option<Outgoing>,
}

/// Output of a socket.
enum Outgoing {
    Text(Vec<u8>),
    /// Close frame with this code.
    Close(u16),
}

impl Outputs<'_> {
    /// Returns the next output. Cancel-safe.
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

    /// Returns whether no further output is ready.
    fn is_empty(&self) -> bool {
        let now = self.shared.clock.now();
        let due = self.down.poll_timeout().is_some_and(|at| at <= now);
        self.queue.is_empty() && !due && self.last.is_none()
    }
}

/// Writes outputs until a close frame has been sent.
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
                // The lane was dropped because it did not keep up.
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
/// Maximum number of unanswered pings of a client.
const MAX_REPLIES: usize = 32;
/// Time in which a peer has to close its side.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(1);
