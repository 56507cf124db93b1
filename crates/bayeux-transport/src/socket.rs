//! A WebSocket lane from opening to closing.

use core::{convert::Infallible, future::ready, pin::pin, time::Duration};
use std::sync::Arc;

use bayeux_proto::{Close, LaneId};
use bayeux_wire::DecodeError;
use fastwebsockets::{
    Frame, OpCode, Payload, Role, WebSocketError, WebSocketRead, WebSocketWrite,
    after_handshake_split,
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    sync::{mpsc, oneshot},
    time::timeout,
};

use crate::{
    Error,
    assembly::Assembly,
    capped::Capped,
    meter::{Meter, Patience},
    shared::{Closed, Report, Shared},
    upgrade,
};

/// A frame that the session wants written.
pub(crate) enum Outgoing {
    Batch(Vec<u8>),
    Ping,
}

/// Runs a lane until it ends. An error received through `stop` ends it with a report; dropping the
/// sender of `stop` ends it without a report.
pub(crate) async fn run(
    shared: Arc<Shared>,
    lane: LaneId,
    meter: Arc<Meter>,
    outgoing: mpsc::Receiver<Outgoing>,
    mut stop: oneshot::Receiver<Error>,
) {
    let opened = tokio::select! {
        biased;
        stopped = &mut stop => Err(stopped.map_or(End::Abandoned, End::Failed)),
        opened = upgrade::open(&shared, &meter) => opened.map_err(End::Failed),
    };
    let stream = match opened {
        Ok(stream) => stream,
        Err(end) => return end.report(&shared, lane).await,
    };
    tracing::debug!(lane = lane.number(), "websocket open");
    if shared.report(lane, Report::Opened).await.is_err() {
        return;
    }

    let (input, output) = tokio::io::split(stream);
    let (mut input, mut output) = after_handshake_split(Capped::new(input), output, Role::Client);
    input.set_auto_close(false);
    input.set_auto_pong(false);
    input.set_max_message_size(shared.options.max_frame.saturating_add(1));
    // Vectored writes would spin on a stream that accepts nothing.
    output.set_writev(false);

    let (replies, to_reply) = mpsc::channel(MAX_REPLIES);
    let limit = shared.options.write_timeout;
    let patience = Patience {
        limit,
        allowance: limit,
        slow: shared.options.slow_allowance,
    };
    // A read is cancelled only at the end of the lane: cancelled in mid-frame, it would lose its
    // place.
    let mut reading = pin!(read_all(&shared, lane, &meter, input, &replies));
    let mut writing = pin!(write_all(output, &meter, outgoing, to_reply, patience));

    let end = tokio::select! {
        stopped = &mut stop => stopped.map_or(End::Abandoned, End::Failed),
        end = &mut reading => end,
        written = &mut writing => match written {
            Ok(()) => End::Abandoned,
            // The reader meets the same end soon, after the bytes that arrived before it: a last
            // event, or the close frame with the reason.
            Err(error @ Error::Lost { .. }) => tokio::select! {
                stopped = &mut stop => stopped.map_or(End::Abandoned, End::Failed),
                end = timeout(limit, &mut reading) => end.unwrap_or(End::Failed(error)),
            },
            Err(error) => End::Failed(error),
        },
    };

    // Sending fails if the writer has ended, or is so far behind that the queue is full.
    let has_close_frame = end
        .close_frame()
        .is_some_and(|frame| replies.try_send(frame).is_ok());
    let closing = async {
        if has_close_frame && timeout(CLOSE_TIMEOUT, writing).await.is_err() {
            tracing::debug!(
                lane = lane.number(),
                "close frame not sent: the peer does not read"
            );
        }
    };
    tokio::join!(end.report(&shared, lane), closing);
}

/// The end of a lane.
enum End {
    /// The session has closed the lane and expects no report.
    Abandoned,
    /// A close frame was received, with this code if it had one.
    ByPeer(Option<u16>),
    Failed(Error),
}

impl End {
    async fn report(self, shared: &Shared, lane: LaneId) {
        let (close, error) = match self {
            Self::Abandoned => return,
            Self::ByPeer(code) => (Close::ByPeer { code }, None),
            Self::Failed(error) => (error.close(), Some(error)),
        };
        tracing::debug!(lane = lane.number(), %close, "websocket ended");
        // An error means that the lanes were dropped, so nobody needs the report.
        let _: Result<(), Closed> = shared.report(lane, Report::Closed(close, error)).await;
    }

    /// Returns the close frame to send (RFC 6455, section 7.4.1), unless none would arrive.
    fn close_frame(&self) -> Option<Reply> {
        let code = match self {
            Self::Abandoned => 1000,
            Self::ByPeer(code) => return Some(Reply::Close(*code)),
            Self::Failed(Error::Oversize { .. }) => 1009,
            Self::Failed(Error::NotBayeux { .. }) => 1007,
            Self::Failed(Error::Framing { .. }) => 1002,
            Self::Failed(_) => return None,
        };
        Some(Reply::Close(Some(code)))
    }
}

