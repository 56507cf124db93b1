//! Printing of a client's events until a limit.

use core::{
    future::{self, Future},
    pin::pin,
    time::Duration,
};
use std::sync::Arc;

use anyhow::anyhow;
use groupme_client::{Client, ClientEnd, Incoming, Status, StoreError};

use super::{Stop, names::names};
use crate::{
    exit::Failure,
    output::{Printer, chain},
};

/// Limits that end the output.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Limits {
    /// Number of events, pings excluded.
    pub(crate) count: Option<u64>,
    /// Running time.
    pub(crate) time: Option<Duration>,
    /// Number of `CaughtUp` statuses.
    pub(crate) catch_ups: Option<u64>,
}

/// Result of a run that ended as requested.
#[derive(Debug, Default)]
pub(crate) struct Followed {
    /// Whether the gateway was reached, or events came from REST, or none were requested.
    pub(crate) is_reached: bool,
    /// Last failure to connect.
    pub(crate) last_failure: Option<String>,
}

/// Prints until a limit is reached, `done` completes, a signal arrives, the output is closed or the
/// client ends. Disconnects from the gateway in each case.
pub(crate) async fn follow(
    mut stop: Stop,
    mut client: Client,
    mut printer: Printer,
    limits: Limits,
    done: impl Future<Output = ()>,
) -> Result<Followed, Failure> {
    let handle = client.handle();
    let mut time = pin!(async move {
        match limits.time {
            Some(time) => tokio::time::sleep(time).await,
            None => future::pending().await,
        }
    });
    let mut done = pin!(done);
    let rest = handle.rest().filter(|_| printer.wants_names());
    // The first events wait for the names, for at most `NAMES_TIMEOUT`.
    let (mut wants_names, mut waits) = (rest.is_some(), rest.is_some());
    let mut moment = pin!(tokio::time::sleep(NAMES_TIMEOUT));
    let mut names = pin!(async move {
        match &rest {
            Some(rest) => names(rest).await,
            None => future::pending().await,
        }
    });
    let mut outcome = Ok(());
    // Of the state file: the latest failure, and the latest acknowledgement.
    let (mut unsaved, mut acknowledged) = (None, None);
    let mut leaving = false;
    let mut catch_ups = 0;
    let mut followed = Followed::default();
    let end = loop {
        let enough = limits.count.is_some_and(|count| printer.events() >= count)
            || limits.catch_ups.is_some_and(|count| catch_ups >= count);
        if !leaving && (enough || outcome.is_err()) {
            leaving = true;
            followed.is_reached |= enough;
            handle.disconnect();
        }
        let incoming = tokio::select! {
            incoming = client.next(), if leaving || !waits => incoming,
            known = &mut names, if wants_names => {
                (wants_names, waits) = (false, false);
                printer.set_names(handle.user(), &known);
                continue;
            }
            () = &mut moment, if waits => { waits = false; continue }
            () = stop.requested(), if !leaving => { leaving = true; handle.disconnect(); continue }
            () = &mut time, if !leaving => { leaving = true; handle.disconnect(); continue }
            () = &mut done, if !leaving => { leaving = true; handle.disconnect(); continue }
        };
        if let Some(incoming) = &incoming {
            followed.note(incoming);
        }
        if outcome.is_ok() {
            outcome = match &incoming {
                Some(Incoming::Event(event)) if !enough => {
                    let written = printer.event(event);
                    if written.is_ok() {
                        // The client saves in the background, and before its end.
                        acknowledged = Some(handle.acknowledge(event));
                    }
                    written
                }
                Some(Incoming::Status(status)) => {
                    catch_ups += u64::from(matches!(status, Status::CaughtUp));
                    if let Status::NotSaved(error) = status {
                        unsaved = Some(Arc::clone(error));
                    }
                    printer.status(status)
                }
                _ => Ok(()),
            };
        }
        match incoming {
            Some(Incoming::Status(Status::Ended(end))) => break end,
            Some(_) => {}
            None => break ClientEnd::Requested,
        }
    };
    outcome?;
    printer.finish()?;
    match end {
        ClientEnd::Requested => match (unsaved, acknowledged) {
            (None, _) => Ok(followed),
            (Some(error), None) => Err(not_saved(&error)),
            // Each save contains everything unsaved.
            (Some(error), Some(saved)) => match saved.await {
                Ok(()) => Ok(followed),
                Err(_) => Err(not_saved(&error)),
            },
        },
        ClientEnd::Unauthorized(_) => Err(Failure::Credentials(anyhow!("{end}; {REMEDY}"))),
        end => Err(Failure::Other(anyhow!("{end}"))),
    }
}

impl Followed {
    fn note(&mut self, incoming: &Incoming) {
        match incoming {
            Incoming::Status(Status::Disconnected { cause, .. }) => {
                self.last_failure = Some(chain(cause));
            }
            Incoming::Event(_)
            | Incoming::Status(
                Status::Connected { .. } | Status::Backfilled { .. } | Status::CaughtUp,
            ) => self.is_reached = true,
            _ => {}
        }
    }
}

/// Returns the failure of a run that leaves an old position in the state file.
fn not_saved(error: &StoreError) -> Failure {
    Failure::Output(anyhow!(
        "{}; the next run continues at an earlier position, or anew if there is none",
        chain(error)
    ))
}

/// Remedy for a token that the gateway refuses.
pub(super) const REMEDY: &str =
    "run `groupme login` with a new access token, or check GROUPME_ACCESS_TOKEN";

/// Maximum delay of the first events while names are fetched.
const NAMES_TIMEOUT: Duration = Duration::from_secs(2);
