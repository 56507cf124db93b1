//! Simulation shared by all tasks: one lock, one timer, and a sender for each lane.

use core::{
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
    time::Duration,
};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bayeux_proto::Instant;
use bayeux_server::sockets::{Answer, Lanes, PendingAnswer, QueueLimits, SocketOutputs};
use tokio::sync::{Notify, watch};

use super::{clock::Clock, control::ControlAccess, pause::Pause};
use crate::{
    fault::{Backend, ErrorResponse, FaultInjector, FaultPlan, Incident, Link},
    gateway::{LaneId, LaneKind, Output},
    journal::{Entry, Journal},
    simulation::Simulation,
    world::{Callback, SimUserId},
};

/// Settings of the HTTP server.
#[derive(Clone, Copy, Debug)]
pub(super) struct Options {
    /// Maximum number of frames that wait for a slow socket.
    pub(super) max_queued_frames: usize,
    /// Time in which a client has to send a whole request.
    pub(super) request_timeout: Duration,
    /// Whether `Host` and `Origin` are not checked.
    pub(super) any_host: bool,
    /// Clients that may use the control API.
    pub(super) control: ControlAccess,
    /// Time in which a bot has to answer a callback.
    pub(super) callback_timeout: Duration,
    /// Limit of the waits of a test.
    pub(super) wait_timeout: Duration,
    /// User whose account is simulated.
    pub(super) me: SimUserId,
}

/// State shared by all tasks of one simulator.
#[derive(Debug)]
pub(super) struct Shared {
    core: Mutex<Core>,
    pub(super) clock: Arc<Clock>,
    next_lane: AtomicU64,
    /// Notified when the next deadline has changed.
    deadline_changed: Notify,
    /// Notified after every change.
    changed: watch::Sender<()>,
    /// Notified to break all connections.
    kill: watch::Sender<()>,
    pub(super) pause: Pause,
    pub(super) sockets_allowed: AtomicBool,
    pub(super) polling_allowed: AtomicBool,
    pub(super) options: Options,
}

#[derive(Debug)]
struct Core {
    simulation: Simulation,
    faults: FaultInjector,
    journal: Journal,
    lanes: Lanes,
}

impl Shared {
    pub(super) fn new(mut simulation: Simulation, options: Options) -> Self {
        simulation.record_pushes();
        Self {
            core: Mutex::new(Core {
                simulation,
                faults: FaultInjector::default(),
                journal: Journal::new(),
                lanes: Lanes::default(),
            }),
            clock: Arc::new(Clock::new()),
            next_lane: AtomicU64::new(1),
            deadline_changed: Notify::new(),
            changed: watch::Sender::new(()),
            kill: watch::Sender::new(()),
            pause: Pause::default(),
            sockets_allowed: AtomicBool::new(true),
            polling_allowed: AtomicBool::new(true),
            options,
        }
    }

    /// Changes the simulation and sends its outputs.
    pub(super) fn act<T>(&self, act: impl FnOnce(&mut Simulation, Instant) -> T) -> T {
        let mut core = self.lock();
        let deadline = core.simulation.poll_timeout();
        // The clock is read under the lock, so that time never goes back.
        let now = self.clock.now();
        let result = act(&mut core.simulation, now);
        core.note_pushes();
        core.send_outputs(now);
        if core.simulation.poll_timeout() != deadline {
            self.deadline_changed.notify_one();
        }
        drop(core);
        self.changed.send_replace(());
        result
    }

    /// Reads the simulation.
    pub(super) fn read<T>(&self, read: impl FnOnce(&Simulation) -> T) -> T {
        read(&self.lock().simulation)
    }

    /// Adds an entry to the journal.
    pub(super) fn note(&self, entry: Entry) {
        self.lock().note(entry);
        self.changed.send_replace(());
    }

    /// Reads the journal.
    pub(super) fn read_journal<T>(&self, read: impl FnOnce(&Journal) -> T) -> T {
        read(&self.lock().journal)
    }

    /// Returns a receiver that is notified after every change.
    pub(super) fn changes(&self) -> watch::Receiver<()> {
        self.changed.subscribe()
    }

