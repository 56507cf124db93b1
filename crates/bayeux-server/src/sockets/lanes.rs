//! The way from a core to the tasks of its lanes.

use core::sync::atomic::{AtomicUsize, Ordering};
use std::{collections::BTreeMap, sync::Arc};

use bayeux_proto::LaneId;
use tokio::sync::{mpsc, oneshot};

/// Senders of the open lanes. No method waits: a lane that does not keep up is reported instead.
#[derive(Debug, Default)]
pub struct Lanes {
    senders: BTreeMap<LaneId, Sender>,
}

/// Sender of a lane's outputs. Its task notices by the dropped sender that the lane is dead.
#[derive(Debug)]
enum Sender {
    Socket(SocketSender),
    Exchange(oneshot::Sender<Answer>),
}

#[derive(Debug)]
struct SocketSender {
    outputs: mpsc::Sender<Output>,
    close: oneshot::Sender<()>,
    /// Bytes that wait in `outputs`.
    queued: Arc<AtomicUsize>,
    max_bytes: usize,
}

/// Output of a socket.
#[derive(Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "a websocket carries nothing else")]
pub enum Output {
    /// Text frame with JSON.
    Text(Vec<u8>),
    /// Close frame with this code; the last output.
    Close(u16),
}

/// Answer to an exchange.
#[derive(PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "an exchange has no third end")]
pub enum Answer {
    /// JSON array, and the value of a new cookie.
    Batch(Vec<u8>, Option<String>),
    /// Error response with this status.
    Rejected(u16),
}

/// Limits of the outputs that wait for a slow socket.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_structs, reason = "a queue has two measures")]
pub struct QueueLimits {
    /// Maximum number of frames.
    pub frames: usize,
    /// Maximum total size, in bytes. A single frame beyond it passes into an empty queue.
    pub bytes: usize,
}

/// Outputs of a socket, for its task.
#[derive(Debug)]
pub struct SocketOutputs {
    outputs: mpsc::Receiver<Output>,
    queued: Arc<AtomicUsize>,
    close: Option<oneshot::Receiver<()>>,
}

/// Answer that an exchange waits for.
#[derive(Debug)]
pub struct PendingAnswer(oneshot::Receiver<Answer>);

impl Lanes {
    /// Opens the lane of a socket.
    pub fn open_socket(&mut self, lane: LaneId, limits: QueueLimits) -> SocketOutputs {
        let (sender, outputs) = mpsc::channel(limits.frames.max(1));
        let (close, closed) = oneshot::channel();
        let queued = Arc::new(AtomicUsize::new(0));
        let sender = SocketSender {
            outputs: sender,
            close,
            queued: Arc::clone(&queued),
            max_bytes: limits.bytes,
        };
        self.senders.insert(lane, Sender::Socket(sender));
        SocketOutputs {
            outputs,
            queued,
            close: Some(closed),
        }
    }

    /// Opens the lane of an exchange.
    pub fn open_exchange(&mut self, lane: LaneId) -> PendingAnswer {
        let (sender, answer) = oneshot::channel();
        self.senders.insert(lane, Sender::Exchange(sender));
        PendingAnswer(answer)
    }

    /// Sends a text frame. Returns false if the socket does not keep up; the caller then
    /// [removes](Self::remove) its lane. An unknown lane is ignored.
    #[must_use]
    pub fn send(&mut self, lane: LaneId, text: Vec<u8>) -> bool {
        match self.senders.get(&lane) {
            Some(Sender::Socket(socket)) => socket.send(text),
            _ => true,
        }
    }

    /// Sends a close frame after all earlier outputs, and ends the lane. Returns false if the socket
    /// does not keep up.
    #[must_use]
    pub fn close(&mut self, lane: LaneId, code: u16) -> bool {
        match self.senders.remove(&lane) {
            Some(Sender::Socket(socket)) => {
                socket.outputs.try_send(Output::Close(code)).is_ok()
                    && socket.close.send(()).is_ok()
            }
            _ => true,
        }
    }

    /// Answers an exchange, and ends its lane.
    pub fn answer(&mut self, lane: LaneId, answer: Answer) {
        if let Some(Sender::Exchange(sender)) = self.senders.remove(&lane) {
            // If the client has gone, the task of its lane reports that.
            let _ = sender.send(answer);
        }
    }

    /// Removes a lane. A socket is dropped without a close frame, and an exchange gets no answer.
    pub fn remove(&mut self, lane: LaneId) {
        self.senders.remove(&lane);
    }

    /// Returns the number of open lanes.
    pub fn len(&self) -> usize {
        self.senders.len()
    }

    /// Returns whether no lane is open.
    pub fn is_empty(&self) -> bool {
        self.senders.is_empty()
    }
}

impl SocketSender {
    fn send(&self, text: Vec<u8>) -> bool {
        let bytes = text.len();
        let before = self.queued.fetch_add(bytes, Ordering::Relaxed);
        let fits = before == 0 || before.saturating_add(bytes) <= self.max_bytes;
        fits && self.outputs.try_send(Output::Text(text)).is_ok()
    }
}

impl SocketOutputs {
    /// Waits for the next output. Returns `None` if the lane was removed. Cancel-safe.
    pub async fn next(&mut self) -> Option<Output> {
        let output = self.outputs.recv().await?;
        if let Output::Text(text) = &output {
            self.queued.fetch_sub(text.len(), Ordering::Relaxed);
        }
        Some(output)
    }

    /// Returns whether no output is waiting.
    pub fn is_empty(&self) -> bool {
        self.outputs.is_empty()
    }

    /// Waits until the lane has ended. Returns true if a close frame is its last output, false if
    /// the lane was removed. Later calls wait for ever.
    pub fn closed(&mut self) -> impl Future<Output = bool> + Send + use<> {
        let close = self.close.take();
        async {
            match close {
                Some(close) => close.await.is_ok(),
                None => core::future::pending().await,
            }
        }
    }
}

impl PendingAnswer {
    /// Waits for the answer. Returns `None` if the lane was removed.
    pub async fn wait(self) -> Option<Answer> {
        self.0.await.ok()
    }
}

impl core::fmt::Debug for Answer {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        // A batch contains `clientId`s, and a cookie is a credential.
        match self {
            Self::Batch(body, _) => write!(f, "Batch({} bytes)", body.len()),
            Self::Rejected(status) => write!(f, "Rejected({status})"),
        }
    }
}
