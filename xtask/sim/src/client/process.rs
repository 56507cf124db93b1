//! The processes of a client: they crash, sleep, and start again.

use core::time::Duration;

use bayeux_proto::{Instant, Session};
use groupme_account::Account;

use super::{Client, Listener};
use crate::{
    fact::{ClientFact, Delivered, Issued},
    run::Context,
};

/// Process that is suspended, or one that is to start.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SuspendedProcess {
    /// End of the sleep, by true time.
    pub(crate) until: Instant,
    /// Whether the session is woken afterwards.
    pub(crate) wake: bool,
    /// Whether timers fire before what has arrived is read.
    pub(crate) timers_first: bool,
    /// Whether it is a new process that starts.
    pub(crate) starts: bool,
}

impl Client {
    /// Ends the process of a listener. Another one starts after `down` with what is in the store.
    pub(crate) fn crash(&mut self, cx: &mut Context, down: Duration) {
        let Some(listener) = self.listener_mut().filter(|one| one.is_running()) else {
            return;
        };
        let saved = listener.crash();
        self.gone(cx, &saved);
        self.start_after(cx, down);
    }

    /// Forgets everything of a process that is gone, after its last acknowledgements were saved.
    fn gone(&mut self, cx: &mut Context, saved: &[Delivered]) {
        if !saved.is_empty() {
            self.see(cx, ClientFact::Acknowledged(saved));
        }
        if self.listener().is_some_and(Listener::has_lost_changes) {
            self.see(cx, ClientFact::ChangesLost);
        }
        cx.network.crash(cx.now, self.index);
        self.see_baseline(cx);
        self.see(cx, ClientFact::Crashed);
        self.inbox.clear();
        self.local = Instant::ORIGIN;
    }

    /// Starts a process after a time.
    fn start_after(&mut self, cx: &mut Context, down: Duration) {
        self.asleep = Some(SuspendedProcess {
            until: cx.now + down,
            wake: false,
            timers_first: false,
            starts: true,
        });
        if down.is_zero() {
            self.handle_timeout(cx);
        }
    }

    /// Ends the process of a listener whose engine has ended. The server or a proxy may change its
    /// mind.
    pub(super) fn end(&mut self, cx: &mut Context) {
        let Some(listener) = self.listener_mut() else {
            return;
        };
        let saved = listener.flush();
        listener.end();
        let is_wanted = listener.is_wanted;
        self.gone(cx, &saved);
        if is_wanted {
            self.start_after(cx, Duration::from_secs(5));
        }
    }

    /// Lets no save succeed until then.
    pub(crate) fn fill_disk(&mut self, until: Instant) {
        if let Some(listener) = self.listener_mut() {
            listener.fill_disk(until);
        }
    }

    /// Suspends the process, unless it is suspended for longer already.
    pub(crate) fn sleep(&mut self, cx: &mut Context, mut asleep: SuspendedProcess) {
        let before = self.asleep;
        if before.is_none_or(|before| before.until < asleep.until) {
            asleep.starts = before.is_some_and(|before| before.starts);
            self.asleep = Some(asleep);
            self.see(cx, ClientFact::Issued(Issued::Sleep(asleep.until)));
        }
    }

    /// Continues a process after its sleep, or starts one.
    pub(super) fn wake_up(&mut self, cx: &mut Context, woken: SuspendedProcess) {
        if woken.starts {
            self.listen(cx);
        }
        if woken.wake {
            self.see(cx, ClientFact::Issued(Issued::Wake));
            self.drive(cx, Session::handle_wake, Account::wake);
        }
        if woken.timers_first {
            self.fire_timers(cx);
            self.drain(cx);
        }
        self.read_inbox(cx);
    }
}
