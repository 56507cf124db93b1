//! Handles to a driver, for other tasks.

use core::fmt;

use bayeux_proto::{Channel, Misuse, Outcome, ServerError, SubscriptionId};
use thiserror::Error;
use tokio::sync::{
    mpsc::UnboundedSender,
    oneshot::{self, Sender},
};

use super::{Delivery, subscription::Subscription};

/// Handle to a [`Driver`](super::Driver): publishes, calls and subscribes from any task. Cloning is
/// cheap.
///
/// A handle works while the driver runs, by [`Driver::next`](super::Driver::next) in a loop or
/// [`Driver::run`](super::Driver::run). If nobody drives, calls wait; once the driver is gone, they
/// fail.
#[derive(Clone)]
pub struct Handle {
    commands: UnboundedSender<Command>,
}

/// Result of [`Handle::publish`].
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Published {
    /// [`Outcome::Accepted`], or [`Outcome::Unknown`] if the server did not answer, which it need
    /// not.
    pub outcome: Outcome,
    /// Reply of the server, with its `ext` and other members, if it sent one.
    pub reply: Option<Delivery>,
}

/// Failure of a request made by a [`Handle`].
#[derive(Error)]
#[non_exhaustive]
pub enum CallError {
    /// Caller: the request is not possible.
    #[error(transparent)]
    Misuse(#[from] Misuse),
    /// Server: it refused the request. The reply is there, unless the refusal was an HTTP status.
    #[error("the server refused the request: {error}")]
    Refused {
        /// Error that the server gave.
        #[source]
        error: ServerError,
        /// Reply with its `ext` and other members.
        reply: Option<Delivery>,
    },
    /// Network: the request waited too long for a connection, or the session ended, and it was
    /// never sent.
    #[error("the request was not sent: no session in time")]
    NotSent,
    /// Network: the request was sent, and the session ended without an answer.
    #[error("the session ended before the answer")]
    Unanswered,
    /// Program: the driver is gone.
    #[error("the driver has ended; keep it running while handles are in use")]
    DriverEnded,
}

/// Shows the text with those of the sources.
impl fmt::Debug for CallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        crate::error::write_chain(self, f)
    }
}

impl Handle {
    pub(super) fn new(commands: UnboundedSender<Command>) -> Self {
        Self { commands }
    }

    /// Publishes an event, at most once. `json` is one JSON value. Waits until the server has
    /// answered, or certainly does not. Dropping the future withdraws the request only while the driver
    /// has not taken it; after that it is still sent.
    ///
    /// # Errors
    ///
    /// All of [`CallError`] but [`CallError::Unanswered`].
    pub async fn publish(
        &self,
        channel: &Channel,
        json: impl Into<String>,
    ) -> Result<Published, CallError> {
        self.ask(|done| Command::Publish {
            channel: channel.clone(),
            json: json.into(),
            done,
        })
        .await
    }

    /// Publishes a request of a remote call, and waits for its answer: the message with `data` on
    /// the same channel that carries the id of the publish, as `CometD` sends it. Bound the wait
    /// with a timeout; dropping the future forgets the call, and its request is still sent if the
    /// driver has taken it.
    ///
    /// # Errors
    ///
    /// All of [`CallError`].
    pub async fn call(
        &self,
        channel: &Channel,
        json: impl Into<String>,
    ) -> Result<Delivery, CallError> {
        self.ask(|done| Command::Call {
            channel: channel.clone(),
            json: json.into(),
            done,
        })
        .await
    }

    /// Subscribes to a channel or pattern, in this session and every later one. The stream tells
    /// whether the server confirms. Dropping the future unsubscribes.
    ///
    /// # Errors
    ///
    /// [`CallError::Misuse`] and [`CallError::DriverEnded`].
    pub async fn subscribe(&self, channel: &Channel) -> Result<Subscription, CallError> {
        self.stream(channel, true).await
    }

    /// Makes a stream of a channel that the server sends unasked, such as a service of `CometD`:
    /// see [`Session::listen`](bayeux_proto::Session::listen).
    ///
    /// # Errors
    ///
    /// As [`subscribe`](Self::subscribe).
    pub async fn listen(&self, channel: &Channel) -> Result<Subscription, CallError> {
        self.stream(channel, false).await
    }

    async fn stream(
        &self,
        channel: &Channel,
        is_requested: bool,
    ) -> Result<Subscription, CallError> {
        self.ask(|done| Command::Subscribe {
            channel: channel.clone(),
            is_requested,
            done,
        })
        .await
    }

    /// Disconnects: see [`Session::disconnect`](bayeux_proto::Session::disconnect).
    pub fn disconnect(&self) {
        // If the driver is gone, so is the session.
        let _: Result<(), _> = self.commands.send(Command::Disconnect);
    }

    /// Tells the session that the network may have changed or the machine has woken from sleep.
    pub fn wake(&self) {
        let _: Result<(), _> = self.commands.send(Command::Wake);
    }

    async fn ask<T>(
        &self,
        command: impl FnOnce(Sender<Result<T, CallError>>) -> Command,
    ) -> Result<T, CallError> {
        let (done, answer) = oneshot::channel();
        self.commands
            .send(command(done))
            .map_err(|_| CallError::DriverEnded)?;
        answer.await.unwrap_or(Err(CallError::DriverEnded))
    }
}

impl fmt::Debug for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handle").finish_non_exhaustive()
    }
}

/// Command of a handle to its driver.
pub(super) enum Command {
    Publish {
        channel: Channel,
        json: String,
        done: Sender<Result<Published, CallError>>,
    },
    Call {
        channel: Channel,
        json: String,
        done: Sender<Result<Delivery, CallError>>,
    },
    Subscribe {
        channel: Channel,
        /// Whether the server is asked for the channel.
        is_requested: bool,
        done: Sender<Result<Subscription, CallError>>,
    },
    Renew(SubscriptionId),
    Unsubscribe(SubscriptionId),
    Disconnect,
    Wake,
}
