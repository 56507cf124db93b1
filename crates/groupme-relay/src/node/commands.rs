//! Commands to one account: a queue, and the task that performs them one after the other.

use core::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};
use std::sync::Arc;

use tokio::{
    sync::mpsc,
    task::JoinSet,
    time::{Instant, sleep, timeout},
};

use crate::{Asked, Broker, Command, ErrorCode, Performer, RequestError, figures};

/// Commands to one account.
///
/// The account's token has one pace, so that commands beside each other would gain nothing, and their order
/// would be lost. Dropped, a command that is performed is given up, without an answer.
pub(super) struct Commands {
    queue: mpsc::Sender<(Command, Asked)>,
    /// Whether commands that wait are sent back.
    is_over: Arc<AtomicBool>,
    worker: JoinSet<()>,
}

impl Commands {
    pub(super) fn start<B: Broker>(broker: B, performer: impl Performer) -> Self {
        let (queue, queued) = mpsc::channel(QUEUE);
        let is_over = Arc::new(AtomicBool::new(false));
        let mut worker = JoinSet::new();
        worker.spawn(work(broker, performer, queued, Arc::clone(&is_over)));
        Self {
            queue,
            is_over,
            worker,
        }
    }

    /// Takes a request, and answers it at once if it cannot be performed.
    pub(super) fn take(&self, asked: Asked) {
        let command = match Command::read(asked.request()) {
            Ok(command) => command,
            Err(error) => return refuse(asked, error),
        };
        match self.queue.try_send((command, asked)) {
            Ok(()) => {}
            Err(mpsc::error::TrySendError::Full((_, asked))) => refuse(asked, busy()),
            Err(mpsc::error::TrySendError::Closed((_, asked))) => refuse(asked, moved()),
        }
    }

    /// Answers the commands that wait, and lets the one that is performed end, for some seconds at most.
    pub(super) async fn finish(mut self) {
        self.is_over.store(true, Ordering::Release);
        drop(self.queue);
        let _ = timeout(LONGEST_END, self.worker.join_next()).await;
    }
}

/// Answers a request that is not performed.
fn refuse(asked: Asked, error: RequestError) {
    figures::requested(Some(error.code), Duration::ZERO);
    asked.answer(Err(error));
}

async fn work<B: Broker>(
    broker: B,
    mut performer: impl Performer,
    mut queue: mpsc::Receiver<(Command, Asked)>,
    is_over: Arc<AtomicBool>,
) {
    while let Some((command, asked)) = queue.recv().await {
        if is_over.load(Ordering::Acquire) {
            refuse(asked, moved());
            continue;
        }
        let began = Instant::now();
        let result = match time_left(&broker, asked.request().deadline) {
            Ok(left) => match timeout(left, performer.perform(command)).await {
                Ok(result) => result,
                Err(_) => Err(timed_out()),
            },
            Err(error) => Err(error),
        };
        let request = asked.request();
        tracing::debug!(
            account = %request.account,
            verb = %request.verb,
            error = result.as_ref().err().map(|error| error.code.name()),
            "a command"
        );
        let code = result.as_ref().err().map(|error| error.code);
        figures::requested(code, began.elapsed());
        asked.answer(result);
    }
}

/// Returns the time until the deadline of a request.
///
/// A node that was paused may find a request that another node has performed long ago. GroupMe recognizes the
/// repetition of a message for about a minute: hence every request has a deadline.
fn time_left<B: Broker>(broker: &B, deadline: Option<Duration>) -> Result<Duration, RequestError> {
    let Some(deadline) = deadline else {
        let message =
            "the header Gm-Deadline is missing: milliseconds since 1970, 45 s ahead at most";
        return Err(RequestError::new(ErrorCode::Malformed, message));
    };
    let now = broker.unix_time();
    if deadline > now + LONGEST_DEADLINE {
        let message = "the deadline is more than 45 s ahead: GroupMe recognizes repetitions for about a minute only; \
                       compare the clocks of caller and node";
        return Err(RequestError::new(ErrorCode::Malformed, message));
    }
    match deadline.checked_sub(now) {
        Some(left) if !left.is_zero() => Ok(left),
        _ => {
            let message =
                "the deadline had passed before the request was begun: repeat with a later one";
            Err(RequestError::new(ErrorCode::Expired, message))
        }
    }
}

fn timed_out() -> RequestError {
    let message = "the deadline passed while the request was performed: repeat it with the same Gm-Source-Guid";
    RequestError::new(ErrorCode::TimedOut, message).after_an_attempt()
}

fn busy() -> RequestError {
    let message = format!("the account has {QUEUE} requests that wait: send fewer at a time");
    RequestError::new(ErrorCode::Busy, message).with_retry_after(Duration::from_secs(1))
}

/// Answers a request to an account that another node has claimed. That node may have taken the request, too,
/// and be about to perform it: its answer comes first.
pub(super) fn give_way(asked: Asked) {
    tokio::spawn(async move {
        sleep(GIVE_WAY).await;
        refuse(asked, moved());
    });
}

fn moved() -> RequestError {
    let message = "the account moves to another node: repeat the request";
    RequestError::new(ErrorCode::Moved, message).with_retry_after(Duration::from_millis(500))
}

/// Commands of one account that wait.
const QUEUE: usize = 64;

/// Longest time to a deadline: with it, all repetitions of a message fall into the minute for which GroupMe
/// recognizes them.
const LONGEST_DEADLINE: Duration = Duration::from_secs(45);

/// Longest time for which a command is performed after its account has moved.
const LONGEST_END: Duration = Duration::from_secs(3);

/// Time after which a request to an account of another node is sent back.
const GIVE_WAY: Duration = Duration::from_secs(1);
