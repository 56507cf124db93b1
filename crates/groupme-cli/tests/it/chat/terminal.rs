//! The command in a pseudo-terminal, and its screen.

use core::{num::NonZeroU16, time::Duration};

use groupme_sim::Sim;
use pty_process::{Command, OwnedReadPty, OwnedWritePty, Size};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    process::Child,
    time::{Instant, timeout_at},
};

/// Longest wait for something to be seen: the machine may be busy.
const PATIENCE: Duration = Duration::from_mins(1);

/// Command in a pseudo-terminal.
pub(crate) struct Terminal {
    input: OwnedWritePty,
    output: OwnedReadPty,
    child: Child,
    parser: vt100::Parser,
    /// Everything that was written to the terminal.
    raw: Vec<u8>,
}

fn size(number: u16) -> NonZeroU16 {
    NonZeroU16::new(number).unwrap()
}

/// Returns `groupme` with the environment of a terminal.
fn in_terminal(program: &str, arguments: &[&str]) -> Command {
    Command::new(program)
        .args(arguments)
        .env_remove("GROUPME_ACCESS_TOKEN")
        .env_remove("GROUPME_API_URL")
        .env_remove("GROUPME_GATEWAY_URL")
        .env_remove("GROUPME_USER_ID")
        .env_remove("NO_COLOR")
        .env_remove("RUST_LOG")
        .env("TERM", "xterm-256color")
        .env("TZ", "UTC")
        .kill_on_drop(true)
}

impl Terminal {
    /// Starts a command in a terminal of a size.
    fn start(command: Command, columns: u16, rows: u16) -> Self {
        let (pty, pts) = pty_process::open().unwrap();
        pty.resize(Size::new(rows, columns)).unwrap();
        let child = command.spawn(pts).unwrap();
        let (output, input) = pty.into_split();
        Self {
            input,
            output,
            child,
            parser: vt100::Parser::new(size(rows), size(columns), 0),
            raw: Vec::new(),
        }
    }

    /// Starts `groupme chat --demo`.
    pub(crate) fn demo(columns: u16, rows: u16) -> Self {
        let command = in_terminal(env!("CARGO_BIN_EXE_groupme"), &["chat", "--demo"]);
        Self::start(command, columns, rows)
    }

    /// Starts `groupme chat` with the account of a simulator.
    pub(crate) fn chat(sim: &Sim, arguments: &[&str], columns: u16, rows: u16) -> Self {
        let command = in_terminal(env!("CARGO_BIN_EXE_groupme"), &["chat"]).args(arguments);
        Self::start(with_account(command, sim), columns, rows)
    }

    /// Starts a line of the shell, in which `$GROUPME` is the command, with the account of a
    /// simulator.
    pub(crate) fn shell(sim: &Sim, line: &str, columns: u16, rows: u16) -> Self {
        let command = in_terminal("sh", &["-c", line]);
        let command = command.env("GROUPME", env!("CARGO_BIN_EXE_groupme"));
        Self::start(with_account(command, sim), columns, rows)
    }

    /// Returns the rows of the screen, without blanks at their ends.
    pub(crate) fn rows(&self) -> Vec<String> {
        let screen = self.parser.screen();
        let (_, columns) = screen.size();
        let rows = screen.rows(0, columns.get());
        rows.map(|row| row.trim_end().to_owned()).collect()
    }

    pub(crate) fn screen(&self) -> &vt100::Screen {
        self.parser.screen()
    }

    pub(crate) fn raw(&self) -> &[u8] {
        &self.raw
    }

    /// Waits until the screen is as wanted.
    pub(crate) async fn until(&mut self, wanted: impl Fn(&[String]) -> bool, what: &str) {
        let end = Instant::now() + PATIENCE;
        loop {
            let rows = self.rows();
            if wanted(&rows) {
                return;
            }
            let mut bytes = [0; 4096];
            let Ok(read) = timeout_at(end, self.output.read(&mut bytes)).await else {
                panic!("never seen: {what}\n{}", rows.join("\n"));
            };
            match read {
                Ok(count) if count > 0 => {
                    let bytes = &bytes[..count];
                    self.raw.extend_from_slice(bytes);
                    self.parser.process(bytes);
                }
                _ => panic!("the command has ended before {what}:\n{}", rows.join("\n")),
            }
        }
    }

    /// Waits until the screen shows a text.
    pub(crate) async fn sees(&mut self, text: &str) {
        self.until(|rows| rows.iter().any(|row| row.contains(text)), text)
            .await;
    }

    /// Waits until the screen shows a text no longer.
    pub(crate) async fn misses(&mut self, text: &str) {
        let what = format!("no {text}");
        self.until(|rows| !rows.iter().any(|row| row.contains(text)), &what)
            .await;
    }

    /// Waits until the terminal was sent some bytes.
    pub(crate) async fn gets(&mut self, bytes: &[u8]) {
        let end = Instant::now() + PATIENCE;
        while !self.raw.windows(bytes.len()).any(|part| part == bytes) {
            let mut buffer = [0; 4096];
            let count = timeout_at(end, self.output.read(&mut buffer)).await;
            let count = count
                .expect("the bytes never come")
                .expect("the command has ended");
            self.raw.extend_from_slice(&buffer[..count]);
            self.parser.process(&buffer[..count]);
        }
    }

    /// Sends keys, as the terminal does.
    pub(crate) async fn keys(&mut self, keys: &str) {
        self.input.write_all(keys.as_bytes()).await.unwrap();
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id().unwrap()
    }

    pub(crate) fn resize(&mut self, columns: u16, rows: u16) {
        self.parser.screen_mut().set_size(size(rows), size(columns));
        self.input.resize(Size::new(rows, columns)).unwrap();
    }

    /// Reads what comes until the command has ended, and returns its exit status.
    pub(crate) async fn ends(&mut self) -> Option<i32> {
        let end = Instant::now() + PATIENCE;
        let mut bytes = [0; 4096];
        // The end of a terminal is an error.
        while let Ok(Ok(count)) = timeout_at(end, self.output.read(&mut bytes)).await
            && count > 0
        {
            self.raw.extend_from_slice(&bytes[..count]);
            self.parser.process(&bytes[..count]);
        }
        let status = timeout_at(end, self.child.wait()).await;
        status.expect("the command does not end").unwrap().code()
    }
}

fn with_account(command: Command, sim: &Sim) -> Command {
    command
        .env("GROUPME_ACCESS_TOKEN", sim.token())
        .env("GROUPME_USER_ID", sim.user_id())
        .env("GROUPME_GATEWAY_URL", sim.gateway_url())
        .env("GROUPME_API_URL", sim.api_url())
}
