//! Echo client for the Autobahn test suite; `cargo xtask autobahn` runs it.

use std::process::ExitCode;

use bayeux_transport::{Endpoint, Error, Options, autobahn};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let mut args = std::env::args().skip(1);
    let (Some(server), Some(agent)) = (args.next(), args.next()) else {
        eprintln!("usage: autobahn ws://HOST:PORT AGENT");
        return ExitCode::FAILURE;
    };
    match run(&server, &agent).await {
        Ok(cases) => {
            println!("{cases} cases run");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("autobahn: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Runs all cases of the fuzzing server, and returns their number.
async fn run(server: &str, agent: &str) -> Result<u32, Error> {
    let mut options = Options::default();
    // The suite sends messages of 16 MiB.
    options.max_frame = 64 * 1024 * 1024;
    let count = Endpoint::new(&format!("{server}/getCaseCount"))?;
    let count = autobahn::receive(count, options.clone()).await?;
    let count = count.trim().parse().unwrap_or(0);
    for case in 1..=count {
        let url = format!("{server}/runCase?case={case}&agent={agent}");
        if let Err(error) = autobahn::echo(Endpoint::new(&url)?, options.clone()).await {
            // The report of the suite says whether the case passed.
            eprintln!("case {case}: {error}");
        }
    }
    let reports = Endpoint::new(&format!("{server}/updateReports?agent={agent}"))?;
    autobahn::echo(reports, options).await?;
    Ok(count)
}
