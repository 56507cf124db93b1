//! Faults between a client and the simulator, without sockets or a clock.
//!
//! A [`FaultPlan`] holds the probabilities and the schedule; a [`FaultInjector`] carries the plan
//! out. Every decision depends only on the plan's seed and on the number of the connection, frame
//! or request, so the order in which tasks run changes nothing.

mod connection;
mod frames;
mod incident;
mod link;
mod plan;
mod probability;
mod response;
mod seeded;

use bayeux_proto::Instant;

use self::incident::Schedule;
pub use self::{
    connection::{ConnectionFaults, IdleTimeout, LinkFaults, Throttle},
    frames::{FrameFaultQueue, FrameFaults},
    incident::{Incident, ScheduledIncident},
    link::{Direction, Link},
    plan::FaultPlan,
    probability::{ParseProbabilityError, Probability},
    response::{Backend, ErrorResponse, ResponseFaults},
};

/// Carries out a [`FaultPlan`], sans-IO.
///
/// The embedder asks for the faults of each connection and of each HTTP request, and for incidents
/// that are due.
///
/// ```
/// use groupme_sim::{FaultPlan, FaultInjector, Probability, Backend, Direction};
/// # use bayeux_proto::Instant;
///
/// let mut plan = FaultPlan::new(7);
/// plan.to_client.duplicate = Probability::ALWAYS;
/// plan.rest.probability = Probability::one_in(10);
/// let mut faults = FaultInjector::new(plan, Instant::ORIGIN);
///
/// let mut link = faults.open_link(Instant::ORIGIN);
/// link.handle_frame(Instant::ORIGIN, Direction::ToClient, b"[]".to_vec());
/// let arrived = std::iter::from_fn(|| link.poll_frame(Instant::ORIGIN, Direction::ToClient));
/// assert_eq!(arrived.count(), 2);
///
/// let failed = (0..1000).filter(|_| faults.response_fault(Instant::ORIGIN, Backend::Rest).is_some());
/// assert!((50..150).contains(&failed.count()));
/// ```
#[derive(Debug)]
pub struct FaultInjector {
    plan: FaultPlan,
    /// Start of the plan: the origin of its times.
    began: Instant,
    links: u64,
    requests: [u64; 2],
    schedule: Schedule,
}

impl FaultInjector {
    /// Returns whether connections or frames may have faults now or later.
    #[cfg(feature = "net")]
    pub(crate) fn touches_connections(&self) -> bool {
        let FaultPlan {
            to_client,
            to_server,
            links,
            ..
        } = &self.plan;
        links.is_possible() || to_client.is_possible() || to_server.is_possible()
    }

    /// Returns whether an incident of the plan stopped all traffic.
    #[cfg(feature = "net")]
    pub(crate) fn is_frozen(&self) -> bool {
        self.schedule.is_frozen()
    }

    /// Starts a plan at `now`.
    pub fn new(plan: FaultPlan, now: Instant) -> Self {
        let schedule = Schedule::new(&plan.schedule, now);
        Self {
            plan,
            began: now,
            links: 0,
            requests: [0; 2],
            schedule,
        }
    }

    /// Draws the faults of a connection that opens now. The first connection has number 0.
    pub fn open_link(&mut self, now: Instant) -> Link {
        let number = self.links;
        self.links += 1;
        if self.is_over(now) {
            return Link::faultless(number);
        }
        self.plan.link(number, self.end())
    }

    /// Draws the fault of one HTTP request; `None` if the request is answered normally.
    pub fn response_fault(&mut self, now: Instant, backend: Backend) -> Option<ErrorResponse> {
        let count = &mut self.requests[backend as usize];
        let number = *count;
        *count += 1;
        if self.is_over(now) {
            return None;
        }
        self.plan.response_fault(backend, number)
    }

    /// Returns the next incident that is due by `now`; `None` if none is left.
    pub fn poll_incident(&mut self, now: Instant) -> Option<Incident> {
        self.schedule.pop(now, self.end())
    }

    /// Returns the time of the next call of [`poll_incident`](Self::poll_incident); `None` for
    /// never.
    pub fn poll_timeout(&self) -> Option<Instant> {
        self.schedule.earliest(self.end())
    }

    /// Returns whether the plan has ended, after which nothing fails any more.
    pub fn is_over(&self, now: Instant) -> bool {
        self.end().is_some_and(|end| end <= now)
    }

    /// Returns the plan.
    pub fn plan(&self) -> &FaultPlan {
        &self.plan
    }

    fn end(&self) -> Option<Instant> {
        self.plan.until.map(|time| self.began + time)
    }
}

impl Default for FaultInjector {
    /// Returns an injector without faults.
    fn default() -> Self {
        Self::new(FaultPlan::default(), Instant::ORIGIN)
    }
}
