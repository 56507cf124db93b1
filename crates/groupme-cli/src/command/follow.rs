//! Printing of a client's events until a limit.

use core::{
    future::{self, Future},
    pin::{Pin, pin},
    time::Duration,
};
use std::{io, sync::Arc};

use anyhow::anyhow;
use groupme_client::{Client, ClientEnd, Handle, Incoming, Status, StoreError};
use tokio::time::sleep;

use super::{Stop, names::names, suspension};
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
///
/// # Errors
///
/// If the output or the state file cannot be written, or the client has ended by itself.
pub(crate) async fn follow(
    mut stop: Stop,
    mut client: Client,
    printer: Printer,
    limits: Limits,
    done: impl Future<Output = ()>,
) -> Result<Followed, Failure> {
    let rest = client.handle().rest().filter(|_| printer.wants_names());
    let mut run = Run::new(client.handle(), printer, limits);
    let mut done = pin!(done);
    let mut time = pin!(async move {
        match limits.time {
            Some(time) => sleep(time).await,
            None => future::pending().await,
        }
    });
    // The first events wait for the names, for at most `NAMES_TIMEOUT`.
    let (mut wants_names, mut waits) = (rest.is_some(), rest.is_some());
    let mut names_timeout = pin!(sleep(NAMES_TIMEOUT));
    let mut names = pin!(async move {
        match &rest {
            Some(rest) => names(rest).await,
            None => future::pending().await,
        }
    });
    let mut waking = pin!(suspension::wake_after_each(client.handle()));
    let end = loop {
        run.leave_at_limit();
        tokio::select! {
            incoming = client.next(), if run.is_leaving || !waits => match incoming {
                Some(incoming) => {
                    run.handle(&incoming);
                    if let Incoming::Status(Status::Ended(end)) = incoming {
                        break end;
                    }
                }
                None => break ClientEnd::Requested,
            },
            known = &mut names, if wants_names => {
                (wants_names, waits) = (false, false);
                run.printer.set_names(run.handle.user(), &known);
            }
            () = &mut names_timeout, if waits => waits = false,
            () = stop.requested(), if !run.is_leaving => run.leave(),
            () = &mut time, if !run.is_leaving => run.leave(),
            () = &mut done, if !run.is_leaving => run.leave(),
            () = &mut waking => {}
        }
    };
    run.finish(end).await
}

/// State of a run.
struct Run {
    handle: Handle,
    printer: Printer,
    limits: Limits,
    /// Whether the client was told to disconnect.
    is_leaving: bool,
    catch_ups: u64,
    /// First failure to print, after which nothing is printed.
    printed: io::Result<()>,
    /// Last failure to save the state file.
    unsaved: Option<Arc<StoreError>>,
    /// Acknowledgement of the last event.
    acknowledged: Option<Acknowledgement>,
    followed: Followed,
}

type Acknowledgement = Pin<Box<dyn Future<Output = Result<(), groupme_client::Error>> + Send>>;

impl Run {
    fn new(handle: Handle, printer: Printer, limits: Limits) -> Self {
        Self {
            handle,
            printer,
            limits,
            is_leaving: false,
            catch_ups: 0,
            printed: Ok(()),
            unsaved: None,
            acknowledged: None,
            followed: Followed::default(),
        }
    }

    fn is_at_limit(&self) -> bool {
        let Limits {
            count, catch_ups, ..
        } = self.limits;
        count.is_some_and(|count| self.printer.events() >= count)
            || catch_ups.is_some_and(|count| self.catch_ups >= count)
    }

    fn leave_at_limit(&mut self) {
        let is_at_limit = self.is_at_limit();
        if !self.is_leaving && (is_at_limit || self.printed.is_err()) {
            self.followed.is_reached |= is_at_limit;
            self.leave();
        }
    }

    fn leave(&mut self) {
        self.is_leaving = true;
        self.handle.disconnect();
    }

    fn handle(&mut self, incoming: &Incoming) {
        self.followed.note(incoming);
        if self.printed.is_err() {
            return;
        }
        match incoming {
            Incoming::Event(event) if !self.is_at_limit() => {
                self.printed = self.printer.event(event);
                if self.printed.is_ok() {
                    // The client saves in the background, and before its end.
                    self.acknowledged = Some(Box::pin(self.handle.acknowledge(event)));
                }
            }
            Incoming::Status(status) => {
                match status {
                    Status::CaughtUp => self.catch_ups += 1,
                    Status::NotSaved(error) => self.unsaved = Some(Arc::clone(error)),
                    _ => {}
                }
                self.printed = self.printer.status(status);
            }
            _ => {}
        }
    }

    /// Returns the result after the client's end.
    async fn finish(mut self, end: ClientEnd) -> Result<Followed, Failure> {
        self.printed?;
        self.printer.finish()?;
        match end {
            ClientEnd::Requested => {}
            ClientEnd::Unauthorized(_) => {
                return Err(Failure::Credentials(anyhow!("{end}; {REMEDY}")));
            }
            end => return Err(Failure::Other(anyhow!("{end}"))),
        }
        if let Some(error) = self.unsaved {
            // A later save contains everything that an earlier one did not.
            let is_saved = match self.acknowledged {
                Some(saved) => saved.await.is_ok(),
                None => false,
            };
            if !is_saved {
                return Err(not_saved(&error));
            }
        }
        Ok(self.followed)
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
