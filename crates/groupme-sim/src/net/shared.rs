//! The simulation among its tasks: one lock, one timer, and a way out for each lane.

use core::{
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
    time::Duration,
};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use bayeux_proto::Instant;
use tokio::sync::{Notify, mpsc, oneshot, watch};

use super::{clock::Clock, gate::Gate};
use crate::{
    fault::{BadAnswer, FaultPlan, Faults, Incident, Link, Service},
    gateway::{Lane, LaneKind, Output},
    simulation::Simulation,
};

/// What all tasks of one simulator share.
#[derive(Debug)]
pub(super) struct Shared {
    core: Mutex<Core>,
    pub(super) clock: Arc<Clock>,
    next_lane: AtomicU64,
    /// Rung when the next deadline has become another.
    rearm: Notify,
    /// Rung after whatever happened.
    happened: watch::Sender<()>,
    /// Rung to break every connection there is.
    kill: watch::Sender<()>,
    pub(super) gate: Gate,
    pub(super) sockets_allowed: AtomicBool,
    pub(super) polling_allowed: AtomicBool,
    backlog: usize,
}

#[derive(Debug)]
struct Core {
    simulation: Simulation,
    faults: Faults,
    outlets: BTreeMap<Lane, Outlet>,
}

/// Where the outputs for a lane go. Dropping it is how its task learns that the lane is dead.
#[derive(Debug)]
enum Outlet {
    Socket {
        frames: mpsc::Sender<SocketOutput>,
        hang_up: oneshot::Sender<()>,
    },
    Exchange(oneshot::Sender<Answer>),
}

/// What a socket is to send.
#[derive(Debug)]
pub(super) enum SocketOutput {
    Text(String),
    /// With this code.
    Close(u16),
}

/// What a socket's task is told.
#[derive(Debug)]
pub(super) struct SocketOrders {
    pub(super) outputs: mpsc::Receiver<SocketOutput>,
    /// `Ok` when a close is the last of the outputs; `Err` when the socket is to be dropped with
    /// whatever is left of them.
    pub(super) hang_up: oneshot::Receiver<()>,
}

/// How an exchange is answered.
#[derive(Debug)]
pub(super) enum Answer {
    Batch(String),
    /// With this status.
    Refused(u16),
}

impl Shared {
    pub(super) fn new(simulation: Simulation, backlog: usize) -> Self {
        Self {
            core: Mutex::new(Core {
                simulation,
                faults: Faults::default(),
                outlets: BTreeMap::new(),
            }),
            clock: Arc::new(Clock::new()),
            next_lane: AtomicU64::new(1),
            rearm: Notify::new(),
            happened: watch::Sender::new(()),
            kill: watch::Sender::new(()),
            gate: Gate::default(),
            sockets_allowed: AtomicBool::new(true),
            polling_allowed: AtomicBool::new(true),
            backlog,
        }
    }

    /// Does something with the simulation, and sends out what comes of it.
    pub(super) fn act<T>(&self, act: impl FnOnce(&mut Simulation, Instant) -> T) -> T {
        let mut core = self.lock();
        let deadline = core.simulation.poll_timeout();
        // The clock is read under the lock, so that time goes forward only.
        let now = self.clock.now();
        let result = act(&mut core.simulation, now);
        core.send_outputs(now);
        if core.simulation.poll_timeout() != deadline {
            self.rearm.notify_one();
        }
        drop(core);
        self.happened.send_replace(());
        result
    }

    /// Looks at the simulation.
    pub(super) fn look<T>(&self, look: impl FnOnce(&Simulation) -> T) -> T {
        look(&self.lock().simulation)
    }

    /// Begins with a plan, in place of the one before.
    pub(super) fn set_plan(&self, plan: FaultPlan) {
        let mut core = self.lock();
        let now = self.clock.now();
        core.faults = Faults::new(plan, now);
        drop(core);
        self.rearm.notify_one();
    }

    /// What will become of a connection.
    pub(super) fn open_link(&self) -> Link {
        let mut core = self.lock();
        let now = self.clock.now();
        core.faults.open_link(now)
    }

    /// How a request is answered that is not answered as it should be.
    pub(super) fn response_fault(&self, service: Service) -> Option<BadAnswer> {
        let mut core = self.lock();
        let now = self.clock.now();
        core.faults.response_fault(now, service)
    }

    /// Has something happen to all at once.
    pub(super) fn apply(&self, incident: Incident) {
        self.act(|simulation, now| simulation.apply(now, incident));
        if incident.breaks_connections() {
            self.kill();
        }
        match incident {
            Incident::Freeze => self.gate.shut(),
            Incident::Thaw => self.gate.open(),
            _ => {}
        }
    }

