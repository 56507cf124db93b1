//! The driver, shared between the program, its handles and the keeper.
//!
//! The program drives the account itself: its poll reads the lanes, so an event passes one queue
//! and wakes one task. A program that handles an event for long polls nothing meanwhile. The keeper
//! is a task that notices this and drives the account until the program is back; otherwise it
//! sleeps.

use core::{
    future::poll_fn,
    panic::AssertUnwindSafe,
    sync::atomic::{AtomicBool, Ordering},
    task::{Context, Poll, Waker},
    time::Duration,
};
use std::{
    panic::catch_unwind,
    sync::{Arc, Mutex, PoisonError},
    task::Wake,
};

use groupme_account::{ClientEnd, Incoming, Status};
use groupme_delivery::DeliveryTag;
use tokio::{sync::Notify, time::sleep};

use crate::{driver::Driver, room::Room};

/// Driver of an account, for the program, its handles and the keeper.
pub(crate) struct Shared {
    state: Mutex<State>,
    signal: Arc<Signal>,
    /// Wakes the signal. All inputs of the driver are registered with it.
    waker: Waker,
    room: Room,
    runtime: tokio::runtime::Handle,
}

struct State {
    /// Driver, until the end.
    driver: Option<Box<Driver>>,
    /// Number of polls by the program.
    polls: u64,
    /// Whether the keeper drives.
    is_kept: bool,
    /// Whether commands of handles are to be performed.
    has_commands: bool,
    /// Whether the program has dropped the client.
    is_abandoned: bool,
    /// Item after a panic.
    last: Option<Incoming>,
}

/// Wakes whoever waits for the driver, and sees to it that the keeper looks after a while.
#[derive(Default)]
struct Signal {
    /// Task that waits: the program's, or the keeper.
    waiting: Mutex<Option<Waker>>,
    /// Whether the keeper is going to look.
    is_armed: AtomicBool,
    keeper: Notify,
}

impl Signal {
    fn wait(&self, waker: &Waker) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if !waiting.as_ref().is_some_and(|old| old.will_wake(waker)) {
            *waiting = Some(waker.clone());
        }
    }

    /// Returns whether a task waits and has not been woken.
    fn is_waiting(&self) -> bool {
        let waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.is_some()
    }

    fn forget_waiting(&self) {
        *self.waiting.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    fn arm(&self) {
        if !self.is_armed.load(Ordering::Relaxed) && !self.is_armed.swap(true, Ordering::SeqCst) {
            self.keeper.notify_one();
        }
    }
}

impl Wake for Signal {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let waker = waiting.take();
        drop(waiting);
        if let Some(waker) = waker {
            waker.wake();
        }
        self.arm();
    }
}

impl Shared {
    /// Shares a driver, and starts its keeper.
    pub(crate) fn start(driver: Driver, runtime: tokio::runtime::Handle) -> Arc<Self> {
        let signal = Arc::new(Signal::default());
        let shared = Arc::new(Self {
            state: Mutex::new(State {
                driver: Some(Box::new(driver)),
                polls: 0,
                is_kept: false,
                has_commands: false,
                is_abandoned: false,
                last: None,
            }),
            waker: Waker::from(Arc::clone(&signal)),
            room: Room::default(),
            signal,
            runtime,
        });
        shared
            .runtime
            .spawn(drive_while_program_is_away(Arc::clone(&shared)));
        // A program may do something else before its first poll.
        shared.signal.arm();
        shared
    }

    /// Polls for the next item of the program, after acknowledging the last one.
    pub(crate) fn poll(
        &self,
        context: &Context<'_>,
        acknowledged: Option<DeliveryTag>,
    ) -> Poll<Option<Incoming>> {
        let polled = self.with(|state, driver, own| {
            *state.polls += 1;
            if core::mem::take(state.is_kept) {
                self.signal.keeper.notify_one();
            }
            self.signal.wait(context.waker());
            if let Some(tag) = acknowledged {
                driver.acknowledge(own, tag, None);
            }
            driver.poll(own)
        });
        match polled {
            Some(Poll::Pending) => Poll::Pending,
            Some(Poll::Ready(Some(incoming))) => {
                // Nothing is registered with the waker: the keeper has to take over if the program
                // does not come back.
                self.signal.forget_waiting();
                self.signal.arm();
                Poll::Ready(Some(incoming))
            }
            Some(Poll::Ready(None)) => {
                self.end();
                self.signal.keeper.notify_one();
                Poll::Ready(None)
            }
            None => Poll::Ready(self.lock().last.take()),
        }
    }

