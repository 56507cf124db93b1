//! Replay: the saved state of an account, read from its log.

use groupme_client::{Change, Saved};

use crate::{AccountName, Broker, BrokerError, Stored};

/// State that the log of an account holds.
pub(crate) struct Replayed {
    pub(crate) saved: Saved,
    /// Entries with changes since the snapshot.
    pub(crate) changes: u64,
    /// Slot of the snapshot; 1 without one.
    pub(crate) slot: u8,
    /// Places between which entries are missing.
    pub(crate) hole: Option<(u64, u64)>,
}

/// Error of a replay.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ReplayError {
    #[error(transparent)]
    Broker(#[from] BrokerError),
    #[error("the saved state in the entry with sequence {sequence} cannot be read")]
    Damaged {
        /// Sequence of the entry.
        sequence: u64,
    },
}

/// End of a replay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// The entry with this sequence, which the log has: a log that ends before it is not all there.
    At(u64),
    /// The last entry up to this sequence.
    UpTo(u64),
}

/// Reads the state at the end of a replay, from the newest snapshot before it.
pub(crate) async fn replay<B: Broker>(
    broker: &B,
    account: &AccountName,
    end: End,
) -> Result<Replayed, ReplayError> {
    let (up_to, last_snapshot) = match end {
        End::At(sequence) => (sequence, sequence.saturating_sub(1)),
        End::UpTo(sequence) => (sequence, sequence),
    };
    let snapshots = broker.snapshots(account).await?.into_iter();
    let snapshot = snapshots
        .filter(|snapshot| snapshot.sequence <= last_snapshot)
        .max_by_key(|snapshot| snapshot.sequence);
    let (mut at, mut place) = (0, 0);
    let mut replayed = Replayed {
        saved: Saved::default(),
        changes: 0,
        slot: 1,
        hole: None,
    };
    if let Some(snapshot) = snapshot {
        let text = core::str::from_utf8(&snapshot.body).ok();
        let saved = text.and_then(|text| Saved::read(text).ok());
        let sequence = snapshot.sequence;
        replayed.saved = saved.ok_or(ReplayError::Damaged { sequence })?;
        replayed.slot = snapshot.slot;
        (at, place) = (sequence, snapshot.place);
    }
    while at < up_to {
        let entries = broker.read(account, at, up_to).await?;
        if entries.is_empty() {
            if end == End::UpTo(up_to) {
                break;
            }
            // A replica of the broker that is behind, or the tail is lost.
            let reason = "the log ends before the claim";
            return Err(BrokerError::new("read the log of an account", reason).into());
        }
        for entry in entries {
            if entry.place != place + 1 && replayed.hole.is_none() {
                replayed.hole = Some((place, entry.place));
            }
            (at, place) = (entry.sequence, entry.place);
            replayed.apply(&entry)?;
        }
    }
    Ok(replayed)
}

impl Replayed {
    fn apply(&mut self, entry: &Stored) -> Result<(), ReplayError> {
        let Some(changes) = &entry.changes else {
            return Ok(());
        };
        let sequence = entry.sequence;
        let changes = Change::read_all(changes).map_err(|_| ReplayError::Damaged { sequence })?;
        for change in &changes {
            self.saved.apply(change);
        }
        self.changes += 1;
        Ok(())
    }
}
