//! Costs of the events that a client program receives.

use core::{ops::ControlFlow, time::Duration};
use std::fs;

use rustix::time::{ClockId, clock_gettime};

use crate::task::{Mode, Task};

/// Counts events and measures their cost, in CPU time of the whole process.
#[derive(Debug)]
pub(crate) struct Meter {
    task: Task,
    events: u64,
    /// Length of everything that was read, so that reading is not optimized away.
    read: usize,
    first: Option<u64>,
    begin: Option<(Duration, Duration)>,
    latencies: Vec<u64>,
}

impl Meter {
    pub(crate) fn new(task: &Task) -> Self {
        Self {
            task: task.clone(),
            events: 0,
            read: 0,
            first: None,
            begin: None,
            latencies: Vec::new(),
        }
    }

    /// Notes an event, with its `received_at` in microseconds. Prints the result after the last
    /// event of the task.
    #[inline]
    pub(crate) fn event(&mut self, id: &str, text: &str, received_at: i64) -> ControlFlow<()> {
        self.events(1, id.len() + text.len(), received_at)
    }

    /// Notes several events at once, `read` bytes long.
    pub(crate) fn events(&mut self, count: u64, read: usize, received_at: i64) -> ControlFlow<()> {
        self.events += count;
        self.read += read;
        if self.first.is_none() {
            self.first = Some(unix_micros());
        }
        let Some((begin, cpu)) = self.begin else {
            if self.events >= self.task.warm_up {
                self.events = 0;
                self.begin = Some((time(ClockId::Monotonic), cpu_time()));
            }
            return ControlFlow::Continue(());
        };
        let is_latency = self.task.mode == Mode::Latency;
        // What comes from the history was not pushed, and has no such time.
        if is_latency && received_at > 0 {
            let sent = received_at.unsigned_abs();
            self.latencies.push(unix_micros().saturating_sub(sent));
        }
        // A look at the clock for each event would be a part of the cost.
        let is_late = (is_latency || self.events & 63 < count)
            && since(begin, time(ClockId::Monotonic)).as_secs_f64() >= self.task.seconds;
        if self.events < self.task.events && !is_late {
            return ControlFlow::Continue(());
        }
        self.print(begin, cpu);
        ControlFlow::Break(())
    }

    fn print(&mut self, begin: Duration, cpu: Duration) {
        let cpu = since(cpu, cpu_time()).as_nanos();
        let nanos = since(begin, time(ClockId::Monotonic)).as_nanos();
        self.latencies.sort_unstable();
        let percentile = |percent: usize| {
            let at = self.latencies.len() * percent / 100;
            self.latencies.get(at).copied().unwrap_or_default()
        };
        println!(
            "{{\"events\":{},\"nanos\":{nanos},\"cpu_nanos\":{cpu},\"rss_kb\":{},\"p50\":{},\
             \"p99\":{},\"first\":{},\"read\":{}}}",
            self.events,
            resident_kilobytes("self"),
            percentile(50),
            percentile(99),
            self.first.unwrap_or_default(),
            self.read
        );
    }
}

/// Returns the line of an event that is watched.
pub(crate) fn line(account: u64, id: &str) -> String {
    let at = unix_micros();
    format!("{{\"account\":{account},\"id\":\"{id}\",\"at\":{at}}}")
}

/// Returns the time of day in microseconds since 1970.
pub(crate) fn unix_micros() -> u64 {
    u64::try_from(time(ClockId::Realtime).as_micros()).unwrap_or_default()
}

/// Returns the CPU time of all threads of this process, kernel included.
pub(crate) fn cpu_time() -> Duration {
    time(ClockId::ProcessCPUTime)
}

fn since(begin: Duration, now: Duration) -> Duration {
    now.saturating_sub(begin)
}

fn time(clock: ClockId) -> Duration {
    Duration::try_from(clock_gettime(clock)).unwrap_or_default()
}

/// Returns the resident memory of a process; 0 where there is no `/proc`.
pub(crate) fn resident_kilobytes(process: &str) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let number = line.and_then(|line| line.split_whitespace().next());
    number
        .and_then(|number| number.parse().ok())
        .unwrap_or_default()
}
