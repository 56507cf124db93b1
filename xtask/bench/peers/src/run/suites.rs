//! The measurements of single clients.

use core::time::Duration;
use std::{path::Path, process::Command, thread};

use serde_json::Value;

use super::{
    client::{CLIENT, Client, Programs},
    process::{Process, Server, cpu_millis},
    samples::Samples,
};
use crate::{
    meter::{resident_kilobytes, unix_micros},
    task::{Mode, Task, Transport},
};

/// What a measurement needs.
pub(super) struct Bench<'b> {
    pub(super) clients: &'b [Client],
    pub(super) programs: &'b Programs,
    pub(super) rounds: u32,
    pub(super) is_check: bool,
    pub(super) samples: &'b mut Samples,
    /// Number of measurements that failed.
    pub(super) failures: u32,
}

/// Transport, options of the server, columns of the CPU time and of the memory.
type Flood = (Transport, &'static str, &'static str, &'static str);

pub(super) const FLOODS: [Flood; 4] = [
    (Transport::Websocket, "--flood 1", "ws ×1", "RSS ws"),
    (Transport::Websocket, "--flood 10", "ws ×10", "RSS ws"),
    (Transport::LongPolling, "--flood 1", "lp ×1", "RSS lp"),
    (Transport::LongPolling, "--flood 10", "lp ×10", "RSS lp"),
];

/// Transport, events a second, columns of p50, p99 and CPU time.
type Rate = (Transport, u64, [&'static str; 3]);

pub(super) const RATES: [Rate; 4] = [
    (
        Transport::Websocket,
        200,
        ["ws p50 @200", "ws p99 @200", "ws CPU @200"],
    ),
    (
        Transport::Websocket,
        2000,
        ["ws p50 @2000", "ws p99 @2000", "ws CPU @2000"],
    ),
    (
        Transport::LongPolling,
        200,
        ["lp p50 @200", "lp p99 @200", "lp CPU @200"],
    ),
    (
        Transport::LongPolling,
        2000,
        ["lp p50 @2000", "lp p99 @2000", "lp CPU @2000"],
    ),
];

/// Columns of the time from the start of the process to the first event.
pub(super) const START: [&str; 2] = ["ws start", "lp start"];

pub(super) const ALLOCATIONS: &str = "allocations ws ×1";

/// Transport, options of the server, column.
pub(super) const SESSIONS: [(Transport, &str, &str); 3] = [
    (Transport::Websocket, "--groups 1", "KB ws"),
    (Transport::Websocket, "--groups 1 --tls", "KB ws TLS"),
    (Transport::LongPolling, "--groups 1", "KB lp"),
];

/// Columns of many idle sessions in one process.
pub(super) const MANY: [&str; 2] = ["10,000: CPU %", "10,000: KB"];

impl Bench<'_> {
    /// Measures the CPU time of an event in a flood.
    pub(super) fn throughput(&mut self) -> anyhow::Result<()> {
        for round in 0..self.rounds {
            for (transport, options, cpu, memory) in FLOODS {
                for client in self.taking_part(transport, round) {
                    let server = self.serve(&client, options)?;
                    let mut task = task(&server, transport, Mode::Throughput);
                    (task.warm_up, task.events, task.seconds) = (2000, 200_000, 1.0);
                    if transport == Transport::LongPolling || !client.is_native() {
                        task.warm_up = 500;
                    }
                    let Some(result) = self.measure(&client, task) else {
                        continue;
                    };
                    let cost = number(&result, "cpu_nanos") / number(&result, "events") / 1000.0;
                    self.samples.add(client.name, cpu, round, cost);
                    let megabytes = number(&result, "rss_kb") / 1024.0;
                    self.samples.add(client.name, memory, round, megabytes);
                }
            }
        }
        Ok(())
    }

    /// Measures the latency at a rate.
    pub(super) fn latency(&mut self) -> anyhow::Result<()> {
        for round in 0..self.rounds {
            for (transport, rate, [p50, p99, cpu]) in RATES {
                for client in self.taking_part(transport, round) {
                    if !client.is_reading() {
                        continue;
                    }
                    let server = self.serve(&client, &format!("--rate {rate}"))?;
                    let mut task = task(&server, transport, Mode::Latency);
                    // Covers the first look at the history.
                    // Eight seconds: until then, clients read the histories of the account's groups.
                    (task.warm_up, task.events) = (rate * 8, 1_000_000);
                    task.seconds = if rate < 1000 { 2.0 } else { 1.0 };
                    let begin = unix_micros();
                    let Some(result) = self.measure(&client, task) else {
                        continue;
                    };
                    let cost = number(&result, "cpu_nanos") / number(&result, "events") / 1000.0;
                    let first = result["first"].as_u64().unwrap_or_default();
                    let first = Duration::from_micros(first.saturating_sub(begin));
                    let start = START[usize::from(transport == Transport::LongPolling)];
                    for (column, value) in [
                        (p50, number(&result, "p50")),
                        (p99, number(&result, "p99")),
                        (cpu, cost),
                        (start, first.as_secs_f64() * 1000.0),
                    ] {
                        self.samples.add(client.name, column, round, value);
                    }
                }
            }
        }
        Ok(())
    }

    /// Counts the allocations of an event, for our clients.
    pub(super) fn allocations(&mut self, counting: &Path) -> anyhow::Result<()> {
        for client in self.taking_part(Transport::Websocket, 0) {
            if !client.is_ours() {
                continue;
            }
            let server = self.serve(&client, "--flood 1")?;
            let mut task = task(&server, Transport::Websocket, Mode::Throughput);
            (task.warm_up, task.events) = (2000, 20_000);
            let mut command = Command::new(counting);
            command.args(self.programs.command(&client, &task).get_args());
            let process = Process::start(&mut command);
            let result = process.and_then(|process| process.line(TIMEOUT));
            let Some(result) = self.succeeded(result, client.name) else {
                continue;
            };
            let count = number(&result, "allocations") / number(&result, "events");
            self.samples.add(client.name, ALLOCATIONS, 0, count);
        }
        Ok(())
    }

    /// Measures the memory of a further idle session.
    pub(super) fn memory(&mut self) {
        for (transport, options, column) in SESSIONS {
            for client in self.taking_part(transport, 0) {
                if !client.is_reading() || options.contains("tls") && !client.is_ours() {
                    continue;
                }
                let further = match (self.is_check, client.is_ours()) {
                    (true, _) => 2,
                    (false, true) => 500,
                    (false, false) => 100,
                };
                let mut idle = |sessions| {
                    let memory = self.idle(&client, transport, options, sessions);
                    self.succeeded(memory, client.name)
                };
                let (Some(one), Some(all)) = (idle(1), idle(1 + further)) else {
                    continue;
                };
                let kilobytes = (all - one) / to_f64(further);
                self.samples.add(client.name, column, 0, kilobytes);
            }
        }
    }

    /// Returns the memory of a process with idle sessions, in kilobytes.
    fn idle(
        &self,
        client: &Client,
        transport: Transport,
        options: &str,
        sessions: u64,
    ) -> anyhow::Result<f64> {
        let server = self.serve(client, options)?;
        let process = self.start_idle(client, &server, transport, sessions)?;
        thread::sleep(Duration::from_millis(if self.is_check {
            100
        } else {
            2500
        }));
        Ok(to_f64(resident_kilobytes(&process.id().to_string())))
    }

    fn start_idle(
        &self,
        client: &Client,
        server: &Server,
        transport: Transport,
        sessions: u64,
    ) -> anyhow::Result<Process> {
        let mut task = task(server, transport, Mode::Idle);
        task.sessions = sessions;
        let process = Process::start(&mut self.programs.command(client, &task))?;
        let is_complete = server.wait_for_sessions(sessions, 120)?;
        anyhow::ensure!(
            is_complete,
            "{}: {sessions} sessions do not start",
            client.name
        );
        Ok(process)
    }

    /// Measures the CPU time of 10,000 idle sessions of ours in one process.
    pub(super) fn many(&mut self) -> anyhow::Result<()> {
        let (sessions, settle, seconds) = if self.is_check {
            (20, 0, 1)
        } else {
            (10_000, 10, 30)
        };
        for client in self.taking_part(Transport::Websocket, 0) {
            if client.name != CLIENT {
                continue;
            }
            let server = self.serve(&client, "--groups 1")?;
            let process = self.start_idle(&client, &server, Transport::Websocket, sessions)?;
            thread::sleep(Duration::from_secs(settle));
            let before = cpu_millis(process.id());
            thread::sleep(Duration::from_secs(seconds));
            let millis = cpu_millis(process.id()) - before;
            let percent = millis / to_f64(seconds) / 10.0;
            self.samples.add(client.name, MANY[0], 0, percent);
            let kilobytes = resident_kilobytes(&process.id().to_string());
            let each = to_f64(kilobytes) / to_f64(sessions);
            self.samples.add(client.name, MANY[1], 0, each);
        }
        Ok(())
    }

    /// Starts a server for a client.
    fn serve(&self, client: &Client, options: &str) -> anyhow::Result<Server> {
        let options = format!("{options} {}", client.server_options());
        Server::start(&self.programs.ours, &options)
    }

    /// Returns the clients of a round. Those in Node and Python take most of the time and decide no
    /// target, so they run in every other round.
    pub(super) fn taking_part(&self, transport: Transport, round: u32) -> Vec<Client> {
        let clients = self.clients.iter().filter(|client| {
            client.transports.contains(&transport)
                && (client.is_native() || round.is_multiple_of(2))
        });
        clients.copied().collect()
    }

    /// Runs a client to its result.
    fn measure(&mut self, client: &Client, mut task: Task) -> Option<Value> {
        if self.is_check {
            (task.warm_up, task.events) = (1, 20);
        }
        let process = Process::start(&mut self.programs.command(client, &task));
        let result = process.and_then(|process| process.line(TIMEOUT));
        let name = format!("{} over {:?}", client.name, task.transport);
        self.succeeded(result, &name)
    }

    /// Returns a result. A failure is printed, and does not stop the run.
    pub(super) fn succeeded<T>(&mut self, result: anyhow::Result<T>, name: &str) -> Option<T> {
        result
            .inspect_err(|error| {
                self.failures += 1;
                eprintln!("{name}: {error}");
            })
            .ok()
    }
}

/// Returns the task of one session.
pub(super) fn task(server: &Server, transport: Transport, mode: Mode) -> Task {
    Task {
        url: server.url(),
        roots: server.certificate.clone(),
        transport,
        mode,
        sessions: 1,
        warm_up: 0,
        events: 0,
        seconds: 0.0,
    }
}

/// Time after which a client that prints no result has failed.
const TIMEOUT: Duration = Duration::from_secs(30);

fn number(result: &Value, name: &str) -> f64 {
    result[name].as_f64().unwrap_or_default()
}

/// Returns a count, which is far below 2^53.
#[expect(clippy::cast_precision_loss, reason = "counts of one run")]
pub(super) fn to_f64(count: u64) -> f64 {
    count as f64
}
