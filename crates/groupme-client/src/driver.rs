//! The loop around an account: lanes, REST, the store and timers.

use core::{
    future::Future as _,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use bayeux_proto::{Channel, Instant, Misuse};
use bayeux_transport::{Lanes, Next};
use groupme_account::{Account, BoxError, Incoming, Moment};
use groupme_delivery::DeliveryTag;
use groupme_model::Timestamp;
use tokio::{
    sync::oneshot,
    time::{Sleep, sleep},
};

use crate::{
    requests::Requests,
    status_log::StatusLog,
    token::SharedSource,
    unix_time,
    writer::{Saved, Writer},
};

/// Account with everything that moves its inputs and outputs.
pub(crate) struct Driver {
    pub(crate) account: Account,
    lanes: Lanes,
    source: SharedSource,
    /// REST, unless the account takes pushes only.
    requests: Option<Requests>,
    /// Store, if the program has set one.
    writer: Option<Writer>,
    /// Buffer of the batch to send, reused.
    batch: Vec<u8>,
    /// Whether the session may have actions: after every input and command.
    may_have_actions: bool,
    /// Timer of the account while the lanes are not read.
    timer: Option<(Instant, Pin<Box<Sleep>>)>,
    /// Time at which the lanes were last read.
    last_read: Instant,
    /// Moment of the input whose actions are about to be performed.
    moment_of_input: Option<Moment>,
    /// Wall clock, and when it was read.
    wall_clock: Option<(Instant, Timestamp)>,
    log: StatusLog,
}

impl Driver {
    pub(crate) fn new(
        account: Account,
        lanes: Lanes,
        source: SharedSource,
        requests: Option<Requests>,
        writer: Option<Writer>,
        log: StatusLog,
    ) -> Self {
        Self {
            account,
            lanes,
            source,
            requests,
            writer,
            batch: Vec::new(),
            may_have_actions: true,
            timer: None,
            last_read: Instant::ORIGIN,
            moment_of_input: None,
            wall_clock: None,
            log,
        }
    }

    /// Polls for the next item for the program; `None` after the last.
    pub(crate) fn poll(&mut self, context: &mut Context<'_>) -> Poll<Option<Incoming>> {
        if self.account.waiting() > 0 && self.lanes.clock().now() - self.last_read >= READ_AHEAD {
            // A program that is slower than the events takes none from an empty queue: without
            // this, an answer behind them would be read too late.
            let _ = self.advance(context);
        }
        loop {
            if self.may_have_actions {
                self.perform_actions();
            }
            self.save(context);
            // Everything is saved before the end.
            let is_held =
                self.account.has_ended() && self.account.waiting() == 1 && !self.is_saved();
            if !is_held
                && !self.writer.as_ref().is_some_and(Writer::is_behind)
                && let Some(incoming) = self.account.poll_incoming()
            {
                if let Incoming::Status(status) = &incoming {
                    self.log.write(status);
                }
                return Poll::Ready(Some(incoming));
            }
            if self.account.has_changes() {
                continue;
            }
            if self.is_over() {
                return Poll::Ready(None);
            }
            ready!(self.step(context));
        }
    }

    /// Reads and sends whatever is possible while the program takes nothing.
    pub(crate) fn advance(&mut self, context: &mut Context<'_>) -> Poll<()> {
        loop {
            self.perform_actions();
            self.save(context);
            if self.account.has_ended() {
                return Poll::Ready(());
            }
            ready!(self.step(context));
        }
    }

    /// Drives the account to its end, for a program that is gone.
    pub(crate) fn finish(&mut self, context: &mut Context<'_>) -> Poll<()> {
        loop {
            if ready!(self.poll(context)).is_none() {
                return Poll::Ready(());
            }
        }
    }

    /// Acknowledges a delivery. `caller` is notified once the acknowledgement is saved.
    pub(crate) fn acknowledge(
        &mut self,
        context: &mut Context<'_>,
        tag: DeliveryTag,
        caller: Option<oneshot::Sender<Saved>>,
    ) {
        if self.account.acknowledge(tag).is_some()
            && let Some(writer) = &mut self.writer
        {
            writer.count_acknowledgement();
        }
        match (&mut self.writer, caller) {
            (Some(writer), Some(caller)) => {
                writer.save(&mut self.account, context.waker(), Some(caller));
            }
            // The next poll saves.
            (_, None) => {}
            (None, Some(caller)) => {
                // A caller that has gone does not want to know.
                let _ = caller.send(Ok(()));
            }
        }
    }

    /// Notes that a command was given to the account.
    pub(crate) fn note_command(&mut self) {
        self.may_have_actions = true;
    }

    /// Checks the connection at once.
    pub(crate) fn wake(&mut self) {
        let at = self.fresh_moment();
        self.account.wake(at);
    }

    /// Publishes a payload.
    pub(crate) fn publish(&mut self, channel: &Channel, json: &str) -> Result<(), Misuse> {
        let at = self.moment();
        self.account.publish(at, channel, json).map(drop)
    }

    /// Disconnects after all earlier commands.
    pub(crate) fn disconnect(&mut self) {
        let at = self.moment();
        self.account.disconnect(at);
    }

    /// Performs all actions of the session.
    pub(crate) fn perform_actions(&mut self) {
        self.may_have_actions = false;
        // Reading the clock again costs as much as the look for actions.
        let at = self.moment_of_input.take();
        let at = at.unwrap_or_else(|| self.moment());
        let source = &self.source;
        let mut token = |out: &mut Vec<u8>| {
            out.extend_from_slice(source.token().expose().as_bytes());
        };
        while let Some(action) = self.account.poll_action(at, &mut token, &mut self.batch) {
            self.lanes.perform(action, &self.batch);
            self.batch.clear();
        }
    }

    /// Returns the present moment with the wall clock read now: the machine may have slept.
    fn fresh_moment(&mut self) -> Moment {
        self.wall_clock = None;
        self.moment()
    }

    /// Returns the present moment. The wall clock is read once a second: a flood of events would
    /// read it for each.
    pub(crate) fn moment(&mut self) -> Moment {
        let now = self.lanes.clock().now();
        let fresh = self
            .wall_clock
            .filter(|(at, _)| now - *at < Duration::from_secs(1));
        let (at, unix_time) = *self
            .wall_clock
            .insert(fresh.unwrap_or_else(|| (now, unix_time::now())));
        let since = i64::try_from((now - at).as_millis()).unwrap_or(0);
        Moment::new(
            now,
            Timestamp::from_millis(unix_time.as_millis().saturating_add(since)),
        )
    }

    fn save(&mut self, context: &mut Context<'_>) {
        if let Some(writer) = &mut self.writer {
            writer.save(&mut self.account, context.waker(), None);
        }
    }

    /// Returns whether nothing follows, and everything is saved.
    fn is_over(&self) -> bool {
        self.account.has_ended() && self.account.waiting() == 0 && self.is_saved()
    }

    fn is_saved(&self) -> bool {
        !self.account.has_changes() && self.writer.as_ref().is_none_or(Writer::is_idle)
    }

    /// Takes one input, if there is one.
    fn step(&mut self, context: &mut Context<'_>) -> Poll<()> {
        if self.account.has_ended() {
            return Poll::Pending;
        }
        if let Some(requests) = &mut self.requests {
            requests.send(&mut self.account);
            if let Poll::Ready((id, response)) = requests.poll_next(context) {
                let at = self.fresh_moment();
                self.may_have_actions = true;
                self.account.handle_response(at, id, response);
                return Poll::Ready(());
            }
        }
        if !self.account.may_read() {
            let timeout = self.account.poll_timeout();
            ready!(self.poll_timer(context, timeout));
            let at = self.fresh_moment();
            self.may_have_actions = true;
            self.account.handle_timeout(at);
            return Poll::Ready(());
        }
        let account = &self.account;
        let timeout = || account.poll_timeout();
        let next = ready!(self.lanes.poll_next_until(context, timeout));
        let at = match next {
            Next::Frame(..) => self.moment(),
            _ => self.fresh_moment(),
        };
        self.may_have_actions = true;
        self.moment_of_input = Some(at);
        self.last_read = at.now;
        match next {
            Next::Opened(lane) => self.account.handle_open(at, lane),
            Next::Frame(lane, frame) => {
                let useless = self.account.handle_frame(at, lane, &frame);
                if useless > 0 {
                    tracing::debug!(lane = lane.number(), useless, "messages of no use");
                }
            }
            Next::Pong(lane) => self.account.handle_pong(at, lane),
            Next::Closed(lane, close, error) => {
                if let Some(error) = &error {
                    let error = display_chain(error);
                    tracing::debug!(lane = lane.number(), error, "a lane failed");
                }
                let error = error.map(|error| BoxError::from(Box::new(error)));
                self.account.handle_close(at, lane, close, error);
            }
            Next::Deadline => {
                for (lane, last_bytes) in self.lanes.progress() {
                    self.account.handle_progress(at, lane, last_bytes);
                }
                self.account.handle_timeout(at);
            }
        }
        Poll::Ready(())
    }

    fn poll_timer(&mut self, context: &mut Context<'_>, at: Option<Instant>) -> Poll<()> {
        let Some(at) = at else { return Poll::Pending };
        let now = self.lanes.clock().now();
        let (set, timer) = self
            .timer
            .get_or_insert_with(|| (at, Box::pin(sleep(at - now))));
        if *set != at {
            (*set, *timer) = (at, Box::pin(sleep(at - now)));
        }
        ready!(timer.as_mut().poll(context));
        self.timer = None;
        Poll::Ready(())
    }
}

fn display_chain(error: &bayeux_transport::Error) -> String {
    let mut text = error.to_string();
    let mut source = core::error::Error::source(error);
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}

/// Time after which the lanes are read even if deliveries wait.
const READ_AHEAD: Duration = Duration::from_millis(50);
