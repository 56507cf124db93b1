//! A WebSocket lane from opening to closing.

use core::{pin::pin, time::Duration};
use std::sync::Arc;

use bayeux_proto::{Close, LaneId};
use bayeux_wire::DecodeError;
use fastwebsockets::{Frame, OpCode, Payload, Role, after_handshake_split};
use tokio::{
    io::{AsyncRead, AsyncWrite, empty},
    sync::{mpsc, oneshot},
    time::timeout,
};

use crate::{
    Error,
    close_frame::{self, CloseFrame},
    meter::{Meter, ProgressTimeout, Watched},
    reader::{Reader, Received},
    shared::{Closed, Report, Shared},
    upgrade,
};

/// A frame that the session wants written.
pub(crate) enum Outgoing {
    Batch(Vec<u8>),
    #[cfg(feature = "autobahn")]
    Binary(Vec<u8>),
    Ping,
}

impl Outgoing {
    fn into_frame(self) -> Frame<'static> {
        match self {
            Self::Batch(batch) => Frame::text(Payload::Owned(batch)),
            #[cfg(feature = "autobahn")]
            Self::Binary(bytes) => Frame::binary(Payload::Owned(bytes)),
            Self::Ping => Frame::new(true, OpCode::Ping, None, Payload::Owned(Vec::new())),
        }
    }
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
        // Boxed, since the task lives on: connecting takes most of its states' room.
        opened = Box::pin(upgrade::open(&shared, &meter)) => opened.map_err(End::Failed),
    };
    let stream = match opened {
        Ok(stream) => stream,
        Err(end) => {
            if matches!(end, End::Failed(_)) {
                // A redirect that led nowhere is forgotten.
                shared.sites.reset();
            }
            return end.report(&shared, lane).await;
        }
    };
    // The bytes so far were those of the upgrade.
    meter.complete();
    tracing::debug!(lane = lane.number(), "websocket open");
    if shared.report(lane, Report::Opened).await.is_err() {
        return;
    }

    let (input, output) = tokio::io::split(stream);
    let reader = Reader::new(input, shared.options.max_frame);

    let (replies, to_reply) = mpsc::channel(MAX_REPLIES);
    let limit = shared.options.write_timeout;
    let write_timeout = ProgressTimeout {
        limit,
        allowance: limit,
        watched: Watched::Writes,
        extension: shared.options.slow_allowance,
    };
    // A read is cancelled only at the end of the lane: cancelled in mid-frame, it would lose its
    // place.
    let mut reading = pin!(read_all(&shared, lane, &meter, reader, &replies));
    let mut writing = pin!(write_all(output, &meter, outgoing, to_reply, write_timeout));

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
    ByPeer(CloseFrame),
    Failed(Error),
}

impl End {
    async fn report(self, shared: &Shared, lane: LaneId) {
        let (close, error) = match self {
            Self::Abandoned => return,
            Self::ByPeer(CloseFrame { code, reason }) => {
                let error = code
                    .filter(|_| !reason.is_empty())
                    .map(|code| Error::ClosedByPeer { code, reason });
                (Close::ByPeer { code }, error)
            }
            Self::Failed(error) => (error.close(), Some(error)),
        };
        tracing::debug!(lane = lane.number(), %close, "websocket ended");
        // An error means that the lanes were dropped, so nobody needs the report.
        let _: Result<(), Closed> = shared.report(lane, Report::closed(close, error)).await;
    }

    /// Returns the close frame to send (RFC 6455, section 7.4.1), unless none would arrive.
    fn close_frame(&self) -> Option<Reply> {
        let code = match self {
            Self::Abandoned => 1000,
            Self::ByPeer(frame) => return Some(Reply::Close(frame.code)),
            Self::Failed(error) => close_frame::code_for(error)?,
        };
        Some(Reply::Close(Some(code)))
    }
}

/// A frame that the reader wants written.
pub(crate) enum Reply {
    Pong(Vec<u8>),
    /// A close frame, after which nothing is written.
    Close(Option<u16>),
}

async fn read_all<S: AsyncRead + Unpin>(
    shared: &Shared,
    lane: LaneId,
    meter: &Meter,
    mut reader: Reader<S>,
    replies: &mpsc::Sender<Reply>,
) -> End {
    loop {
        let report = match reader.next().await {
            Ok(Received::Text(bytes) | Received::Binary(bytes)) => {
                let size = bytes.len();
                let decoded = match shared.decode(bytes) {
                    Ok(decoded) => Some(decoded),
                    // Some servers send empty messages to keep a socket alive.
                    Err(DecodeError::Empty) => None,
                    Err(source) => return End::Failed(Error::NotBayeux { size, source }),
                };
                let is_useful = decoded
                    .as_ref()
                    .is_some_and(|frame| frame.messages().len() > 0);
                if let Err(flood) = reader.rate(is_useful, size) {
                    return End::Failed(flood);
                }
                let Some(frame) = decoded else {
                    meter.complete();
                    continue;
                };
                tracing::trace!(lane = lane.number(), size, "frame");
                Report::Frame(frame)
            }
            Ok(Received::Ping(payload)) => {
                meter.complete();
                // A full queue means that the peer does not read, and an earlier pong still waits.
                let _: Result<(), _> = replies.try_send(Reply::Pong(payload.to_vec()));
                continue;
            }
            Ok(Received::Pong) => Report::Pong,
            Ok(Received::Close(frame)) => return End::ByPeer(frame),
            Err(error) => return End::Failed(error),
        };
        meter.complete();
        if shared.report(lane, report).await.is_err() {
            return End::Abandoned;
        }
    }
}

/// Writes batches and replies until a close frame was written.
pub(crate) async fn write_all<S: AsyncWrite + Unpin>(
    stream: S,
    meter: &Meter,
    mut outgoing: mpsc::Receiver<Outgoing>,
    mut replies: mpsc::Receiver<Reply>,
    write_timeout: ProgressTimeout,
) -> Result<(), Error> {
    let (_, mut socket) = after_handshake_split(empty(), stream, Role::Client);
    // Vectored writes would spin on a stream that accepts nothing.
    socket.set_writev(false);
    let mut closing = None;
    loop {
        let frame = if let Some(code) = closing {
            // Batches of the session precede the close frame that ends the lane.
            match (outgoing.try_recv(), code) {
                (Ok(outgoing), _) => outgoing.into_frame(),
                (Err(_), None) => Frame::close_raw(Payload::Owned(Vec::new())),
                (Err(_), Some(code)) => Frame::close(code, b""),
            }
        } else {
            tokio::select! {
                // A pong precedes batches that answer later messages.
                biased;
                Some(reply) = replies.recv() => match reply {
                    Reply::Pong(payload) => Frame::pong(Payload::Owned(payload)),
                    Reply::Close(code) => {
                        closing = Some(code);
                        continue;
                    }
                },
                Some(outgoing) = outgoing.recv() => outgoing.into_frame(),
                else => return Ok(()),
            }
        };
        let last = frame.opcode == OpCode::Close;
        let writing = async {
            socket.write_frame(frame).await?;
            // TLS buffers encrypted bytes until they are flushed.
            socket.flush().await
        };
        match meter.in_time(write_timeout, writing).await {
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
                    limit: write_timeout.limit,
                });
            }
        }
    }
}

/// Maximum number of replies that wait for a peer that does not read.
const MAX_REPLIES: usize = 4;

/// Timeout of sending the close frame. The lane has been reported closed by then.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(1);