    /// Takes the next callback to a bot.
    pub(super) fn poll_callback(&self) -> Option<Callback> {
        self.lock().simulation.world_mut().poll_callback()
    }

    /// Waits until something is found in the simulation or its journal.
    pub(super) async fn wait_for_core<T>(
        &self,
        mut find: impl FnMut(&Simulation, &Journal) -> Option<T>,
    ) -> T {
        let mut changed = self.changed.subscribe();
        loop {
            let found = {
                let core = self.lock();
                find(&core.simulation, &core.journal)
            };
            if let Some(found) = found {
                return found;
            }
            // The sender lives in `self`, so this cannot fail.
            let _ = changed.changed().await;
        }
    }

    /// Replaces the fault plan, and ends a freeze of the old one, which nothing else would end.
    pub(super) fn set_plan(&self, plan: FaultPlan) {
        let mut core = self.lock();
        let now = self.clock.now();
        let was_frozen = core.faults.is_frozen();
        core.faults = FaultInjector::new(plan, now);
        drop(core);
        if was_frozen {
            self.pause.resume();
        }
        self.deadline_changed.notify_one();
    }

    /// Returns whether new connections may have faults.
    pub(super) fn is_hostile(&self) -> bool {
        self.pause.is_paused() || self.lock().faults.touches_connections()
    }

    /// Draws the faults of a new connection.
    pub(super) fn open_link(&self) -> Link {
        let mut core = self.lock();
        let now = self.clock.now();
        core.faults.open_link(now)
    }

    /// Draws the fault of a request; `None` if it is answered normally.
    pub(super) fn response_fault(&self, backend: Backend) -> Option<ErrorResponse> {
        let mut core = self.lock();
        let now = self.clock.now();
        core.faults.response_fault(now, backend)
    }

    /// Applies an incident.
    pub(super) fn apply(&self, incident: Incident) {
        self.note(Entry::Fault {
            text: format!("{incident:?}"),
        });
        self.act(|simulation, now| simulation.apply(now, incident));
        if incident.breaks_connections() {
            self.kill();
        }
        match incident {
            Incident::Freeze => self.pause.pause(),
            Incident::Thaw => self.pause.resume(),
            _ => {}
        }
    }

    /// Advances the clock from deadline to deadline, so that everything happens at its time.
    pub(super) fn advance(&self, time: Duration) {
        let end = self.clock.now() + time;
        loop {
            let core = self.lock();
            let next = core.next_deadline().map_or(end, |at| at.min(end));
            self.clock.advance(next - self.clock.now());
            drop(core);
            self.handle_due();
            if next >= end {
                break;
            }
        }
        self.deadline_changed.notify_one();
    }

