//! The log of the command.

use std::io::{self, IsTerminal as _, Write};

use tracing_subscriber::{
    filter::{LevelFilter, Targets},
    fmt,
    layer::SubscriberExt as _,
    util::SubscriberInitExt as _,
};

use crate::{
    args::Command,
    output::{escape_invisible, terminal::Terminal},
};

/// Starts logging to stderr; stdout is for events. A command that draws on the terminal logs only if
/// stderr is elsewhere.
pub(crate) fn start(verbose: u8, command: &Command) {
    if command.draws() && io::stderr().is_terminal() {
        return;
    }
    let level = match verbose {
        0 => LevelFilter::WARN,
        1 => LevelFilter::DEBUG,
        _ => LevelFilter::TRACE,
    };
    let own = Targets::new().with_default(level);
    // Commands report statuses themselves; the pool of connections is noise but for `-vv`.
    let own = match verbose {
        0 => own.with_target(STATUSES, LevelFilter::OFF),
        1 => own.with_target("hyper_util", LevelFilter::INFO),
        _ => own,
    };
    #[expect(clippy::disallowed_methods, reason = "this is the binary")]
    let wanted = std::env::var("RUST_LOG").ok();
    let wanted = wanted.filter(|wanted| !wanted.is_empty());
    let filter = match wanted.as_deref().map(str::parse::<Targets>) {
        Some(Ok(wanted)) if wanted.iter().any(|(target, _)| target == STATUSES) => wanted,
        Some(Ok(wanted)) => wanted.with_target(STATUSES, LevelFilter::OFF),
        Some(Err(error)) => {
            // Without stderr, the failure cannot be reported.
            let _ = writeln!(
                io::stderr(),
                "RUST_LOG is ignored: {error}; its form is `target=level,…`, such as \
                 `groupme_client=debug,warn`"
            );
            own
        }
        None => own,
    };
    let lines = fmt::layer()
        .with_writer(|| Lines)
        .with_ansi(Terminal::stderr_has_color())
        // A line that cannot be written is dropped: the report of the failure would panic.
        .log_internal_errors(false);
    tracing_subscriber::registry()
        .with(lines)
        .with(filter)
        .init();
}

/// Stderr, with the invisible characters of the lines replaced: texts from others reach the log, too.
/// Control characters are replaced by the formatter, which adds colours of its own.
struct Lines;

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(bytes);
        io::stderr().write_all(escape_invisible(&text).as_bytes())?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}

/// Target of the client's statuses, which the commands print themselves.
const STATUSES: &str = "groupme_client::status";
