//! Terminal: sets its modes at the start and restores them at the end; draws frames.

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

use super::{
    drawn_area::Limited,
    output::{FrameBuffer, Output},
};
use crate::{
    model::{State, Viewport},
    view::{self, Theme},
};

/// Terminal in raw mode on its alternate screen. Dropping restores the terminal.
pub(super) struct Screen {
    terminal: Terminal<Limited<CrosstermBackend<FrameBuffer>>>,
    /// Terminal in memory, for the geometry of frames that are not drawn.
    scratch: Terminal<TestBackend>,
    output: Output,
    frame_buffer: FrameBuffer,
    theme: Theme,
    is_active: bool,
}

impl Screen {
    /// Sets raw mode and the alternate screen.
    ///
    /// # Errors
    ///
    /// If standard input or output is no terminal.
    pub(super) fn open(theme: Theme) -> io::Result<Self> {
        let output = Output::start(io::stdout())?;
        let frame_buffer = output.frame_buffer();
        let backend = Limited(CrosstermBackend::new(output.frame_buffer()));
        let mut screen = Self {
            terminal: Terminal::new(backend)?,
            scratch: Terminal::new(TestBackend::new(1, 1)).map_err(io::Error::other)?,
            output,
            frame_buffer,
            theme,
            is_active: false,
        };
        screen.enter()?;
        Ok(screen)
    }

    fn enter(&mut self) -> io::Result<()> {
        terminal::enable_raw_mode()?;
        self.is_active = true;
        queue!(
            self.frame_buffer,
            terminal::EnterAlternateScreen,
            event::EnableBracketedPaste,
            event::EnableFocusChange,
        )?;
        self.clear()
    }

    /// Draws the state, and returns the part of the conversation on the screen.
    pub(super) fn draw(&mut self, state: &State) -> io::Result<Viewport> {
        let mut viewport = Viewport::default();
        let theme = self.theme;
        self.terminal
            .draw(|frame| viewport = view::draw(frame, state, theme))?;
        self.output.send();
        Ok(viewport)
    }

    /// Returns the part of the conversation that would be on the screen, without drawing it.
    pub(super) fn measure(&mut self, state: &State) -> io::Result<Viewport> {
        let mut viewport = Viewport::default();
        let theme = self.theme;
        let (columns, rows) = state.size;
        self.scratch.backend_mut().resize(columns, rows);
        self.scratch
            .draw(|frame| viewport = view::draw(frame, state, theme))
            .map_err(io::Error::other)?;
        Ok(viewport)
    }

    pub(super) fn is_busy(&self) -> bool {
        self.output.is_busy()
    }

    /// Waits until the current frame is written; forever without one. Cancel-safe.
    pub(super) async fn written(&mut self) -> io::Result<()> {
        self.output.written().await
    }

    /// Draws every cell again with the next frame.
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
    pub(super) fn bell(&mut self) -> io::Result<()> {
        self.frame_buffer.write_all(b"\x07")
    }

    /// Shows a desktop notification with the next frame, by the escape code OSC 9.
    pub(super) fn notify(&mut self, text: &str) -> io::Result<()> {
        let text: String = escape_control(text)
            .chars()
            .take(MAX_NOTIFICATION)
            .collect();
        write!(self.frame_buffer, "\x1b]9;{text}\x1b\\")
    }

    /// Copies a text into the clipboard with the next frame, by the escape code OSC 52.
    pub(super) fn copy(&mut self, text: &str) -> io::Result<()> {
        write!(
            self.frame_buffer,
            "\x1b]52;c;{}\x1b\\",
            STANDARD.encode(text)
        )
    }

    /// Restores the terminal. Waits [`LEAVE_TIMEOUT`] at most for a slow line.
    pub(super) async fn leave(&mut self) -> io::Result<()> {
        if !core::mem::take(&mut self.is_active) {
            return Ok(());
        }
        let written = timeout(LEAVE_TIMEOUT, self.write_leaving()).await;
        let modes = terminal::disable_raw_mode();
        written.unwrap_or(Ok(())).and(modes)
    }

    async fn write_leaving(&mut self) -> io::Result<()> {
        self.output.drain().await?;
        queue_leaving(&mut self.frame_buffer)?;
        self.output.send();
        self.output.drain().await
    }

    /// Sets the modes again after the program was stopped.
    pub(super) fn reenter(&mut self) -> io::Result<()> {
        // The other program may have set its own modes.
        if self.is_active {
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
        // Only after a panic, as `leave` runs otherwise. A busy line would block, and an error of the
        // terminal could not be reported.
        if self.is_active {
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
/// Longest wait for the current frame when the program ends.
const LEAVE_TIMEOUT: Duration = Duration::from_secs(1);
