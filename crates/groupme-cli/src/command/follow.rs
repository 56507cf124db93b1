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

/// Prints until a limit is reached, `done` completes, a signal arrives, the output is closed or the
/// client ends. Disconnects from the gateway in each case.
pub(crate) async fn follow(
    mut stop: Stop,
    mut client: Client,
    mut printer: Printer,
    limits: Limits,
    done: impl Future<Output = ()>,
) -> Result<(), Failure> {
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
    let end = loop {
        let enough = limits.count.is_some_and(|count| printer.events() >= count)
            || limits.catch_ups.is_some_and(|count| catch_ups >= count);
        if !leaving && (enough || outcome.is_err()) {
            leaving = true;
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
            (None, _) => Ok(()),
            (Some(error), None) => Err(not_saved(&error)),
            // A save contains all that was not saved before it.
            (Some(error), Some(saved)) => saved.await.map_err(|_| not_saved(&error)),
        },
        ClientEnd::Unauthorized(_) => Err(Failure::Credentials(anyhow!("{end}; {REMEDY}"))),
        end => Err(Failure::Other(anyhow!("{end}"))),
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
