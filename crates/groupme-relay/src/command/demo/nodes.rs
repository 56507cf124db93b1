//! Nodes of the demonstration, as processes of this program.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::Context as _;

use super::process::Process;

/// Nodes that run, oldest first.
pub(super) struct Nodes {
    directory: PathBuf,
    options: Vec<String>,
    running: Vec<Running>,
    started: usize,
}

struct Running {
    /// Letter by which people know the node.
    letter: char,
    log: PathBuf,
    child: Process,
}

impl Nodes {
    pub(super) fn new(directory: &Path, options: Vec<String>) -> Self {
        Self {
            directory: directory.to_owned(),
            options,
            running: Vec::new(),
            started: 0,
        }
    }

    /// Starts a node and returns its letter.
    pub(super) fn start(&mut self) -> anyhow::Result<char> {
        let letter = LETTERS[self.started % LETTERS.len()];
        self.started += 1;
        let log = self.directory.join(format!("node-{}.log", self.started));
        let mut command = Command::new(std::env::current_exe()?);
        command
            .arg("run")
            .args(&self.options)
            .env_remove("GROUPME_RELAY_CONFIG")
            .env_remove("GROUPME_RELAY_NATS_USER")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(File::create(&log)?);
        let child = Process::start(&mut command)?;
        self.running.push(Running { letter, log, child });
        Ok(letter)
    }

    /// Kills a node by its letter, without warning.
    pub(super) fn kill(&mut self, letter: char) {
        // Dropped, a process is killed.
        self.running.retain(|node| node.letter != letter);
    }

    /// Returns the letters of the nodes that run.
    pub(super) fn letters(&self) -> impl Iterator<Item = char> + '_ {
        self.running.iter().map(|node| node.letter)
    }

    /// Returns the letter of a node by the id in its log.
    pub(super) fn letter_of(&self, id: &str) -> Option<char> {
        let mut nodes = self.running.iter();
        let named = |node: &&Running| {
            let log = fs::read_to_string(&node.log).unwrap_or_default();
            log.lines().take(20).any(|line| line.contains(id))
        };
        nodes.find(named).map(|node| node.letter)
    }

    /// Checks that no node has ended by itself.
    ///
    /// # Errors
    ///
    /// The end of its log.
    pub(super) fn check(&mut self) -> anyhow::Result<()> {
        for node in &mut self.running {
            if node.child.has_ended() {
                let log = fs::read_to_string(&node.log).context("a log")?;
                let lines: Vec<_> = log.lines().rev().take(5).collect();
                anyhow::bail!("node {} ended by itself: {}", node.letter, lines.join("\n"));
            }
        }
        Ok(())
    }
}

const LETTERS: [char; 26] = [
    'A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'I', 'J', 'K', 'L', 'M', 'N', 'O', 'P', 'Q', 'R', 'S',
    'T', 'U', 'V', 'W', 'X', 'Y', 'Z',
];
