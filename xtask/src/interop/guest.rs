//! The clients of others.

use core::time::Duration;
use std::{path::Path, process::Command};

use anyhow::{Context, bail, ensure};
use clap::builder::PossibleValuesParser;
use serde_json::{Value, json};

use super::{
    listener::Transport,
    log::{Line, Mark},
    process::Process,
};

/// A kind of client.
#[derive(Debug)]
pub(super) struct Guest {
    pub(super) name: &'static str,
    /// The servers that the simulator is like when it comes, as `groupme sim --profile` has them.
    pub(super) profiles: &'static [&'static str],
    /// Whether it brings websockets along that no server of today takes.
    pub(super) has_old_sockets: bool,
    /// Whether it takes an event that bears the id of its own publish for the answer to that.
    pub(super) takes_events_for_answers: bool,
    /// What it cannot do, what is done about it, and what is checked instead.
    pub(super) remarks: &'static [&'static str],
}

const GUESTS: &[Guest] = &[
    Guest {
        name: "faye-1.4.3",
        profiles: &["faye"],
        has_old_sockets: false,
        takes_events_for_answers: false,
        remarks: &[],
    },
    Guest {
        name: "faye-0.7.2",
        profiles: &["faye", "faye-0.7"],
        has_old_sockets: true,
        takes_events_for_answers: true,
        remarks: &[
            "faye-0.7.2: its own websockets ask for version 8, a draft, and read the answer with a part of Node \
             that crashes today's Node. It is lent those of its successors, as browsers lend it theirs; old-socket \
             checks that its own do ask so, and are refused with 400, as Faye 1.4.3 refuses them.",
            "faye-0.7.2: it takes an event with the id of its own publish for the answer, and that for a refusal. \
             A server that is like Faye 1.4.3 sends the event first over websockets, so there all it publishes must \
             be heard and must seem refused to it; at one like Faye 0.7 nothing may.",
        ],
    },
    Guest {
        name: "cometd",
        profiles: &["faye", "cometd"],
        has_old_sockets: false,
        takes_events_for_answers: false,
        remarks: &[],
    },
];

/// Returns every kind of client.
pub(super) fn all() -> impl Iterator<Item = &'static Guest> {
    GUESTS.iter()
}

/// Returns the parser of a client's name.
pub(super) fn names() -> PossibleValuesParser {
    PossibleValuesParser::new(GUESTS.iter().map(|guest| guest.name))
}

/// Returns the parser of the name of a server that the simulator is like.
pub(super) fn profiles() -> PossibleValuesParser {
    let mut names: Vec<_> = GUESTS.iter().flat_map(|guest| guest.profiles).collect();
    names.sort_unstable();
    names.dedup();
    PossibleValuesParser::new(names)
}

/// What a client was told about a publish.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) number: i64,
    /// Why it was refused, if it was.
    error: Option<String>,
}

impl Answer {
    pub(super) fn is_taken(&self) -> bool {
        self.error.is_none()
    }

    /// Tells whether it was no answer, but the event: Faye 0.7 finds no error in that.
    pub(super) fn is_event(&self) -> bool {
        self.error.as_deref() == Some(r#""null::""#)
    }
}

/// A running client of others.
#[derive(Debug)]
pub(super) struct Visitor {
    process: Process,
}

/// Longer than any of them waits before it tries again, and than a thousand events take when all
/// publish them at once.
const PATIENCE: Duration = Duration::from_mins(1);

impl Visitor {
    /// Starts a client that will go to the simulator at `port`.
    ///
    /// # Errors
    ///
    /// If it does not start.
    pub(super) fn start(
        directory: &Path,
        guest: &Guest,
        transport: Transport,
        port: u16,
        token: &str,
    ) -> anyhow::Result<Self> {
        let process = Process::start(
            Command::new("node")
                .args(["visitor.js", "--client", guest.name])
                .args(["--transport", &transport.to_string()])
                .args(["--port", &port.to_string(), "--token", token])
                .current_dir(directory),
        )?;
        let visitor = Self { process };
        visitor
            .wait(Mark::default(), "a sign of life", |line| {
                line["ready"] == true
            })
            .context("the client did not start")?;
        Ok(visitor)
    }