/// A frame that the reader wants written.
enum Reply {
    Pong(Vec<u8>),
    /// A close frame, after which nothing is written.
    Close(Option<u16>),
}

async fn read_all<S: AsyncRead + Unpin>(
    shared: &Shared,
    lane: LaneId,
    meter: &Meter,
    mut socket: WebSocketRead<S>,
    replies: &mpsc::Sender<Reply>,
) -> End {
    let limit = shared.options.max_frame;
    let mut assembly = Assembly::new(limit);
    loop {
        let frame = match socket
            .read_frame(&mut |_| ready(Ok::<_, Infallible>(())))
            .await
        {
            Ok(frame) => frame,
            Err(error) => return End::Failed(read_error(error, limit)),
        };
        let report = match frame.opcode {
            OpCode::Text | OpCode::Binary | OpCode::Continuation => {
                let bytes = match assembly.add(frame.opcode, frame.fin, &frame.payload) {
                    Ok(Some(bytes)) => bytes,
                    Ok(None) => continue,
                    Err(error) => return End::Failed(error),
                };
                match shared.decode(&[bytes]) {
                    Ok(decoded) => Report::Frame(decoded),
                    // Some servers send empty messages to keep a socket alive.
                    Err(DecodeError::Empty) => continue,
                    Err(source) => {
                        return End::Failed(Error::NotBayeux {
                            size: bytes.len(),
                            source,
                        });
                    }
                }
            }
            OpCode::Ping => {
                meter.complete();
                // A full queue means that the peer does not read, and an earlier pong still waits.
                let _: Result<(), _> = replies.try_send(Reply::Pong(frame.payload.to_vec()));
                continue;
            }
            OpCode::Pong => Report::Pong,
            OpCode::Close => {
                return match *frame.payload {
                    [] => End::ByPeer(None),
                    [_] => End::Failed(Error::Framing {
                        what: "half a close code",
                    }),
                    [high, low, ..] => End::ByPeer(Some(u16::from_be_bytes([high, low]))),
                };
            }
        };
        drop(frame);
        if let Report::Frame(frame) = &report {
            tracing::trace!(lane = lane.number(), size = frame.len(), "frame");
        }
        meter.complete();
        if shared.report(lane, report).await.is_err() {
            return End::Abandoned;
        }
    }
}

async fn write_all<S: AsyncWrite + Unpin>(
    mut socket: WebSocketWrite<S>,
    meter: &Meter,
    mut outgoing: mpsc::Receiver<Outgoing>,
    mut replies: mpsc::Receiver<Reply>,
    patience: Patience,
) -> Result<(), Error> {
    loop {
        let frame = tokio::select! {
            // Batches of the session precede the close frame that ends the lane.
            biased;
            Some(outgoing) = outgoing.recv() => match outgoing {
                Outgoing::Batch(batch) => Frame::text(Payload::Owned(batch)),
                Outgoing::Ping => Frame::new(true, OpCode::Ping, None, Payload::Owned(Vec::new())),
            },
            Some(reply) = replies.recv() => match reply {
                Reply::Pong(payload) => Frame::pong(Payload::Owned(payload)),
                Reply::Close(None) => Frame::close_raw(Payload::Owned(Vec::new())),
                Reply::Close(Some(code)) => Frame::close(code, b""),
            },
            else => return Ok(()),
        };
        let last = frame.opcode == OpCode::Close;
        let writing = async {
            socket.write_frame(frame).await?;
            // TLS buffers encrypted bytes until they are flushed.
            socket.flush().await
        };
        match meter.in_time(patience, writing).await {
            Some(Ok(())) if last => return Ok(()),
            Some(Ok(())) => {}
            Some(Err(error)) => {
                return Err(Error::Lost {
                    doing: "writing a frame",
                    source: Some(error.into()),
                });
            }
            None => {
                return Err(Error::TimedOut {
                    doing: "writing a frame",
                    limit: patience.limit,
                });
            }
        }
    }
}

/// Converts an error of reading a frame.
fn read_error(error: WebSocketError, limit: usize) -> Error {
    let what = match error {
        WebSocketError::FrameTooLarge => return Error::Oversize { limit },
        WebSocketError::UnexpectedEOF => {
            return Error::Lost {
                doing: "reading a frame",
                source: None,
            };
        }
        WebSocketError::IoError(error) => {
            return Error::Lost {
                doing: "reading a frame",
                source: Some(error.into()),
            };
        }
        WebSocketError::InvalidUTF8 => "text that is not UTF-8",
        WebSocketError::ReservedBitsNotZero => "a reserved bit, or bytes that are not a frame",
        WebSocketError::ControlFrameFragmented => "a fragmented control frame",
        WebSocketError::PingFrameTooLarge => "a ping of more than 125 bytes",
        WebSocketError::InvalidValue => "an unknown opcode",
        _ => "an invalid frame",
    };
    Error::Framing { what }
}

/// Maximum number of replies that wait for a peer that does not read.
const MAX_REPLIES: usize = 4;

/// Timeout of sending the close frame. The lane has been reported closed by then.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(1);
