//! Outages: the gateway is killed and started again, or all sockets break time after time.

use core::{ops::Range, time::Duration};
use std::{
    collections::{BTreeMap, BTreeSet},
    process::Stdio,
    thread,
};

use super::{
    client::Client,
    process::{Process, Server},
    suites::{Bench, task, to_f64},
};
use crate::{
    meter::unix_micros,
    task::{Mode, Transport},
};

/// Seconds of an outage, columns of the time from its end to the first event.
pub(super) const OUTAGES: [(u64, [&str; 2]); 2] = [
    (2, ["ws back after 2 s", "lp back after 2 s"]),
    (30, ["ws back after 30 s", "lp back after 30 s"]),
];

/// Columns of broken sockets: longest silence, lost, doubled.
pub(super) const BREAKS: [[&str; 3]; 2] = [
    ["ws silence s", "ws lost", "ws doubled"],
    ["lp silence s", "lp lost", "lp doubled"],
];

/// A client that listens through an outage.
struct Watcher {
    client: Client,
    transport: Transport,
    process: Process,
    /// Time and number of each event of each account, in order.
    accounts: BTreeMap<u64, Vec<(u64, u64)>>,
}

/// A stream of numbered messages, which continues while the server is down.
#[derive(Clone, Copy)]
struct Stream {
    begin: u64,
    port: u16,
}

impl Stream {
    /// Begins a stream whose server has a free port.
    fn begin(bench: &Bench<'_>) -> anyhow::Result<(Self, Server)> {
        let begin = unix_micros();
        let options = format!("--rate {RATE} --begin {begin}");
        let server = Server::start(&bench.programs.ours, &options)?;
        let port = server.port;
        Ok((Self { begin, port }, server))
    }

    /// Starts the server again.
    fn resume(self, bench: &Bench<'_>) -> anyhow::Result<Server> {
        let Self { begin, port } = self;
        let options = format!("--rate {RATE} --begin {begin} --port {port}");
        Server::start(&bench.programs.ours, &options)
    }

    /// Returns the number of a message.
    fn number(self, id: u64) -> u64 {
        id.saturating_sub(self.begin * 100) / (100_000_000 / RATE)
    }
}

impl Watcher {
    /// Starts all clients, and waits until each has received something.
    fn start(bench: &Bench<'_>, server: &Server, stream: Stream) -> anyhow::Result<Vec<Self>> {
        let mut watchers = Vec::new();
        for transport in [Transport::Websocket, Transport::LongPolling] {
            for client in bench.taking_part(transport, 0) {
                if !client.is_reconnecting() {
                    continue;
                }
                let mut task = task(server, transport, Mode::Watch);
                task.sessions = if bench.is_check { 1 } else { ACCOUNTS };
                let mut command = bench.programs.command(&client, &task);
                // Some report every attempt of every account.
                let process = Process::start(command.stderr(Stdio::null()))?;
                watchers.push(Self {
                    client,
                    transport,
                    process,
                    accounts: BTreeMap::new(),
                });
            }
        }
        // aiocometd waits for the end of its first connect before it subscribes.
        for _ in 0..START * 10 {
            thread::sleep(Duration::from_millis(100));
            if watchers.iter_mut().all(|watcher| watcher.read(stream)) {
                break;
            }
        }
        Ok(watchers)
    }

    /// Reads the events so far, and returns whether there are any.
    fn read(&mut self, stream: Stream) -> bool {
        for line in self.process.lines() {
            let id = line["id"].as_str().and_then(|id| id.parse().ok());
            if let (Some(account), Some(at), Some(id)) =
                (line["account"].as_u64(), line["at"].as_u64(), id)
            {
                let events = self.accounts.entry(account).or_default();
                events.push((at, stream.number(id)));
            }
        }
        !self.accounts.is_empty()
    }

    fn column<T: Copy>(&self, columns: [T; 2]) -> T {
        columns[usize::from(self.transport == Transport::LongPolling)]
    }
}

