//! Joins the model with the terminal, the client's events and the requests.

mod keys;
mod latency;
mod output;
mod requests;
mod screen;

use core::{future::poll_fn, pin::Pin, time::Duration};
use std::io;

use crossterm::event::{Event, EventStream};
use futures_core::Stream as _;
use groupme_client::{Client, ClientEnd, EventRef, Handle, Incoming, Status, Timestamp};
use rustix::process::{Signal, kill_current_process_group};
use tokio::{
    signal::unix::{self, SignalKind, signal},
    sync::mpsc,
    time::{Instant, sleep_until, timeout},
};

use self::{latency::Latency, requests::Requests, screen::Screen};
use crate::{
    Error, Notifications, Options,
    model::{Action, Effect, Input, Outcome, Settings, State},
    options,
    view::Theme,
};

/// Runs the chat on the terminal of the process, until the user quits or a signal (SIGTERM, SIGHUP,
/// SIGINT) ends it. The client should follow everything, as by default.
///
/// Messages that are being sent have two seconds more at the end; the client is disconnected.
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
    let screen = Screen::take(Theme::new(options.colours))?;
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
        rang_at: None,
        end: None,
    };
    let outcome = chat.run().await;
    // Messages on their way are sent also when the terminal is gone.
    let left = chat.screen.leave().await;
    let finished = chat.finish().await;
    outcome?;
    left?;
    finished
}

/// Longest time for which frames are left out because there is something else to do.
const LONGEST_PAUSE: Duration = Duration::from_millis(100);
/// Shortest time between two notifications.
const RING_INTERVAL: Duration = Duration::from_secs(1);
/// Time for messages that are being sent when the user quits.
const PATIENCE: Duration = Duration::from_secs(2);
/// Longest wait for a shell that does not stop the program.
const SUSPENDED: Duration = Duration::from_millis(300);

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
    /// Whether the conversations are loaded, or could not be: events come after that.
    is_loaded: bool,
    /// Whether the screen shows an older state.
    is_dirty: bool,
    drawn_at: Instant,
    rang_at: Option<Instant>,
    /// Reason of the client's end.
    end: Option<ClientEnd>,
}

/// Whether the chat goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Next {
    GoOn,
    Quit,
}

impl Chat {
    async fn run(&mut self) -> Result<(), Error> {
        loop {
            if self.is_dirty && !self.screen.is_busy() && self.drawn_at.elapsed() > LONGEST_PAUSE {
                self.draw()?;
            }
            let due = self.due();
            let may_draw = self.is_dirty && !self.screen.is_busy();
            let has_client = self.is_loaded && self.end.is_none();
            let next = tokio::select! {
                // A frame is drawn when there is nothing else to do.
                biased;
                signal = self.signals.next() => match signal {
                    Caught::End => Next::Quit,
                    Caught::Continued => self.come_back()?,
                },
                event = next_key(&mut self.keys) => self.handle_key(event).await?,
                Some(outcome) = self.outcomes.recv() => {
                    self.is_loaded |= matches!(outcome, Outcome::Loaded { .. } | Outcome::NotLoaded(_));
                    self.update(Input::Outcome(outcome)).await?
                }
                incoming = self.client.next(), if has_client => self.handle_incoming(incoming).await?,
                written = self.screen.written() => {
                    written?;
                    Next::GoOn
                }
                () = core::future::ready(()), if may_draw => {
                    self.draw()?;
                    Next::GoOn
                }
                () = sleep_until(due) => self.handle_timeout().await?,
            };
            if next == Next::Quit {
                return Ok(());
            }
        }
    }

    fn draw(&mut self) -> Result<(), Error> {
        self.is_dirty = false;
        self.drawn_at = Instant::now();
        let shown = self.screen.draw(&self.state)?;
        // What has to be loaded for what is shown.
        if shown != self.state.shown {
            for effect in self.state.update(now(), Input::Shown(shown)) {
                self.requests.make(effect);
            }
            self.is_dirty = true;
        }
        Ok(())
    }

    /// Returns the time of the next thing to do without an event: at the latest, the next minute of
    /// the clock.
    fn due(&self) -> Instant {
        let (start, wall) = (Instant::now(), now());
        let until = |time: Timestamp| {
            let wait = time.as_millis().saturating_sub(wall.as_millis());
            start + Duration::from_millis(u64::try_from(wait).unwrap_or(0))
        };
        let minute = Timestamp::from_secs((wall.as_secs() / 60 + 1) * 60);
        let model = self.state.poll_timeout().map(until);
        let times = [Some(until(minute)), model, self.latency.poll_timeout()];
        times.into_iter().flatten().min().unwrap_or(start)
    }

