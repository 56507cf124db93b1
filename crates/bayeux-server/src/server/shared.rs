//! State shared by all tasks of a server: one lock, one timer, and the way to each lane.

use core::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use bayeux_proto::{
    Instant, LaneId,
    server::{self, Action, LaneKind, ServerEvent},
};
use bayeux_wire::{Decoder, Frame, ServerPayload};
use tokio::{
    sync::{Notify, broadcast},
    time,
};

use super::{events, options::Options, phase::PhaseState, rules::DynRules};
use crate::sockets::{Answer, Budget, Lanes, PendingAnswer, SocketOutputs};

/// State shared by all tasks.
pub(crate) struct Shared {
    core: Mutex<Core>,
    decoder: Mutex<Decoder>,
    pub(crate) rules: Box<dyn DynRules>,
    pub(crate) options: Options,
    pub(crate) life: PhaseState,
    /// Memory of bodies and messages that are not whole.
    pub(crate) unfinished: Budget,
    pub(crate) events: broadcast::Sender<ServerEvent>,
    origin: time::Instant,
    next_lane: AtomicU64,
    /// Notified when the next deadline has changed, and at the end.
    deadline_changed: Arc<Notify>,
}

/// Protocol, and the way to the lanes.
pub(crate) struct Core {
    pub(crate) server: server::Server,
    pub(crate) lanes: Lanes,
    /// Open websockets, until their tasks end.
    pub(crate) sockets: usize,
    /// Open exchanges, until their tasks end.
    pub(crate) exchanges: usize,
}

impl Shared {
    pub(crate) fn new(rules: Box<dyn DynRules>, mut options: Options) -> Arc<Self> {
        options.bayeux.emit_events = true;
        let shared = Arc::new(Self {
            core: Mutex::new(Core {
                server: server::Server::new(options.bayeux.clone()),
                lanes: Lanes::default(),
                sockets: 0,
                exchanges: 0,
            }),
            decoder: Mutex::new(Decoder::with_limits(options.decoder())),
            rules,
            unfinished: Budget::new(options.max_unfinished),
            options,
            life: PhaseState::new(),
            events: broadcast::Sender::new(events::CAPACITY),
            origin: time::Instant::now(),
            next_lane: AtomicU64::new(1),
            deadline_changed: Arc::new(Notify::new()),
        });
        let changed = Arc::clone(&shared.deadline_changed);
        tokio::spawn(run_timers(Arc::downgrade(&shared), changed));
        shared
    }

    /// Changes the core, sends its outputs, and returns the events of the change.
    pub(crate) fn act<T>(
        &self,
        act: impl FnOnce(&mut Core, Instant) -> T,
    ) -> (T, Vec<ServerEvent>) {
        let mut core = self.lock();
        let deadline = core.server.poll_timeout();
        // The clock is read under the lock, so that time never goes back.
        let now = Instant::from_origin(self.origin.elapsed());
        let result = act(&mut core, now);
        core.send_outputs(now);
        let events: Vec<_> = core::iter::from_fn(|| core.server.poll_event()).collect();
        for event in &events {
            // Fails if nobody listens.
            let _ = self.events.send(event.clone());
        }
        if core.server.poll_timeout() != deadline {
            self.deadline_changed.notify_one();
        }
        (result, events)
    }

    /// Reads the core.
    pub(crate) fn read<T>(&self, read: impl FnOnce(&Core) -> T) -> T {
        read(&self.lock())
    }

    /// Opens the lane of a socket; `None` if there are too many.
    pub(crate) fn open_socket(&self) -> Option<(LaneId, SocketOutputs)> {
        let queue = self.options.queue;
        self.open(LaneKind::Socket, |lanes, lane| {
            lanes.open_socket(lane, queue)
        })
    }

    /// Opens the lane of an exchange; `None` if there are too many.
    pub(crate) fn open_exchange(&self) -> Option<(LaneId, PendingAnswer)> {
        self.open(LaneKind::Exchange, Lanes::open_exchange)
    }

