//! Lanes over tokio: the whole surface between a session and the network.

use core::{fmt, pin::Pin};
use std::{collections::BTreeMap, sync::Arc};

use bayeux_proto::{Action, Close, Deadline, Exchange, Instant, LaneId};
use bayeux_wire::Frame;
use bytes::Bytes;
use tokio::{
    sync::{
        mpsc::{self, error::TrySendError},
        oneshot,
    },
    time::{Sleep, sleep_until},
};

use crate::{
    Clock, Endpoint, Error, Options,
    exchange::{self, Batch, Job},
    road::{Report, Road, WINDOW},
    socket::{self, Outgoing},
};

/// The lanes of one session: performs what the session wants, and reports what the world does.
///
/// Every lane that was opened ends with exactly one [`Next::Closed`], after its last frame, unless
/// [`Action::Close`] ended it: then nothing more is heard of it.
///
/// When the application does not ask for a while, a few frames wait, and then the lanes stop
/// reading until it asks again. Dropping it ends all lanes.
pub struct Lanes {
    road: Arc<Road>,
    clock: Clock,
    alive: BTreeMap<LaneId, Lane>,
    held: Option<Queue>,
    ordinary: Option<Queue>,
    reports: mpsc::Receiver<(LaneId, Report)>,
    alarm: Alarm,
    /// How many more reports may go before a deadline that has passed.
    patience: usize,
}

/// What [`Lanes::next`] reports.
#[derive(Debug)]
#[expect(
    clippy::exhaustive_enums,
    reason = "a driver has to obey every one of them"
)]
pub enum Next {
    /// A WebSocket is open.
    Opened(LaneId),
    /// A batch has arrived and is decoded.
    Frame(LaneId, Arc<Frame>),
    /// A ping has been answered.
    Pong(LaneId),
    /// The lane has ended; for a log, also the error that ended it, if there was one.
    Closed(LaneId, Close, Option<Error>),
    /// The deadline has passed.
    Deadline,
}

impl Lanes {
    /// Makes lanes to `endpoint`. Nothing is connected before the session wants it.
    ///
    /// # Errors
    ///
    /// [`Error::Dial`] where the endpoint wants TLS and there is no root to trust, or no TLS was
    /// compiled in, and where the proxy is none that is known.
    pub fn new(endpoint: Endpoint, options: Options, clock: Clock) -> Result<Self, Error> {
        let (sender, reports) = mpsc::channel(WINDOW);
        Ok(Self {
            road: Arc::new(Road::new(endpoint, options, sender)?),
            clock,
            alive: BTreeMap::new(),
            held: None,
            ordinary: None,
            reports,
            alarm: Alarm::default(),
            patience: WINDOW,
        })
    }

    /// Does what the session wants. `batch` is what it appended for this action.
    ///
    /// Never waits: a lane whose peer does not read ends with [`Close::TimedOut`]. How long a server
    /// may take to answer an upgrade is the session's to decide: it closes the lane.
    ///
    /// # Panics
    ///
    /// Panics outside a tokio runtime.
    pub fn perform(&mut self, action: Action, batch: &[u8]) {
        match action {
            Action::Open(lane) => self.open(lane),
            Action::Send(lane) => self.write(lane, Outgoing::Batch(batch.to_vec())),
            Action::Ping(lane) => self.write(lane, Outgoing::Ping),
            Action::Exchange(lane, kind) => self.exchange(lane, kind, batch),
            // Its task sees that nobody holds on to it.
            Action::Close(lane) => {
                if let Some(Lane { outgoing: None, .. }) = self.alive.remove(&lane) {
                    self.road.broke();
                }
            }
            other => tracing::error!(lane = other.lane().number(), "unknown action"),
        }
    }

    /// Waits for the next report, or for the session's deadline.
    ///
    /// What has arrived goes before a deadline that has passed meanwhile, so that an application
    /// that was slow does not take an answer that waits for one that is missing.
    ///
    /// Cancel-safe: it waits for a queue and a timer only, and a report that has not been returned
    /// is still there.
    pub async fn next(&mut self, deadline: Option<Deadline>) -> Next {
        let at = deadline.map(|deadline| deadline.at);
        loop {
            let (lane, report) = if at.is_some_and(|at| at <= self.clock.now()) {
                let waiting = if self.patience > 0 {
                    self.reports.try_recv().ok()
                } else {
                    None
                };
                let Some(report) = waiting else {
                    self.patience = WINDOW;
                    return Next::Deadline;
                };
                self.patience -= 1;
                report
            } else {
                self.patience = WINDOW;
                tokio::select! {
                    biased;
                    Some(report) = self.reports.recv() => report,
                    () = self.alarm.ring(self.clock, at) => continue,
                }
            };
            if let Some(next) = self.admit(lane, report) {
                return next;
            }
        }
    }

