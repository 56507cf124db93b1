//! Printing what a client receives until it is enough.

use core::{
    future::{self, Future},
    pin::pin,
    time::Duration,
};

use anyhow::anyhow;
use groupme_client::{Client, ClientEnd, Incoming, Status};

use super::{Stop, names::names};
use crate::{exit::Failure, output::Printer};

/// When it is enough.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Limits {
    /// So many events other than pings.
    pub(crate) count: Option<u64>,
    /// So much time.
    pub(crate) time: Option<Duration>,
    /// So many times that nothing was missing any more.
    pub(crate) catch_ups: Option<u64>,
}

/// Prints until a limit is reached, `done` completes, a signal comes, nobody takes what is printed
/// or the client ends by itself; takes leave politely in each case.
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
    // What comes in before them waits a moment.
    let (mut wants_names, mut waits) = (rest.is_some(), rest.is_some());
    let mut moment = pin!(tokio::time::sleep(MOMENT));
    let mut names = pin!(async move {
        match &rest {
            Some(rest) => names(rest).await,
            None => future::pending().await,
        }
    });
    let mut outcome = Ok(());
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
            (groups, chats) = &mut names, if wants_names => {
                (wants_names, waits) = (false, false);
                printer.meet(handle.user(), &groups, &chats);
                continue;
            }
            () = &mut moment, if waits => { waits = false; continue }
            () = stop.requested(), if !leaving => { leaving = true; handle.disconnect(); continue }
            () = &mut time, if !leaving => { leaving = true; handle.disconnect(); continue }
            () = &mut done, if !leaving => { leaving = true; handle.disconnect(); continue }
        };
        if outcome.is_ok() {
            outcome = match &incoming {
                Some(Incoming::Event(event)) if !enough => printer.event(event),
                Some(Incoming::Status(status)) => {
                    catch_ups += u64::from(matches!(status, Status::CaughtUp));
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
        ClientEnd::Requested => Ok(()),
        ClientEnd::Unauthorized(_) => Err(Failure::Credentials(anyhow!("{end}"))),
        end => Err(Failure::Other(anyhow!("{end}"))),
    }
}

/// How long names may keep the first events.
const MOMENT: Duration = Duration::from_secs(1);
