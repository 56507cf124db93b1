//! Waiting for room for a command.

use core::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::Notify;

/// Tasks that wait until the client has room for another command.
#[derive(Debug, Default)]
pub(crate) struct Room {
    waiting: AtomicUsize,
    changed: Notify,
}

impl Room {
    /// Returns whether a task waits: looked at whenever the driver has moved, and cheap.
    pub(crate) fn is_awaited(&self) -> bool {
        self.waiting.load(Ordering::Relaxed) > 0
    }

    /// Lets the tasks that wait look again.
    pub(crate) fn notify(&self) {
        self.changed.notify_waiters();
    }

    /// Waits until `has_room` holds. `None` once the driver has ended.
    pub(crate) async fn wait(&self, has_room: impl Fn() -> Option<bool>) -> Option<()> {
        if has_room()? {
            return Some(());
        }
        let _waiting = Waiting::new(&self.waiting);
        loop {
            // Registered before the look, so that no change in between is missed.
            let mut changed = core::pin::pin!(self.changed.notified());
            changed.as_mut().enable();
            if has_room()? {
                return Some(());
            }
            changed.await;
        }
    }
}

/// Counts a task that waits, until dropped: a future may not be awaited to its end.
struct Waiting<'r>(&'r AtomicUsize);

impl<'r> Waiting<'r> {
    fn new(count: &'r AtomicUsize) -> Self {
        count.fetch_add(1, Ordering::SeqCst);
        Self(count)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}
