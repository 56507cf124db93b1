//! What goes wrong between a client and the simulator, without sockets or a clock.
//!
//! A [`FaultPlan`] says what may go wrong and how often; [`Faults`] is a plan being carried out.
//! What it decides depends on nothing but the seed of the plan and on which connection, frame or
//! request it is, so that tasks that run in another order change nothing.

mod answer;
mod fate;
mod incident;
mod link;
mod odds;
mod plan;
mod seeded;
mod tamper;

use bayeux_proto::Instant;

use self::incident::Diary;
pub use self::{
    answer::{AnswerFaults, BadAnswer, Service},
    fate::{ConnectionFaults, Idle, LinkFaults, Throttle},
    incident::{Incident, ScheduledIncident},
    link::{Direction, Link},
    odds::{ParseProbabilityError, Probability},
    plan::FaultPlan,
    tamper::{FrameFaultQueue, FrameFaults},
};

/// A [`FaultPlan`] being carried out, sans-IO.
///
/// The embedder asks for the fate of each connection and of each HTTP request, and for what happens
/// by the clock.
///
/// ```
/// use groupme_sim::{FaultPlan, Faults, Probability, Service, Direction};
/// # use bayeux_proto::Instant;
///
/// let mut plan = FaultPlan::new(7);
/// plan.down.duplicate = Probability::ALWAYS;
/// plan.rest.odds = Probability::one_in(10);
/// let mut faults = Faults::new(plan, Instant::ORIGIN);
///
/// let mut link = faults.open_link(Instant::ORIGIN);
/// link.handle_frame(Instant::ORIGIN, Direction::Down, b"[]".to_vec());
/// let arrived = std::iter::from_fn(|| link.poll_frame(Instant::ORIGIN, Direction::Down));
/// assert_eq!(arrived.count(), 2);
///
/// let failed = (0..1000).filter(|_| faults.response_fault(Instant::ORIGIN, Service::Rest).is_some());
/// assert!((50..150).contains(&failed.count()));
/// ```
#[derive(Debug)]
pub struct Faults {
    plan: FaultPlan,
    /// When the plan began, from which its times count.
    began: Instant,
    links: u64,
    requests: [u64; 2],
    diary: Diary,
}

impl Faults {
    /// Begins with a plan.
    pub fn new(plan: FaultPlan, now: Instant) -> Self {
        let diary = Diary::new(&plan.schedule, now);
        Self {
            plan,
            began: now,
            links: 0,
            requests: [0; 2],
            diary,
        }
    }

    /// What will become of a connection that opens now. The first one has the number 0.
    pub fn open_link(&mut self, now: Instant) -> Link {
        let number = self.links;
        self.links += 1;
        if self.is_over(now) {
            return Link::sound(number);
        }
        self.plan.link(number, self.end())
    }

    /// How a request is answered that is not answered as it should be; `None` when it is.
    pub fn response_fault(&mut self, now: Instant, service: Service) -> Option<BadAnswer> {
        let count = &mut self.requests[service as usize];
        let number = *count;
        *count += 1;
        if self.is_over(now) {
            return None;
        }
        self.plan.answer(service, number)
    }

    /// What happens by `now`, one after the other; `None` when nothing is left.
    pub fn poll_incident(&mut self, now: Instant) -> Option<Incident> {
        self.diary.pop(now, self.end())
    }

    /// When [`poll_incident`](Self::poll_incident) is to be asked next; `None` for never.
    pub fn poll_timeout(&self) -> Option<Instant> {
        self.diary.earliest(self.end())
    }

    /// Whether the plan's time is over, so that nothing goes wrong any more.
    pub fn is_over(&self, now: Instant) -> bool {
        self.end().is_some_and(|end| end <= now)
    }

    /// The plan.
    pub fn plan(&self) -> &FaultPlan {
        &self.plan
    }

    fn end(&self) -> Option<Instant> {
        self.plan.until.map(|time| self.began + time)
    }
}

impl Default for Faults {
    /// One without faults.
    fn default() -> Self {
        Self::new(FaultPlan::default(), Instant::ORIGIN)
    }
}