    /// Returns the place after what it has told so far.
    pub(super) fn mark(&self) -> Mark {
        self.process.stdout.end()
    }

    /// Has it do something, and waits until that is done.
    ///
    /// # Errors
    ///
    /// If it cannot, or if it does not answer.
    pub(super) fn order(&mut self, deed: &str, mut order: Value) -> anyhow::Result<()> {
        order["do"] = deed.into();
        let mark = self.mark();
        self.process
            .tell(&order)
            .with_context(|| format!("the client was to {deed}"))?;
        let mut failure = None;
        self.wait(mark, &format!("an end of {deed}"), |line| {
            if line["failed"] == deed {
                failure = Some(line["error"].to_string());
            }
            failure.is_some() || line["done"] == deed
        })?;
        match failure {
            Some(reason) => bail!("the client could not {deed}: {reason}"),
            None => Ok(()),
        }
    }

    /// Has it look at something, and returns what it tells of it.
    ///
    /// # Errors
    ///
    /// As [`order`](Self::order), and if it tells nothing.
    pub(super) fn ask(&mut self, deed: &str, field: &str) -> anyhow::Result<Value> {
        let mark = self.mark();
        self.order(deed, json!({}))?;
        let told = self.process.stdout.since(mark);
        let told = told.into_iter().find(|line| !line.json[field].is_null());
        let told = told.with_context(|| format!("the client told nothing of {field}"))?;
        Ok(told.json)
    }

    /// Waits until it hears an event.
    pub(super) fn wait_heard(&self, mark: Mark, number: i64) -> anyhow::Result<()> {
        self.wait(mark, &format!("event {number}"), |line| {
            line["heard"] == number
        })
    }

    /// Tells whether it hears a probe, within a moment.
    pub(super) fn hears_probe(&self, mark: Mark, moment: Duration) -> bool {
        let is_probe = |line: &Line| line.json["heard"].as_i64().is_some_and(|number| number < 0);
        let stdout = &self.process.stdout;
        stdout.wait(mark, moment, "a probe", is_probe).is_ok()
    }

    /// Returns the numbers of the events it has heard so far.
    pub(super) fn heard(&self) -> Vec<i64> {
        let lines = self.process.stdout.since(Mark::default());
        let numbers = lines.iter().filter_map(|line| line.json["heard"].as_i64());
        numbers.collect()
    }

    /// Returns how the publishes were answered since `mark`, in the order of the answers.
    pub(super) fn answers(&self, mark: Mark) -> Vec<Answer> {
        let lines = self.process.stdout.since(mark);
        let answers = lines.iter().filter_map(|line| {
            let told = |field: &str| line.json[field].as_i64();
            let (number, error) = match told("published") {
                Some(number) => (number, None),
                None => (told("refused")?, Some(line.json["error"].to_string())),
            };
            Some(Answer { number, error })
        });
        answers.collect()
    }

    /// Waits until it has ended by itself, since nothing more is asked of it.
    ///
    /// # Errors
    ///
    /// If it does not end, or with another status than 0.
    pub(super) fn end(&mut self) -> anyhow::Result<()> {
        self.process.close_stdin();
        let exit = self
            .process
            .exit(PATIENCE)
            .context("waiting for the client's end")?;
        ensure!(exit.success(), "the client ended with {exit}");
        Ok(())
    }

    /// Returns everything it has printed, for a look at a failure.
    pub(super) fn streams(&self) -> [(&'static str, Vec<Line>); 2] {
        let Process { stdout, stderr, .. } = &self.process;
        [("client, stdout", stdout), ("client, stderr", stderr)]
            .map(|(name, log)| (name, log.since(Mark::default())))
    }

    fn wait(
        &self,
        mark: Mark,
        what: &str,
        mut is_meant: impl FnMut(&Value) -> bool,
    ) -> anyhow::Result<()> {
        let stdout = &self.process.stdout;
        stdout
            .wait(mark, PATIENCE, what, |line| is_meant(&line.json))
            .context("waiting for the client")?;
        Ok(())
    }
}
