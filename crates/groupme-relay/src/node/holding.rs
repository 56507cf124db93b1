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
    log::{Log, Written},
};
use crate::{
    AccountName, Broker, BrokerError, Content, End, Happening, SealedToken, Source, SourceClient,
    State, Stop, Stored, Word,
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
        Ok(mut client) => {
            let stop = holding.forward(&mut client).await;
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

/// State that the log of an account holds.
struct Replayed {
    saved: Saved,
    /// Entries with changes since the snapshot.
    changes: u64,
    /// Slot of the snapshot.
    slot: u8,
    /// Places between which entries are missing.
    hole: Option<(u64, u64)>,
}

impl<B: Broker, S: Source> Holding<B, S> {
    /// Claims the log, reads the saved state and starts the client.
    async fn start(&mut self, token: groupme_client::Token) -> Result<S::Client, Stop> {
        check(self.log.settle(&mut self.wish).await)?;
        let claim = self.log.writer().claim();
        tracing::info!(node = %self.parts.id, account = %self.account, %claim, "claimed");
        let replayed = self.replay().await?;
        (self.saved, self.unsaved) = (replayed.saved, replayed.changes);
        self.slot = 1 - replayed.slot.min(1);
        if let Some((after, next)) = replayed.hole {
            tracing::error!(account = %self.account, after, next, "entries are missing from the log");
            let body = format!(r#"{{"after":{after},"next":{next}}}"#);
            let content = Content::word(Word::Hole, "", body);
            check(self.log.append(content, None, &mut self.wish).await)?;
        }
        let client = self
            .parts
            .source
            .open(&self.account, token, self.saved.clone());
        client.map_err(|error| {
            let error = crate::chain(&error);
            tracing::error!(account = %self.account, error, "the account cannot be run");
            Stop::Broken
        })
    }

    /// Reads the state that the log holds, up to the claim.
    async fn replay(&mut self) -> Result<Replayed, Stop> {
        loop {
            match self.read().await {
                Ok(Some(replayed)) => return Ok(replayed),
                Ok(None) => {
                    tracing::error!(account = %self.account, "the saved state in the log cannot be read");
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

    /// Returns `None` if an entry is damaged.
    async fn read(&self) -> Result<Option<Replayed>, BrokerError> {
        let claim = self.log.writer().at();
        let snapshot = self.parts.broker.snapshot(&self.account).await?;
        let snapshot = snapshot.filter(|snapshot| snapshot.sequence < claim);
        let (mut at, mut place) = (0, 0);
        let mut replayed = Replayed {
            saved: Saved::default(),
            changes: 0,
            slot: 1,
            hole: None,
        };
        if let Some(snapshot) = snapshot {
            let text = core::str::from_utf8(&snapshot.body).ok();
            let Some(saved) = text.and_then(|text| Saved::read(text).ok()) else {
                return Ok(None);
            };
            (replayed.saved, replayed.slot) = (saved, snapshot.slot);
            (at, place) = (snapshot.sequence, snapshot.place);
        }
        while at < claim {
            let entries = self.parts.broker.read(&self.account, at, claim).await?;
            if entries.is_empty() {
                // A replica of the broker that is behind, or the tail is lost.
                let reason = "the log ends before the claim";
                return Err(BrokerError::new("read the log of an account", reason));
            }
            for Stored {
                sequence,
                place: next,
                changes,
                ..
            } in entries
            {
                if next != place + 1 && replayed.hole.is_none() {
                    replayed.hole = Some((place, next));
                }
                (at, place) = (sequence, next);
                let Some(changes) = changes else {
                    continue;
                };
                let Ok(changes) = Change::read_all(&changes) else {
                    return Ok(None);
                };
                for change in &changes {
                    replayed.saved.apply(change);
                }
                replayed.changes += 1;
            }
        }
        Ok(Some(replayed))
    }

    /// Appends what happens, until the end.
    async fn forward(&mut self, client: &mut S::Client) -> Stop {
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