    /// The clock that deadlines are measured by.
    pub fn clock(&self) -> Clock {
        self.clock
    }

    /// The server's address.
    pub fn endpoint(&self) -> &Endpoint {
        &self.road.endpoint
    }
}

impl Lanes {
    fn open(&mut self, id: LaneId) {
        let (sender, outgoing) = mpsc::channel(BACKLOG);
        let (lane, stop) = Lane::new(Some(sender));
        self.alive.insert(id, lane);
        tokio::spawn(socket::run(Arc::clone(&self.road), id, outgoing, stop));
    }

    fn write(&mut self, id: LaneId, outgoing: Outgoing) {
        let Some(lane) = self.alive.get_mut(&id) else {
            return;
        };
        let Some(sender) = &lane.outgoing else { return };
        match sender.try_send(outgoing) {
            // Where it has ended, its report is on the way.
            Ok(()) | Err(TrySendError::Closed(_)) => {}
            Err(TrySendError::Full(_)) => {
                if let Some(stop) = lane.stop.take() {
                    // Where it has ended by itself, that report is as good.
                    let _: Result<(), Error> = stop.send(Error::Stalled { limit: BACKLOG });
                }
            }
        }
    }

    fn exchange(&mut self, id: LaneId, kind: Exchange, batch: &[u8]) {
        let options = &self.road.options;
        let (queue, limit) = match kind {
            Exchange::Held { hold } => {
                (&mut self.held, hold.saturating_add(options.hold_allowance))
            }
            _ => (&mut self.ordinary, options.exchange_timeout),
        };
        let queue = queue.get_or_insert_with(|| {
            // Its length is bounded by the requests that a session has in flight.
            let (queue, jobs) = mpsc::unbounded_channel();
            tokio::spawn(exchange::run_line(Arc::clone(&self.road), jobs));
            queue
        });
        let batch = Batch {
            bytes: Bytes::copy_from_slice(batch),
            limit,
        };
        let (lane, stop) = Lane::new(None);
        self.alive.insert(id, lane);
        // Its task ends only with this sender or with `reports`.
        let _: Result<(), _> = queue.send(Job {
            lane: id,
            batch,
            stop,
        });
    }

    fn admit(&mut self, lane: LaneId, report: Report) -> Option<Next> {
        if !self.alive.contains_key(&lane) {
            return None;
        }
        Some(match report {
            Report::Opened => Next::Opened(lane),
            Report::Frame(frame) => Next::Frame(lane, frame),
            Report::Pong => Next::Pong(lane),
            Report::Closed(close, error) => {
                self.alive.remove(&lane);
                Next::Closed(lane, close, error)
            }
        })
    }
}

impl fmt::Debug for Lanes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lanes")
            .field("endpoint", &self.road.endpoint)
            .field("alive", &self.alive.keys())
            .finish_non_exhaustive()
    }
}

/// A lane's task, seen from here. Dropping it abandons the lane.
struct Lane {
    stop: Option<oneshot::Sender<Error>>,
    /// The queue of a WebSocket; an exchange has none.
    outgoing: Option<mpsc::Sender<Outgoing>>,
}

impl Lane {
    fn new(outgoing: Option<mpsc::Sender<Outgoing>>) -> (Self, oneshot::Receiver<Error>) {
        let (sender, stop) = oneshot::channel();
        (
            Self {
                stop: Some(sender),
                outgoing,
            },
            stop,
        )
    }
}

/// The queue to one of the two HTTP connections.
type Queue = mpsc::UnboundedSender<Job>;

/// A timer that is set anew only when the deadline has changed.
#[derive(Default)]
struct Alarm(Option<(Instant, Pin<Box<Sleep>>)>);

impl Alarm {
    /// Waits until `at`; for ever, where there is none.
    async fn ring(&mut self, clock: Clock, at: Option<Instant>) {
        let Some((at, when)) = at.and_then(|at| Some((at, clock.runtime(at)?))) else {
            return core::future::pending().await;
        };
        let (set, sleep) = self
            .0
            .get_or_insert_with(|| (at, Box::pin(sleep_until(when))));
        if *set != at {
            *set = at;
            sleep.as_mut().reset(when);
        }
        sleep.await;
    }
}

/// How many batches wait for a peer that does not read before its lane is given up.
const BACKLOG: usize = 32;
