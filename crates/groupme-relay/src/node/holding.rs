//! Holding of one account: claim, saved state, client, and an entry for each event.

use core::time::Duration;
use std::sync::Arc;

use groupme_client::{Change, Saved};
use tokio::{
    sync::watch,
    time::{Instant, sleep, sleep_until},
};

use super::{
    Parts,
    commands::{self, Commands},
    log::{Log, Written},
};
use crate::{
    AccountName, Asked, Broker, Content, End, Happening, Requests as _, SealedToken, Source,
    SourceClient, State, Stop, Word, figures,
    replay::{self, ReplayError, Replayed},
};

/// Wish of the node about an account.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Wish {
    /// Counts the wishes to look whether the account is still held.
    pub(super) verify: u64,
    /// Whether to stop.
    pub(super) stop: bool,
}

/// Holds an account until another node claims it, the node wishes it to stop, or the client ends.
pub(super) async fn hold<B: Broker, S: Source>(
    parts: Arc<Parts<B, S>>,
    account: AccountName,
    token: SealedToken,
    number: u64,
    wish: watch::Receiver<Wish>,
) -> Stop {
    let token = match parts.keys.open(&account, &token) {
        Ok(token) => token,
        Err(error) => {
            tracing::error!(%account, %error, "the account cannot be run");
            return Stop::Broken;
        }
    };
    let log = Log::new(Arc::clone(&parts), account.clone(), number);
    let mut holding = Holding {
        parts,
        account,
        log,
        wish,
        saved: Saved::default(),
        pending: Vec::new(),
        unsaved: 0,
        snapshot_at: Instant::now(),
        slot: 0,
    };
    match holding.start(token).await {
        Ok((mut client, mut desk)) => {
            let stop = holding.forward(&mut client, &mut desk).await;
            // The commands before the client, whose connection they use.
            drop(desk.requests);
            desk.commands.finish().await;
            drop(client);
            holding.finish(stop).await
        }
        Err(stop) => stop,
    }
}

struct Holding<B, S> {
    parts: Arc<Parts<B, S>>,
    account: AccountName,
    log: Log<B, S>,
    wish: watch::Receiver<Wish>,
    /// Saved state after the last entry.
    saved: Saved,
    /// Changes that the next entry carries.
    pending: Vec<Change>,
    /// Entries with changes since the last snapshot.
    unsaved: u64,
    snapshot_at: Instant,
    /// Slot of the next snapshot.
    slot: u8,
}

/// Requests to the account, and the queue of those that are accepted.
struct Desk<B: Broker> {
    requests: B::Requests,
    commands: Commands,
}

