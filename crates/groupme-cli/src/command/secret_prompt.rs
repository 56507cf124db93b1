//! A secret typed at a terminal, without echo.

use std::io::{self, IsTerminal as _, Read as _, Write as _};

use anyhow::{Context as _, anyhow, bail};
use rustix::termios::{
    LocalModes, OptionalActions, SpecialCodeIndex, Termios, tcgetattr, tcsetattr,
};

/// Reads a secret: at a terminal after a prompt and without echo, else the first line of standard
/// input. Blocks.
pub(super) fn read(prompt: &str) -> anyhow::Result<String> {
    if io::stdin().is_terminal() {
        return typed(prompt).context("cannot read from the terminal");
    }
    let mut text = String::new();
    let read = io::stdin().lock().take(LIMIT).read_to_string(&mut text);
    read.context("cannot read standard input")?;
    Ok(text.lines().next().unwrap_or_default().to_owned())
}

fn typed(prompt: &str) -> anyhow::Result<String> {
    let mut stderr = io::stderr();
    let quiet = Quiet::new()?;
    stderr.write_all(prompt.as_bytes())?;
    stderr.flush()?;
    let line = line();
    drop(quiet);
    // The line break of the person was not shown.
    stderr.write_all(b"\n")?;
    line
}

/// Reads a line letter by letter. Without signals from keys, the program can restore the terminal
/// before an interruption ends it.
fn line() -> anyhow::Result<String> {
    let mut bytes = Vec::new();
    for byte in io::stdin().lock().bytes() {
        match byte? {
            b'\n' | b'\r' => break,
            INTERRUPT => bail!("interrupted"),
            END if bytes.is_empty() => bail!("nothing was typed"),
            END => break,
            BACKSPACE | DELETE => drop(bytes.pop()),
            CLEAR => bytes.clear(),
            byte => bytes.push(byte),
        }
    }
    String::from_utf8(bytes).map_err(|_| anyhow!("the text is not UTF-8"))
}

/// Terminal without echo, until dropped.
struct Quiet(Termios);

impl Quiet {
    fn new() -> io::Result<Self> {
        let before = tcgetattr(io::stdin())?;
        let mut quiet = before.clone();
        quiet
            .local_modes
            .remove(LocalModes::ECHO | LocalModes::ECHONL | LocalModes::ICANON | LocalModes::ISIG);
        quiet.special_codes[SpecialCodeIndex::VMIN] = 1;
        quiet.special_codes[SpecialCodeIndex::VTIME] = 0;
        tcsetattr(io::stdin(), OptionalActions::Flush, &quiet)?;
        Ok(Self(before))
    }
}

impl Drop for Quiet {
    fn drop(&mut self) {
        // Without the terminal there is nothing to restore.
        let _ = tcsetattr(io::stdin(), OptionalActions::Now, &self.0);
    }
}

const INTERRUPT: u8 = 3;
const END: u8 = 4;
const BACKSPACE: u8 = 8;
const CLEAR: u8 = 21;
const DELETE: u8 = 127;

/// Maximum bytes of piped input.
const LIMIT: u64 = 64 * 1024;
