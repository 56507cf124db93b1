//! The deliveries of a program to an account.

use core::time::Duration;
use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use anyhow::bail;
use tokio::time::{Instant, sleep};

use crate::env::MessageName;

/// The deliveries of a program to an account, shared by the program and those who wait for it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Inbox(Arc<Mutex<Deliveries>>);

#[derive(Clone, Debug, Default)]
pub(crate) struct Deliveries {
    pub(crate) messages: Vec<Delivery>,
    /// Messages reported lost.
    pub(crate) lost: Vec<Lost>,
    /// For each process of the program but the present one: the message on its last line, if there
    /// was one.
    pub(crate) last_lines: Vec<Option<MessageName>>,
    /// Number of lines cut short by the end of a process.
    pub(crate) torn: u32,
    /// Other failures.
    pub(crate) complaints: Vec<String>,
    /// Reports of the program about itself, which explain a silence.
    pub(crate) notes: Vec<(Instant, String)>,
    /// All different messages.
    pub(crate) names: BTreeSet<MessageName>,
    /// Number of times the program reported that it had caught up.
    pub(crate) caught_up: u32,
    /// Whether the program has ended for good.
    pub(crate) has_ended: bool,
}

/// A delivered message.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Delivery {
    pub(crate) name: MessageName,
    pub(crate) at: Instant,
    pub(crate) is_pushed: bool,
    /// Number of the process, from 0.
    pub(crate) process: usize,
}

/// The bounds of a reported loss. A bound that is `None` excludes nothing.
#[derive(Clone, Debug)]
pub(crate) struct Lost {
    /// The conversation's id; `None` for all conversations.
    pub(crate) conversation: Option<String>,
    pub(crate) after: Option<u64>,
    pub(crate) upto: Option<u64>,
}

impl Inbox {
    /// Adds a delivered message, unless it is older than the run.
    pub(crate) fn deliver(&self, text: &str, is_pushed: bool) -> Option<MessageName> {
        let name = MessageName::parse(text)?;
        let mut deliveries = self.lock();
        let process = deliveries.last_lines.len();
        deliveries.names.insert(name);
        deliveries.messages.push(Delivery {
            name,
            at: Instant::now(),
            is_pushed,
            process,
        });
        Some(name)
    }

    pub(crate) fn complain(&self, complaint: impl Into<String>) {
        self.lock().complaints.push(complaint.into());
    }

    pub(crate) fn note(&self, note: impl Into<String>) {
        self.lock().notes.push((Instant::now(), note.into()));
    }

    /// Records a failure after which the program has ended for good.
    pub(crate) fn end(&self, complaint: impl Into<String>) {
        self.complain(complaint);
        self.lock().has_ended = true;
    }

    pub(crate) fn take(&self) -> Deliveries {
        core::mem::take(&mut *self.lock())
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, Deliveries> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Waits until a condition holds for all accounts, and returns whether it did in time.
///
/// # Errors
///
/// If a program has ended.
pub(crate) async fn until_all(
    inboxes: &[Inbox],
    limit: Duration,
    holds: impl Fn(&Deliveries) -> bool,
) -> anyhow::Result<bool> {
    let began = Instant::now();
    while !inboxes.iter().all(|inbox| holds(&inbox.lock())) {
        for (account, inbox) in inboxes.iter().enumerate() {
            let deliveries = inbox.lock();
            if deliveries.has_ended {
                let complaints = deliveries.complaints.join("; ");
                bail!("the program of account {account} has ended: {complaints}");
            }
        }
        if began.elapsed() > limit {
            return Ok(false);
        }
        sleep(Duration::from_millis(20)).await;
    }
    Ok(true)
}
