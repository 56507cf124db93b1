//! Faults of HTTP responses.

use super::{FaultPlan, Probability};
use crate::random::Random;

/// Backend that an HTTP request is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "the simulator has these two")]
pub enum Backend {
    /// The push gateway.
    Gateway,
    /// The REST API.
    Rest,
}

/// Probabilities of faults of HTTP responses.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ResponseFaults {
    /// Probability that a request fails. Default: never.
    pub probability: Probability,
    /// Statuses of failed requests, one picked with equal probability. Default: 429 and 503. 200 is
    /// possible, as from a captive portal that answers everything with its own page.
    pub statuses: Vec<u16>,
    /// Probability that the body is an HTML page, as from a proxy, instead of GroupMe's envelope.
    /// Default: 50%.
    pub html: Probability,
    /// Probability that a failed request was executed and only its response is lost. Default: 50%.
    /// A client that sends again must repeat the `source_guid`.
    pub executed: Probability,
}

impl Default for ResponseFaults {
    fn default() -> Self {
        Self {
            probability: Probability::NEVER,
            statuses: vec![429, 503],
            html: Probability::percent(50),
            executed: Probability::percent(50),
        }
    }
}

/// Error response sent instead of the right one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ErrorResponse {
    /// The HTTP status.
    pub status: u16,
    /// Whether the body is an HTML page.
    pub html: bool,
    /// Whether the request is executed before this response is sent.
    pub executed: bool,
}

impl ErrorResponse {
    /// Returns an HTML page for a request that is not executed.
    pub fn page(status: u16) -> Self {
        Self {
            status,
            html: true,
            executed: false,
        }
    }

    /// Returns the `Content-Type`.
    pub fn content_type(&self) -> &'static str {
        if self.html {
            "text/html"
        } else {
            "application/json; charset=utf-8"
        }
    }

    /// Returns the body.
    pub fn body(&self) -> String {
        let status = self.status;
        if self.html {
            format!(
                "<!DOCTYPE html>\n<html><head><title>{status}</title></head>\
                 <body><h1>{status}</h1></body></html>"
            )
        } else {
            format!(r#"{{"meta":{{"code":{status},"errors":["something went wrong"]}}}}"#)
        }
    }
}

impl FaultPlan {
    /// Draws the fault of the request with this number.
    pub(super) fn response_fault(&self, backend: Backend, number: u64) -> Option<ErrorResponse> {
        let (faults, stream) = match backend {
            Backend::Gateway => (&self.gateway, GATEWAY),
            Backend::Rest => (&self.rest, REST),
        };
        if faults.probability.is_never() {
            return None;
        }
        let mut random = Random::of(self.seed, stream, number);
        let fails = faults.probability.sample(&mut random);
        let status = random.pick(&faults.statuses).copied()?;
        fails.then(|| ErrorResponse {
            status,
            html: faults.html.sample(&mut random),
            executed: faults.executed.sample(&mut random),
        })
    }
}

const GATEWAY: u64 = 1;
const REST: u64 = 2;
