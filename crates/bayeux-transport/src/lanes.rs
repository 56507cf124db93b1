//! Lanes over tokio: the interface between a session and the network.

use core::{
    fmt,
    future::{Future as _, poll_fn},
    pin::Pin,
    task::{Context, Poll, ready},
};
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
    meter::Meter,
    shared::{REPORT_QUEUE, Report, Shared},
    socket::{self, Outgoing},
};

/// The lanes of one session: performs its actions and reports their outcome.
///
/// Every lane that was opened ends with exactly one [`Next::Closed`], after its last frame, unless
/// [`Action::Close`] ended it: then nothing more is reported for it.
///
/// While the application does not call [`Lanes::next`], a few frames are queued, and then the lanes
/// stop reading. Dropping this ends all lanes.
pub struct Lanes {
    shared: Arc<Shared>,
    clock: Clock,
    open: BTreeMap<LaneId, Lane>,
    held: Option<Queue>,
    ordinary: Option<Queue>,
    reports: mpsc::Receiver<(LaneId, Report)>,
    timer: DeadlineTimer,
    /// Number of reports that are still returned before the deadline is looked at.
    reports_left: usize,
}

/// A report of [`Lanes::next`].
#[derive(Debug)]
#[expect(
    clippy::exhaustive_enums,
    reason = "a driver has to handle every report"
)]
pub enum Next {
    /// A WebSocket is open.
    Opened(LaneId),
    /// A batch was received and decoded.
    Frame(LaneId, Arc<Frame>),
    /// A pong was received.
    Pong(LaneId),
    /// The lane has ended, with the error that ended it, if any, for the log.
    Closed(LaneId, Close, Option<Error>),
    /// The deadline has expired.
    Deadline,
}

impl Lanes {
    /// Creates lanes to `endpoint`. Nothing is connected before the session asks for it.
    ///
    /// # Errors
    ///
    /// [`Error::Dial`] if the endpoint needs TLS and there is no root certificate to trust or no
    /// TLS was compiled in, or if the proxy setting cannot be used.
    pub fn new(endpoint: Endpoint, options: Options, clock: Clock) -> Result<Self, Error> {
        let (sender, reports) = mpsc::channel(REPORT_QUEUE);
        Ok(Self {
            shared: Arc::new(Shared::new(endpoint, options, sender)?),
            clock,
            open: BTreeMap::new(),
            held: None,
            ordinary: None,
            reports,
            timer: DeadlineTimer::default(),
            reports_left: REPORT_QUEUE,
        })
    }

    /// Returns the maximum size of the frames that wait for one part of a program, in bytes.
    pub(crate) fn max_waiting_bytes(&self) -> usize {
        let options = &self.shared.options;
        options
            .max_frame
            .max(options.max_body)
            .saturating_mul(FRAMES_WAITING)
    }

    /// Performs an action of the session. `batch` holds the bytes that the session appended for it.
    ///
    /// Never waits: a lane whose peer does not read ends with [`Close::TimedOut`]. The timeout of
    /// an upgrade belongs to the session, which closes the lane.
    ///
    /// # Panics
    ///
    /// Panics outside a tokio runtime.
    pub fn perform(&mut self, action: Action, batch: &[u8]) {
        match action {
            Action::Open(lane) => self.open_socket(lane),
            Action::Send(lane) => self.write(lane, Outgoing::Batch(batch.to_vec())),
            Action::Ping(lane) => self.write(lane, Outgoing::Ping),
            Action::Exchange(lane, kind) => self.exchange(lane, kind, batch),
            Action::Close(lane) => self.close(lane),
            other => tracing::error!(lane = other.lane().number(), "unknown action"),
        }
    }

    /// Waits for the next report, or until the session's deadline.
    ///
    /// Reports that have arrived precede an expired deadline, so that a slow application does not
    /// take a waiting answer for a missing one.
    ///
    /// Cancel-safe: it waits on a queue and a timer only, and a report that was not returned stays
    /// in the queue.
    pub async fn next(&mut self, deadline: Option<Deadline>) -> Next {
        let at = deadline.map(|deadline| deadline.at);
        poll_fn(|context| self.poll_next(context, at)).await
    }

