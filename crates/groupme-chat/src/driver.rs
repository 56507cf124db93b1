//! Driver: connects the model with the terminal, the client's events, and the requests.

mod drawn_area;
mod keys;
mod latency;
mod output;
mod requests;
mod screen;
mod signals;

use core::{future::poll_fn, ops::ControlFlow, pin::Pin, time::Duration};
use std::io;

use crossterm::event::{Event, EventStream};
use futures_core::Stream as _;
use groupme_client::{Client, ClientEnd, EventRef, Handle, Incoming, Status, Timestamp};
use rustix::process::{Signal, kill_current_process_group};
use tokio::{
    sync::mpsc,
    time::{Instant, sleep_until, timeout},
};

use self::{
    latency::Latency,
    requests::Requests,
    screen::Screen,
    signals::{SignalEvent, Signals},
};
use crate::{
    Error, Notifications, Options,
    model::{Action, Effect, Input, Outcome, Settings, State},
    options,
    view::Theme,
};

/// Runs the chat on the terminal of the process, until the user quits or a signal (SIGTERM, SIGHUP,
/// SIGINT) ends it. The client should follow everything, as by default.
///
/// At the end, messages being sent get two more seconds, and the client is disconnected.
///
/// # Errors
///
/// [`Error::Terminal`] if standard input or output is no terminal, or is gone; [`Error::Client`]
/// for a client without a REST API; [`Error::Ended`] if the client has ended by itself, once the user
/// quits.
pub async fn run(client: Client, options: Options) -> Result<(), Error> {
    let signals = Signals::listen()?;
    let handle = client.handle();
    let settings = Settings {
        zone: options::zone(),
        notify_all: options.notify_all,
    };
    let mut state = State::new(handle.user().clone(), settings, now());
    let cache = state.cache.share();
    let (requests, outcomes) = Requests::start(handle.clone(), cache, options.home)?;
    let screen = Screen::open(Theme::new(options.color))?;
    let (columns, rows) = screen.size()?;
    state.update(now(), Input::Resized(columns, rows));
    let mut chat = Chat {
        client,
        handle,
        state,
        screen,
        keys: EventStream::new(),
        outcomes,
        requests,
        signals,
        latency: Latency::new(),
        notifications: options.notifications,
        is_loaded: false,
        is_dirty: true,
        drawn_at: Instant::now(),
        notified_at: None,
        end: None,
    };
    let outcome = chat.run().await;
    // Pending messages are sent even if the terminal is gone.
    let left = chat.screen.leave().await;
    let finished = chat.finish().await;
    outcome?;
    left?;
    finished
}

/// Longest time for which keys and events delay a frame.
const MAX_FRAME_DELAY: Duration = Duration::from_millis(100);
/// Shortest time between two notifications.
const NOTIFY_INTERVAL: Duration = Duration::from_secs(1);
/// Time that messages being sent have when the user quits.
const FINISH_TIMEOUT: Duration = Duration::from_secs(2);
/// Time after which a program that no shell has stopped takes the terminal again.
const RESUME_TIMEOUT: Duration = Duration::from_millis(300);

struct Chat {
    client: Client,
    handle: Handle,
    state: State,
    screen: Screen,
    keys: EventStream,
    outcomes: mpsc::UnboundedReceiver<Outcome>,
    requests: Requests,
    signals: Signals,
    latency: Latency,
    notifications: Notifications,
    /// Whether the first load of the conversations has ended. Events are handled only then.
    is_loaded: bool,
    /// Whether the screen shows an older state.
    is_dirty: bool,
    drawn_at: Instant,
    notified_at: Option<Instant>,
    /// Reason of the client's end.
    end: Option<ClientEnd>,
}

