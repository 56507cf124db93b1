//! Plans.

use core::time::Duration;

use super::{FrameFaults, Incident, LinkFaults, ResponseFaults, ScheduledIncident};

/// What may go wrong, and how often. A new one has no faults; each is set by itself:
///
/// ```
/// use groupme_sim::{FaultPlan, Incident, Probability};
/// use std::time::Duration;
///
/// let mut plan = FaultPlan::new(42).after(Duration::from_secs(5), Incident::Restart);
/// plan.rest.probability = Probability::one_in(10); // 429 or 503
/// plan.links.reset = Probability::percent(20);
/// plan.to_client.duplicate = Probability::percent(1);
/// ```
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct FaultPlan {
    /// Decides which of the many are hit: the same seed hits the same.
    pub seed: u64,
    /// What becomes of frames from the simulator to the client, and of the bodies of answers.
    pub to_client: FrameFaults,
    /// What becomes of frames from the client to the simulator, and of the bodies of requests.
    pub to_server: FrameFaults,
    /// What becomes of connections.
    pub links: LinkFaults,
    /// Which connection alone is concerned by the three above, the first being 0; `None` for all.
    pub only_link: Option<u64>,
    /// How HTTP requests to the gateway fail.
    pub gateway: ResponseFaults,
    /// How REST requests fail.
    pub rest: ResponseFaults,
    /// What happens to all at once.
    pub schedule: Vec<ScheduledIncident>,
    /// How long things go wrong at all; `None` for ever. What was frozen thaws then; connections
    /// that have fallen silent stay so.
    pub until: Option<Duration>,
}

impl FaultPlan {
    /// A plan without faults.
    pub fn new(seed: u64) -> Self {
        Self {
            seed,
            ..Self::default()
        }
    }

    /// Adds something that happens to all at once, so long after the plan has begun.
    #[must_use]
    pub fn after(mut self, at: Duration, incident: Incident) -> Self {
        self.schedule.push(ScheduledIncident {
            at,
            every: None,
            incident,
        });
        self
    }

    /// Adds something that happens to all at once, again and again.
    #[must_use]
    pub fn every(mut self, time: Duration, incident: Incident) -> Self {
        self.schedule.push(ScheduledIncident {
            at: time,
            every: Some(time),
            incident,
        });
        self
    }

    /// Lets nothing go wrong any more so long after the plan has begun.
    #[must_use]
    pub fn until(mut self, end: Duration) -> Self {
        self.until = Some(end);
        self
    }

    /// Takes out what TCP and TLS see to: frames that are lost, doubled, overtaken, cut or changed
    /// on a connection that lives on. What is left can happen to any client, and a good one hides
    /// it from its user.
    #[must_use]
    pub fn tcp_only(mut self) -> Self {
        for direction in [&mut self.to_client, &mut self.to_server] {
            *direction = FrameFaults {
                delay: direction.delay,
                max_delay: direction.max_delay,
                ..FrameFaults::default()
            };
        }
        self
    }
}
