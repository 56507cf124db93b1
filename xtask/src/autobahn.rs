//! `cargo xtask autobahn`: the Autobahn test suite against the WebSocket code of bayeux-transport.
//!
//! The suite is Python 2, so it needs a Python 2.7 with pip, on Linux (x86-64).

use core::{net::Ipv4Addr, time::Duration};
use std::{
    collections::BTreeMap,
    fs,
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
};

use anyhow::{Context, bail};
use clap::Args;
use serde_json::{Value, json};

use crate::{
    clock,
    command::{cargo, run as sh, works},
    workspace::Workspace,
};

/// Options of the task.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct Options {
    /// Python 2.7 with pip. Default: `python2.7`, or the newest 2.7 of pyenv.
    #[arg(long, value_name = "PROGRAM")]
    python: Option<PathBuf>,
}

/// Returns a Python in which the suite can be installed.
///
/// # Errors
///
/// If there is none. The text names a remedy.
pub(crate) fn python(options: &Options) -> anyhow::Result<PathBuf> {
    let candidates: Vec<_> = if let Some(python) = &options.python {
        vec![python.clone()]
    } else {
        let in_path = [PathBuf::from("python2.7")].into_iter();
        in_path.chain(of_pyenv()).collect()
    };
    let mut found = candidates.iter();
    let found = found.find(|python| works(Command::new(python).args(["-m", "pip", "--version"])));
    found.cloned().with_context(|| {
        let tried: Vec<_> = candidates
            .iter()
            .map(|python| format!("`{}`", python.display()))
            .collect();
        format!(
            "the Autobahn suite needs Python 2.7 with pip; tried {}; install one, as with `pyenv \
             install 2.7.18`, or name it with --python",
            tried.join(", ")
        )
    })
}

/// Returns the Pythons 2.7 that pyenv has installed, the newest first. Its `python2.7` refuses to run
/// where a directory or the environment does not select that version.
fn of_pyenv() -> Vec<PathBuf> {
    let root = Command::new("pyenv").arg("root").output();
    let root = root.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
    let Ok(Ok(versions)) = root.map(|root| fs::read_dir(Path::new(&root).join("versions"))) else {
        return Vec::new();
    };
    let versions = versions.filter_map(|entry| {
        let entry = entry.ok()?;
        let patch = entry.file_name().to_str()?.strip_prefix("2.7.")?.parse();
        let patch: u32 = patch.ok()?;
        Some((patch, entry.path().join("bin").join("python2.7")))
    });
    let mut versions: Vec<_> = versions.collect();
    versions.sort_by_key(|(patch, _)| core::cmp::Reverse(*patch));
    versions.into_iter().map(|(_, python)| python).collect()
}

/// Runs the groups 1 to 10 and prints a summary.
///
/// # Errors
///
/// If the suite cannot be installed or started, or a case fails.
pub(crate) fn run(workspace: &Workspace, options: &Options) -> anyhow::Result<()> {
    let python = python(options)?;
    let directory = workspace.target_dir().join("autobahn");
    let packages = install(workspace, &python, &directory)?;
    sh(cargo(&[
        "build",
        "--quiet",
        "--locked",
        "--package",
        "bayeux-transport",
    ])
    .args(["--example", "autobahn", "--features", "autobahn"])
    .current_dir(workspace.root()))?;
    let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?
        .local_addr()?
        .port();
    let server = Server::start(&python, &packages, &directory, port)?;
    sh(
        Command::new(workspace.target_dir().join("debug/examples/autobahn"))
            .args([&format!("ws://127.0.0.1:{port}"), AGENT]),
    )?;
    drop(server);
    let index =
        fs::read(directory.join("reports/index.json")).context("the suite left no report")?;
    let index: Value = serde_json::from_slice(&index)?;
    summarize(&index[AGENT])
}