impl Bench<'_> {
    /// Kills the gateway, and measures the time from its return to the first event.
    pub(super) fn outages(&mut self) -> anyhow::Result<()> {
        for (seconds, columns) in OUTAGES {
            self.outage(seconds, columns)?;
        }
        Ok(())
    }

    fn outage(&mut self, seconds: u64, columns: [&'static str; 2]) -> anyhow::Result<()> {
        let (stream, server) = Stream::begin(self)?;
        let mut watchers = Watcher::start(self, &server, stream)?;
        self.pause(3);
        drop(server);
        self.pause(seconds);
        let _server = stream.resume(self)?;
        let back = unix_micros();
        self.pause(5 + seconds / 2);
        for watcher in &mut watchers {
            watcher.read(stream);
            let delays = watcher.accounts.values().map(|events| {
                let first = events.iter().find(|(at, _)| *at > back);
                first.map_or(f64::INFINITY, |(at, _)| to_seconds(at - back))
            });
            let delay = percentile(delays.collect(), 50);
            let column = watcher.column(columns);
            self.samples.add(watcher.client.name, column, 0, delay);
        }
        Ok(())
    }

    /// Breaks all sockets every two seconds for a minute, with one restart.
    pub(super) fn breaks(&mut self) -> anyhow::Result<()> {
        let (stream, mut server) = Stream::begin(self)?;
        let mut watchers = Watcher::start(self, &server, stream)?;
        let times = if self.is_check { 2 } else { 30 };
        let mut down = 0..0;
        for time in 0..times {
            self.pause(2);
            if time == times / 2 {
                drop(server);
                down.start = unix_micros();
                self.pause(1);
                server = stream.resume(self)?;
                down.end = unix_micros();
            } else {
                server.break_connections()?;
            }
        }
        self.pause(6);
        let end = unix_micros();
        // What was said in the last seconds may be on its way.
        let last = stream.number((end - 2_000_000) * 100);
        for watcher in &mut watchers {
            watcher.read(stream);
            let accounts = watcher.accounts.values();
            let silences = accounts.clone().map(|events| silence(events, &down, end));
            let seen = accounts.map(|events| Seen::new(events, last));
            let seen = seen.fold(Seen::default(), Seen::plus);
            let accounts = to_f64(watcher.accounts.len() as u64);
            let columns = watcher.column(BREAKS);
            for (column, value) in columns.into_iter().zip([
                percentile(silences.collect(), 95),
                to_f64(seen.lost) / accounts,
                to_f64(seen.doubled) / accounts,
            ]) {
                self.samples.add(watcher.client.name, column, 0, value);
            }
        }
        Ok(())
    }

    fn pause(&self, seconds: u64) {
        let seconds = if self.is_check {
            seconds.min(1)
        } else {
            seconds
        };
        thread::sleep(Duration::from_secs(seconds));
    }
}

/// Messages of one account up to a number.
#[derive(Clone, Copy, Default)]
struct Seen {
    lost: u64,
    doubled: u64,
}

impl Seen {
    fn new(events: &[(u64, u64)], last: u64) -> Self {
        let numbers = events
            .iter()
            .map(|(_, number)| *number)
            .filter(|number| *number <= last);
        let distinct: BTreeSet<_> = numbers.clone().collect();
        let all = distinct.first().map_or(0, |first| last + 1 - first);
        Self {
            lost: all - distinct.len() as u64,
            doubled: (numbers.count() - distinct.len()) as u64,
        }
    }

    fn plus(self, other: Self) -> Self {
        Self {
            lost: self.lost + other.lost,
            doubled: self.doubled + other.doubled,
        }
    }
}

/// Returns the longest time without an event, in seconds, without the time in which the server was
/// down.
fn silence(events: &[(u64, u64)], down: &Range<u64>, end: u64) -> f64 {
    let times = events.iter().map(|(at, _)| *at);
    let silences = times
        .clone()
        .zip(times.skip(1).chain([end]))
        .map(|(from, to)| {
            let outage = to.min(down.end).saturating_sub(from.max(down.start));
            to.saturating_sub(from) - outage
        });
    to_seconds(silences.max().unwrap_or_default())
}

/// Returns a percentile of values; infinite if there is none.
fn percentile(mut values: Vec<f64>, percent: usize) -> f64 {
    values.sort_by(f64::total_cmp);
    let at = (values.len() * percent / 100).min(values.len().saturating_sub(1));
    values.get(at).copied().unwrap_or(f64::INFINITY)
}

fn to_seconds(micros: u64) -> f64 {
    Duration::from_micros(micros).as_secs_f64()
}

/// Accounts of each client.
const ACCOUNTS: u64 = 10;
/// Messages per second.
const RATE: u64 = 50;
/// Maximum time until all clients have received something, in seconds.
const START: u64 = 15;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_downtime_of_the_server_is_no_silence_of_the_client() {
        let events = [(0, 0), (1_000_000, 1), (5_000_000, 2)];
        let silence = |down| silence(&events, &down, 5_500_000);
        assert!((silence(0..0) - 4.0).abs() < 1e-9);
        assert!((silence(1_500_000..4_500_000) - 1.0).abs() < 1e-9);
    }

    #[test]
    fn messages_are_counted_from_the_first_one_seen() {
        let seen = Seen::new(&[(0, 5), (1, 6), (2, 6), (3, 9), (4, 20)], 10);
        assert_eq!((seen.lost, seen.doubled), (3, 1));
    }
}
