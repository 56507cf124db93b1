//! The task of a client program: the one argument of every program, in JSON.

use serde::{Deserialize, Serialize};

/// Task of a client program.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Task {
    /// URL of the gateway; the REST API is at the same host.
    pub(crate) url: String,
    /// Certificates to trust, in PEM; empty for plaintext.
    pub(crate) roots: String,
    pub(crate) transport: Transport,
    pub(crate) mode: Mode,
    /// Number of accounts; account `n` listens to the channel of user [`FIRST_USER`]` + n`.
    pub(crate) sessions: u64,
    /// Events before the measurement begins.
    pub(crate) warm_up: u64,
    /// Events after which the measurement ends.
    pub(crate) events: u64,
    /// Duration after which the measurement ends, in seconds.
    pub(crate) seconds: f64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Transport {
    Websocket,
    LongPolling,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Mode {
    /// Prints the cost of an event, and ends.
    Throughput,
    /// As `Throughput`, with the time from the server to the program.
    Latency,
    /// Prints a line for each event, until it is killed.
    Watch,
    /// Keeps its sessions open, until it is killed.
    Idle,
}

/// Id of the user of the first account.
pub(crate) const FIRST_USER: u64 = 93_645_911;

impl Task {
    /// Parses the argument of the program.
    pub(crate) fn parse(argument: &str) -> serde_json::Result<Self> {
        serde_json::from_str(argument)
    }

    /// Returns the argument.
    #[allow(dead_code, reason = "the clients only parse")]
    pub(crate) fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}
