//! Websocket of one client, reader and writer in one task.

use core::{future, time::Duration};
use std::io;

use bayeux_proto::LaneId;
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use tokio::{
    io::{AsyncWriteExt, ReadHalf, WriteHalf, split},
    sync::mpsc,
    time,
};

use super::{
    budget::{Budget, Share},
    lanes::{Output, SocketOutputs},
    reader::{BINARY, CLOSE, End, PING, PONG, Reader, Received, TEXT},
};

type Stream = TokioIo<Upgraded>;

/// Receiver of a socket's messages.
pub trait Messages: Send {
    /// Handles one text or binary message. Returns false to end the socket. The socket reads on when
    /// the future completes.
    fn receive(&mut self, message: &[u8]) -> impl Future<Output = bool> + Send;

    /// Handles a binary message, of which Faye accepts JSON as in a text. For the echo of the Autobahn
    /// suite; not part of the API, and exempt from versioning.
    #[doc(hidden)]
    fn receive_binary(&mut self, message: &[u8]) -> impl Future<Output = bool> + Send {
        self.receive(message)
    }
}

/// Source of a socket's outputs.
pub trait Outputs: Send {
    /// Waits for the next output; `None` ends the socket without a close frame. Has to be
    /// cancel-safe.
    fn next(&mut self) -> impl Future<Output = Option<Output>> + Send;

    /// Returns whether no further output is ready. Then the outputs so far are written.
    fn is_empty(&self) -> bool;

    /// Returns whether the latest output is sent in a binary frame. For the echo of the Autobahn suite; not
    /// part of the API, and exempt from versioning.
    #[doc(hidden)]
    fn is_binary(&self) -> bool {
        false
    }
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
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Socket {
    /// Maximum size of a message, in bytes. Default: 1 MiB. A larger one ends the socket, with the code
    /// 1009.
    pub max_message: usize,
    /// Time without a frame from the client after which the socket ends. Default: none.
    pub max_silence: Option<Duration>,
    /// Interval of websocket pings, which keep proxies from closing the connection. Default: none.
    pub ping_interval: Option<Duration>,
    /// Time in which the peer has to take the outputs that wait when its lane ends, the close frame
    /// included. Default: 1 s.
    pub close_timeout: Duration,
    /// Budget of the messages of all sockets.
    pub(crate) budget: Option<Budget>,
}

impl Default for Socket {
    fn default() -> Self {
        Self {
            max_message: 1 << 20,
            max_silence: None,
            ping_interval: None,
            close_timeout: CLOSE_TIMEOUT,
            budget: None,
        }
    }
}

/// Control frame of this side.
enum Reply {
    Pong(Vec<u8>),
    /// Payload of the close frame.
    Close(Vec<u8>),
}

impl Socket {
    /// Serves a websocket until either side closes it. A client that does not keep to RFC 6455, or that
    /// sends 10,000 frames without content between two messages, gets a close frame with the code for
    /// that.
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
        let share = Share::of(self.budget.as_ref());
        let reader = Reader::new(read_half, self.max_message, share);
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
        &self,
        messages: &mut impl Messages,
        mut reader: Reader<ReadHalf<Stream>>,
        replies: mpsc::Sender<Reply>,
    ) -> String {
        loop {
            let received = tokio::select! {
                biased;
                received = reader.next() => received,
                () = sleep(self.max_silence) => return "the client is silent".to_owned(),
            };
            let (close, reason) = match received {
                Ok(Received::Text(message)) => {
                    if !messages.receive(message).await {
                        return UNWANTED.to_owned();
                    }
                    continue;
                }
                Ok(Received::Binary(message)) => {
                    if !messages.receive_binary(message).await {
                        return UNWANTED.to_owned();
                    }
                    continue;
                }
                Ok(Received::Ping(payload)) => {
                    // Of many pings, only the latest needs an answer (RFC 6455, section 5.5.3).
                    let _ = replies.try_send(Reply::Pong(payload));
                    continue;
                }
                Ok(Received::Pong) => continue,
                Ok(Received::Close(payload)) => (payload, "closed by the client".to_owned()),
                Err(End::Mistake(code, mistake)) => {
                    (code.to_be_bytes().to_vec(), mistake.to_owned())
                }
                Err(End::Gone(error)) => return error.to_string(),
            };
            // Waits until the writer has sent the close frame, but not longer than the timeout.
            let _ = time::timeout(CLOSE_TIMEOUT, async {
                if replies.send(Reply::Close(close)).await.is_ok() {
                    replies.closed().await;
                }
            })
            .await;
            return reason;
        }
    }

    /// Writes outputs until a close frame has been sent.
    async fn write(
        &self,
        mut stream: WriteHalf<Stream>,
        mut outputs: impl Outputs,
        mut replies: mpsc::Receiver<Reply>,
    ) -> io::Result<()> {
        let mut buffer = Vec::new();
        loop {
            let (opcode, payload) = tokio::select! {
                biased;
                Some(reply) = replies.recv() => match reply {
                    Reply::Pong(payload) => (PONG, payload),
                    Reply::Close(payload) => (CLOSE, payload),
                },
                output = outputs.next() => match output {
                    Some(Output::Text(bytes)) if outputs.is_binary() => (BINARY, bytes),
                    Some(Output::Text(text)) => (TEXT, text),
                    Some(Output::Close(code)) => (CLOSE, code.to_be_bytes().to_vec()),
                    // The lane was dropped because it did not keep up.
                    None => return Err(io::ErrorKind::ConnectionAborted.into()),
                },
                () = sleep(self.ping_interval) => (PING, Vec::new()),
            };
            let is_last = opcode == CLOSE;
            put(opcode, &payload, &mut buffer);
            let is_idle = outputs.is_empty() && replies.is_empty();
            if is_last || is_idle || buffer.len() >= WRITE_BUFFER {
                stream.write_all(&buffer).await?;
                stream.flush().await?;
                buffer.clear();
                buffer.shrink_to(IDLE_BUFFER);
            }
            if is_last {
                return Ok(());
            }
        }
    }
}

/// Appends a frame, whole and not masked, as a server sends it.
fn put(opcode: u8, payload: &[u8], buffer: &mut Vec<u8>) {
    buffer.push(0x80 | opcode);
    match (u8::try_from(payload.len()), u16::try_from(payload.len())) {
        (Ok(size @ 0..=125), _) => buffer.push(size),
        (_, Ok(size)) => {
            buffer.push(126);
            buffer.extend_from_slice(&size.to_be_bytes());
        }
        _ => {
            let size = u64::try_from(payload.len()).unwrap_or(u64::MAX);
            buffer.push(127);
            buffer.extend_from_slice(&size.to_be_bytes());
        }
    }
    buffer.extend_from_slice(payload);
}

/// Waits for a time; for ever if there is none.
async fn sleep(duration: Option<Duration>) {
    match duration {
        Some(duration) => time::sleep(duration).await,
        None => future::pending().await,
    }
}

const UNWANTED: &str = "its messages are not wanted any more";

/// Bytes of frames that are written at once.
const WRITE_BUFFER: usize = 16 << 10;
/// Bytes of a buffer that an idle socket keeps.
const IDLE_BUFFER: usize = 512;
/// Maximum number of unanswered pings of a client.
const MAX_REPLIES: usize = 32;
/// Time in which a peer has to close its side.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(1);
