//! The run: all clients in turn, and the tables.

mod client;
mod outages;
mod process;
mod report;
mod samples;
mod suites;

use std::path::PathBuf;

use clap::ValueEnum;

use self::{
    client::{Client, Programs},
    samples::Samples,
};

/// Settings of the run.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Options {
    /// Rows to measure; all by default.
    #[arg(long, value_delimiter = ',', value_name = "ROW")]
    rows: Vec<Suite>,
    /// Rounds, in each of which all clients of a row run once.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    rounds: u32,
    /// Runs only clients whose name contains one of these texts.
    #[arg(long, value_delimiter = ',', value_name = "TEXT")]
    clients: Vec<String>,
    /// Prints all samples in JSON instead of tables.
    #[arg(long)]
    json: bool,
    /// Only checks that each client still runs, in little time.
    #[arg(long)]
    check: bool,
    /// Program of the Rust clients of others.
    #[arg(long, hide = true)]
    rust: Option<PathBuf>,
    /// Script of the clients from npm.
    #[arg(long, hide = true)]
    node: Option<PathBuf>,
    /// Python of the clients from PyPI, and their script.
    #[arg(long, hide = true, num_args = 2)]
    python: Option<Vec<PathBuf>>,
    /// This program, built to count allocations.
    #[arg(long, hide = true)]
    counting: Option<PathBuf>,
}

impl Options {
    fn runs(&self, client: &str) -> bool {
        self.clients.is_empty() || self.clients.iter().any(|text| client.contains(text))
    }
}

/// Groups of rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Suite {
    /// CPU time of an event in a flood, with 1 and 10 events in a frame or reply.
    Throughput,
    /// Latency and CPU time at 200 and 2,000 events a second, and the start to the first event.
    Latency,
    /// Allocations of an event, from the socket to the program.
    Allocations,
    /// Memory of a further idle session.
    Memory,
    /// 10,000 idle sessions in one process.
    Many,
    /// Time to the first event after the gateway was killed for 2 and for 30 seconds.
    Outages,
    /// Sockets broken every two seconds for a minute, with one restart of the gateway.
    Breaks,
}

/// Runs the rows and prints the result.
pub(crate) fn run(options: &Options) -> anyhow::Result<()> {
    let programs = Programs::new(options)?;
    let clients = Client::all().filter(|client| programs.has(client) && options.runs(client.name));
    let clients: Vec<_> = clients.collect();
    anyhow::ensure!(
        !clients.is_empty(),
        "no client has `{}` in its name",
        options.clients.join("` or `")
    );
    let mut samples = Samples::default();
    let suites = match &options.rows[..] {
        [] => Suite::value_variants(),
        rows => rows,
    };
    let mut bench = suites::Bench {
        clients: &clients,
        programs: &programs,
        rounds: if options.check { 1 } else { options.rounds },
        is_check: options.check,
        samples: &mut samples,
        failures: 0,
    };
    for suite in suites {
        let result = match suite {
            Suite::Throughput => bench.throughput(),
            Suite::Latency => bench.latency(),
            Suite::Allocations => match &options.counting {
                Some(counting) => bench.allocations(counting),
                None => Ok(()),
            },
            Suite::Memory => {
                bench.memory();
                Ok(())
            }
            Suite::Many => bench.many(),
            Suite::Outages => bench.outages(),
            Suite::Breaks => bench.breaks(),
        };
        bench.succeeded(result, &format!("{suite:?}"));
    }
    let failures = bench.failures;
    if options.json {
        println!("{}", samples.to_json());
    } else if !options.check {
        print!("{}", report::Report(&samples));
    }
    anyhow::ensure!(failures == 0, "{failures} measurements failed");
    Ok(())
}
