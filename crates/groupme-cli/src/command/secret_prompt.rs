//! Input of a secret: typed at a terminal without echo, or piped.

use std::io::{self, IsTerminal as _, Read as _, Write as _};

use anyhow::{Context as _, anyhow, bail};
use rustix::termios::{
    LocalModes, OptionalActions, SpecialCodeIndex, Termios, tcgetattr, tcsetattr,
};

/// Reads a secret: at a terminal after a prompt and without echo, else the first line of standard
/// input. Blocks.
pub(super) fn read(prompt: &str) -> anyhow::Result<String> {
    if io::stdin().is_terminal() {
        return read_terminal(prompt).context("cannot read from the terminal");
    }
    let mut text = String::new();
    let read = io::stdin().lock().take(LIMIT).read_to_string(&mut text);
    read.context("cannot read standard input")?;
    Ok(text.lines().next().unwrap_or_default().to_owned())
}

fn read_terminal(prompt: &str) -> anyhow::Result<String> {
    let mut stderr = io::stderr();
    let no_echo = NoEcho::new()?;
    stderr.write_all(prompt.as_bytes())?;
    stderr.flush()?;
    let line = read_line();
    drop(no_echo);
    // Without echo, the typed line break was not shown.
    stderr.write_all(b"\n")?;
    line
}

/// Reads a line byte by byte. Ctrl-C sends no signal in this mode, so the terminal is restored before
/// the program ends.
fn read_line() -> anyhow::Result<String> {
    let mut bytes = Vec::new();
    for byte in io::stdin().lock().bytes() {
        match byte? {
            b'\n' | b'\r' => break,
            INTERRUPT => bail!("interrupted"),
            END_OF_FILE if bytes.is_empty() => bail!("nothing was typed"),
            END_OF_FILE => break,
            BACKSPACE | DELETE => drop(bytes.pop()),
            CLEAR => bytes.clear(),
            byte => bytes.push(byte),
        }
    }
    String::from_utf8(bytes).map_err(|_| anyhow!("the text is not UTF-8"))
}

/// Terminal without echo, until dropped.
struct NoEcho(Termios);

impl NoEcho {
    fn new() -> io::Result<Self> {
        let before = tcgetattr(io::stdin())?;
        let mut no_echo = before.clone();
        no_echo
            .local_modes
            .remove(LocalModes::ECHO | LocalModes::ECHONL | LocalModes::ICANON | LocalModes::ISIG);
        no_echo.special_codes[SpecialCodeIndex::VMIN] = 1;
        no_echo.special_codes[SpecialCodeIndex::VTIME] = 0;
        tcsetattr(io::stdin(), OptionalActions::Flush, &no_echo)?;
        Ok(Self(before))
    }
}

impl Drop for NoEcho {
    fn drop(&mut self) {
        // Without the terminal there is nothing to restore.
        let _ = tcsetattr(io::stdin(), OptionalActions::Now, &self.0);
    }
}

const INTERRUPT: u8 = 3;
const END_OF_FILE: u8 = 4;
const BACKSPACE: u8 = 8;
const CLEAR: u8 = 21;
const DELETE: u8 = 127;

/// Maximum bytes of piped input.
const LIMIT: u64 = 64 * 1024;
