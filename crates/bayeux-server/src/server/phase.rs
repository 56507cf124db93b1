//! Life of a server: running, draining, stopped; and the tasks that its end waits for.

use tokio::sync::watch;

/// Phase of a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Phase {
    Running,
    /// Nothing new is accepted; open connections and requests run to their end.
    Draining,
    /// What is still open is dropped.
    Stopped,
}

/// Phase, and the number of tasks that have to end.
#[derive(Debug)]
pub(crate) struct PhaseState {
    phase: watch::Sender<Phase>,
    tasks: watch::Sender<usize>,
}

/// Task that the end of a server waits for, until it is dropped.
#[derive(Debug)]
pub(crate) struct Task(watch::Sender<usize>);

impl PhaseState {
    pub(crate) fn new() -> Self {
        Self {
            phase: watch::Sender::new(Phase::Running),
            tasks: watch::Sender::new(0),
        }
    }

    pub(crate) fn begin(&self, phase: Phase) {
        self.phase.send_if_modified(|current| {
            let is_later = phase > *current;
            *current = phase.max(*current);
            is_later
        });
    }

    /// Waits until the phase, or a later one, has begun. Cancel-safe.
    pub(crate) async fn until(&self, phase: Phase) {
        let mut phases = self.phase.subscribe();
        // The sender lives in `self`, so this cannot fail.
        let _ = phases.wait_for(|current| *current >= phase).await;
    }

    /// Counts a task.
    pub(crate) fn task(&self) -> Task {
        self.tasks
            .send_modify(|tasks| *tasks = tasks.saturating_add(1));
        Task(self.tasks.clone())
    }

    /// Waits until there is no task. Cancel-safe.
    pub(crate) async fn until_idle(&self) {
        let mut tasks = self.tasks.subscribe();
        let _ = tasks.wait_for(|tasks| *tasks == 0).await;
    }
}

impl Drop for Task {
    fn drop(&mut self) {
        self.0.send_modify(|tasks| *tasks = tasks.saturating_sub(1));
    }
}