    fn open<T>(
        &self,
        kind: LaneKind,
        open: impl FnOnce(&mut Lanes, LaneId) -> T,
    ) -> Option<(LaneId, T)> {
        let lane = LaneId::new(self.next_lane.fetch_add(1, Ordering::Relaxed));
        let opened = self.act(|core, now| {
            if core.lanes.len() >= self.options.max_lanes {
                return None;
            }
            let outputs = open(&mut core.lanes, lane);
            let count = core.count_of(kind);
            *count = count.saturating_add(1);
            core.server.handle_open(now, lane, kind);
            Some(outputs)
        });
        Some((lane, opened.0?))
    }

    /// Ends a lane.
    pub(crate) fn close(&self, lane: LaneId, kind: LaneKind) {
        self.act(|core, now| {
            core.lanes.remove(lane);
            let count = core.count_of(kind);
            *count = count.saturating_sub(1);
            core.server.handle_close(now, lane);
        });
    }

    /// Decodes a payload.
    pub(crate) fn decode<'f>(&self, frame: &'f mut Frame) -> ServerPayload<'f> {
        let mut decoder = self.decoder.lock().unwrap_or_else(PoisonError::into_inner);
        ServerPayload::decode(&mut decoder, frame)
    }

    /// Returns whether a frame is one JSON value.
    pub(crate) fn is_json(&self, frame: &mut Frame) -> bool {
        let mut decoder = self.decoder.lock().unwrap_or_else(PoisonError::into_inner);
        decoder.decode_value(frame).is_ok() && frame.root().is_some()
    }

    fn lock(&self) -> MutexGuard<'_, Core> {
        self.core.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        self.deadline_changed.notify_one();
    }
}

impl Core {
    fn count_of(&mut self, kind: LaneKind) -> &mut usize {
        match kind {
            LaneKind::Socket => &mut self.sockets,
            LaneKind::Exchange => &mut self.exchanges,
        }
    }

    fn send_outputs(&mut self, now: Instant) {
        loop {
            let mut text = Vec::with_capacity(TYPICAL_TEXT);
            let Some(action) = self.server.poll_action(&mut text) else {
                return;
            };
            let lane = action.lane();
            let keeps_up = match action {
                Action::Send(_) => self.lanes.send(lane, text),
                Action::Close(_, code) => self.lanes.close(lane, code),
                Action::Respond(_, cookie) => {
                    let cookie = cookie.map(|cookie| cookie.as_str().to_owned());
                    self.lanes.answer(lane, Answer::Batch(text, cookie));
                    true
                }
                Action::Reject(_, rejection) => {
                    self.lanes
                        .answer(lane, Answer::Rejected(rejection.status()));
                    true
                }
            };
            if !keeps_up {
                self.lanes.remove(lane);
                self.server.handle_close(now, lane);
                tracing::debug!(
                    lane = lane.number(),
                    "dropped a socket that does not keep up"
                );
            }
        }
    }
}

/// Runs the timers of a server until it is dropped.
async fn run_timers(shared: Weak<Shared>, changed: Arc<Notify>) {
    loop {
        let due = {
            let Some(shared) = shared.upgrade() else {
                return;
            };
            let at = shared.read(|core| core.server.poll_timeout());
            at.and_then(|at| shared.origin.checked_add(at.since_origin()))
        };
        let sleep = async {
            match due {
                Some(at) => time::sleep_until(at).await,
                None => core::future::pending().await,
            }
        };
        tokio::select! {
            () = sleep => {
                let Some(shared) = shared.upgrade() else {
                    return;
                };
                shared.act(|core, now| core.server.handle_timeout(now));
            }
            () = changed.notified() => {}
        }
    }
}

/// Bytes of most outputs.
const TYPICAL_TEXT: usize = 256;
