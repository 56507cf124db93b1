//! Figures of a node, for the facade `metrics`: no label has an account, a conversation or a token.

use core::time::Duration;

use metrics::{
    Unit, counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram,
};

use crate::{Content, ErrorCode, Stop, Word};

/// Describes all figures to the recorder of the program, which has to be installed before.
pub fn describe_metrics() {
    describe_gauge!(
        ACCOUNTS,
        "Accounts by state: `wanted` and `paused` in the whole relay; `running`, `refused`, `turned` and \
         `quarantined` on this node"
    );
    describe_gauge!(NODES, "Nodes that are alive, this one included");
    describe_counter!(CLAIMS, "Accounts that were claimed");
    describe_counter!(STOPS, "Accounts that stopped here, by reason");
    describe_counter!(
        ENTRIES,
        "Entries that were appended, by origin: `push`, `backfill`, `reconciled`, or `relay` for its own words"
    );
    describe_histogram!(
        LAG,
        Unit::Seconds,
        "Time from the creation of a pushed message to its append"
    );
    describe_histogram!(APPEND, Unit::Seconds, "Time of an append that was stored");
    describe_counter!(UNKNOWN, "Appends without an answer, which are repeated");
    describe_counter!(
        LOSSES,
        "Losses that were reported: history that GroupMe no longer has"
    );
    describe_counter!(HOLES, "Claims that found entries missing from the stream");
    describe_counter!(
        REQUESTS,
        "Requests to accounts, by code: `ok`, or that of the error"
    );
    describe_histogram!(
        REQUEST,
        Unit::Seconds,
        "Time from taking a request to its answer"
    );
    describe_gauge!(
        LEASE_AGE,
        Unit::Seconds,
        "Time since the lease was last renewed; set by the program"
    );
    describe_gauge!(DRAINING, "1 while the node drains; set by the program");
}

/// Counts of the accounts at a node.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Accounts {
    pub(crate) wanted: u32,
    pub(crate) paused: u32,
    pub(crate) running: u32,
    pub(crate) refused: u32,
    pub(crate) turned: u32,
    pub(crate) quarantined: u32,
}

pub(crate) fn accounts(counts: Accounts) {
    for (state, count) in [
        ("wanted", counts.wanted),
        ("paused", counts.paused),
        ("running", counts.running),
        ("refused", counts.refused),
        ("turned", counts.turned),
        ("quarantined", counts.quarantined),
    ] {
        gauge!(ACCOUNTS, "state" => state).set(f64::from(count));
    }
}

pub(crate) fn nodes(count: usize) {
    gauge!(NODES).set(f64::from(u32::try_from(count).unwrap_or(u32::MAX)));
}

pub(crate) fn claimed() {
    counter!(CLAIMS).increment(1);
}

pub(crate) fn stopped(reason: Stop) {
    counter!(STOPS, "reason" => reason.name()).increment(1);
}

/// Counts an entry that was appended. `now` is the time since 1970.
pub(crate) fn appended(content: &Content, now: Duration) {
    let origin = content.origin.unwrap_or("relay");
    counter!(ENTRIES, "origin" => origin).increment(1);
    if let Some(created) = content.created_at
        && origin == "push"
    {
        histogram!(LAG).record(now.saturating_sub(created));
    }
    if content.is_word && *content.kind == *Word::Lost.name() {
        counter!(LOSSES).increment(1);
    }
    if content.is_word && *content.kind == *Word::Hole.name() {
        counter!(HOLES).increment(1);
    }
}

pub(crate) fn append_took(time: Duration) {
    histogram!(APPEND).record(time);
}

pub(crate) fn append_unknown() {
    counter!(UNKNOWN).increment(1);
}

pub(crate) fn requested(error: Option<ErrorCode>, time: Duration) {
    counter!(REQUESTS, "code" => error.map_or("ok", ErrorCode::name)).increment(1);
    histogram!(REQUEST).record(time);
}

/// Sets what changes while nothing happens, before the figures are read.
pub(crate) fn vitals(lease_age: Duration, is_draining: bool) {
    gauge!(LEASE_AGE).set(lease_age);
    gauge!(DRAINING).set(if is_draining { 1.0 } else { 0.0 });
}

const ACCOUNTS: &str = "groupme_relay_accounts";
const NODES: &str = "groupme_relay_nodes";
const CLAIMS: &str = "groupme_relay_claims_total";
const STOPS: &str = "groupme_relay_stops_total";
const ENTRIES: &str = "groupme_relay_entries_total";
const LAG: &str = "groupme_relay_lag_seconds";
const APPEND: &str = "groupme_relay_append_seconds";
const UNKNOWN: &str = "groupme_relay_append_unknown_total";
const LOSSES: &str = "groupme_relay_losses_total";
const HOLES: &str = "groupme_relay_holes_total";
const REQUESTS: &str = "groupme_relay_requests_total";
const REQUEST: &str = "groupme_relay_request_seconds";
const LEASE_AGE: &str = "groupme_relay_lease_age_seconds";
const DRAINING: &str = "groupme_relay_draining";
