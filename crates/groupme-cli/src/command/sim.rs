//! `groupme sim`: the simulated GroupMe alone.

use std::io::{self, Write as _};

use anyhow::Context as _;
use groupme_sim::{Script, Sim};
use serde_json::json;

use super::Stop;
use crate::{args, exit::Failure};

pub(crate) async fn run(args: args::Sim) -> Result<(), Failure> {
    let mut stop = Stop::listen()?;
    let sim = Sim::builder()
        .addr(args.addr)
        .start()
        .await
        .with_context(|| format!("the simulator cannot listen on {}", args.addr))?;
    announce(&sim)?;
    let told = sim
        .play_endlessly(sim.cast().story(), Script::STEADY)
        .finished();
    tokio::select! {
        () = stop.requested() => {}
        outcome = told => outcome.context("the story broke off")?,
    }
    sim.shutdown().await;
    Ok(())
}

/// The first line, for scripts.
fn announce(sim: &Sim) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    let line = json!({
        "gateway_url": sim.gateway_url(),
        "api_url": sim.api_url(),
        "user_id": sim.user_id(),
        "token": sim.token(),
    });
    writeln!(stdout, "{line}")?;
    stdout.flush()
}
