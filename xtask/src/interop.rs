//! `cargo xtask interop`: the `groupme` command against real Bayeux servers.
//!
//! Each [`Trial`] starts a server and a client of its own, does one [`Case`] to them, and judges the client by
//! what a user of the command sees: its lines on stdout and its exit status. The servers are those of
//! others, pinned in `xtask/interop/package.json`; what they are asked to do wrong is in `peer.js` there.

mod build;
mod case;
mod control;
mod event;
mod listener;
mod log;
mod peer;
mod process;
mod report;
mod scene;
mod trial;

use std::{
    path::PathBuf,
    sync::{Mutex, MutexGuard, PoisonError},
    thread,
};

use anyhow::{Context, bail};

use crate::{clock, workspace::Workspace};
use case::Case;
use listener::Transport;
use report::Outcome;
use trial::Trial;

/// Which trials to run, and how.
#[derive(Debug, Default, clap::Args)]
pub(crate) struct Options {
    /// Only against this server, such as faye-1.4.3 or cometd.
    #[arg(long, value_parser = peer::names())]
    server: Option<String>,
    /// Only over this transport.
    #[arg(long)]
    transport: Option<Transport>,
    /// Only this case.
    #[arg(long)]
    case: Option<Case>,
    /// Name the trials instead of running them.
    #[arg(long)]
    list: bool,
    /// How many trials to run at once; 8 unless said otherwise, since most of them wait.
    #[arg(long, value_name = "N")]
    jobs: Option<usize>,
    /// Use this groupme binary instead of building one.
    #[arg(long, value_name = "FILE")]
    binary: Option<PathBuf>,
}

impl Options {
    fn wants(&self, trial: &Trial) -> bool {
        self.server
            .as_deref()
            .is_none_or(|server| server == trial.peer.name)
            && self
                .transport
                .is_none_or(|transport| transport == trial.transport)
            && self.case.is_none_or(|case| case == trial.case)
    }
}

/// After so many failures the rest would only be waited for.
const ENOUGH_FAILURES: usize = 10;

/// Runs the matrix of servers, transports and cases, and prints it.
///
/// # Errors
///
/// If Node is missing, something does not build or install, no trial is chosen, or a trial fails.
pub(crate) fn run(workspace: &Workspace, options: &Options) -> anyhow::Result<()> {
    let mut trials: Vec<_> = trial::all().filter(|trial| options.wants(trial)).collect();
    if trials.is_empty() {
        bail!("no such combination of server, transport and case; --list names them all");
    }
    if options.list {
        for trial in &trials {
            println!("{trial}");
        }
        return Ok(());
    }
    let peers = build::peers(workspace)?;
    let binary = match &options.binary {
        Some(binary) => binary
            .canonicalize()
            .with_context(|| format!("no binary at {}", binary.display()))?,
        None => build::groupme(workspace)?,
    };
    // The long ones first, so that none of them is left alone at the end.
    trials.sort_by_key(|trial| core::cmp::Reverse(trial.case.is_long()));
    let tools = trial::Tools { peers, binary };
    let outcomes = run_all(&trials, &tools, options.jobs.unwrap_or(8).max(1));
    for outcome in outcomes.iter().filter(|outcome| outcome.failure.is_some()) {
        println!("{}", report::failure(outcome));
    }
    println!("{}", report::matrix(&outcomes));
    let failed = failures(&outcomes);
    let left = trials.len() - outcomes.len();
    if left > 0 {
        bail!(
            "{failed} interop trials failed, so {left} of {} were not run",
            trials.len()
        );
    }
    if failed > 0 {
        bail!("{failed} of {} interop trials failed", trials.len());
    }
    Ok(())
}

fn failures(outcomes: &[Outcome]) -> usize {
    outcomes
        .iter()
        .filter(|outcome| outcome.failure.is_some())
        .count()
}

/// Runs the trials, some at a time, in their order, until too many have failed.
fn run_all(trials: &[Trial], tools: &trial::Tools, jobs: usize) -> Vec<Outcome> {
    let waiting = Mutex::new(trials.iter());
    let finished = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..jobs.min(trials.len()) {
            scope.spawn(|| {
                loop {
                    if failures(&locked(&finished)) >= ENOUGH_FAILURES {
                        break;
                    }
                    let next = locked(&waiting).next();
                    let Some(trial) = next else { break };
                    let start = clock::now();
                    let failure = trial.run(tools).err();
                    let outcome = Outcome {
                        trial: *trial,
                        time: clock::now() - start,
                        failure,
                    };
                    eprintln!("{}", report::line(&outcome));
                    locked(&finished).push(outcome);
                }
            });
        }
    });
    finished
        .into_inner()
        .unwrap_or_else(PoisonError::into_inner)
}

/// A thread that panicked leaves nothing half done here.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
