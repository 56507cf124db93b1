//! Handlers at work: concurrent, but one after the other within a conversation.

use core::pin::Pin;
use std::collections::{BTreeMap, VecDeque};

use groupme_client::{ConversationId, Delivery};
use tokio::task::{Id, JoinSet};

/// Work on one event.
pub(crate) type Job = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Jobs, running and waiting.
#[derive(Default)]
pub(crate) struct Queue {
    last: u64,
    tasks: JoinSet<()>,
    running: BTreeMap<Id, Running>,
    /// Job whose turn it is in each conversation, and those after it.
    turns: BTreeMap<Key, (u64, VecDeque<Waiting>)>,
    waiting: usize,
}

struct Running {
    job: u64,
    key: Key,
    delivery: Delivery,
}

struct Waiting {
    job: u64,
    work: Job,
    delivery: Delivery,
}

/// Conversation, or `None` for events that belong to none.
type Key = Option<ConversationId>;

impl Queue {
    /// Returns the number for the next job.
    pub(crate) fn next_job(&mut self) -> u64 {
        self.last += 1;
        self.last
    }

    /// Adds the work on an event of a conversation.
    pub(crate) fn push(&mut self, job: u64, key: Key, delivery: Delivery, work: Job) {
        let waiting = Waiting {
            job,
            work,
            delivery,
        };
        if let Some((_, queue)) = self.turns.get_mut(&key) {
            queue.push_back(waiting);
            self.waiting += 1;
        } else {
            self.turns.insert(key.clone(), (job, VecDeque::new()));
            self.start(key, waiting);
        }
    }

    /// Gives the turn of a job to the next one of its conversation.
    pub(crate) fn release(&mut self, job: u64) {
        let found = self.running.values().find(|running| running.job == job);
        if let Some(key) = found.map(|running| running.key.clone()) {
            self.start_next(key, job);
        }
    }

    /// Waits for the end of a job and returns its event, and whether the job panicked. Pending while
    /// none runs.
    pub(crate) async fn next_ended(&mut self) -> (Delivery, bool) {
        loop {
            let (id, panicked) = match self.tasks.join_next_with_id().await {
                Some(Ok((id, ()))) => (id, false),
                Some(Err(error)) => (error.id(), true),
                None => core::future::pending().await,
            };
            if let Some(ended) = self.running.remove(&id) {
                self.start_next(ended.key, ended.job);
                return (ended.delivery, panicked);
            }
        }
    }

    /// Returns whether no further event should be read.
    pub(crate) fn is_full(&self) -> bool {
        self.waiting >= MAX_WAITING || self.turns.len() >= MAX_TURNS
    }

    pub(crate) fn is_idle(&self) -> bool {
        self.running.is_empty()
    }

    /// Drops the jobs that have not begun. Their events stay unacknowledged.
    pub(crate) fn drop_waiting(&mut self) {
        for (_, queue) in self.turns.values_mut() {
            queue.clear();
        }
        self.waiting = 0;
    }

    /// Stops the jobs that run. Their events stay unacknowledged.
    pub(crate) async fn stop(&mut self) {
        self.tasks.shutdown().await;
        self.running.clear();
        self.turns.clear();
    }

    /// Starts the next job of a turn whose job has ended.
    fn start_next(&mut self, key: Key, job: u64) {
        let Some((turn, queue)) = self.turns.get_mut(&key) else {
            return;
        };
        if *turn != job {
            return;
        }
        match queue.pop_front() {
            Some(next) => {
                *turn = next.job;
                self.waiting = self.waiting.saturating_sub(1);
                self.start(key, next);
            }
            None => drop(self.turns.remove(&key)),
        }
    }

    fn start(&mut self, key: Key, waiting: Waiting) {
        let task = self.tasks.spawn(waiting.work);
        let running = Running {
            job: waiting.job,
            key,
            delivery: waiting.delivery,
        };
        self.running.insert(task.id(), running);
    }
}

/// Number of waiting jobs at which no further event is read.
const MAX_WAITING: usize = 256;
/// Number of conversations with a job at work at which no further event is read. Handlers that wait
/// for a message are not counted: only a further event ends their waiting.
const MAX_TURNS: usize = 1_024;
