//! A case, its run and its bounds.

use core::{
    fmt::Write as _,
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};
use std::{fs, io, sync::Arc};

use tokio::{
    io::{AsyncRead, AsyncReadExt as _},
    sync::Semaphore,
    task::JoinSet,
    time::{Instant, sleep, timeout},
};

use super::peer::{self, Attack, Peer};
use crate::program::groupme;

/// A stand-in, the command that meets it, and how the command has to end.
pub(super) struct Case {
    name: &'static str,
    /// Arguments with `PORT` in place of the port of the stand-in.
    arguments: Vec<String>,
    attack: Attack,
    /// Exit status; `None` if the command is to run until it is killed.
    status: Option<i32>,
    /// Texts that the output has to contain.
    says: Vec<&'static str>,
    /// Texts that the output must not contain.
    hides: Vec<&'static str>,
    max_time: Duration,
    max_cpu: Duration,
    /// Peak of the resident memory, in megabytes.
    max_memory: u64,
    /// Flag of the stand-in for what must not happen, and its description.
    unless: Option<(Arc<AtomicBool>, &'static str)>,
}

impl Case {
    fn new(
        name: &'static str,
        arguments: &[&str],
        attack: impl Fn(&mut Peer) -> io::Result<()> + Send + Sync + 'static,
    ) -> Self {
        Self {
            name,
            arguments: arguments.iter().map(|&text| text.to_owned()).collect(),
            attack: Arc::new(attack),
            status: Some(0),
            says: Vec::new(),
            hides: vec!["panicked", TOKEN],
            max_time: Duration::from_secs(20),
            max_cpu: Duration::from_secs(5),
            max_memory: 128,
            unless: None,
        }
    }

    /// `groupme listen` over a websocket for two seconds, without the REST API.
    pub(super) fn websocket(
        name: &'static str,
        attack: impl Fn(&mut Peer) -> io::Result<()> + Send + Sync + 'static,
    ) -> Self {
        Self::new(name, &listen("websocket"), attack)
    }

    /// `groupme listen` over long-polling for two seconds, without the REST API.
    pub(super) fn polling(
        name: &'static str,
        attack: impl Fn(&mut Peer) -> io::Result<()> + Send + Sync + 'static,
    ) -> Self {
        Self::new(name, &listen("long-polling"), attack)
    }

    /// A command that asks the REST API. The stand-in answers each request of a connection, of which
    /// it gets the target.
    pub(super) fn rest(
        name: &'static str,
        arguments: &[&str],
        answer: impl Fn(&mut Peer, &str) -> io::Result<()> + Send + Sync + 'static,
    ) -> Self {
        let api = ["--api-url", "http://127.0.0.1:PORT/v3", "--timeout", "5s"];
        Self::new(name, &[arguments, &api].concat(), move |peer| {
            loop {
                let request = peer.request()?;
                answer(peer, &request.target)?;
            }
        })
    }

    /// `groupme listen` with a gateway that behaves, and a REST API that answers each request.
    pub(super) fn both(
        name: &'static str,
        answer: impl Fn(&mut Peer, &str) -> io::Result<()> + Send + Sync + 'static,
    ) -> Self {
        let mut arguments = listen("websocket").to_vec();
        arguments.retain(|argument| *argument != "--no-backfill");
        arguments.extend(["--api-url", "http://127.0.0.1:PORT/v3", "--history", "5"]);
        Self::new(name, &arguments, move |peer| {
            loop {
                let request = peer.request()?;
                if request.target.contains("/faye") {
                    peer.accept(&request)?;
                    peer.serve_gateway()?;
                } else {
                    answer(peer, &request.target)?;
                }
            }
        })
    }

    /// Replaces `--format` of `listen`.
    pub(super) fn format(self, format: &str) -> Self {
        self.option("--format", format)
    }

    /// Replaces `--for` of `listen`.
    pub(super) fn lasts(mut self, secs: u64) -> Self {
        self.max_time = Duration::from_secs(secs + 18);
        self.option("--for", &format!("{secs}s"))
    }

    fn option(mut self, name: &str, value: &str) -> Self {
        let at = self.arguments.iter().position(|text| text == name);
        value.clone_into(&mut self.arguments[at.unwrap() + 1]);
        self
    }

    /// Allows more time than the usual.
    pub(super) fn within(mut self, secs: u64) -> Self {
        self.max_time = Duration::from_secs(secs);
        self
    }

    pub(super) fn fails(mut self, status: i32) -> Self {
        self.status = Some(status);
        self
    }

    /// Expects that the gateway counts as never reached.
    pub(super) fn unreached(self) -> Self {
        self.fails(5).says("the gateway was never reached")
    }

    /// Declares that the command has no reason to end; it is killed after a few seconds.
    pub(super) fn goes_on(mut self) -> Self {
        self.status = None;
        self.max_time = Duration::from_secs(4);
        self
    }

    pub(super) fn says(mut self, text: &'static str) -> Self {
        self.says.push(text);
        self
    }

    pub(super) fn hides(mut self, text: &'static str) -> Self {
        self.hides.push(text);
        self
    }

    /// Peak of the resident memory, in megabytes.
    pub(super) fn memory(mut self, megabytes: u64) -> Self {
        self.max_memory = megabytes;
        self
    }

    /// Processor time, in seconds.
    pub(super) fn cpu(mut self, secs: u64) -> Self {
        self.max_cpu = Duration::from_secs(secs);
        self
    }

