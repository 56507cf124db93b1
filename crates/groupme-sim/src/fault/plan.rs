//! Fault plans.

use core::time::Duration;

use super::{FrameFaults, Incident, LinkFaults, ResponseFaults, ScheduledIncident};

/// Probabilities and schedule of faults. A new plan has none; each is set by itself:
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
    /// Seed of all decisions: the same seed hits the same connections, frames and requests.
    pub seed: u64,
    /// Faults of frames to the client and of HTTP response bodies.
    pub to_client: FrameFaults,
    /// Faults of frames to the server and of HTTP request bodies.
    pub to_server: FrameFaults,
    /// Faults of whole connections.
    pub links: LinkFaults,
    /// Number of the only connection that has the three kinds of faults above, counted from 0;
    /// `None` for all connections.
    pub only_link: Option<u64>,
    /// Faults of HTTP requests to the gateway.
    pub gateway: ResponseFaults,
    /// Faults of REST requests.
    pub rest: ResponseFaults,
    /// Incidents that affect all clients at once.
    pub schedule: Vec<ScheduledIncident>,
    /// Duration of all faults, from the start of the plan; `None` for ever. A freeze ends then;
    /// connections that went silent stay silent.
    pub until: Option<Duration>,
}

impl FaultPlan {
    /// Returns a plan without faults.
    pub fn new(seed: u64) -> Self {
        Self {
            seed,
            ..Self::default()
        }
    }

    /// Adds an incident at a time after the start of the plan.
    #[must_use]
    pub fn after(mut self, at: Duration, incident: Incident) -> Self {
        self.schedule.push(ScheduledIncident {
            at,
            every: None,
            incident,
        });
        self
    }

    /// Adds an incident at every multiple of `time`.
    #[must_use]
    pub fn every(mut self, time: Duration, incident: Incident) -> Self {
        self.schedule.push(ScheduledIncident {
            at: time,
            every: Some(time),
            incident,
        });
        self
    }

    /// Ends all faults at a time after the start of the plan.
    #[must_use]
    pub fn until(mut self, end: Duration) -> Self {
        self.until = Some(end);
        self
    }

    /// Removes faults that TCP and TLS rule out on a living connection: lost, duplicated, overtaken,
    /// truncated and corrupted frames. The rest can happen to any client, and a good client hides
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