impl<B: Broker, S: Source> Holding<B, S> {
    /// Claims the log, reads the saved state, starts the client and takes requests.
    async fn start(&mut self, token: groupme_client::Token) -> Result<(S::Client, Desk<B>), Stop> {
        check(self.log.settle(&mut self.wish).await)?;
        let claim = self.log.writer().claim();
        tracing::info!(node = %self.parts.id, account = %self.account, %claim, "claimed");
        figures::claimed();
        let replayed = self.replay().await?;
        (self.saved, self.unsaved) = (replayed.saved, replayed.changes);
        self.slot = 1 - replayed.slot.min(1);
        if let Some((after, next)) = replayed.hole {
            tracing::error!(account = %self.account, after, next, "entries are missing from the log");
            let body = format!(r#"{{"after":{after},"next":{next}}}"#);
            let content = Content::word(Word::Hole, "", body);
            check(self.log.append(content, None, &mut self.wish).await)?;
        }
        tokio::select! {
            biased;
            _ = self.wish.wait_for(|wish| wish.stop) => return Err(Stop::Asked),
            () = self.parts.admit() => {}
        }
        let client = self
            .parts
            .source
            .open(&self.account, token, self.saved.clone());
        let client = client.map_err(|error| self.broken(&error))?;
        let requests = self.parts.broker.requests(&self.account).await;
        let desk = Desk {
            requests: requests.map_err(|error| self.broken(&error))?,
            commands: Commands::start(self.parts.broker.clone(), client.performer()),
        };
        Ok((client, desk))
    }

    fn broken(&self, error: &dyn core::error::Error) -> Stop {
        let error = crate::chain(error);
        tracing::error!(account = %self.account, error, "the account cannot be run");
        Stop::Broken
    }

    /// Reads the state that the log holds, up to the claim.
    async fn replay(&mut self) -> Result<Replayed, Stop> {
        loop {
            let claim = replay::End::At(self.log.writer().at());
            match replay::replay(&self.parts.broker, &self.account, claim).await {
                Ok(replayed) => return Ok(replayed),
                Err(error @ ReplayError::Damaged { .. }) => {
                    tracing::error!(
                        account = %self.account, %error,
                        "the account cannot be run; `groupme-relay account rewind` takes it back to an earlier state"
                    );
                    return Err(Stop::Broken);
                }
                Err(error) => {
                    let error = crate::chain(&error);
                    tracing::warn!(account = %self.account, error, "the log is not read");
                    tokio::select! {
                        biased;
                        _ = self.wish.wait_for(|wish| wish.stop) => return Err(Stop::Asked),
                        () = sleep(RETRY) => {}
                    }
                    check(self.log.verify(&mut self.wish).await)?;
                }
            }
        }
    }

    /// Appends what happens and takes requests, until the end.
    async fn forward(&mut self, client: &mut S::Client, desk: &mut Desk<B>) -> Stop {
        let mut mark_at = None;
        loop {
            let written = tokio::select! {
                biased;
                changed = self.wish.changed() => {
                    if changed.is_err() || self.wish.borrow_and_update().stop {
                        return Stop::Asked;
                    }
                    self.log.verify(&mut self.wish).await
                }
                happening = client.next() => match happening {
                    Happening::Entry(content, changes) => {
                        self.pending.extend(changes);
                        mark_at = None;
                        self.append(content).await
                    }
                    Happening::Changes(changes) => {
                        self.pending.extend(changes);
                        let after = self.parts.settings.mark_after;
                        mark_at.get_or_insert_with(|| Instant::now() + after);
                        Written::Stored
                    }
                    Happening::End(End::Refused) => return Stop::Refused,
                    Happening::End(End::Turned) => return Stop::Turned,
                    Happening::End(End::Broken) => return Stop::Broken,
                },
                () = at(mark_at) => {
                    mark_at = None;
                    self.append(Content::word(Word::Mark, "", "{}")).await
                }
                asked = desk.requests.next() => match asked {
                    Some(asked) => self.take(asked, &desk.commands).await,
                    // The connection to the broker has ended for good.
                    None => return Stop::Broken,
                },
            };
            let written = match written {
                Written::Stored if self.is_snapshot_due() => self.snapshot().await,
                written => written,
            };
            if let Err(stop) = check(written) {
                return stop;
            }
        }
    }

    /// Takes a request if the account is still held: after a pause, another node may have performed the
    /// request.
    async fn take(&mut self, asked: Asked, commands: &Commands) -> Written {
        let written = self.log.verify(&mut self.wish).await;
        match written {
            Written::Stored => commands.take(asked),
            Written::Fenced | Written::Given => commands::give_way(asked),
        }
        written
    }

    /// Appends a last word, unless the log is another's.
    async fn finish(mut self, stop: Stop) -> Stop {
        let word = match stop {
            Stop::Fenced => return stop,
            // The broker does not answer.
            _ if self.log.writer().state() != State::Idle => return stop,
            Stop::Refused => Word::Refused,
            _ => Word::Released,
        };
        // An account that is left for long is continued from a snapshot.
        let written = if self.unsaved > 0 {
            self.snapshot().await
        } else {
            Written::Stored
        };
        let written = match written {
            Written::Stored => self.append(Content::word(word, "", "{}")).await,
            written => written,
        };
        match written {
            Written::Fenced => Stop::Fenced,
            Written::Stored | Written::Given => stop,
        }
    }

    /// Appends an entry with all pending changes.
    async fn append(&mut self, content: Content) -> Written {
        let pending = core::mem::take(&mut self.pending);
        let changes = (!pending.is_empty()).then(|| Change::write_all(&pending).into());
        for change in &pending {
            self.saved.apply(change);
        }
        self.unsaved += u64::from(changes.is_some());
        self.log.append(content, changes, &mut self.wish).await
    }

    fn is_snapshot_due(&self) -> bool {
        let settings = &self.parts.settings;
        self.unsaved >= settings.snapshot_every
            || (self.unsaved > 0 && self.snapshot_at.elapsed() >= settings.snapshot_after)
    }

    /// Appends the whole saved state.
    async fn snapshot(&mut self) -> Written {
        for change in self.pending.drain(..) {
            self.saved.apply(&change);
        }
        (self.unsaved, self.snapshot_at) = (0, Instant::now());
        let body = self.saved.write();
        if body.len() > MAX_SNAPSHOT {
            tracing::error!(account = %self.account, bytes = body.len(), "the state is too large for a snapshot");
            return Written::Stored;
        }
        let content = Content::snapshot(self.slot, body);
        self.slot = 1 - self.slot;
        self.log.append(content, None, &mut self.wish).await
    }
}

fn check(written: Written) -> Result<(), Stop> {
    match written {
        Written::Stored => Ok(()),
        Written::Fenced => Err(Stop::Fenced),
        Written::Given => Err(Stop::Asked),
    }
}

/// Waits until a time; without end for none.
async fn at(time: Option<Instant>) {
    match time {
        Some(time) => sleep_until(time).await,
        None => core::future::pending().await,
    }
}

/// Time between attempts to read a log.
const RETRY: Duration = Duration::from_secs(1);

/// Longest snapshot, in bytes: below the usual limit of a message of NATS, 1 MB.
const MAX_SNAPSHOT: usize = 900_000;