    /// Fails if the stand-in has set a flag.
    pub(super) fn unless(mut self, happened: Arc<AtomicBool>, what: &'static str) -> Self {
        self.unless = Some((happened, what));
        self
    }

    /// Runs the case. The error lists all that is wrong.
    async fn run(self) -> Result<String, String> {
        let port = peer::serve(Arc::clone(&self.attack)).to_string();
        let arguments = self
            .arguments
            .iter()
            .map(|text| text.replace("PORT", &port));
        let arguments: Vec<String> = arguments.collect();
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let mut command = groupme(&arguments);
        command.env("GROUPME_ACCESS_TOKEN", TOKEN);
        for name in [
            "HTTP_PROXY",
            "HTTPS_PROXY",
            "ALL_PROXY",
            "http_proxy",
            "https_proxy",
            "all_proxy",
        ] {
            command.env_remove(name);
        }
        let started = Instant::now();
        let mut child = command.spawn().unwrap();
        let usage = tokio::spawn(Usage::watch(child.id().unwrap()));
        let stdout = tokio::spawn(read(child.stdout.take().unwrap()));
        let stderr = tokio::spawn(read(child.stderr.take().unwrap()));
        let status = timeout(self.max_time, child.wait()).await;
        let took = started.elapsed();
        if status.is_err() {
            child.kill().await.unwrap();
        }
        let usage = usage.await.unwrap();
        let text = format!("{}{}", stdout.await.unwrap(), stderr.await.unwrap());
        let mut wrong = String::new();
        // A signal ends a command without a code; only the timeout is no end at all.
        let status = status.ok().map(|status| status.unwrap().code());
        if status != self.status.map(Some) {
            let _ = writeln!(wrong, "  status {status:?}, expected {:?}", self.status);
        }
        if let Some((happened, what)) = &self.unless
            && happened.load(Ordering::Relaxed)
        {
            let _ = writeln!(wrong, "  {what}");
        }
        if usage.memory > self.max_memory {
            let _ = writeln!(
                wrong,
                "  {} MB, expected {} at most",
                usage.memory, self.max_memory
            );
        }
        if usage.cpu > self.max_cpu {
            let _ = writeln!(
                wrong,
                "  {:?} of CPU, expected {:?} at most",
                usage.cpu, self.max_cpu
            );
        }
        for missing in self.says.iter().filter(|part| !text.contains(**part)) {
            let _ = writeln!(wrong, "  does not say {missing:?}");
        }
        for shown in self.hides.iter().filter(|part| text.contains(**part)) {
            let _ = writeln!(wrong, "  shows {shown:?}");
        }
        let row = format!(
            "{:<40} {status:?} {:.1} s, CPU {:.2} s, {} MB",
            self.name,
            took.as_secs_f64(),
            usage.cpu.as_secs_f64(),
            usage.memory
        );
        if wrong.is_empty() {
            return Ok(row);
        }
        let end: Vec<char> = text.chars().rev().take(1_500).collect();
        let end: String = end.into_iter().rev().collect();
        Err(format!("{row}\n{wrong}  end of the output:\n{end}\n"))
    }
}

/// Runs cases, several at a time, and fails with all that went wrong.
pub(super) async fn run_all(cases: Vec<Case>) {
    let turns = Arc::new(Semaphore::new(AT_ONCE));
    let mut runs = JoinSet::new();
    for case in cases {
        let turns = Arc::clone(&turns);
        runs.spawn(async move {
            let _turn = turns.acquire().await.unwrap();
            case.run().await
        });
    }
    let mut failures = Vec::new();
    while let Some(result) = runs.join_next().await {
        match result.unwrap() {
            Ok(row) => println!("{row}"),
            Err(report) => failures.push(report),
        }
    }
    assert!(failures.is_empty(), "\n{}", failures.join("\n"));
}

/// Reads a pipe to its end.
async fn read(mut pipe: impl AsyncRead + Unpin) -> String {
    let mut bytes = Vec::new();
    pipe.read_to_end(&mut bytes).await.unwrap();
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Peak memory and processor time of a process.
#[derive(Clone, Copy, Debug, Default)]
struct Usage {
    /// Megabytes.
    memory: u64,
    cpu: Duration,
}

impl Usage {
    /// Reads the usage until the process has ended.
    async fn watch(pid: u32) -> Self {
        let mut usage = Self::default();
        while let Some(next) = Self::read(pid) {
            usage = next;
            sleep(Duration::from_millis(20)).await;
        }
        usage
    }

    fn read(pid: u32) -> Option<Self> {
        let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
        let peak = status
            .lines()
            .find_map(|line| line.strip_prefix("VmHWM:"))?;
        let kib: u64 = peak.trim().trim_end_matches(" kB").parse().ok()?;
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        // User and system time, in hundredths of a second, behind the name in brackets.
        let (_, fields) = stat.rsplit_once(')')?;
        let fields = fields.split_whitespace().skip(11).take(2);
        let ticks: u64 = fields.filter_map(|field| field.parse::<u64>().ok()).sum();
        Some(Self {
            memory: kib / 1024,
            cpu: Duration::from_millis(ticks * 10),
        })
    }
}

fn listen(transport: &'static str) -> [&'static str; 12] {
    [
        "listen",
        "--transport",
        transport,
        "--gateway-url",
        "http://127.0.0.1:PORT/faye",
        "--user",
        "1",
        "--for",
        "2s",
        "--format",
        "json",
        "--no-backfill",
    ]
}

const TOKEN: &str = "SECRETTOKEN0123456789";

/// Cases of a test that run at the same time.
const AT_ONCE: usize = 6;
