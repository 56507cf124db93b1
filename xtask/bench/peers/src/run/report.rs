//! Tables of the medians, and the targets.

use core::fmt;

use super::{
    client::{CLIENT, COMETD_RUST, Client, DRIVER, NAIVE},
    outages::{BREAKS, OUTAGES},
    samples::Samples,
    suites::{ALLOCATIONS, FLOODS, MANY, RATES, SESSIONS, START},
};

/// Result of a run, in Markdown.
pub(super) struct Report<'r>(pub(super) &'r Samples);

/// A limit of a client's value: on its ratio to another client's, or on the value.
type Target = (
    &'static str,
    Option<&'static str>,
    &'static [&'static str],
    f64,
);

const WEBSOCKET_LATENCY: &[&str] = &["ws p50 @200", "ws p99 @200", "ws p50 @2000", "ws p99 @2000"];
const POLLING_LATENCY: &[&str] = &["lp p50 @200", "lp p99 @200", "lp p50 @2000", "lp p99 @2000"];

const TARGETS: &[Target] = &[
    (DRIVER, Some(NAIVE), &["ws ×1"], 0.33),
    (DRIVER, Some(NAIVE), &["ws ×10"], 0.25),
    (CLIENT, Some(NAIVE), &["ws ×1"], 0.50),
    (CLIENT, Some(NAIVE), &["ws ×10"], 0.35),
    (CLIENT, Some(COMETD_RUST), &["lp ×1"], 0.7),
    (CLIENT, Some(COMETD_RUST), &["lp ×10"], 0.4),
    (CLIENT, Some(NAIVE), WEBSOCKET_LATENCY, 1.05),
    (CLIENT, Some(COMETD_RUST), POLLING_LATENCY, 1.05),
    (CLIENT, Some(NAIVE), &["ws CPU @200", START[0]], 1.0),
    (CLIENT, Some(COMETD_RUST), &[START[1]], 1.0),
    (CLIENT, None, &[ALLOCATIONS], 3.0),
    (CLIENT, None, &[SESSIONS[0].2], 24.0),
    (CLIENT, None, &[SESSIONS[1].2], 40.0),
    (CLIENT, None, &[SESSIONS[2].2], 30.0),
    (CLIENT, None, &[MANY[0]], 1.0),
    (CLIENT, None, &OUTAGES[0].1, 0.8),
    (CLIENT, None, &OUTAGES[1].1, 3.0),
    (CLIENT, None, &[BREAKS[0][0], BREAKS[1][0]], 0.5),
    (
        CLIENT,
        None,
        &[BREAKS[0][1], BREAKS[0][2], BREAKS[1][1], BREAKS[1][2]],
        0.0,
    ),
];

impl Report<'_> {
    /// Writes a table with a row for each client that has a value.
    fn table(&self, f: &mut fmt::Formatter<'_>, title: &str, columns: &[&str]) -> fmt::Result {
        let rows = Client::all().map(|client| {
            let values = columns
                .iter()
                .map(|column| self.0.median(client.name, column));
            (client.name, values.collect::<Vec<_>>())
        });
        let rows: Vec<_> = rows
            .filter(|(_, values)| values.iter().any(Option::is_some))
            .collect();
        if rows.is_empty() {
            return Ok(());
        }
        writeln!(f, "| {title} | {} |", columns.join(" | "))?;
        writeln!(f, "|---|{}", "--:|".repeat(columns.len()))?;
        for (name, values) in rows {
            write!(f, "| {name} |")?;
            for value in values {
                write!(f, " {} |", Number(value))?;
            }
            writeln!(f)?;
        }
        writeln!(f)
    }
}

/// A value with about three digits.
struct Number(Option<f64>);

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            None => f.write_str("–"),
            Some(value) if value.is_infinite() => f.write_str("never"),
            Some(value) if value < 10.0 => write!(f, "{value:.2}"),
            Some(value) if value < 100.0 => write!(f, "{value:.1}"),
            Some(value) => write!(f, "{value:.0}"),
        }
    }
}

impl fmt::Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut columns = FLOODS.map(|(_, _, column, _)| column).to_vec();
        columns.extend(["RSS ws", "RSS lp"]);
        self.table(f, "flood: CPU µs an event; RSS MB", &columns)?;
        for (at, long) in ["websocket", "long-polling"].into_iter().enumerate() {
            let rates = RATES[2 * at..2 * at + 2].iter();
            let mut columns: Vec<_> = rates.flat_map(|(_, _, columns)| *columns).collect();
            columns.push(START[at]);
            self.table(
                f,
                &format!("{long}: latency µs, CPU µs, start ms"),
                &columns,
            )?;
        }
        let mut columns = SESSIONS.map(|(.., column)| column).to_vec();
        columns.extend(MANY);
        columns.push(ALLOCATIONS);
        self.table(
            f,
            "a further idle session; allocations of an event",
            &columns,
        )?;
        let columns = OUTAGES.map(|(_, columns)| columns).concat();
        self.table(f, "gateway killed: s to the first event", &columns)?;
        self.table(
            f,
            "sockets broken every 2 s, for a minute",
            &BREAKS.concat(),
        )?;

        writeln!(f, "| target | limit | measured | |\n|---|--:|--:|---|")?;
        for &(client, divisor, columns, limit) in TARGETS {
            for column in columns {
                let measured = match divisor {
                    Some(divisor) => self.0.ratio(client, divisor, column),
                    None => self.0.median(client, column),
                };
                let Some(value) = measured else { continue };
                let result = if value <= limit { "met" } else { "MISSED" };
                let divisor = divisor.map_or(String::new(), |divisor| format!(" ÷ {divisor}"));
                let value = Number(Some(value));
                writeln!(
                    f,
                    "| {column}, {client}{divisor} | {limit} | {value} | {result} |"
                )?;
            }
        }
        Ok(())
    }
}
