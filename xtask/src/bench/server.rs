//! `cargo xtask bench server`: a server of `bayeux-server` and npm faye's, each with idle clients and
//! with a flood.
//!
//! The example `load` of `bayeux-server` opens the clients and measures. Each measurement has a new
//! server.

use std::{
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use anyhow::Context as _;
use clap::Args;
use serde_json::Value;

use crate::{command::text_of, npm, package, workspace::Workspace};

/// Sizes of the run.
#[derive(Clone, Debug, Args)]
pub(crate) struct Options {
    /// Idle clients of each transport.
    #[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(1..))]
    clients: u32,
    /// Time over which idle clients are measured, in seconds.
    #[arg(long, default_value_t = 60, value_parser = clap::value_parser!(u32).range(1..))]
    idle: u32,
    /// Websockets that listen to a flood.
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..))]
    listeners: u32,
    /// Events a second of each flood.
    #[arg(long, value_delimiter = ',', default_values_t = [1_000, 5_000])]
    rates: Vec<u32>,
    /// Duration of a flood, in seconds.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..))]
    flood: u32,
    /// Build without optimizations.
    #[arg(skip)]
    is_check: bool,
}

/// Returns the options of a check that everything still runs, which takes some seconds.
pub(crate) fn check() -> Options {
    Options {
        clients: 20,
        idle: 1,
        listeners: 2,
        rates: vec![100],
        flood: 1,
        is_check: true,
    }
}

/// Builds and installs the servers, measures them, and prints a table.
///
/// # Errors
///
/// If something does not build, install or run, or a server loses a client or an event of the slowest
/// flood.
pub(crate) fn run(workspace: &Workspace, options: &Options) -> anyhow::Result<()> {
    let profile: &[&str] = if options.is_check {
        &[]
    } else {
        &["--profile", "bench"]
    };
    let load = package::build_example(workspace, "bayeux-server", "load", profile)?;
    let mut servers = vec![Candidate::Ours(load.clone())];
    if let Some(program) = npm::missing() {
        println!("npm faye is left out: `{program}` does not run here");
    } else {
        let directory = workspace.root().join("xtask/bench/peers/third-party/node");
        npm::install(&directory)?;
        servers.push(Candidate::Faye(directory.join("server.js")));
    }
    let mut columns = Vec::new();
    for server in &servers {
        columns.push(server.measure(&load, options)?);
    }
    print_table(&servers, &columns);
    Ok(())
}

/// Server to measure.
#[derive(Debug)]
enum Candidate {
    /// The program with `serve`.
    Ours(PathBuf),
    /// Its script.
    Faye(PathBuf),
}

/// Name and value of each measurement of a server.
type Column = Vec<(String, String)>;

impl Candidate {
    fn name(&self) -> &'static str {
        match self {
            Self::Ours(_) => "bayeux-server",
            Self::Faye(_) => "npm faye 1.4.3",
        }
    }

    fn measure(&self, load: &Path, options: &Options) -> anyhow::Result<Column> {
        let mut column = Column::new();
        let (clients, idle) = (options.clients, options.idle);
        for (kind, name) in [("sockets", "idle websockets"), ("polls", "held polls")] {
            let args = [clients, idle].map(|number| number.to_string());
            let result = self.load(load, kind, &args)?;
            anyhow::ensure!(
                result["lost"] == 0,
                "{} lost {} of {clients} {name}",
                self.name(),
                result["lost"]
            );
            let bytes = number(&result, "bytes_each")? / 1024.0;
            let megabytes = number(&result, "memory_kib")? / 1024.0;
            let cpu = number(&result, "cpu_seconds")?;
            column.extend([
                (
                    format!("{clients} {name}: memory"),
                    format!("{megabytes:.0} MB, {bytes:.1} KB each"),
                ),
                (format!("… CPU in {idle} s"), format!("{cpu:.2} s")),
            ]);
        }
        for (at, rate) in options.rates.iter().enumerate() {
            let args = [options.listeners, *rate, options.flood].map(|number| number.to_string());
            let result = self.load(load, "flood", &args)?;
            let number = |name| number(&result, name);
            let is_whole = result["delivered"] == result["expected"];
            anyhow::ensure!(
                is_whole || at > 0,
                "{} delivered {} of {} events",
                self.name(),
                result["delivered"],
                result["expected"]
            );
            let percent = 100.0 * number("delivered")? / number("expected")?;
            let latency = |name| match number(name) {
                Ok(seconds) => format!("{:.1} ms", seconds * 1000.0),
                Err(_) => "–".to_owned(),
            };
            column.extend([
                (
                    format!(
                        "{rate} events a second for {} s to {} websockets: delivered",
                        options.flood, options.listeners
                    ),
                    format!("{percent:.1} % in {:.1} s", number("delivered_in")?),
                ),
                (
                    "… latency p50, p99".to_owned(),
                    format!("{}, {}", latency("p50"), latency("p99")),
                ),
                (
                    "… CPU".to_owned(),
                    format!("{:.1} s", number("cpu_seconds")?),
                ),
                (
                    "… memory".to_owned(),
                    format!("{:.0} MB", number("memory_kib")? / 1024.0),
                ),
            ]);
        }
        Ok(column)
    }

    /// Runs one measurement with a new server.
    fn load(&self, load: &Path, kind: &str, args: &[String]) -> anyhow::Result<Value> {
        let mut command = match self {
            Self::Ours(program) => {
                let mut command = Command::new(program);
                command.arg("serve");
                command
            }
            Self::Faye(script) => {
                let mut command = Command::new("node");
                command.arg(script);
                command
            }
        };
        let server = Process::start(&mut command).with_context(|| self.name().to_owned())?;
        let mut command = Command::new(load);
        command.args([kind, &server.port, &server.id]).args(args);
        eprintln!("{}: {kind} {}", self.name(), args.join(" "));
        let output = text_of(&mut command)?;
        serde_json::from_str(&output).with_context(|| output)
    }
}

/// Process of a server, killed when dropped.
#[derive(Debug)]
struct Process {
    child: Child,
    port: String,
    /// Id of the process.
    id: String,
}

impl Process {
    /// Starts a server, and waits for its port.
    fn start(command: &mut Command) -> anyhow::Result<Self> {
        command.stdin(Stdio::null()).stdout(Stdio::piped());
        let mut child = command.spawn()?;
        let stdout = child.stdout.take().context("a process without output")?;
        let mut process = Self {
            child,
            port: String::new(),
            id: String::new(),
        };
        let mut line = String::new();
        BufReader::new(stdout).read_line(&mut line)?;
        let (port, id) = line.trim().split_once(' ').context("no port is printed")?;
        (process.port, process.id) = (port.to_owned(), id.to_owned());
        Ok(process)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn number(result: &Value, name: &str) -> anyhow::Result<f64> {
    let value = result[name].as_f64();
    value.with_context(|| format!("no {name} in {result}"))
}

fn print_table(servers: &[Candidate], columns: &[Column]) {
    let names: Vec<_> = servers.iter().map(Candidate::name).collect();
    println!("\n| | {} |", names.join(" | "));
    println!("|---|{}", "--:|".repeat(names.len()));
    for (row, (name, _)) in columns.iter().take(1).flatten().enumerate() {
        let values: Vec<_> = columns
            .iter()
            .filter_map(|column| Some(column.get(row)?.1.as_str()))
            .collect();
        println!("| {name} | {} |", values.join(" | "));
    }
}
