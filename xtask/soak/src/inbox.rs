//! What a program delivers to an account.

use core::time::Duration;
use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use anyhow::bail;
use tokio::time::{Instant, sleep};

use crate::stage::Name;

/// What a program delivers to an account, shared by who delivers and who waits.
#[derive(Clone, Debug, Default)]
pub(crate) struct Inbox(Arc<Mutex<Heard>>);

/// What a program has delivered to an account.
#[derive(Clone, Debug, Default)]
pub(crate) struct Heard {
    pub(crate) arrivals: Vec<Arrival>,
    /// What was said to be lost.
    pub(crate) lost: Vec<Lost>,
    /// Of each run of the program but the present one: the message on its last line, if that was
    /// one.
    pub(crate) lasts: Vec<Option<Name>>,
    /// How many lines were cut short by the end of the program.
    pub(crate) torn: u32,
    /// What went wrong beyond that.
    pub(crate) complaints: Vec<String>,
    /// What the program said of itself, to explain a silence.
    pub(crate) notes: Vec<(Instant, String)>,
    pub(crate) different: BTreeSet<Name>,
    pub(crate) caught_up: u32,
    pub(crate) has_ended: bool,
}

/// A message that was delivered.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Arrival {
    pub(crate) name: Name,
    pub(crate) at: Instant,
    pub(crate) is_pushed: bool,
    /// In which run of the program, from 0.
    pub(crate) run: usize,
}

/// Messages that were said to be lost. Bounds that are not known include everything.
#[derive(Clone, Debug)]
pub(crate) struct Lost {
    /// GroupMe's id of the conversation; `None` for all.
    pub(crate) conversation: Option<String>,
    pub(crate) after: Option<u64>,
    pub(crate) upto: Option<u64>,
}

impl Inbox {
    /// A message was delivered. What was said before the run does not count.
    pub(crate) fn deliver(&self, text: &str, is_pushed: bool) -> Option<Name> {
        let name = Name::of(text)?;
        let mut heard = self.lock();
        let run = heard.lasts.len();
        heard.different.insert(name);
        heard.arrivals.push(Arrival {
            name,
            at: Instant::now(),
            is_pushed,
            run,
        });
        Some(name)
    }

    pub(crate) fn lose(&self, lost: Lost) {
        self.lock().lost.push(lost);
    }

    pub(crate) fn complain(&self, complaint: impl Into<String>) {
        self.lock().complaints.push(complaint.into());
    }

    pub(crate) fn note(&self, note: impl Into<String>) {
        self.lock().notes.push((Instant::now(), note.into()));
    }

    /// Everything that was missed has been delivered.
    pub(crate) fn catch_up(&self) {
        self.lock().caught_up += 1;
    }

    /// The program has ended, and starts again.
    pub(crate) fn end_run(&self, last: Option<Name>, is_torn: bool) {
        let mut heard = self.lock();
        heard.lasts.push(last);
        heard.torn += u32::from(is_torn);
    }

    /// The program has ended for good.
    pub(crate) fn end(&self) {
        self.lock().has_ended = true;
    }

    pub(crate) fn take(&self) -> Heard {
        core::mem::take(&mut *self.lock())
    }

    /// How many different messages were delivered.
    pub(crate) fn count(&self) -> usize {
        self.lock().different.len()
    }

    /// How often everything that was missed had been delivered.
    pub(crate) fn times_caught_up(&self) -> u32 {
        self.lock().caught_up
    }

    fn has_ended(&self) -> bool {
        self.lock().has_ended
    }

    fn lock(&self) -> MutexGuard<'_, Heard> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Waits until something is so of all accounts; false if it is not in time.
///
/// # Errors
///
/// If a program has ended.
pub(crate) async fn until_all(
    inboxes: &[Inbox],
    patience: Duration,
    is_so: impl Fn(&Inbox) -> bool,
) -> anyhow::Result<bool> {
    let began = Instant::now();
    while !inboxes.iter().all(&is_so) {
        if let Some(account) = inboxes.iter().position(Inbox::has_ended) {
            let complaints = inboxes[account].lock().complaints.join("; ");
            bail!("the program of account {account} has ended: {complaints}");
        }
        if began.elapsed() > patience {
            return Ok(false);
        }
        sleep(Duration::from_millis(20)).await;
    }
    Ok(true)
}
