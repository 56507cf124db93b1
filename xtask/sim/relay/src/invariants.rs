//! Invariants of the logs after a storm.

use core::time::Duration;
use std::collections::{BTreeMap, BTreeSet};

use groupme_relay::{AccountName, Stored, Word};

use crate::town::Town;

/// Limits within which a storm has to stay.
pub(crate) struct Limits {
    /// Whether the history loses messages.
    pub(crate) has_losses: bool,
    /// Entries after which a state is appended, at the node that waits longest.
    pub(crate) snapshot_every: usize,
    pub(crate) starts_per_second: u32,
    pub(crate) starts_at_once: u32,
    /// Length of the storm.
    pub(crate) time: Duration,
}

/// Returns what is wrong with the log of an account.
pub(crate) fn check(
    account: &AccountName,
    log: &[Stored],
    town: &Town,
    limits: &Limits,
) -> Vec<String> {
    let mut faults = Vec::new();
    faults.extend(order(log));
    faults.extend(messages(log, account, town, limits));
    faults.extend(size(log, limits));
    faults.extend(claims(log, limits));
    // An earlier owner may keep an idle client: it notices at its next append, or when it looks.
    let claim = log.iter().rfind(|entry| entry.is(Word::Claim));
    let node = claim.and_then(|claim| claim.claim.as_str().split('-').next());
    let owner = node.and_then(|node| u64::from_str_radix(node, 16).ok());
    let clients = town.clients(account);
    let of_owner = clients.iter().filter(|node| Some(**node) == owner);
    if of_owner.count() != 1 {
        faults.push(format!(
            "clients are open at {clients:x?} in the end, and the last claim is of {node:?}"
        ));
    }
    faults
        .into_iter()
        .map(|fault| format!("{account}: {fault}"))
        .collect()
}

/// Places without gaps, appends under the last claim only, missed messages announced.
fn order(log: &[Stored]) -> Vec<String> {
    let mut faults = Vec::new();
    let (mut place, mut claim) = (0, None);
    let mut announced: BTreeSet<&str> = BTreeSet::new();
    for entry in log {
        let is_snapshot = entry.is(Word::Snapshot);
        if entry.place != place + u64::from(!is_snapshot) {
            faults.push(format!("place {} after {place}", entry.place));
        }
        place = entry.place;
        if entry.is(Word::Claim) {
            claim = Some(&entry.claim);
            announced.clear();
        } else if claim != Some(&entry.claim) {
            faults.push("an append under an older claim".to_owned());
        }
        let body = core::str::from_utf8(&entry.body).unwrap_or_default();
        let (conversation, _) = body.split_once('/').unwrap_or_default();
        if entry.is(Word::Lost) {
            announced.insert(conversation);
        }
    }
    faults
}

/// Each message once and in order, unless its loss was told.
fn messages(log: &[Stored], account: &AccountName, town: &Town, limits: &Limits) -> Vec<String> {
    let mut faults = Vec::new();
    let mut appended: BTreeMap<u64, Vec<u64>> = BTreeMap::new();
    let mut lost: BTreeSet<(u64, u64)> = BTreeSet::new();
    for entry in log {
        let body = core::str::from_utf8(&entry.body).unwrap_or_default();
        let mut numbers = body.split('/').filter_map(|number| number.parse().ok());
        if entry.event.is_some()
            && let (Some(conversation), Some(id)) = (numbers.next(), numbers.next())
        {
            appended.entry(conversation).or_default().push(id);
        } else if entry.is(Word::Lost)
            && let (Some(conversation), Some(after), Some(last)) =
                (numbers.next(), numbers.next(), numbers.next())
        {
            lost.extend((after + 1..=last).map(|id: u64| (conversation, id)));
        }
    }
    if !limits.has_losses && !lost.is_empty() {
        faults.push(format!("losses were told that there were not: {lost:?}"));
    }
    let mut said: BTreeMap<u64, Vec<u64>> = BTreeMap::new();
    for message in town.messages(account) {
        let messages = appended.get(&message.conversation);
        let is_appended = messages.is_some_and(|messages| messages.contains(&message.id));
        if is_appended || !lost.contains(&(message.conversation, message.id)) {
            said.entry(message.conversation)
                .or_default()
                .push(message.id);
        }
    }
    if appended != said {
        faults.push(format!("{said:?} said, {appended:?} appended"));
    }
    faults
}

/// A node that takes the account over reads a bounded number of changes.
fn size(log: &[Stored], limits: &Limits) -> Option<String> {
    let since = log
        .iter()
        .rev()
        .take_while(|entry| !entry.is(Word::Snapshot));
    let changes = since.filter(|entry| entry.changes.is_some()).count();
    (changes > limits.snapshot_every + 1)
        .then(|| format!("{changes} changes since the last snapshot"))
}

/// Claims of an account by one node become rarer: 1 s, 2 s, 4 s … apart.
fn claims(log: &[Stored], limits: &Limits) -> Option<String> {
    let mut by_node: BTreeMap<&str, u64> = BTreeMap::new();
    for entry in log.iter().filter(|entry| entry.is(Word::Claim)) {
        let (node, _) = entry.claim.as_str().split_once('-').unwrap_or_default();
        *by_node.entry(node).or_default() += 1;
    }
    let most = by_node.into_values().max().unwrap_or_default();
    let longest = limits.time.as_secs() / 60 + 12;
    (most > longest).then(|| format!("{most} claims by one node"))
}

/// Starts of clients stay within the pace of their node.
pub(crate) fn pace(town: &Town, limits: &Limits) -> Vec<String> {
    let mut faults = Vec::new();
    for (node, starts) in town.starts() {
        for (index, first) in starts.iter().enumerate() {
            let second = Duration::from_secs(1);
            let later = starts[index..]
                .iter()
                .filter(|start| **start < *first + second);
            let most = limits.starts_at_once + limits.starts_per_second;
            if u32::try_from(later.count()).is_ok_and(|count| count > most) {
                faults.push(format!("node {node}: more than {most} starts in a second"));
                break;
            }
        }
    }
    faults
}
