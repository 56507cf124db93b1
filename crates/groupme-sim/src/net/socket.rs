//! WebSocket of one client, with the faults of its frames.

use core::future;

use bayeux_server::sockets::{Messages, Output, Outputs, Socket, SocketOutputs};
use hyper::upgrade::Upgraded;
use tokio::sync::mpsc;

use super::{
    connection::Connection,
    shared::{LaneGuard, Shared},
};
use crate::fault::FrameFaultQueue;

/// Serves a socket until either side closes it.
pub(super) async fn serve(connection: &Connection, upgraded: Upgraded) {
    let shared = &connection.shared;
    let (up, down) = connection.take_directions();
    let (lane, mut outputs) = shared.open_socket();
    let closed = outputs.closed();
    let outputs = FaultyOutputs {
        shared,
        queue: outputs,
        down,
        last: None,
    };
    let (sender, messages) = mpsc::channel(MAX_DELAYED);
    let inbound = if up.is_faultless() {
        Inbound::Direct(&lane)
    } else {
        Inbound::Faulty(sender)
    };
    let passing = async {
        receive_with_faults(shared, &lane, up, messages).await;
        // The reader has ended, or never used the channel.
        future::pending::<()>().await;
    };
    let socket = Socket::default();
    tokio::select! {
        () = socket.serve(lane.id(), upgraded, inbound, outputs, closed) => {}
        () = passing => {}
    }
}

/// Destination of the reader's messages.
enum Inbound<'a> {
    Direct(&'a LaneGuard),
    Faulty(mpsc::Sender<Vec<u8>>),
}

impl Messages for Inbound<'_> {
    async fn receive(&mut self, message: &[u8]) -> bool {
        match self {
            Self::Direct(lane) => {
                lane.receive(message);
                true
            }
            Self::Faulty(sender) => sender.send(message.to_vec()).await.is_ok(),
        }
    }
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
struct FaultyOutputs<'a> {
    shared: &'a Shared,
    queue: SocketOutputs,
    down: FrameFaultQueue,
    /// Final output, sent after everything in flight.
    last: Option<Output>,
}

impl Outputs for FaultyOutputs<'_> {
    async fn next(&mut self) -> Option<Output> {
        loop {
            if let Some(frame) = self.down.poll_frame(self.shared.clock.now()) {
                return Some(Output::Text(frame));
            }
            let timeout = self.down.poll_timeout();
            if timeout.is_none() && self.last.is_some() {
                return self.last.take();
            }
            tokio::select! {
                output = self.queue.next(), if self.last.is_none() => match output? {
                    Output::Text(text) if self.down.is_faultless() => {
                        return Some(Output::Text(text));
                    }
                    Output::Text(text) => self.down.handle_frame(self.shared.clock.now(), text),
                    close @ Output::Close(_) => self.last = Some(close),
                },
                () = self.shared.clock.sleep_until_any(timeout) => {}
            }
        }
    }

    fn is_empty(&self) -> bool {
        let now = self.shared.clock.now();
        let due = self.down.poll_timeout().is_some_and(|at| at <= now);
        self.queue.is_empty() && !due && self.last.is_none()
    }
}

/// Maximum number of messages between the reader and the faults of its direction.
const MAX_DELAYED: usize = 32;
