//! The stream, compared with what was said.

use core::{fmt, time::Duration};
use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, bail};
use groupme_relay::{AccountName, Broker as _, Last, Nats, Stored, Word};
use tokio::time::{Instant, sleep};

use crate::town::Town;

/// Comparison of the stream with what was said.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Score {
    said: u32,
    /// Messages that accounts should have: one for each member.
    expected: usize,
    appended: usize,
    lost: usize,
    doubled: usize,
    disordered: usize,
    claims: usize,
    snapshots: usize,
    losses: usize,
    /// Places that are skipped or taken twice.
    misplaced: usize,
    /// Entries under an older claim than the last one before them.
    unfenced: usize,
}

impl Score {
    /// Waits until nothing is missing, or for a time, and returns the last comparison.
    pub(crate) async fn settle(
        nats: &Nats,
        town: &Town,
        longest: Duration,
    ) -> anyhow::Result<Self> {
        let deadline = Instant::now() + longest;
        loop {
            let score = Self::of(nats, town).await?;
            if score.lost == 0 || Instant::now() > deadline {
                // What comes late would be doubled.
                sleep(Duration::from_secs(2)).await;
                return Self::of(nats, town).await;
            }
            sleep(Duration::from_millis(500)).await;
        }
    }

    async fn of(nats: &Nats, town: &Town) -> anyhow::Result<Self> {
        let mut score = Self {
            said: town.said(),
            ..Self::default()
        };
        for (index, (account, _)) in town.accounts().iter().enumerate() {
            let log = log(nats, account).await?;
            score.count_log(&log);
            let mut appended = texts(&log)?;
            for (group, said) in town.said_to(index)? {
                let appended = appended.remove(&group).unwrap_or_default();
                score.count_group(&said, &appended);
            }
        }
        Ok(score)
    }

    fn count_log(&mut self, log: &[Stored]) {
        let mut place = 0;
        let mut claim = None;
        for entry in log {
            if entry.is(Word::Snapshot) {
                self.snapshots += 1;
                continue;
            }
            self.misplaced += usize::from(entry.place != place + 1);
            place = entry.place;
            if entry.is(Word::Claim) {
                self.claims += 1;
                claim = Some(&entry.claim);
            }
            self.unfenced += usize::from(claim != Some(&entry.claim));
            self.losses += usize::from(entry.is(Word::Lost));
        }
    }

    fn count_group(&mut self, said: &[String], appended: &[String]) {
        let distinct: BTreeSet<_> = appended.iter().collect();
        self.expected += said.len();
        self.appended += appended.len();
        self.lost += said.iter().filter(|text| !distinct.contains(text)).count();
        self.doubled += appended.len() - distinct.len();
        let numbers = appended.iter().map(|text| text.parse::<u32>().ok());
        self.disordered += usize::from(!numbers.is_sorted());
    }

    /// Returns whether nothing is lost, doubled or out of order.
    pub(crate) const fn is_perfect(&self) -> bool {
        self.expected > 0
            && self.lost == 0
            && self.doubled == 0
            && self.disordered == 0
            && self.misplaced == 0
            && self.unfenced == 0
            && self.losses == 0
            && self.appended == self.expected
    }
}

impl fmt::Display for Score {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} messages said, {} to be appended, {} appended: {} lost, {} doubled, {} groups out of order\n\
             {} claims, {} snapshots, {} losses reported, {} places wrong, {} entries under an older claim",
            self.said,
            self.expected,
            self.appended,
            self.lost,
            self.doubled,
            self.disordered,
            self.claims,
            self.snapshots,
            self.losses,
            self.misplaced,
            self.unfenced,
        )
    }
}

/// Waits until each account has caught up.
pub(crate) async fn until_whole(nats: &Nats, town: &Town, longest: Duration) -> anyhow::Result<()> {
    let deadline = Instant::now() + longest;
    for (account, _) in town.accounts() {
        loop {
            let log = log(nats, account).await?;
            if log.iter().any(|entry| entry.is(Word::CaughtUp)) {
                break;
            }
            if Instant::now() > deadline {
                bail!(
                    "{account} has not caught up; its log has {} entries",
                    log.len()
                );
            }
            sleep(Duration::from_millis(50)).await;
        }
    }
    Ok(())
}

/// Returns whether the last word of an account is that its node has stopped.
pub(crate) async fn is_released(nats: &Nats, account: &AccountName) -> anyhow::Result<bool> {
    match nats.last(account).await {
        Last::Entry(last) => Ok(last.is(Word::Released)),
        other => bail!("the last entry of {account}: {other:?}"),
    }
}

/// Returns the number of events of a kind in all logs.
pub(crate) async fn events(nats: &Nats, town: &Town, kind: &str) -> anyhow::Result<usize> {
    let mut events = 0;
    for (account, _) in town.accounts() {
        let log = log(nats, account).await?;
        events += log.iter().filter(|entry| *entry.kind == *kind).count();
    }
    Ok(events)
}

async fn log(nats: &Nats, account: &AccountName) -> anyhow::Result<Vec<Stored>> {
    let mut log: Vec<Stored> = Vec::new();
    let mut attempts = 0;
    loop {
        let after = log.last().map_or(0, |entry| entry.sequence);
        match nats.read(account, after, u64::MAX).await {
            Ok(entries) if entries.is_empty() => return Ok(log),
            Ok(entries) => log.extend(entries),
            Err(error) if attempts < 10 => {
                attempts += 1;
                eprintln!("reading again: {error}");
                sleep(Duration::from_millis(300)).await;
            }
            Err(error) => return Err(error.into()),
        }
    }
}

/// Returns the texts of each group.
fn texts(log: &[Stored]) -> anyhow::Result<BTreeMap<String, Vec<String>>> {
    let mut texts: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for entry in log.iter().filter(|entry| *entry.kind == *"line.create") {
        let data: serde_json::Value = serde_json::from_slice(&entry.body)?;
        let subject = &data["subject"];
        let text = subject["text"].as_str().unwrap_or_default();
        if text.parse::<u32>().is_ok() {
            let group = subject["group_id"].as_str().context("a group")?;
            texts
                .entry(group.to_owned())
                .or_default()
                .push(text.to_owned());
        }
    }
    Ok(texts)
}
