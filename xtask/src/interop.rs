//! `cargo xtask interop`: interoperability with third-party Bayeux implementations.
//!
//! A [driver case](driver_case) runs a small program on `bayeux-transport` against a third-party server.
//! A [server case](server_case) runs `groupme listen` against a third-party server and checks the
//! output of the command. A [client case](client_case) runs a third-party client against
//! `groupme sim`, or against a server of `bayeux-server`, and checks what that client receives. All implementations are pinned in
//! `xtask/interop/package.json`; `server.js` there controls the servers, `client.js` the clients.

mod client;
mod client_case;
mod driver;
mod driver_case;
mod env;
mod event;
mod failure;
mod listener;
mod log;
mod process;
mod server;
mod server_case;
mod simulator;

use core::{
    cmp::Reverse,
    sync::atomic::{AtomicUsize, Ordering},
};
use std::{path::PathBuf, sync::Arc};

use anyhow::{bail, ensure};
use libtest_mimic::{Arguments, Failed, Trial};

use crate::{npm, package, workspace::Workspace};
use client_case::ClientCase;
use driver_case::DriverCase;
use server_case::ServerCase;

/// Selection of cases.
#[derive(Debug, Default, clap::Args)]
pub(crate) struct Options {
    /// Part of the names of the cases to run, such as `server/cometd` or `long-polling/restart`,
    /// and options of a test runner: `--exact`, `--skip NAME`, `--test-threads N`, `--list`.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    args: Vec<String>,
}

/// Programs that the cases run.
#[derive(Clone, Debug)]
struct Programs {
    /// Directory of the scripts for the third-party implementations.
    scripts: PathBuf,
    /// The `groupme` command.
    groupme: PathBuf,
    /// The example `interop` of `bayeux-server`.
    server: PathBuf,
    /// The example `interop_driver` of `bayeux-transport`.
    driver: PathBuf,
}

#[derive(Clone, Copy, Debug)]
enum Case {
    Server(ServerCase),
    Client(ClientCase),
    Driver(DriverCase),
}

/// Default of `--test-threads`: more than there are cores, since most cases wait.
const THREADS: usize = 8;
/// Number of failures after which the rest is not run.
const MAX_FAILURES: usize = 10;

/// Runs the selected cases, all by default.
///
/// # Errors
///
/// If Node is missing, something does not build or install, no case is selected, or one fails.
pub(crate) fn run(workspace: &Workspace, options: &Options) -> anyhow::Result<()> {
    let args = options.args.iter().map(String::as_str);
    let mut arguments = Arguments::from_iter(["cargo xtask interop"].into_iter().chain(args));
    arguments.test_threads.get_or_insert(THREADS);
    let programs = if arguments.list {
        None
    } else {
        Some(Arc::new(programs(workspace)?))
    };
    let failures = Arc::new(AtomicUsize::new(0));
    let trials = cases().into_iter().map(|case| {
        let (programs, failures) = (programs.clone(), Arc::clone(&failures));
        Trial::test(case.name(), move || {
            if failures.load(Ordering::Relaxed) >= MAX_FAILURES {
                return Err(format!("not run, after {MAX_FAILURES} failures").into());
            }
            let result = programs.map_or(Ok(()), |programs| case.run(&programs));
            failures.fetch_add(usize::from(result.is_err()), Ordering::Relaxed);
            result
        })
    });
    let conclusion = libtest_mimic::run(&arguments, trials.collect());
    ensure!(
        !conclusion.has_failed(),
        "{} cases failed",
        conclusion.num_failed
    );
    let is_empty = conclusion.num_passed == 0 && !arguments.list;
    ensure!(!is_empty, "no case has such a name; --list shows all");
    Ok(())
}

/// Returns all cases. Long ones come first, so that none of them is left alone at the end.
fn cases() -> Vec<Case> {
    let servers = server_case::all().map(Case::Server);
    let clients = client_case::all().map(Case::Client);
    let drivers = driver_case::all().map(Case::Driver);
    let mut cases: Vec<_> = servers.chain(clients).chain(drivers).collect();
    cases.sort_by_key(|case| Reverse(case.is_long()));
    cases
}

impl Case {
    fn name(&self) -> String {
        match self {
            Self::Server(case) => case.to_string(),
            Self::Client(case) => case.to_string(),
            Self::Driver(case) => case.to_string(),
        }
    }

    fn is_long(&self) -> bool {
        match self {
            Self::Server(case) => case.scenario.is_long(),
            Self::Client(case) => case.scenario.is_long(),
            Self::Driver(_) => false,
        }
    }

    fn run(&self, programs: &Programs) -> Result<(), Failed> {
        match self {
            Self::Server(case) => case.run(programs),
            Self::Client(case) => case.run(programs),
            Self::Driver(case) => case.run(programs),
        }
    }
}

/// Installs the third-party implementations and builds the `groupme` command.
fn programs(workspace: &Workspace) -> anyhow::Result<Programs> {
    let scripts = workspace.root().join("xtask/interop");
    if let Some(program) = npm::missing() {
        bail!("interop needs Node 20 or newer, but `{program}` does not run; see nodejs.org");
    }
    npm::install(&scripts)?;
    let groupme = package::build(workspace, "groupme", &[])?;
    let server = package::build_example(workspace, "bayeux-server", "interop", &[])?;
    let driver = package::build_example(workspace, "bayeux-transport", "interop_driver", &[])?;
    Ok(Programs {
        scripts,
        groupme,
        server,
        driver,
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_implementation_is_tested_over_every_transport_it_has() {
        let names: BTreeSet<_> = cases().iter().map(Case::name).collect();
        assert_eq!(names.len(), cases().len(), "names are unique");
        let count = |start: &str| names.iter().filter(|name| name.starts_with(start)).count();
        for faye in ["faye-1.4.3", "faye-1.0.4", "faye-0.8.11", "faye-0.7.2"] {
            assert_eq!(count(&format!("server/{faye}/websocket/")), 11, "{faye}");
            assert_eq!(count(&format!("server/{faye}/long-polling/")), 11, "{faye}");
            assert_eq!(count(&format!("server/{faye}/auto/")), 1, "{faye}");
        }
        assert_eq!(count("server/cometd/websocket/"), 0);
        assert_eq!(count("server/cometd/long-polling/"), 11);
        assert_eq!(count("client/faye-1.4.3/faye/"), 6);
        assert_eq!(count("client/faye-0.7.2/faye/"), 7);
        assert_eq!(count("client/faye-0.7.2/faye-0.7/"), 7);
        assert_eq!(count("client/cometd/faye/"), 6);
        assert_eq!(count("client/cometd/cometd/"), 6);
        assert_eq!(count("client/faye-1.4.3/server-faye/"), 6);
        assert_eq!(count("client/cometd/server-faye/"), 6);
        assert_eq!(count("client/cometd/server-cometd/"), 6);
        assert_eq!(count("driver/faye-1.4.3/websocket/"), 3);
        assert_eq!(count("driver/faye-1.4.3/long-polling/"), 4);
        assert_eq!(count("driver/cometd/long-polling/"), 4);
        assert_eq!(count("driver/cometd-ack/long-polling/"), 4);
    }
}