    /// Polls for the next report, or for the expiry of a deadline; otherwise as
    /// [`next`](Self::next). For drivers that wait for other things at the same time.
    pub fn poll_next(&mut self, context: &mut Context<'_>, at: Option<Instant>) -> Poll<Next> {
        self.poll_next_until(context, || at)
    }

    /// As [`poll_next`](Self::poll_next), and asks for the deadline only when no report waits: in a
    /// flood, the deadline and the clock would cost a tenth of a frame's time.
    pub fn poll_next_until(
        &mut self,
        context: &mut Context<'_>,
        at: impl Fn() -> Option<Instant>,
    ) -> Poll<Next> {
        loop {
            let may_take = self.reports_left > 0;
            let waiting = may_take.then(|| self.reports.try_recv().ok()).flatten();
            let (lane, report) = if let Some(report) = waiting {
                self.reports_left = self.reports_left.saturating_sub(1);
                report
            } else {
                self.reports_left = REPORT_QUEUE;
                let at = at();
                if at.is_some_and(|at| at <= self.clock.now()) {
                    return Poll::Ready(Next::Deadline);
                }
                match self.reports.poll_recv(context) {
                    Poll::Ready(Some(report)) => report,
                    // The lanes hold a sender, so the queue never ends.
                    Poll::Ready(None) | Poll::Pending => {
                        ready!(self.timer.poll(context, self.clock, at));
                        continue;
                    }
                }
            };
            if let Some(next) = self.accept(lane, report) {
                return Poll::Ready(next);
            }
        }
    }

    /// Returns each lane on which bytes of an incomplete message have arrived, with the time of the
    /// latest ones, for
    /// [`Session::handle_progress`](bayeux_proto::Session::handle_progress).
    ///
    /// Call it on [`Next::Deadline`], before
    /// [`Session::handle_timeout`](bayeux_proto::Session::handle_timeout): a slow link is then not
    /// taken for a dead one.
    pub fn progress(&self) -> impl Iterator<Item = (LaneId, Instant)> {
        self.open.iter().filter_map(|(id, lane)| {
            let last = lane.meter.progress()?;
            (last > lane.opened).then_some((*id, last))
        })
    }

    /// Returns the cookies that the endpoint's origin has set, each as in `Set-Cookie`, for
    /// [`restore_cookies`](Self::restore_cookies) in another process; none without the feature
    /// `cookies`. Cookies are credentials: keep them as secret as a password.
    pub fn cookies(&self) -> Vec<String> {
        self.shared.sites.cookies().texts()
    }

    /// Adds cookies, each as the endpoint would set it. Those that are none, or not for the endpoint,
    /// are ignored; `Max-Age` counts from now.
    pub fn restore_cookies(&self, cookies: impl IntoIterator<Item: AsRef<str>>) {
        let url = self.endpoint().cookie_url();
        self.shared.sites.cookies().restore(url, cookies);
    }

    /// Returns the clock that deadlines refer to.
    pub fn clock(&self) -> Clock {
        self.clock
    }

    /// Returns the server's address.
    pub fn endpoint(&self) -> &Endpoint {
        self.shared.sites.endpoint()
    }
}

impl Lanes {
    fn open_socket(&mut self, id: LaneId) {
        let (sender, outgoing) = mpsc::channel(MAX_OUTGOING);
        let meter = Meter::new(self.clock);
        let (lane, stop) = Lane::new(Some(sender), Arc::clone(&meter), self.clock.now());
        self.open.insert(id, lane);
        let shared = Arc::clone(&self.shared);
        tokio::spawn(socket::run(shared, id, meter, outgoing, stop));
    }

    fn write(&mut self, id: LaneId, outgoing: Outgoing) {
        let Some(lane) = self.open.get_mut(&id) else {
            return;
        };
        let Some(sender) = &lane.outgoing else { return };
        match sender.try_send(outgoing) {
            // If the lane has ended, its report is on the way.
            Ok(()) | Err(TrySendError::Closed(_)) => {}
            Err(TrySendError::Full(_)) => {
                if let Some(stop) = lane.stop.take() {
                    // If the lane has ended by itself, its own report serves as well.
                    let _: Result<(), Error> = stop.send(Error::Stalled {
                        limit: MAX_OUTGOING,
                    });
                }
            }
        }
    }