    /// Puts the clock on, by and by, so that all that is due in between happens in its time.
    pub(super) fn step(&self, time: Duration) {
        let end = self.clock.now() + time;
        loop {
            let core = self.lock();
            let next = core.next_deadline().map_or(end, |at| at.min(end));
            self.clock.put_on(next - self.clock.now());
            drop(core);
            self.keep_up();
            if next >= end {
                break;
            }
        }
        self.rearm.notify_one();
    }

    /// Does all that is due.
    fn keep_up(&self) {
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

    /// Waits until the simulation is as it should be.
    pub(super) async fn until(&self, mut is_so: impl FnMut(&Simulation) -> bool) {
        let mut happened = self.happened.subscribe();
        while !self.look(&mut is_so) {
            // The sender lives in `self`.
            let _ = happened.changed().await;
        }
    }

    /// Opens a socket.
    pub(super) fn open_socket(self: &Arc<Self>) -> (LaneGuard, SocketOrders) {
        let (frames, outputs) = mpsc::channel(self.backlog);
        let (hang_up, order) = oneshot::channel();
        let lane = self.open(LaneKind::Socket, Outlet::Socket { frames, hang_up });
        (
            lane,
            SocketOrders {
                outputs,
                hang_up: order,
            },
        )
    }

    /// Opens an exchange; its answer comes out of the receiver.
    pub(super) fn open_exchange(self: &Arc<Self>) -> (LaneGuard, oneshot::Receiver<Answer>) {
        let (outlet, answer) = oneshot::channel();
        (
            self.open(LaneKind::Exchange, Outlet::Exchange(outlet)),
            answer,
        )
    }

    fn open(self: &Arc<Self>, kind: LaneKind, outlet: Outlet) -> LaneGuard {
        let lane = Lane::new(self.next_lane.fetch_add(1, Ordering::Relaxed));
        self.lock().outlets.insert(lane, outlet);
        self.act(|simulation, now| simulation.handle_open(now, lane, kind));
        LaneGuard {
            shared: Arc::clone(self),
            lane,
        }
    }

    /// Breaks every connection, without a close frame or an answer.
    pub(super) fn kill(&self) {
        self.kill.send_replace(());
    }

    /// Rings when [`kill`](Self::kill) is called from now on.
    pub(super) fn killed(&self) -> watch::Receiver<()> {
        self.kill.subscribe()
    }

    /// Wakes the simulation when its time has come, for ever.
    pub(super) async fn keep_time(&self) {
        loop {
            let at = self.lock().next_deadline();
            tokio::select! {
                () = self.clock.sleep_until_any(at) => self.keep_up(),
                () = self.rearm.notified() => {}
            }
        }
    }
}

impl Core {
    fn next_deadline(&self) -> Option<Instant> {
        let deadlines = [self.simulation.poll_timeout(), self.faults.poll_timeout()];
        deadlines.into_iter().flatten().min()
    }

    fn send_outputs(&mut self, now: Instant) {
        while let Some(output) = self.simulation.poll_output() {
            let lane = output.lane();
            if !self.send(output) {
                // It does not take what it is sent: as good as dead.
                self.outlets.remove(&lane);
                self.simulation.handle_close(now, lane);
                tracing::debug!(lane = lane.number(), "dropped a lane that does not keep up");
            }
        }
    }

    /// False if the lane cannot take it.
    fn send(&mut self, output: Output) -> bool {
        match output {
            Output::Frame { lane, text } => match self.outlets.get(&lane) {
                Some(Outlet::Socket { frames, .. }) => {
                    frames.try_send(SocketOutput::Text(text)).is_ok()
                }
                _ => true,
            },
            Output::Close { lane, code } => match self.outlets.remove(&lane) {
                Some(Outlet::Socket { frames, hang_up }) => {
                    frames.try_send(SocketOutput::Close(code)).is_ok() && hang_up.send(()).is_ok()
                }
                _ => true,
            },
            Output::Respond { lane, body } => self.answer(lane, Answer::Batch(body)),
            Output::Reject { lane, status } => self.answer(lane, Answer::Refused(status)),
        }
    }

    fn answer(&mut self, lane: Lane, answer: Answer) -> bool {
        if let Some(Outlet::Exchange(outlet)) = self.outlets.remove(&lane) {
            // An answer that nobody waits for any more is lost; its guard reports the end.
            let _ = outlet.send(answer);
        }
        true
    }
}

/// A lane as long as its task lives.
#[derive(Debug)]
pub(super) struct LaneGuard {
    shared: Arc<Shared>,
    lane: Lane,
}

impl LaneGuard {
    /// Hands in what arrived.
    pub(super) fn receive(&self, payload: &[u8]) {
        self.shared
            .act(|simulation, now| simulation.handle_payload(now, self.lane, payload));
    }

    pub(super) fn number(&self) -> u64 {
        self.lane.number()
    }
}

impl Drop for LaneGuard {
    fn drop(&mut self) {
        self.shared.lock().outlets.remove(&self.lane);
        self.shared
            .act(|simulation, now| simulation.handle_close(now, self.lane));
    }
}
