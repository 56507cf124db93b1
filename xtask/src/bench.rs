//! `cargo xtask bench`: costs, as ratios within one run.

mod model;
pub(crate) mod peers;
pub(crate) mod server;

use clap::Subcommand;

use crate::workspace::Workspace;

/// Subjects of measurements.
#[derive(Clone, Debug, Subcommand)]
pub(crate) enum Suite {
    /// Parse frames into typed events, and compare with `serde_json`.
    Model,
    /// Read pages of REST history, and compare with `serde_json` into the same types.
    History,
    /// Run our clients beside those of others against one load server.
    Peers(peers::Options),
    /// Measure a Bayeux server with 10,000 idle clients and with a flood, beside npm faye.
    Server(server::Options),
}

/// Measures, and prints a table and the targets.
///
/// # Errors
///
/// If something does not build, install or run.
pub(crate) fn run(workspace: &Workspace, suite: &Suite) -> anyhow::Result<()> {
    match suite {
        Suite::Model => model::run(workspace, &model::FRAMES),
        Suite::History => model::run(workspace, &model::HISTORY),
        Suite::Peers(options) => peers::run(workspace, options),
        Suite::Server(options) => server::run(workspace, options),
    }
}
