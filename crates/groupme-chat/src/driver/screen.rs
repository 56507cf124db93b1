//! The terminal: its modes, taken at the start and given back at the end, and frames.

use core::time::Duration;
use std::io::{self, Write as _};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use crossterm::{cursor, event, queue, terminal};
use groupme_client::terminal::escape_control;
use ratatui::{
    Terminal,
    backend::{CrosstermBackend, TestBackend},
};
use tokio::time::timeout;

use super::output::{Canvas, Output};
use crate::{
    model::{Shown, State},
    view::{self, Theme},
};

/// Terminal as the chat uses it. Dropping it gives the terminal back.
pub(super) struct Screen {
    terminal: Terminal<CrosstermBackend<Canvas>>,
    /// Screen that nobody sees, for the geometry of frames that are not drawn.
    scratch: Terminal<TestBackend>,
    output: Output,
    canvas: Canvas,
    theme: Theme,
    is_taken: bool,
}

impl Screen {
    /// Takes the terminal: no echo, no line editing, the other screen.
    pub(super) fn take(theme: Theme) -> io::Result<Self> {
        let output = Output::start(io::stdout())?;
        let canvas = output.canvas();
        let backend = CrosstermBackend::new(output.canvas());
        let mut screen = Self {
            terminal: Terminal::new(backend)?,
            scratch: Terminal::new(TestBackend::new(1, 1)).map_err(io::Error::other)?,
            output,
            canvas,
            theme,
            is_taken: false,
        };
        screen.enter()?;
        Ok(screen)
    }

    fn enter(&mut self) -> io::Result<()> {
        terminal::enable_raw_mode()?;
        self.is_taken = true;
        queue!(
            self.canvas,
            terminal::EnterAlternateScreen,
            event::EnableBracketedPaste,
            event::EnableFocusChange,
        )?;
        self.clear()
    }

    /// Draws the state. Returns what the model has to know.
    pub(super) fn draw(&mut self, state: &State) -> io::Result<Shown> {
        let mut shown = Shown::default();
        let theme = self.theme;
        self.terminal
            .draw(|frame| shown = view::draw(frame, state, theme))?;
        self.output.send();
        Ok(shown)
    }

    /// Returns what the model would have to know of a frame, without drawing it.
    pub(super) fn measure(&mut self, state: &State) -> io::Result<Shown> {
        let mut shown = Shown::default();
        let theme = self.theme;
        let (columns, rows) = state.size;
        self.scratch.backend_mut().resize(columns, rows);
        self.scratch
            .draw(|frame| shown = view::draw(frame, state, theme))
            .map_err(io::Error::other)?;
        Ok(shown)
    }

    pub(super) fn is_busy(&self) -> bool {
        self.output.is_busy()
    }

    /// Waits until the frame on its way is written. Cancel-safe.
    pub(super) async fn written(&mut self) -> io::Result<()> {
        self.output.written().await
    }

    /// Draws everything again with the next frame.
    pub(super) fn clear(&mut self) -> io::Result<()> {
        // `Terminal::clear` asks for the position of the cursor, and waits two seconds for a slow line.
        let size = self.terminal.size()?;
        self.terminal.resize(size.into())
    }

    pub(super) fn size(&self) -> io::Result<(u16, u16)> {
        let size = self.terminal.size()?;
        Ok((size.width, size.height))
    }

    /// Rings the bell with the next frame.
    pub(super) fn ring(&mut self) -> io::Result<()> {
        self.canvas.write_all(b"\x07")
    }

    /// Shows a notification of the desktop with the next frame.
    pub(super) fn notify(&mut self, text: &str) -> io::Result<()> {
        let text: String = escape_control(text)
            .chars()
            .take(MAX_NOTIFICATION)
            .collect();
        write!(self.canvas, "\x1b]9;{text}\x1b\\")
    }

    /// Puts a text into the clipboard, by the escape code OSC 52.
    pub(super) fn copy(&mut self, text: &str) -> io::Result<()> {
        write!(self.canvas, "\x1b]52;c;{}\x1b\\", STANDARD.encode(text))
    }

    /// Gives the terminal back, for a while or for good. A line that takes no more is not waited for.
    pub(super) async fn leave(&mut self) -> io::Result<()> {
        if !core::mem::take(&mut self.is_taken) {
            return Ok(());
        }
        let written = timeout(PATIENCE, self.write_leaving()).await;
        let modes = terminal::disable_raw_mode();
        written.unwrap_or(Ok(())).and(modes)
    }

    async fn write_leaving(&mut self) -> io::Result<()> {
        self.output.drain().await?;
        queue_leaving(&mut self.canvas)?;
        self.output.send();
        self.output.drain().await
    }

    /// Takes the terminal again.
    pub(super) fn enter_again(&mut self) -> io::Result<()> {
        // The other program may have set its own modes.
        if self.is_taken {
            terminal::disable_raw_mode()?;
        }
        self.enter()
    }
}

fn queue_leaving(terminal: &mut impl io::Write) -> io::Result<()> {
    queue!(
        terminal,
        event::DisableFocusChange,
        event::DisableBracketedPaste,
        terminal::LeaveAlternateScreen,
        cursor::Show,
    )
}

impl Drop for Screen {
    fn drop(&mut self) {
        // Only after a panic: `leave` has done it otherwise. Nobody waits for a line that takes no more,
        // and the error of a terminal that is gone interests nobody.
        if self.is_taken {
            if !self.output.is_busy() {
                let mut terminal = io::stdout();
                let _ = queue_leaving(&mut terminal).and_then(|()| terminal.flush());
            }
            let _ = terminal::disable_raw_mode();
        }
    }
}

/// Longest notification, in characters: desktops show two or three lines.
const MAX_NOTIFICATION: usize = 200;
/// Longest wait for a frame on its way when the program ends.
const PATIENCE: Duration = Duration::from_secs(1);
