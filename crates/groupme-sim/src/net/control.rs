//! Control API over HTTP.

use core::{net::IpAddr, sync::atomic::Ordering};

use hyper::{Request, StatusCode, body::Incoming, header::HOST};
use serde_json::{Value, json};
use tokio::time;

use super::{
    connection::Connection,
    http::{Aborted, MAX_BODY, Reply, json as json_reply, read_body},
    origin,
    shared::Shared,
};
use crate::{
    control::{self, Answer, Change, ControlRequest},
    fault::FaultPlan,
    journal::Entry,
};

/// Clients that may use the control API.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum ControlAccess {
    /// Nobody.
    Off,
    /// Programs on this machine.
    #[default]
    Loopback,
    /// Everybody who reaches the simulator: they can do anything to it, and read all tokens.
    Anybody,
}

/// Returns the path below the control API, if it is one.
pub(super) fn path(path: &str) -> Option<&str> {
    let rest = path.strip_prefix("/sim/v1")?;
    (rest.is_empty() || rest.starts_with('/')).then_some(rest)
}

/// Answers a request to the control API. Faults do not apply to it.
pub(super) async fn answer(
    connection: &Connection,
    request: Request<Incoming>,
) -> Result<Reply, Aborted> {
    let shared = &connection.shared;
    if !is_allowed(connection, &request) {
        return Ok(reply(403, &json!({ "error": FOREIGN })));
    }
    let (head, body) = request.into_parts();
    let body = match read_body(connection, body, MAX_BODY).await? {
        Ok(body) => body,
        Err(refusal) => return Ok(refusal),
    };
    let host = head.headers.get(HOST).and_then(|host| host.to_str().ok());
    let request = ControlRequest {
        method: head.method.as_str(),
        path: path(head.uri.path()).unwrap_or_default(),
        query: head.uri.query().unwrap_or_default(),
        body: &body,
    };
    let place = (shared.options.me, host.unwrap_or("localhost"));
    let answer = shared.act(|simulation, now| control::handle(simulation, now, place, &request));
    let (status, body) = perform(shared, answer).await;
    if request.method != "GET" && request.path != "/wait" {
        shared.note(Entry::Control {
            method: request.method.to_owned(),
            path: request.path.to_owned(),
            body: String::from_utf8_lossy(request.body).into_owned(),
            status,
        });
    }
    Ok(reply(status, &body))
}

/// Returns whether a request may control the simulator.
pub(super) fn is_allowed(connection: &Connection, request: &Request<Incoming>) -> bool {
    match connection.shared.options.control {
        ControlAccess::Off => false,
        // Pages of other machines are refused even where any host is accepted.
        ControlAccess::Loopback => is_loopback(connection.peer) && origin::is_from_here(request),
        ControlAccess::Anybody => true,
    }
}

fn is_loopback(peer: IpAddr) -> bool {
    peer.to_canonical().is_loopback()
}

/// Carries out what needs sockets or time; returns status and body of the response.
async fn perform(shared: &Shared, answer: Answer) -> (u16, Value) {
    match answer {
        Answer::Json(status, body) => (status, body),
        Answer::Apply(change) => {
            apply(shared, change);
            let time = shared.read(|simulation| simulation.world().unix_time().as_millis());
            (
                200,
                json!({ "time": u64::try_from(time).unwrap_or(u64::MAX) }),
            )
        }
        Answer::Wait(condition, timeout) => {
            let waiting =
                shared.wait_for_core(|simulation, journal| condition.check(simulation, journal));
            let found = time::timeout(timeout, waiting).await;
            found.map_or_else(
                |_| {
                    let so_far = shared.read(|simulation| condition.so_far(simulation));
                    let error = format!("waited {timeout:?} for {condition}; {so_far}");
                    (
                        504,
                        json!({ "error": error, "awaited": condition.to_string() }),
                    )
                },
                |found| (200, found),
            )
        }
        Answer::Journal(filter, wait) => {
            let waiting = shared.wait_for_core(|_, journal| journal.read(&filter));
            let found = time::timeout(wait, waiting).await;
            let nothing = || shared.read_journal(|journal| journal.nothing(&filter));
            (200, found.unwrap_or_else(|_| nothing()))
        }
    }
}

fn apply(shared: &Shared, change: Change) {
    match change {
        Change::Incident(incident) => shared.apply(incident),
        Change::Advance(by) => shared.advance(by),
        Change::Plan(plan) => {
            shared.note(Entry::Fault {
                text: "new faults".to_owned(),
            });
            shared.set_plan(*plan);
            shared.handle_due();
        }
        Change::ClearFaults => clear_faults(shared),
        Change::Sockets(allowed) => shared.sockets_allowed.store(allowed, Ordering::Relaxed),
        Change::Polling(allowed) => shared.polling_allowed.store(allowed, Ordering::Relaxed),
    }
}

/// Ends the fault plan, a freeze, a REST outage, and the refusal of transports.
pub(super) fn clear_faults(shared: &Shared) {
    shared.note(Entry::Fault {
        text: "no faults".to_owned(),
    });
    shared.set_plan(FaultPlan::default());
    shared.pause.resume();
    shared.sockets_allowed.store(true, Ordering::Relaxed);
    shared.polling_allowed.store(true, Ordering::Relaxed);
    shared.act(|simulation, _| simulation.rest_mut().config_mut().outage = None);
}

fn reply(status: u16, body: &Value) -> Reply {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    json_reply(status, body.to_string())
}

pub(super) const FOREIGN: &str = "the control API is for programs on this machine: \
     `groupme sim --control anybody` and `SimBuilder::control` open it";
