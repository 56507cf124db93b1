//! Statuses in the log.

use groupme_account::{ClientEnd, Status};
use groupme_model::UserId;
use tracing::{Span, debug, info, warn};

/// Log of one client's statuses.
pub(crate) struct StatusLog {
    span: Span,
    /// Number of connections so far.
    connection: u64,
}

impl StatusLog {
    pub(crate) fn new(user: &UserId) -> Self {
        Self {
            span: tracing::info_span!("groupme", %user),
            connection: 0,
        }
    }

    pub(crate) fn write(&mut self, status: &Status) {
        if matches!(status, Status::Connected { .. }) {
            self.connection += 1;
        }
        let connection = self.connection;
        let _entered = self.span.enter();
        match status {
            Status::Connected { .. }
            | Status::Moved { .. }
            | Status::Disconnected { .. }
            | Status::ConnectionGap { .. }
            | Status::Following { .. }
            | Status::CaughtUp
            | Status::Polling(_)
            | Status::Ended(ClientEnd::Requested) => info!(target: TARGET, connection, "{status}"),
            Status::Refused { .. }
            | Status::Unrecoverable(_)
            | Status::Overflow { .. }
            | Status::NotSaved(_)
            | Status::Ended(_) => warn!(target: TARGET, connection, "{status}"),
            _ => debug!(target: TARGET, connection, "{status}"),
        }
    }
}

/// Target of the log lines, documented.
const TARGET: &str = "groupme_client::status";
