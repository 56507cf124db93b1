//! `cargo xtask interop`: the `groupme` command among the Bayeux servers and clients of others.
//!
//! Each [`Trial`](trial::Trial) starts a server of others and our client, does one case to them, and judges
//! the client by what a user of the command sees: its lines on stdout and its exit status. Each
//! [`Visit`](visit::Visit) starts `groupme sim` and a client of others, and judges the simulator by what that
//! client gets from it. All that is of others is pinned in `xtask/interop/package.json`; what the servers are
//! asked to do wrong is in `peer.js` there, and what the clients are asked to do in `visitor.js`.

mod build;
mod case;
mod cell;
mod control;
mod event;
mod guest;
mod listener;
mod log;
mod peer;
mod process;
mod report;
mod scene;
mod simulator;
mod trial;
mod visit;

use std::{
    path::PathBuf,
    sync::{Mutex, MutexGuard, PoisonError},
    thread,
};

use anyhow::{Context, bail};

use crate::{clock, workspace::Workspace};
use build::Tools;
use cell::Cell;
use listener::Transport;
use report::Outcome;

/// Which trials and visits to run, and how.
#[derive(Debug, Default, clap::Args)]
pub(crate) struct Options {
    /// Only trials at this server, such as faye-1.4.3 or cometd; no visits.
    #[arg(long, value_parser = peer::names())]
    server: Option<String>,
    /// Only visits of this client, such as faye-0.7.2 or cometd; no trials.
    #[arg(long, value_parser = guest::names(), conflicts_with = "server")]
    visitor: Option<String>,
    /// Only visits at a simulator that is like this server; no trials.
    #[arg(long, value_parser = guest::profiles(), conflicts_with = "server")]
    profile: Option<String>,
    /// Only over this transport.
    #[arg(long)]
    transport: Option<Transport>,
    /// Only this case.
    #[arg(long, value_parser = cell::cases())]
    case: Option<String>,
    /// Only visits.
    #[arg(long, conflicts_with = "server")]
    visits: bool,
    /// Name the trials and visits instead of running them.
    #[arg(long)]
    list: bool,
    /// How many to run at once; 8 unless said otherwise, since most of them wait.
    #[arg(long, value_name = "N")]
    jobs: Option<usize>,
    /// Use this groupme binary instead of building one.
    #[arg(long, value_name = "FILE")]
    binary: Option<PathBuf>,
}

impl Options {
    fn wants(&self, cell: &Cell) -> bool {
        fn is(wanted: Option<&String>, name: &str) -> bool {
            wanted.is_none_or(|wanted| wanted == name)
        }
        let (is_meant, transport) = match cell {
            Cell::Trial(trial) => {
                let of_visits = self.visits || self.visitor.is_some() || self.profile.is_some();
                let is_meant = !of_visits && is(self.server.as_ref(), trial.peer.name);
                (is_meant, trial.transport)
            }
            Cell::Visit(visit) => {
                let is_meant = self.server.is_none()
                    && is(self.visitor.as_ref(), visit.guest.name)
                    && is(self.profile.as_ref(), visit.profile);
                (is_meant, visit.transport)
            }
        };
        is_meant
            && self.transport.is_none_or(|wanted| wanted == transport)
            && is(self.case.as_ref(), &cell.column().1)
    }
}

/// After so many failures the rest would only be waited for.
const ENOUGH_FAILURES: usize = 10;

/// Runs both matrices, and prints them.
///
/// # Errors
///
/// If Node is missing, something does not build or install, nothing is chosen, or something fails.
pub(crate) fn run(workspace: &Workspace, options: &Options) -> anyhow::Result<()> {
    let mut cells: Vec<_> = cell::all().filter(|cell| options.wants(cell)).collect();
    if cells.is_empty() {
        bail!("no such combination of options; --list names them all");
    }
    if options.list {
        for cell in &cells {
            println!("{cell}");
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
    cells.sort_by_key(|cell| core::cmp::Reverse(cell.is_long()));
    let tools = Tools { peers, binary };
    let outcomes = run_all(&cells, &tools, options.jobs.unwrap_or(8).max(1));
    for outcome in outcomes.iter().filter(|outcome| outcome.failure.is_some()) {
        println!("{}", report::failure(outcome));
    }
    println!("{}", report::tables(&outcomes));
    let failed = failures(&outcomes);
    let left = cells.len() - outcomes.len();
    if left > 0 {
        bail!("{failed} failed, so {left} of {} were not run", cells.len());
    }
    if failed > 0 {
        bail!("{failed} of {} failed", cells.len());
    }
    Ok(())
}

fn failures(outcomes: &[Outcome]) -> usize {
    outcomes
        .iter()
        .filter(|outcome| outcome.failure.is_some())
        .count()
}

/// Runs them, some at a time, in their order, until too many have failed.
fn run_all(cells: &[Cell], tools: &Tools, jobs: usize) -> Vec<Outcome> {
    let waiting = Mutex::new(cells.iter());
    let finished = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..jobs.min(cells.len()) {
            scope.spawn(|| {
                loop {
                    if failures(&locked(&finished)) >= ENOUGH_FAILURES {
                        break;
                    }
                    let next = locked(&waiting).next();
                    let Some(cell) = next else { break };
                    let start = clock::now();
                    let failure = cell.run(tools).err();
                    let outcome = Outcome {
                        cell: *cell,
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
