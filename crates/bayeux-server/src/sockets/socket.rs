//! Websocket of one client, reader and writer in one task.

use core::{future, time::Duration};
use std::io;

use bayeux_proto::LaneId;
use fastwebsockets::{Frame, OpCode, Payload, Role, WebSocketRead, after_handshake_split};
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use tokio::{
    io::{AsyncWriteExt, ReadHalf, WriteHalf, sink, split},
    sync::mpsc,
    time,
};

use super::lanes::{Output, SocketOutputs};

type Stream = TokioIo<Upgraded>;

/// Receiver of a socket's messages.
pub trait Messages: Send {
    /// Handles one text or binary message. Returns false to end the socket. The socket reads on when
    /// the future completes.
    fn receive(&mut self, message: &[u8]) -> impl Future<Output = bool> + Send;
}

/// Source of a socket's outputs.
pub trait Outputs: Send {
    /// Waits for the next output; `None` ends the socket without a close frame. Has to be
    /// cancel-safe.
    fn next(&mut self) -> impl Future<Output = Option<Output>> + Send;

    /// Returns whether no further output is ready. Then the outputs so far are written.
    fn is_empty(&self) -> bool;
}

impl Outputs for SocketOutputs {
    fn next(&mut self) -> impl Future<Output = Option<Output>> + Send {
        self.next()
    }

    fn is_empty(&self) -> bool {
        self.is_empty()
    }
}

/// Limits of a websocket.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Socket {
    /// Maximum size of a message, in bytes. Default: 1 MiB. A larger one ends the socket.
    pub max_message: usize,
    /// Time without a frame from the client after which the socket ends. Default: none.
    pub max_silence: Option<Duration>,
    /// Interval of websocket pings, which keep proxies from closing the connection. Default: none.
    pub ping_interval: Option<Duration>,
    /// Time in which the peer has to take the outputs that wait when its lane ends, the close frame
    /// included. Default: 1 s.
    pub close_timeout: Duration,
}

impl Default for Socket {
    fn default() -> Self {
        Self {
            max_message: 1 << 20,
            max_silence: None,
            ping_interval: None,
            close_timeout: CLOSE_TIMEOUT,
        }
    }
}

impl Socket {
    /// Serves a websocket until either side closes it.
    ///
    /// `closed` completes when the lane has ended: with true if a close frame is the last output, so
    /// that the peer has the [`close_timeout`](Self::close_timeout) to take it; with false to end the
    /// socket at once. After the close frame, the peer has a second to close its side.
    pub async fn serve(
        self,
        lane: LaneId,
        upgraded: Upgraded,
        mut messages: impl Messages,
        outputs: impl Outputs,
        closed: impl Future<Output = bool> + Send,
    ) {
        let (read_half, write_half) = split(TokioIo::new(upgraded));
        // The frames of this side are written by `write`.
        let (mut reader, _) = after_handshake_split(read_half, sink(), Role::Server);
        reader.set_max_message_size(self.max_message.saturating_add(1));
        let (reply_sender, replies) = mpsc::channel(MAX_REPLIES);
        // Both run in one task, and neither is dropped before the end: a cancelled read loses its
        // place in the stream.
        let reading = async {
            let ended = self.read(&mut messages, reader, reply_sender).await;
            tracing::debug!(lane = lane.number(), cause = %ended, "socket ended");
        };
        let writing = async {
            match self.write(write_half, outputs, replies).await {
                // The peer gets a moment to close its side.
                Ok(()) => time::sleep(CLOSE_TIMEOUT).await,
                Err(error) => tracing::debug!(lane = lane.number(), cause = %error, "socket broke"),
            }
        };
        // A peer that does not read would block a write for ever.
        let closing = async {
            if closed.await {
                time::sleep(self.close_timeout).await;
            }
        };
        tokio::select! {
            () = reading => {}
            () = writing => {}
            () = closing => {}
        }
    }

    /// Reads messages until the socket ends; returns the reason.
    async fn read(
        self,
        messages: &mut impl Messages,
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
            let read = tokio::select! {
                biased;
                read = reader.read_frame(&mut reply) => read,
                () = sleep(self.max_silence) => return "the client is silent".to_owned(),
            };
            let frame = match read {
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
            if message.len().saturating_add(frame.payload.len()) > self.max_message {
                return "the message is too large".to_owned();
            }
            message.extend_from_slice(&frame.payload);
            if !frame.fin {
                continue;
            }
            if !messages.receive(&message).await {
                return "its messages are not wanted any more".to_owned();
            }
            message.clear();
            message.shrink_to(IDLE_BUFFER);
        }
    }

    /// Writes outputs until a close frame has been sent.
    async fn write(
        self,
        mut stream: WriteHalf<Stream>,
        mut outputs: impl Outputs,
        mut replies: mpsc::Receiver<Frame<'static>>,
    ) -> io::Result<()> {
        let mut buffer = Vec::new();
        loop {
            let frame = tokio::select! {
                biased;
                Some(frame) = replies.recv() => frame,
                output = outputs.next() => match output {
                    Some(Output::Text(text)) => Frame::text(Payload::Owned(text)),
                    Some(Output::Close(code)) => Frame::close(code, b""),
                    // The lane was dropped because it did not keep up.
                    None => return Err(io::ErrorKind::ConnectionAborted.into()),
                },
                () = sleep(self.ping_interval) => {
                    Frame::new(true, OpCode::Ping, None, Payload::Borrowed(b""))
                }
            };
            let last = frame.opcode == OpCode::Close;
            put(frame, &mut buffer);
            let is_idle = outputs.is_empty() && replies.is_empty();
            if last || is_idle || buffer.len() >= WRITE_BUFFER {
                stream.write_all(&buffer).await?;
                stream.flush().await?;
                buffer.clear();
                buffer.shrink_to(IDLE_BUFFER);
            }
            if last {
                return Ok(());
            }
        }
    }
}

/// Appends a frame.
fn put(mut frame: Frame<'_>, buffer: &mut Vec<u8>) {
    let mut head = [0; 16];
    let size = frame.fmt_head(&mut head);
    buffer.extend_from_slice(&head[..size]);
    buffer.extend_from_slice(&frame.payload);
}

/// Waits for a time; for ever if there is none.
async fn sleep(duration: Option<Duration>) {
    match duration {
        Some(duration) => time::sleep(duration).await,
        None => future::pending().await,
    }
}

/// Bytes of frames that are written at once.
const WRITE_BUFFER: usize = 16 << 10;
/// Bytes of a buffer that an idle socket keeps.
const IDLE_BUFFER: usize = 512;
/// Maximum number of unanswered pings of a client.
const MAX_REPLIES: usize = 32;
/// Time in which a peer has to close its side.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(1);
