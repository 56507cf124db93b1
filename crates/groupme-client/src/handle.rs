//! Commands to a running client, from any task.

use core::fmt;
use std::sync::Arc;

use bayeux_proto::Channel;
use groupme_model::{Draft, SourceGuid, UserId};
use groupme_rest::{Conversation, Sent};
use tokio::sync::{Notify, mpsc};

use crate::{Delivery, Error, SendError, backfill::SharedLedger, channels, rest::Rest, unix_time};

/// Handle for sending commands to a running client. Clones are cheap, and none keeps the client
/// running.
#[derive(Clone)]
pub struct Handle {
    commands: mpsc::Sender<Command>,
    /// Separate from the commands, so that it works while their queue is full.
    disconnect: Arc<Notify>,
    user: UserId,
    rest: Option<Rest>,
    ledger: Option<SharedLedger>,
}

/// Command to the client's task.
#[derive(Debug)]
pub(crate) enum Command {
    Subscribe(Channel),
    Unsubscribe(Channel),
    Publish { channel: Channel, json: String },
    Expect(SourceGuid),
    Wake,
}

impl Handle {
    pub(crate) fn new(
        commands: mpsc::Sender<Command>,
        disconnect: Arc<Notify>,
        user: UserId,
        rest: Option<Rest>,
        ledger: Option<SharedLedger>,
    ) -> Self {
        Self {
            commands,
            disconnect,
            user,
            rest,
            ledger,
        }
    }

    /// Subscribes to a conversation's own channel: typing, reactions, and edits and deletions in a
    /// group or topic, read receipts in direct messages. Messages come on the user's channel in any
    /// case. Each call is answered by [`Status::Subscribed`](crate::Status::Subscribed) or
    /// [`Status::Refused`](crate::Status::Refused).
    ///
    /// # Errors
    ///
    /// [`Error::Id`] for an id that names no channel, [`Error::Closed`] after the end of the
    /// client, [`Error::QueueFull`] while too many commands wait.
    pub fn subscribe(&self, conversation: impl Into<Conversation>) -> Result<(), Error> {
        self.send_command(Command::Subscribe(self.channel(conversation)?))
    }

    /// Unsubscribes from a conversation's own channel. The user stays a member of the group.
    ///
    /// # Errors
    ///
    /// Same as [`subscribe`](Self::subscribe).
    pub fn unsubscribe(&self, conversation: impl Into<Conversation>) -> Result<(), Error> {
        self.send_command(Command::Unsubscribe(self.channel(conversation)?))
    }

    /// Shows the user as typing in a conversation. The indicator disappears after five seconds;
    /// send it at most once a second.
    ///
    /// # Errors
    ///
    /// Same as [`subscribe`](Self::subscribe).
    pub fn send_typing(&self, conversation: impl Into<Conversation>) -> Result<(), Error> {
        let channel = self.channel(conversation)?;
        let (user, started) = (self.user.as_str(), unix_time::now().as_millis());
        // The id names a channel, so it has no character that JSON escapes.
        let json = format!(r#"{{"type":"typing","user_id":"{user}","started":{started}}}"#);
        self.send_command(Command::Publish { channel, json })
    }

    /// Publishes a ping on the user's own channel, which comes back as an event. Send it at most
    /// every 30 seconds.
    ///
    /// # Errors
    ///
    /// [`Error::Closed`] after the end of the client, [`Error::QueueFull`] while too many commands
    /// wait.
    pub fn ping(&self) -> Result<(), Error> {
        self.publish_ping(r#"{"type":"ping"}"#.to_owned())
    }

    /// Publishes a ping with a number, which [`Delivery::ping_nonce`] reads when the ping comes
    /// back.
    ///
    /// The number distinguishes it from other pings in flight and from the gateway's own. Servers
    /// that forward publishes unchanged, such as Faye, return it. GroupMe documents only the bare
    /// [`ping`](Self::ping).
    ///
    /// # Errors
    ///
    /// Same as [`ping`](Self::ping).
    pub fn ping_with(&self, nonce: u64) -> Result<(), Error> {
        // As a string: a number may come back rounded.
        self.publish_ping(format!(r#"{{"type":"ping","nonce":"{nonce}"}}"#))
    }

    /// Checks the connection at once. Call it when the network is back or the machine wakes from
    /// sleep, so that a dead connection is found immediately.
    ///
    /// # Errors
    ///
    /// Same as [`ping`](Self::ping).
    pub fn wake(&self) -> Result<(), Error> {
        self.send_command(Command::Wake)
    }

    /// Disconnects after all earlier commands. [`Status::Ended`](crate::Status::Ended) follows the
    /// events that wait for the program, after two seconds at most. Does nothing after the end.
    pub fn disconnect(&self) {
        self.disconnect.notify_one();
    }

    /// Returns the user of the account.
    pub fn user(&self) -> &UserId {
        &self.user
    }

    /// Returns the REST client, with the client's token and rate limit; `None` if the client has a
    /// gateway of its own and no [`api_url`](crate::Builder::api_url).
    pub fn rest(&self) -> Option<groupme_rest::Client> {
        self.rest.as_ref().map(Rest::client)
    }

    /// Sends a message over REST, exactly once even if requests have to be repeated. Its echo comes
    /// in as an event with [`Delivery::is_own`].
    ///
    /// # Errors
    ///
    /// [`SendError::NoRest`] without a REST API; [`SendError::Rest`] as
    /// [`groupme_rest::Client::send`].
    pub async fn send(
        &self,
        conversation: impl Into<Conversation>,
        draft: impl Into<Draft>,
    ) -> Result<Sent, SendError> {
        let rest = self.rest().ok_or(SendError::NoRest)?;
        let guid = rest.source_guid();
        // The echo may come before the response. If it cannot be marked, the message is sent all
        // the same.
        let _ = self.send_command(Command::Expect(guid.clone()));
        Ok(rest.send_as(conversation, draft, guid).await?)
    }

    /// Acknowledges an event, which does not come again after the next start. Needed with
    /// [`Builder::manual_ack`](crate::Builder::manual_ack) only.
    ///
    /// # Errors
    ///
    /// [`Error::State`] if the store could not save it.
    pub fn acknowledge(&self, delivery: &Delivery) -> Result<(), Error> {
        if let (Some(ledger), Some(tag)) = (&self.ledger, delivery.tag()) {
            ledger.acknowledge(tag)?;
        }
        Ok(())
    }

    fn publish_ping(&self, json: String) -> Result<(), Error> {
        let channel = channels::user(&self.user)?;
        self.send_command(Command::Publish { channel, json })
    }

    fn channel(&self, conversation: impl Into<Conversation>) -> Result<Channel, Error> {
        channels::conversation(&self.user, &conversation.into())
    }

    fn send_command(&self, command: Command) -> Result<(), Error> {
        self.commands
            .try_send(command)
            .map_err(|error| match error {
                mpsc::error::TrySendError::Closed(_) => Error::Closed,
                mpsc::error::TrySendError::Full(_) => Error::QueueFull,
            })
    }
}

impl fmt::Debug for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handle")
            .field("user", &self.user)
            .finish_non_exhaustive()
    }
}
