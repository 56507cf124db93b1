//! HTTP requests that are not answered as they should be.

use super::{FaultPlan, Probability};
use crate::random::Random;

/// Which of the two services a request is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "GroupMe has no third one here")]
pub enum Backend {
    /// The push gateway.
    Gateway,
    /// The REST API.
    Rest,
}

/// How HTTP requests fail.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ResponseFaults {
    /// How often a request fails: never.
    pub probability: Probability,
    /// With which status, one of these as good as another: 429 and 503. 200 is possible, too, as
    /// from a hotel's network that answers everything with its own page.
    pub statuses: Vec<u16>,
    /// How often the body is a page of HTML, as from a proxy, instead of GroupMe's envelope: half
    /// the time.
    pub html: Probability,
    /// How often the request has been carried out all the same, and only its answer is lost: half
    /// the time. A client that repeats what it sent has to name it by the same `source_guid`.
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

/// An answer in the place of the right one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ErrorResponse {
    /// The HTTP status.
    pub status: u16,
    /// Whether the body is a page of HTML.
    pub html: bool,
    /// Whether the request is carried out before it is answered so.
    pub executed: bool,
}

impl ErrorResponse {
    /// A page of HTML, in the place of what is not carried out.
    pub fn page(status: u16) -> Self {
        Self {
            status,
            html: true,
            executed: false,
        }
    }

    /// The `Content-Type`.
    pub fn content_type(&self) -> &'static str {
        if self.html {
            "text/html"
        } else {
            "application/json; charset=utf-8"
        }
    }

    /// The body.
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
    /// How the request of this number is answered that is not answered as it should be.
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