    /// Handles everything that is due.
    pub(super) fn handle_due(&self) {
        self.act(Simulation::handle_timeout);
        let next = || {
            let mut core = self.lock();
            let now = self.clock.now();
            core.faults.poll_incident(now)
        };
        while let Some(incident) = next() {
            self.apply(incident);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Core> {
        self.core.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until a condition holds.
    pub(super) async fn wait_until(&self, mut is_so: impl FnMut(&Simulation) -> bool) {
        let mut changed = self.changed.subscribe();
        while !self.read(&mut is_so) {
            // The sender lives in `self`, so this cannot fail.
            let _ = changed.changed().await;
        }
    }

    /// Opens the lane of a socket.
    pub(super) fn open_socket(self: &Arc<Self>) -> (LaneGuard, SocketOutputs) {
        let limits = QueueLimits {
            frames: self.options.max_queued_frames,
            // The option bounds the number of frames, not their size.
            bytes: usize::MAX,
        };
        self.open(LaneKind::Socket, |lanes, lane| {
            lanes.open_socket(lane, limits)
        })
    }

    /// Opens the lane of an exchange.
    pub(super) fn open_exchange(self: &Arc<Self>) -> (LaneGuard, PendingAnswer) {
        self.open(LaneKind::Exchange, Lanes::open_exchange)
    }

    fn open<T>(
        self: &Arc<Self>,
        kind: LaneKind,
        open: impl FnOnce(&mut Lanes, LaneId) -> T,
    ) -> (LaneGuard, T) {
        let lane = LaneId::new(self.next_lane.fetch_add(1, Ordering::Relaxed));
        let mut core = self.lock();
        let outputs = open(&mut core.lanes, lane);
        core.note(Entry::Opened {
            lane: lane.number(),
            is_socket: kind == LaneKind::Socket,
        });
        drop(core);
        self.act(|simulation, now| simulation.handle_open(now, lane, kind));
        let guard = LaneGuard {
            shared: Arc::clone(self),
            lane,
        };
        (guard, outputs)
    }

    /// Breaks all connections, without a close frame or a response.
    pub(super) fn kill(&self) {
        self.kill.send_replace(());
    }

    /// Returns a receiver that is notified when [`kill`](Self::kill) is called.
    pub(super) fn killed(&self) -> watch::Receiver<()> {
        self.kill.subscribe()
    }

    /// Runs the timers of simulation and fault plan, for ever.
    pub(super) async fn run_timers(&self) {
        loop {
            let at = self.lock().next_deadline();
            tokio::select! {
                () = self.clock.sleep_until_any(at) => self.handle_due(),
                () = self.deadline_changed.notified() => {}
            }
        }
    }
}

impl Core {
    fn next_deadline(&self) -> Option<Instant> {
        let deadlines = [self.simulation.poll_timeout(), self.faults.poll_timeout()];
        deadlines.into_iter().flatten().min()
    }

    fn note(&mut self, entry: Entry) {
        let at = self.simulation.world().unix_time();
        self.journal.add(at, entry);
    }

    fn note_pushes(&mut self) {
        for push in self.simulation.take_published() {
            self.note(Entry::Push {
                channel: push.channel,
                data: push.data,
            });
        }
    }

    fn note_output(&mut self, output: &Output) {
        let lane = output.lane().number();
        self.note(match output {
            Output::Frame { text, .. } | Output::Respond { body: text, .. } => Entry::Sent {
                lane,
                text: text.clone(),
            },
            Output::Reject { status: code, .. } | Output::Close { code, .. } => {
                Entry::Ended { lane, code: *code }
            }
        });
    }

    fn send_outputs(&mut self, now: Instant) {
        while let Some(output) = self.simulation.poll_output() {
            let lane = output.lane();
            self.note_output(&output);
            if !self.send(output) {
                // A lane that does not keep up with its outputs is dropped.
                self.lanes.remove(lane);
                self.simulation.handle_close(now, lane);
                tracing::debug!(lane = lane.number(), "dropped a lane that does not keep up");
            }
        }
    }

    /// Sends an output; false if the lane cannot take it.
    fn send(&mut self, output: Output) -> bool {
        let lanes = &mut self.lanes;
        match output {
            Output::Frame { lane, text } => return lanes.send(lane, text.into_bytes()),
            Output::Close { lane, code } => return lanes.close(lane, code),
            Output::Respond { lane, body } => {
                lanes.answer(lane, Answer::Batch(body.into_bytes(), None));
            }
            Output::Reject { lane, status } => lanes.answer(lane, Answer::Rejected(status)),
        }
        true
    }
}

/// Lane that is closed on drop.
#[derive(Debug)]
pub(super) struct LaneGuard {
    shared: Arc<Shared>,
    lane: LaneId,
}

impl LaneGuard {
    /// Handles a payload of the client.
    pub(super) fn receive(&self, payload: &[u8]) {
        self.shared.lock().note(Entry::Received {
            lane: self.lane.number(),
            text: String::from_utf8_lossy(payload).into_owned(),
        });
        self.shared
            .act(|simulation, now| simulation.handle_payload(now, self.lane, payload));
    }

    pub(super) fn id(&self) -> LaneId {
        self.lane
    }
}

impl Drop for LaneGuard {
    fn drop(&mut self) {
        let mut core = self.shared.lock();
        core.lanes.remove(self.lane);
        core.note(Entry::Closed {
            lane: self.lane.number(),
        });
        drop(core);
        self.shared
            .act(|simulation, now| simulation.handle_close(now, self.lane));
    }
}
