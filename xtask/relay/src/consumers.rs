//! The consumers of the README, which have to find in the stream what was said.

use core::time::Duration;
use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context as _, ensure};
use clap::Args;
use tokio::time::{Instant, sleep};

use crate::process::Process;

/// What runs the consumers; without, they are left out.
#[derive(Clone, Debug, Args)]
pub(crate) struct Options {
    /// README with the programs.
    #[arg(long, value_name = "FILE", requires_all = ["python", "node_path", "rust_consumer"])]
    readme: Option<PathBuf>,
    /// Python with nats-py.
    #[arg(long, value_name = "FILE")]
    python: Option<PathBuf>,
    /// Directory of the packages of npm.
    #[arg(long, value_name = "DIRECTORY")]
    node_path: Option<PathBuf>,
    /// The example `consumer`.
    #[arg(long, value_name = "FILE")]
    rust_consumer: Option<PathBuf>,
}

/// Runs each consumer until it has printed so many lines, and checks that none prints more.
pub(crate) async fn run(
    options: &Options,
    url: &str,
    directory: &Path,
    events: usize,
) -> anyhow::Result<()> {
    let (Some(readme), Some(python), Some(node_path), Some(rust)) = (
        &options.readme,
        &options.python,
        &options.node_path,
        &options.rust_consumer,
    ) else {
        return Ok(());
    };
    let readme = fs::read_to_string(readme)?;
    let mut in_python = Command::new(python);
    in_python.arg(program(&readme, "python", url, directory)?);
    let mut in_javascript = Command::new("node");
    in_javascript
        .arg(program(&readme, "js", url, directory)?)
        .env("NODE_PATH", node_path);
    let mut in_rust = Command::new(rust);
    in_rust.arg(url);
    for (name, mut command) in [
        ("Python", in_python),
        ("JavaScript", in_javascript),
        ("Rust", in_rust),
    ] {
        let output = directory.join(format!("consumer-{name}.txt"));
        command
            .stdin(Stdio::null())
            .stdout(File::create(&output)?)
            .stderr(Stdio::inherit());
        let path = PathBuf::from(command.get_program());
        let mut child = Process::start(&path, &mut command)?;
        let lines = until_printed(&mut child, &output, events).await?;
        child.kill()?;
        println!("consumer in {name}: {lines} events");
        ensure!(
            lines == events,
            "the consumer in {name} has printed {lines} of {events} events"
        );
    }
    Ok(())
}

/// Writes a program of the README into a file, with the address of the server.
fn program(readme: &str, language: &str, url: &str, directory: &Path) -> anyhow::Result<PathBuf> {
    let (_, rest) = readme
        .split_once(&format!("```{language}\n"))
        .context("a program in the README")?;
    let (program, _) = rest.split_once("```").context("the end of a program")?;
    let text = program.replace("nats://127.0.0.1:4222", url);
    ensure!(text != program, "the program names no server");
    let file = directory.join(format!("consumer.{language}"));
    fs::write(&file, text)?;
    Ok(file)
}

/// Waits until a program has printed so many lines, and a second more; returns their number.
async fn until_printed(child: &mut Process, output: &Path, events: usize) -> anyhow::Result<usize> {
    let deadline = Instant::now() + LONGEST;
    while Instant::now() < deadline {
        if let Some(status) = child.status()? {
            anyhow::bail!("a consumer has ended: {status}");
        }
        if lines(output)? >= events {
            break;
        }
        sleep(Duration::from_millis(100)).await;
    }
    sleep(Duration::from_secs(1)).await;
    lines(output)
}

fn lines(output: &Path) -> anyhow::Result<usize> {
    Ok(fs::read_to_string(output)?.lines().count())
}

/// Longest time of one consumer.
const LONGEST: Duration = Duration::from_mins(2);
