//! Figures of the back-off: attempts that a server sees which is out, the silence after it is back,
//! and the spread of many clients.
//!
//! Each client is a session with the settings of `groupme-client`. The server is the simplest one
//! that answers correctly, so that nothing but the back-off decides the figures.

mod outage;

use core::{fmt, time::Duration};

pub use self::outage::Refusal;
use self::outage::Trial;

/// Figures of one kind of outage, the worst of all clients.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Outage {
    /// Behaviour of the server while it is out.
    pub refusal: Refusal,
    /// Most attempts that the server sees of a client in the first minute.
    pub first_minute: usize,
    /// Most attempts that the server sees of a client in the first hour.
    pub first_hour: usize,
    /// Longest silence beyond each of [`DOWNTIMES`], until the channel is subscribed again.
    pub silence: [Duration; DOWNTIMES.len()],
}

/// All figures.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Figures {
    /// Results by kind of outage.
    pub outages: Vec<Outage>,
    /// Attempts of `CLIENTS` clients, by `BIN` since a restart that takes `RESTART`.
    pub attempts: Vec<usize>,
}

impl Figures {
    /// Measures everything; the same each time.
    ///
    /// # Errors
    ///
    /// A server that is back was found later than after a second or a fifth of the outage, or a
    /// server that is out saw more attempts than allowed.
    pub fn measure() -> Result<Self, String> {
        let outages: Result<Vec<Outage>, String> =
            Refusal::ALL.into_iter().map(Outage::measure).collect();
        let mut attempts = vec![0; bins()];
        for seed in 0..CLIENTS {
            let trial = Trial::new(seed + 1, Refusal::Tcp, RESTART).run(SPAN);
            for at in trial.attempts {
                let bin = at.as_micros() / BIN.as_micros();
                let bin = usize::try_from(bin).unwrap_or(usize::MAX);
                if let Some(count) = attempts.get_mut(bin) {
                    *count += 1;
                }
            }
        }
        let figures = Self {
            outages: outages?,
            attempts,
        };
        figures.check_spread()?;
        Ok(figures)
    }

    /// Checks that clients that lost the server in the same moment are apart when it is back.
    fn check_spread(&self) -> Result<(), String> {
        let back = usize::try_from(RESTART.as_micros() / BIN.as_micros()).unwrap_or(0);
        let found = RESTART / 5;
        let bins = usize::try_from(found.as_micros() / BIN.as_micros()).unwrap_or(1);
        let after = self.attempts.get(back..back + bins).unwrap_or_default();
        let mean = after.iter().sum::<usize>() / bins.max(1);
        let most = after.iter().max().copied().unwrap_or(0);
        if most > mean * 2 {
            return Err(format!(
                "{most} of {CLIENTS} clients come within {BIN:?}, and {mean} on average"
            ));
        }
        Ok(())
    }
}

impl Outage {
    fn measure(refusal: Refusal) -> Result<Self, String> {
        let mut silence = [Duration::ZERO; DOWNTIMES.len()];
        let (mut first_minute, mut first_hour) = (0, 0);
        for seed in 1..=SEEDS {
            let hour = Trial::new(seed, refusal, HOUR).run(HOUR);
            let within = |time: Duration| hour.attempts.iter().filter(|at| **at < time).count();
            first_minute = within(MINUTE).max(first_minute);
            first_hour = within(HOUR).max(first_hour);
            for (longest, down) in silence.iter_mut().zip(DOWNTIMES) {
                let trial = Trial::new(seed, refusal, down).run(down * 2 + HOUR);
                let found = trial.attempts.iter().find(|at| **at >= down);
                let limit = Duration::from_secs(1).max(down / 5);
                let late = found.map_or(Duration::MAX, |at| at.saturating_sub(down));
                if late > limit {
                    return Err(format!(
                        "{refusal}, client {seed}: a server that is back after {down:?} is found \
                         {late:?} later, and {limit:?} are allowed"
                    ));
                }
                let back = trial.subscribed.unwrap_or(Duration::MAX);
                *longest = back.saturating_sub(down).max(*longest);
            }
        }
        if first_minute > MOST.0 || first_hour > MOST.1 {
            return Err(format!(
                "{refusal}: {first_minute} attempts in the first minute and {first_hour} in the \
                 first hour, and {MOST:?} are allowed"
            ));
        }
        Ok(Self {
            refusal,
            first_minute,
            first_hour,
            silence,
        })
    }
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "worst of {SEEDS} clients        attempts in the first    silence beyond a downtime of"
        )?;
        write!(
            f,
            "{:<25}{:>10}{:>10}",
            "the server is out:", "minute", "hour"
        )?;
        for down in DOWNTIMES {
            write!(f, "{:>9}", format!("{} s", down.as_secs()))?;
        }
        writeln!(f)?;
        for outage in &self.outages {
            let (minute, hour) = (outage.first_minute, outage.first_hour);
            write!(
                f,
                "{:<25}{minute:>10}{hour:>10}",
                outage.refusal.to_string()
            )?;
            for silence in outage.silence {
                write!(f, "{:>9}", format!("{:.2} s", silence.as_secs_f64()))?;
            }
            writeln!(f)?;
        }
        writeln!(
            f,
            "attempts of {CLIENTS} clients by time since a restart of {} s:",
            RESTART.as_secs()
        )?;
        let most = self.attempts.iter().max().copied().unwrap_or(1).max(1);
        for (bin, count) in self.attempts.iter().enumerate() {
            let from = BIN * u32::try_from(bin).unwrap_or(u32::MAX);
            let bar = "#".repeat(count * 60 / most);
            writeln!(f, "{:>7.2} s {count:>5} {bar}", from.as_secs_f64())?;
        }
        Ok(())
    }
}

fn bins() -> usize {
    usize::try_from(SPAN.as_micros() / BIN.as_micros()).unwrap_or(0)
}

/// Downtimes after which the silence is measured.
pub const DOWNTIMES: [Duration; 6] = [
    Duration::from_secs(1),
    Duration::from_secs(2),
    Duration::from_secs(10),
    Duration::from_secs(30),
    Duration::from_mins(5),
    Duration::from_hours(1),
];

/// Number of clients whose worst is shown.
const SEEDS: u64 = 100;
/// Number of clients of the histogram.
const CLIENTS: u64 = 1_000;
/// Downtime of the restart.
const RESTART: Duration = Duration::from_secs(10);
/// Time that the histogram shows.
const SPAN: Duration = Duration::from_secs(14);
/// Width of a bar of the histogram.
const BIN: Duration = Duration::from_millis(500);
/// Most attempts in the first minute and the first hour.
const MOST: (usize, usize) = (30, 200);
const MINUTE: Duration = Duration::from_mins(1);
const HOUR: Duration = Duration::from_hours(1);