impl Chat {
    async fn run(&mut self) -> Result<(), Error> {
        loop {
            if self.is_dirty && !self.screen.is_busy() && self.drawn_at.elapsed() > MAX_FRAME_DELAY
            {
                self.draw()?;
            }
            let timeout = self.next_timeout();
            let may_draw = self.is_dirty && !self.screen.is_busy();
            let has_client = self.is_loaded && self.end.is_none();
            let next = tokio::select! {
                // In order of priority: a frame is drawn when nothing else is ready.
                biased;
                signal = self.signals.next() => match signal {
                    SignalEvent::Terminate => ControlFlow::Break(()),
                    SignalEvent::Continue => {
                        self.resume()?;
                        ControlFlow::Continue(())
                    }
                },
                event = next_key(&mut self.keys) => self.handle_key(event).await?,
                Some(outcome) = self.outcomes.recv() => {
                    self.is_loaded |= matches!(outcome, Outcome::Loaded { .. } | Outcome::NotLoaded(_));
                    self.update(Input::Outcome(outcome)).await?
                }
                incoming = self.client.next(), if has_client => self.handle_incoming(incoming).await?,
                written = self.screen.written() => {
                    written?;
                    ControlFlow::Continue(())
                }
                () = core::future::ready(()), if may_draw => {
                    self.draw()?;
                    ControlFlow::Continue(())
                }
                () = sleep_until(timeout) => self.handle_timeout().await?,
            };
            if next.is_break() {
                return Ok(());
            }
        }
    }

    fn draw(&mut self) -> Result<(), Error> {
        self.is_dirty = false;
        self.drawn_at = Instant::now();
        self.state.refresh_pushed();
        let viewport = self.screen.draw(&self.state)?;
        // The model loads the holes on the screen.
        if viewport != self.state.viewport {
            for effect in self.state.update(now(), Input::Drawn(viewport)) {
                self.requests.execute(effect);
            }
            self.is_dirty = true;
        }
        Ok(())
    }

    /// Returns the time of the next timeout: at the latest the next minute, for the clock on the
    /// screen.
    fn next_timeout(&self) -> Instant {
        let (start, unix_time) = (Instant::now(), now());
        let until = |time: Timestamp| {
            let wait = time.as_millis().saturating_sub(unix_time.as_millis());
            start + Duration::from_millis(u64::try_from(wait).unwrap_or(0))
        };
        let minute = Timestamp::from_secs((unix_time.as_secs() / 60 + 1) * 60);
        let model = self.state.poll_timeout().map(until);
        let times = [Some(until(minute)), model, self.latency.poll_timeout()];
        times.into_iter().flatten().min().unwrap_or(start)
    }

    async fn handle_timeout(&mut self) -> Result<ControlFlow<()>, Error> {
        let time = Instant::now();
        if self.latency.take_lost(time) {
            self.state
                .update(now(), Input::Outcome(Outcome::Latency(None)));
        }
        if self.latency.take_due(time)
            && let Err(error) = self.handle.ping()
        {
            tracing::debug!(%error, "no ping is sent");
        }
        self.update(Input::Tick).await
    }

    async fn handle_key(
        &mut self,
        event: Option<io::Result<Event>>,
    ) -> Result<ControlFlow<()>, Error> {
        let Some(event) = event else {
            return Err(Error::Terminal(io::ErrorKind::UnexpectedEof.into()));
        };
        match keys::input(event?) {
            Some(input) => self.update(input).await,
            None => Ok(ControlFlow::Continue(())),
        }
    }

