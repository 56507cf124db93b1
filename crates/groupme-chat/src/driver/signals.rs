//! Signals to the process.

use std::io;

use rustix::process::Signal;
use tokio::signal::unix::{self, SignalKind, signal};

/// Signals that the program handles.
pub(super) struct Signals {
    interrupt: unix::Signal,
    terminate: unix::Signal,
    hangup: unix::Signal,
    continued: unix::Signal,
}

/// Meaning of a signal.
#[derive(Clone, Copy, Debug)]
pub(super) enum SignalEvent {
    /// SIGINT, SIGTERM or SIGHUP: the program ends.
    Terminate,
    /// SIGCONT: the program continues after it was stopped.
    Continue,
}

impl Signals {
    /// Starts to catch the signals.
    ///
    /// # Errors
    ///
    /// If the system refuses a handler.
    pub(super) fn listen() -> io::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hangup: signal(SignalKind::hangup())?,
            continued: signal(SignalKind::from_raw(Signal::CONT.as_raw()))?,
        })
    }

    /// Waits for the next signal. Cancel-safe.
    pub(super) async fn next(&mut self) -> SignalEvent {
        tokio::select! {
            _ = self.interrupt.recv() => SignalEvent::Terminate,
            _ = self.terminate.recv() => SignalEvent::Terminate,
            _ = self.hangup.recv() => SignalEvent::Terminate,
            _ = self.continued.recv() => SignalEvent::Continue,
        }
    }

    /// Waits until the program continues after it was stopped. Cancel-safe.
    pub(super) async fn continued(&mut self) {
        self.continued.recv().await;
    }
}