/// Installs the suite into a directory of its own, unless it is there, and returns that directory.
fn install(workspace: &Workspace, python: &Path, directory: &Path) -> anyhow::Result<PathBuf> {
    let requirements = workspace.root().join("xtask/autobahn/requirements.txt");
    let packages = directory.join("packages");
    let installed = directory.join("installed.txt");
    let wanted = fs::read(&requirements).context("cannot read the requirements")?;
    if !fs::read(&installed).is_ok_and(|installed| installed == wanted) {
        fs::create_dir_all(directory)?;
        sh(Command::new(python)
            .args(["-m", "pip", "install", "--quiet", "--no-deps"])
            .args([
                "--require-hashes",
                "--disable-pip-version-check",
                "--upgrade",
            ])
            .arg("--target")
            .arg(&packages)
            .arg("--requirement")
            .arg(&requirements))?;
        fs::write(&installed, wanted).context("cannot note the installed packages")?;
    }
    Ok(packages)
}

/// The fuzzing server of the suite. Ends when dropped.
struct Server(Child);

impl Server {
    fn start(python: &Path, packages: &Path, directory: &Path, port: u16) -> anyhow::Result<Self> {
        // 12 and 13 are compression, an extension that the client does not offer.
        let spec = json!({
            "url": format!("ws://127.0.0.1:{port}"),
            "outdir": "./reports",
            "cases": ["*"],
            "exclude-cases": ["12.*", "13.*"],
            "exclude-agent-cases": {},
        });
        fs::write(directory.join("fuzzingserver.json"), spec.to_string())?;
        let program = "import site, sys; site.addsitedir(sys.argv[1]); \
                       sys.argv = ['wstest', '-m', 'fuzzingserver', '-s', 'fuzzingserver.json']; \
                       from autobahntestsuite import wstest; wstest.run()";
        let log = fs::File::create(directory.join("server.log"))?;
        let child = Command::new(python)
            .args(["-c", program])
            .arg(packages)
            .current_dir(directory)
            .stdout(Stdio::from(log.try_clone()?))
            .stderr(log)
            .spawn()
            .context("cannot start the suite")?;
        let server = Self(child);
        let start = clock::now();
        while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err() {
            if clock::now().duration_since(start) > Duration::from_mins(1) {
                bail!(
                    "the suite does not start: see {}",
                    directory.join("server.log").display()
                );
            }
            thread::sleep(Duration::from_millis(100));
        }
        Ok(server)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // A server that has ended by itself needs no signal.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Prints the number of cases by group and behaviour, and the name of each that did not pass.
fn summarize(cases: &Value) -> anyhow::Result<()> {
    let cases = cases.as_object().context("the report has no cases")?;
    let mut groups = BTreeMap::<u32, BTreeMap<&str, u32>>::new();
    let mut failed = Vec::new();
    for (name, case) in cases {
        let group = name.split('.').next().and_then(|group| group.parse().ok());
        let behavior = case["behavior"].as_str().unwrap_or("MISSING");
        let close = case["behaviorClose"].as_str().unwrap_or("MISSING");
        let passed = |word| matches!(word, "OK" | "NON-STRICT" | "INFORMATIONAL");
        if !passed(behavior) || !passed(close) {
            failed.push(format!("{name} ({behavior}, close {close})"));
        }
        *groups
            .entry(group.unwrap_or_default())
            .or_default()
            .entry(behavior)
            .or_default() += 1;
    }
    for (group, counts) in &groups {
        let counts: Vec<_> = counts
            .iter()
            .map(|(behavior, count)| format!("{count} {behavior}"))
            .collect();
        println!("{group:>3}  {}", counts.join(", "));
    }
    println!("{} cases, {} failed", cases.len(), failed.len());
    if groups.is_empty() || !failed.is_empty() {
        bail!("failed cases: {}", failed.join(", "));
    }
    Ok(())
}

/// Name of the client in the reports.
const AGENT: &str = "bayeux-transport";