    async fn handle_incoming(
        &mut self,
        incoming: Option<Incoming>,
    ) -> Result<ControlFlow<()>, Error> {
        match incoming {
            Some(Incoming::Event(delivery)) => {
                let event = delivery.event();
                let channel = delivery.channel();
                if matches!(event, EventRef::Ping(_)) {
                    let Some(time) = self.latency.echo(Instant::now()) else {
                        return Ok(ControlFlow::Continue(()));
                    };
                    return self
                        .update(Input::Outcome(Outcome::Latency(Some(time))))
                        .await;
                }
                let is_live = delivery.is_live();
                self.update(Input::Event {
                    event,
                    channel,
                    is_live,
                })
                .await
            }
            Some(Incoming::Status(status)) => {
                match &status {
                    Status::Subscribed { channel } if channel.starts_with("/user/") => {
                        self.latency.start(Instant::now());
                    }
                    Status::Disconnected { .. } => self.latency.stop(),
                    Status::Ended(end) => self.end = Some(end.clone()),
                    _ => {}
                }
                self.update(Input::Status(&status)).await
            }
            Some(_) => Ok(ControlFlow::Continue(())),
            None => {
                self.end.get_or_insert(ClientEnd::Requested);
                Ok(ControlFlow::Continue(()))
            }
        }
    }

    async fn update(&mut self, input: Input<'_>) -> Result<ControlFlow<()>, Error> {
        self.is_dirty = true;
        let is_scrolled = matches!(input, Input::Action(Action::PageUp | Action::PageDown));
        let mut effects = self.state.update(now(), input);
        if is_scrolled {
            // A second Page Up may come before this page is drawn, and needs its geometry.
            let viewport = self.screen.measure(&self.state)?;
            effects.extend(self.state.update(now(), Input::Drawn(viewport)));
        }
        for effect in effects {
            match effect {
                Effect::Quit => return Ok(ControlFlow::Break(())),
                Effect::Suspend => self.suspend().await?,
                Effect::Redraw => self.screen.clear()?,
                Effect::Copy(text) => self.screen.copy(&text)?,
                Effect::Notify { title, body } => self.notify(&title, &body)?,
                request => self.requests.execute(request),
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    fn notify(&mut self, title: &str, body: &str) -> Result<(), Error> {
        let is_soon = self
            .notified_at
            .is_some_and(|at| at.elapsed() < NOTIFY_INTERVAL);
        if is_soon {
            return Ok(());
        }
        self.notified_at = Some(Instant::now());
        match self.notifications {
            Notifications::Bell => self.screen.bell()?,
            Notifications::Osc9 => self.screen.notify(&format!("{title}: {body}"))?,
            Notifications::Off => {}
        }
        Ok(())
    }

    /// Stops the program, with all of its group, until the shell lets it continue. Without a shell that
    /// controls jobs, the kernel ignores the signal.
    async fn suspend(&mut self) -> Result<(), Error> {
        self.screen.leave().await?;
        kill_current_process_group(Signal::TSTP).map_err(io::Error::from)?;
        // The signal may reach another thread first.
        let _ = timeout(RESUME_TIMEOUT, self.signals.continued()).await;
        self.resume()?;
        Ok(())
    }

    /// Takes the terminal again after the program was stopped, and checks the connection.
    fn resume(&mut self) -> Result<(), Error> {
        self.screen.reenter()?;
        let (columns, rows) = self.screen.size()?;
        self.state.update(now(), Input::Resized(columns, rows));
        self.is_dirty = true;
        // The machine may have slept meanwhile.
        let _ = self.handle.wake();
        Ok(())
    }

    /// Waits for messages being sent, and disconnects.
    async fn finish(mut self) -> Result<(), Error> {
        self.requests.finish(FINISH_TIMEOUT).await;
        self.handle.disconnect();
        while self.end.is_none() {
            match timeout(FINISH_TIMEOUT, self.client.next()).await {
                Ok(Some(Incoming::Status(Status::Ended(end)))) => self.end = Some(end),
                Ok(Some(_)) => {}
                Ok(None) | Err(_) => break,
            }
        }
        match self.end {
            None | Some(ClientEnd::Requested) => Ok(()),
            Some(end) => Err(Error::Ended(end)),
        }
    }
}

async fn next_key(keys: &mut EventStream) -> Option<io::Result<Event>> {
    poll_fn(|context| Pin::new(&mut *keys).poll_next(context)).await
}

fn now() -> Timestamp {
    Timestamp::from_millis(jiff::Timestamp::now().as_millisecond())
}
