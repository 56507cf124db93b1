//! Rewinding of an account to an earlier saved state.

use core::time::Duration;

use tokio::time::{Instant, sleep_until, timeout};

use crate::{
    AccountName, Action, Broker, BrokerError, Content, NodeId, State, Word, Writer,
    replay::{End, ReplayError, Replayed, replay},
};

/// Error of [`rewind`]: nothing has changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RewindError {
    /// The broker did not answer.
    #[error("the log of {account} was not read or written")]
    Broker {
        /// Account.
        account: AccountName,
        /// Cause.
        #[source]
        source: BrokerError,
    },
    /// The log has no state to go back to.
    #[error(
        "the log of {account} has no snapshot to go back to: name the sequence of an entry, which may be 0 for the \
         state of a new account"
    )]
    NoSnapshot {
        /// Account.
        account: AccountName,
    },
    /// The stream no longer has the entries that lead to the sequence.
    #[error(
        "the stream no longer has all entries of {account} before sequence {sequence}: name a later one, or 0 for the \
         state of a new account"
    )]
    Dropped {
        /// Account.
        account: AccountName,
        /// Sequence.
        sequence: u64,
    },
    /// The state at that sequence cannot be read either.
    #[error(
        "the saved state of {account} at sequence {sequence} cannot be read: name an earlier one"
    )]
    Damaged {
        /// Account.
        account: AccountName,
        /// Sequence of the entry that cannot be read.
        sequence: u64,
    },
    /// A node claimed the account at the same moment.
    #[error("a node has claimed {account} meanwhile: repeat the command")]
    Fenced {
        /// Account.
        account: AccountName,
    },
}

/// Takes an account back to the saved state after the entry with a sequence, or without one to the state of the
/// snapshot before the newest. Returns the sequence.
///
/// The log is claimed, so that a node that holds the account lets go of it and then goes on from the state. Events
/// after the sequence are fetched from GroupMe, as far as its history has them, and appended again under
/// the same names. `node` must be random.
///
/// # Errors
///
/// [`RewindError`]; then the saved state is as before.
///
/// # Panics
///
/// Outside a tokio runtime whose clock runs.
pub async fn rewind<B: Broker>(
    broker: &B,
    node: &NodeId,
    account: &AccountName,
    to: Option<u64>,
) -> Result<u64, RewindError> {
    let failed = |source| RewindError::Broker {
        account: account.clone(),
        source,
    };
    let mut snapshots = broker.snapshots(account).await.map_err(failed)?;
    snapshots.sort_by_key(|snapshot| core::cmp::Reverse(snapshot.sequence));
    let before = snapshots.get(1).or(snapshots.first());
    let Some(to) = to.or(before.map(|snapshot| snapshot.sequence)) else {
        return Err(RewindError::NoSnapshot {
            account: account.clone(),
        });
    };
    let replayed = state_at(broker, account, to).await?;
    let slot = snapshots.first().map_or(0, |newest| newest.slot);
    let mut writer = Writer::new(account.clone(), node, 1);
    let state = Content::snapshot(slot, replayed.saved.write());
    let word = Content::word(Word::Rewound, "", format!(r#"{{"to":{to}}}"#));
    let written = timeout(LONGEST, async {
        if !settle(broker, account, &mut writer).await {
            return false;
        }
        for content in [state, word] {
            writer.offer(content, None);
            if !settle(broker, account, &mut writer).await {
                return false;
            }
        }
        true
    });
    match written.await {
        Ok(true) => Ok(to),
        Ok(false) => Err(RewindError::Fenced {
            account: account.clone(),
        }),
        Err(elapsed) => Err(failed(BrokerError::new("append to the log", elapsed))),
    }
}

async fn state_at<B: Broker>(
    broker: &B,
    account: &AccountName,
    sequence: u64,
) -> Result<Replayed, RewindError> {
    let replayed = match replay(broker, account, End::UpTo(sequence)).await {
        Ok(replayed) => replayed,
        Err(ReplayError::Damaged { sequence }) => {
            return Err(RewindError::Damaged {
                account: account.clone(),
                sequence,
            });
        }
        Err(ReplayError::Broker(source)) => {
            return Err(RewindError::Broker {
                account: account.clone(),
                source,
            });
        }
    };
    if replayed.hole.is_some() {
        return Err(RewindError::Dropped {
            account: account.clone(),
            sequence,
        });
    }
    Ok(replayed)
}

/// Performs the writer's requests until there is none. Returns whether the log is the writer's.
async fn settle<B: Broker>(broker: &B, account: &AccountName, writer: &mut Writer) -> bool {
    let start = Instant::now();
    while let Some(action) = writer.poll(start.elapsed(), broker.connection()) {
        match action {
            Action::Append { entry, after } => {
                let answer = broker.append(&entry, after).await;
                writer.handle_appended(start.elapsed(), answer);
            }
            Action::Last => {
                let answer = broker.last(account).await;
                writer.handle_last(start.elapsed(), answer);
            }
            Action::Wait(until) => sleep_until(start + until).await,
        }
    }
    writer.state() != State::Fenced
}

/// Longest time for the three entries.
const LONGEST: Duration = Duration::from_secs(30);
