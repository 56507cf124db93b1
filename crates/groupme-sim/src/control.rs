//! Control API: JSON over HTTP for programs and people who play GroupMe's users, without sockets.
//!
//! A request is turned into calls on the [`Simulation`], or into an [`Answer`] that asks the
//! embedder for what needs sockets or time: breaking connections, moving the clock, waiting.

#![expect(
    clippy::unnecessary_wraps,
    clippy::unused_self,
    reason = "all handlers in the table of routes have one signature"
)]

mod condition;
mod faults;
mod fields;
mod messages;
mod openapi;
mod overview;
mod people;
mod resolve;
mod routes;
mod shapes;

use core::time::Duration;

use bayeux_proto::Instant;
use serde_json::{Map, Value, json};

pub(crate) use self::condition::Condition;
use self::fields::Field;
use crate::{
    fault::{FaultPlan, Incident},
    journal::Filter,
    rest::query::{Query, decode},
    simulation::Simulation,
    world::{SimUserId, WorldError},
};

/// Request to the control API.
#[derive(Clone, Copy)]
pub(crate) struct ControlRequest<'a> {
    pub(crate) method: &'a str,
    /// Path below `/sim/v1`, in its encoded form.
    pub(crate) path: &'a str,
    /// Query in its encoded form.
    pub(crate) query: &'a str,
    pub(crate) body: &'a [u8],
}

/// Answer to a request.
#[derive(Debug)]
pub(crate) enum Answer {
    /// Response with this status and body.
    Json(u16, Value),
    /// The embedder applies this, and responds with the state of the clock.
    Apply(Change),
    /// The embedder waits for the condition, at most this long.
    Wait(Condition, Duration),
    /// The embedder waits for entries of the journal, at most this long, and responds with them.
    Journal(Filter, Duration),
}

/// Change that needs sockets or the clock.
#[derive(Debug)]
pub(crate) enum Change {
    Incident(Incident),
    /// Advance of the clock with all its deadlines.
    Advance(Duration),
    Plan(Box<FaultPlan>),
    ClearFaults,
    /// Whether upgrades to a WebSocket are accepted.
    Sockets(bool),
    /// Whether long-polling is accepted.
    Polling(bool),
}

/// Refusal of a request: status and text.
#[derive(Debug)]
pub(crate) struct Refusal(u16, String);

impl Refusal {
    fn bad(text: impl Into<String>) -> Self {
        Self(400, text.into())
    }

    fn missing(text: impl Into<String>) -> Self {
        Self(404, text.into())
    }
}

/// Errors of the world: 404 for a thing that does not exist, 409 for all others.
impl From<WorldError> for Refusal {
    fn from(error: WorldError) -> Self {
        let status = match error {
            WorldError::NoSuchUser(_)
            | WorldError::NoSuchGroup(_)
            | WorldError::NoSuchMessage(_)
            | WorldError::NoSuchBot
            | WorldError::NoSuchPoll(_)
            | WorldError::NoSuchEvent => 404,
            _ => 409,
        };
        Self(status, error.to_string())
    }
}

type Outcome = Result<Answer, Refusal>;

/// One request being handled.
struct Control<'a> {
    simulation: &'a mut Simulation,
    now: Instant,
    /// Host and port of the simulator.
    host: &'a str,
    /// User whose account is simulated.
    me: SimUserId,
    query: Query<'a>,
    body: Map<String, Value>,
}

/// Answers a request.
pub(crate) fn handle(
    simulation: &mut Simulation,
    now: Instant,
    (me, host): (SimUserId, &str),
    request: &ControlRequest<'_>,
) -> Answer {
    simulation.handle_timeout(now);
    let outcome = try_handle(simulation, now, (me, host), request);
    // Pushes of the world that a handler has changed.
    simulation.with_world(now, |_| ());
    outcome.unwrap_or_else(|Refusal(status, text)| Answer::Json(status, json!({ "error": text })))
}

fn try_handle(
    simulation: &mut Simulation,
    now: Instant,
    (me, host): (SimUserId, &str),
    request: &ControlRequest<'_>,
) -> Outcome {
    let path = request.path.trim_matches('/').split('/').map(decode);
    let path: Vec<String> = path.filter(|segment| !segment.is_empty()).collect();
    let path: Vec<&str> = path.iter().map(String::as_str).collect();
    let mut known = routes::all().filter_map(|route| {
        let arguments = route.matches(&path)?;
        Some((route, arguments))
    });
    let mut other_method = None;
    let (route, arguments) = loop {
        match known.next() {
            Some((route, arguments)) if route.method == request.method => break (route, arguments),
            Some((route, _)) => other_method = Some(route.method),
            None => {
                return Err(match other_method {
                    Some(method) => Refusal(405, format!("use the method {method}")),
                    None => Refusal::missing("no such path: GET /sim/v1/openapi.json lists all"),
                });
            }
        }
    };
    let body = fields::body(request.body, route.body)?;
    let mut control = Control {
        simulation,
        now,
        host,
        me,
        query: Query::new(request.query),
        body,
    };
    (route.handle)(&mut control, &arguments)
}

impl Control<'_> {
    fn ok(value: Value) -> Outcome {
        Ok(Answer::Json(200, value))
    }

    fn created(value: Value) -> Outcome {
        Ok(Answer::Json(201, value))
    }
}