    /// Drops a lane, which stops its task.
    fn close(&mut self, id: LaneId) {
        let Some(lane) = self.open.remove(&id) else {
            return;
        };
        // The session closes an exchange as soon as it has read the response. Only one without a
        // response says something about the network.
        if lane.outgoing.is_none() && !lane.is_answered {
            self.shared.invalidate();
        }
    }

    fn exchange(&mut self, id: LaneId, kind: Exchange, batch: &[u8]) {
        let options = &self.shared.options;
        let (queue, limit) = match kind {
            Exchange::Held { hold } => {
                (&mut self.held, hold.saturating_add(options.hold_allowance))
            }
            _ => (&mut self.ordinary, options.exchange_timeout),
        };
        let queue = queue.get_or_insert_with(|| {
            // Bounded by the number of requests that a session has in flight.
            let (queue, jobs) = mpsc::unbounded_channel();
            let meter = Meter::new(self.clock);
            let (shared, recording) = (Arc::clone(&self.shared), Arc::clone(&meter));
            tokio::spawn(exchange::run_queue(shared, recording, jobs));
            Queue { jobs: queue, meter }
        });
        let batch = Batch {
            bytes: Bytes::copy_from_slice(batch),
            operation: kind.operation().filter(|_| options.append_operation),
            limit,
        };
        let (lane, stop) = Lane::new(None, Arc::clone(&queue.meter), self.clock.now());
        self.open.insert(id, lane);
        // The task ends only with this sender or with `reports`.
        let _: Result<(), _> = queue.jobs.send(Box::new(Job {
            lane: id,
            batch,
            stop,
        }));
    }

    /// Converts a report, unless its lane has been closed.
    fn accept(&mut self, lane: LaneId, report: Report) -> Option<Next> {
        let open = self.open.get_mut(&lane)?;
        Some(match report {
            Report::Opened => Next::Opened(lane),
            Report::Frame(frame) => {
                open.is_answered = true;
                Next::Frame(lane, frame)
            }
            Report::Pong => Next::Pong(lane),
            Report::Closed(end) => {
                let (close, error) = *end;
                self.open.remove(&lane);
                Next::Closed(lane, close, error)
            }
        })
    }
}

impl fmt::Debug for Lanes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lanes")
            .field("endpoint", self.shared.sites.endpoint())
            .field("open", &self.open.keys())
            .finish_non_exhaustive()
    }
}

/// A handle to a lane's task. Dropping it abandons the lane.
struct Lane {
    stop: Option<oneshot::Sender<Error>>,
    /// The queue of a WebSocket; `None` for an exchange.
    outgoing: Option<mpsc::Sender<Outgoing>>,
    /// A frame has been received.
    is_answered: bool,
    meter: Arc<Meter>,
    /// Earlier bytes are those of another exchange.
    opened: Instant,
}

impl Lane {
    fn new(
        outgoing: Option<mpsc::Sender<Outgoing>>,
        meter: Arc<Meter>,
        now: Instant,
    ) -> (Self, oneshot::Receiver<Error>) {
        let (sender, stop) = oneshot::channel();
        (
            Self {
                stop: Some(sender),
                outgoing,
                is_answered: false,
                meter,
                opened: now,
            },
            stop,
        )
    }
}

/// The queue of one of the two HTTP connections.
struct Queue {
    jobs: mpsc::UnboundedSender<Box<Job>>,
    meter: Arc<Meter>,
}

/// A timer that is reset only if the deadline has changed.
#[derive(Default)]
struct DeadlineTimer(Option<(Instant, Pin<Box<Sleep>>)>);

impl DeadlineTimer {
    /// Polls until `at`; forever if there is none.
    fn poll(&mut self, context: &mut Context<'_>, clock: Clock, at: Option<Instant>) -> Poll<()> {
        let Some((at, when)) = at.and_then(|at| Some((at, clock.runtime(at)?))) else {
            return Poll::Pending;
        };
        let (set, sleep) = self
            .0
            .get_or_insert_with(|| (at, Box::pin(sleep_until(when))));
        if *set != at {
            *set = at;
            sleep.as_mut().reset(when);
        }
        sleep.as_mut().poll(context)
    }
}

/// Maximum number of batches that wait for a peer that does not read; one more ends the lane.
const MAX_OUTGOING: usize = 32;

/// Number of frames of the maximum size that may wait for one part of a program.
const FRAMES_WAITING: usize = 4;