    async fn handle_timeout(&mut self) -> Result<Next, Error> {
        let time = Instant::now();
        if self.latency.is_lost(time) {
            self.state
                .update(now(), Input::Outcome(Outcome::Latency(None)));
        }
        if self.latency.is_due(time)
            && let Err(error) = self.handle.ping()
        {
            tracing::debug!(%error, "no ping is sent");
        }
        self.update(Input::Tick).await
    }

    async fn handle_key(&mut self, event: Option<io::Result<Event>>) -> Result<Next, Error> {
        let Some(event) = event else {
            return Err(Error::Terminal(io::ErrorKind::UnexpectedEof.into()));
        };
        match keys::input(event?) {
            Some(input) => self.update(input).await,
            None => Ok(Next::GoOn),
        }
    }

    async fn handle_incoming(&mut self, incoming: Option<Incoming>) -> Result<Next, Error> {
        match incoming {
            Some(Incoming::Event(delivery)) => {
                let event = delivery.event();
                let channel = delivery.channel();
                if matches!(event, EventRef::Ping(_)) {
                    let Some(time) = self.latency.echo(Instant::now()) else {
                        return Ok(Next::GoOn);
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
            Some(_) => Ok(Next::GoOn),
            None => {
                self.end.get_or_insert(ClientEnd::Requested);
                Ok(Next::GoOn)
            }
        }
    }

    async fn update(&mut self, input: Input<'_>) -> Result<Next, Error> {
        self.is_dirty = true;
        let is_scrolled = matches!(input, Input::Action(Action::PageUp | Action::PageDown));
        let mut effects = self.state.update(now(), input);
        if is_scrolled {
            // The next page may be asked for before this one is drawn.
            let shown = self.screen.measure(&self.state)?;
            effects.extend(self.state.update(now(), Input::Shown(shown)));
        }
        for effect in effects {
            match effect {
                Effect::Quit => return Ok(Next::Quit),
                Effect::Suspend => self.suspend().await?,
                Effect::Redraw => self.screen.clear()?,
                Effect::Copy(text) => self.screen.copy(&text)?,
                Effect::Notify { title, body } => self.notify(&title, &body)?,
                request => self.requests.make(request),
            }
        }
        Ok(Next::GoOn)
    }

    fn notify(&mut self, title: &str, body: &str) -> Result<(), Error> {
        let is_soon = self.rang_at.is_some_and(|at| at.elapsed() < RING_INTERVAL);
        if is_soon {
            return Ok(());
        }
        self.rang_at = Some(Instant::now());
        match self.notifications {
            Notifications::Bell => self.screen.ring()?,
            Notifications::Osc9 => self.screen.notify(&format!("{title}: {body}"))?,
            Notifications::Off => {}
        }
        Ok(())
    }

    /// Stops the program, with all of its group, until the shell lets it go on. Without a shell that
    /// controls jobs, the kernel ignores the signal.
    async fn suspend(&mut self) -> Result<(), Error> {
        self.screen.leave().await?;
        kill_current_process_group(Signal::TSTP).map_err(io::Error::from)?;
        // The signal may reach another thread first.
        let _ = timeout(SUSPENDED, self.signals.continued.recv()).await;
        self.come_back()?;
        Ok(())
    }

    /// Takes the terminal again, after the program was stopped.
    fn come_back(&mut self) -> Result<Next, Error> {
        self.screen.enter_again()?;
        let (columns, rows) = self.screen.size()?;
        self.state.update(now(), Input::Resized(columns, rows));
        self.is_dirty = true;
        // The machine may have slept, too.
        let _ = self.handle.wake();
        Ok(Next::GoOn)
    }

    /// Sends what is being sent, and disconnects.
    async fn finish(mut self) -> Result<(), Error> {
        self.requests.finish(PATIENCE).await;
        self.handle.disconnect();
        while self.end.is_none() {
            match timeout(PATIENCE, self.client.next()).await {
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

/// Signals to the process.
struct Signals {
    interrupt: unix::Signal,
    terminate: unix::Signal,
    hangup: unix::Signal,
    continued: unix::Signal,
}

#[derive(Clone, Copy, Debug)]
enum Caught {
    /// The program is to end.
    End,
    /// The program goes on after it was stopped.
    Continued,
}

impl Signals {
    fn listen() -> io::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hangup: signal(SignalKind::hangup())?,
            continued: signal(SignalKind::from_raw(Signal::CONT.as_raw()))?,
        })
    }

    /// Waits for the next signal. Cancel-safe.
    async fn next(&mut self) -> Caught {
        tokio::select! {
            _ = self.interrupt.recv() => Caught::End,
            _ = self.terminate.recv() => Caught::End,
            _ = self.hangup.recv() => Caught::End,
            _ = self.continued.recv() => Caught::Continued,
        }
    }
}