    /// Gives the driver a command. The keeper performs what follows from it, so that the program
    /// need not poll, and many commands at once go out together. `None` after the end.
    pub(crate) fn command<R>(
        &self,
        command: impl FnOnce(&mut Driver, &mut Context<'_>) -> R,
    ) -> Option<R> {
        let result = self.with(|flags, driver, own| {
            *flags.has_commands = true;
            driver.note_command();
            command(driver, own)
        });
        self.signal.keeper.notify_one();
        result
    }

    /// Waits until the driver has room for another command. `None` after the end.
    pub(crate) async fn room(&self) -> Option<()> {
        let has_room = || Some(self.lock().driver.as_deref()?.account.has_room());
        self.room.wait(has_room).await
    }

    /// Drops the driver at its end.
    fn end(&self) {
        self.lock().driver = None;
        self.room.notify();
    }

    /// Notes that the program has dropped the client, which disconnects in the background.
    pub(crate) fn abandon(&self) {
        self.with(|state, driver, _| {
            *state.is_abandoned = true;
            driver.disconnect();
            driver.perform_actions();
        });
        self.signal.keeper.notify_one();
    }

    /// Calls a function with the driver, within the runtime. `None` after the end. A panic ends the
    /// client, loudly: the program gets [`Status::Ended`].
    fn with<R>(
        &self,
        call: impl FnOnce(&mut Flags<'_>, &mut Driver, &mut Context<'_>) -> R,
    ) -> Option<R> {
        let _entered = self.runtime.enter();
        let mut state = self.lock();
        let State {
            driver,
            polls,
            is_kept,
            has_commands,
            is_abandoned,
            ..
        } = &mut *state;
        let driver = driver.as_deref_mut()?;
        let mut flags = Flags {
            polls,
            is_kept,
            has_commands,
            is_abandoned,
        };
        let mut own = Context::from_waker(&self.waker);
        // After a panic, the driver is dropped and never used again.
        let called = catch_unwind(AssertUnwindSafe(|| call(&mut flags, driver, &mut own)));
        if self.room.is_awaited() && (called.is_err() || driver.account.has_room()) {
            self.room.notify();
        }
        if called.is_err() {
            tracing::error!("the client panicked");
            state.driver = None;
            state.last = Some(Incoming::Status(Status::Ended(ClientEnd::Internal)));
            drop(state);
            self.waker.wake_by_ref();
            self.signal.keeper.notify_one();
        }
        called.ok()
    }

    /// A poisoned lock stays usable: a panic under it is caught, and ends the driver.
    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Judges whether the program drives. `seen` is the number of polls at the last look.
    fn program_state(&self, seen: &mut u64) -> ProgramState {
        let state = self.lock();
        if state.driver.is_none() {
            return ProgramState::Over;
        }
        if state.is_abandoned {
            return ProgramState::Abandoned;
        }
        if core::mem::replace(seen, state.polls) != state.polls {
            return ProgramState::Attended;
        }
        // Disarmed before the check, so that a wake after the check arms again.
        self.signal.is_armed.store(false, Ordering::SeqCst);
        if self.signal.is_waiting() {
            return ProgramState::Idle;
        }
        self.signal.is_armed.store(true, Ordering::SeqCst);
        ProgramState::Away
    }
}

/// Flags beside the driver.
struct Flags<'s> {
    polls: &'s mut u64,
    is_kept: &'s mut bool,
    has_commands: &'s mut bool,
    is_abandoned: &'s mut bool,
}

/// State of the program, as its keeper sees it.
#[derive(Debug)]
enum ProgramState {
    /// The program has polled since the last look.
    Attended,
    /// The program waits for an event, and none has come.
    Idle,
    /// The program does something else.
    Away,
    /// The program has dropped the client.
    Abandoned,
    /// The client has ended.
    Over,
}

/// Drives the account while the program does not.
async fn drive_while_program_is_away(shared: Arc<Shared>) {
    let mut seen = 0;
    loop {
        shared.perform_commands();
        match shared.program_state(&mut seen) {
            ProgramState::Attended => {
                tokio::select! {
                    () = sleep(GRACE) => {}
                    () = shared.signal.keeper.notified() => {}
                }
            }
            ProgramState::Idle => shared.signal.keeper.notified().await,
            ProgramState::Away => {
                tokio::select! {
                    () = poll_fn(|context| shared.drive_while_away(context, seen)) => {}
                    () = shared.signal.keeper.notified() => {}
                }
            }
            ProgramState::Abandoned => {
                poll_fn(|context| shared.finish(context)).await;
                return;
            }
            ProgramState::Over => return,
        }
    }
}

impl Shared {
    /// Performs the commands of handles.
    fn perform_commands(&self) {
        let has_performed = self.with(|flags, driver, _| {
            let has_commands = core::mem::take(flags.has_commands);
            if has_commands {
                driver.perform_actions();
            }
            has_commands
        });
        if has_performed == Some(true) {
            // Some commands are answered locally, and deadlines change.
            self.waker.wake_by_ref();
        }
    }

    fn drive_while_away(&self, context: &Context<'_>, seen: u64) -> Poll<()> {
        let polled = self.with(|state, driver, own| {
            if *state.polls != seen || *state.is_abandoned {
                return Poll::Ready(());
            }
            *state.is_kept = true;
            self.signal.wait(context.waker());
            // The end is the program's to take.
            let _ = driver.advance(own);
            Poll::Pending
        });
        polled.unwrap_or(Poll::Ready(()))
    }

    fn finish(&self, context: &Context<'_>) -> Poll<()> {
        let polled = self.with(|_, driver, own| {
            self.signal.wait(context.waker());
            driver.finish(own)
        });
        if polled == Some(Poll::Pending) {
            return Poll::Pending;
        }
        self.end();
        Poll::Ready(())
    }
}

/// Time without a poll after which a program counts as away.
const GRACE: Duration = Duration::from_millis(100);
