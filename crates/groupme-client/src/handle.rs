//! Requests to a running client, from anywhere.

use core::fmt;
use std::sync::Arc;

use bayeux_proto::Channel;
use groupme_model::{Draft, GroupId, SourceGuid, UserId};
use groupme_rest::{Conversation, Sent};
use tokio::sync::{Notify, mpsc};

use crate::{Delivery, Error, SendError, backfill::SharedLedger, channels, rest::Rest, wall};

/// Asks a running client for something. Clones are cheap and equal; none keeps the client running.
#[derive(Clone)]
pub struct Handle {
    commands: mpsc::Sender<Command>,
    /// Apart from the commands, so that it is heard however many of them wait.
    farewell: Arc<Notify>,
    user: UserId,
    rest: Option<Rest>,
    ledger: Option<SharedLedger>,
}

/// What a client can be asked for.
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
        farewell: Arc<Notify>,
        user: UserId,
        rest: Option<Rest>,
        ledger: Option<SharedLedger>,
    ) -> Self {
        Self {
            commands,
            farewell,
            user,
            rest,
            ledger,
        }
    }

    /// Listens to a group's or topic's own channel: typing, reactions, edits, deletions. Its
    /// messages come on the user's channel anyway. Answered by
    /// [`Status::Subscribed`](crate::Status::Subscribed) or
    /// [`Status::Refused`](crate::Status::Refused), each time it is called.
    ///
    /// # Errors
    ///
    /// [`Error::Id`] for an id that is none, [`Error::NotTaken`] after the end or while too many
    /// requests wait.
    pub fn subscribe_group(&self, group: &GroupId) -> Result<(), Error> {
        self.send_command(Command::Subscribe(channels::group(group)?))
    }

    /// No longer listens to a group's own channel.
    ///
    /// # Errors
    ///
    /// As [`subscribe_group`](Self::subscribe_group).
    pub fn unsubscribe_group(&self, group: &GroupId) -> Result<(), Error> {
        self.send_command(Command::Unsubscribe(channels::group(group)?))
    }

    /// Listens to the channel of the direct messages with a user: typing, receipts, reactions.
    /// `with` is the other user's id, or the conversation's (`1+2`). The messages come on the
    /// user's channel anyway.
    ///
    /// # Errors
    ///
    /// As [`subscribe_group`](Self::subscribe_group).
    pub fn subscribe_direct_messages(&self, with: &str) -> Result<(), Error> {
        self.send_command(Command::Subscribe(channels::direct_message(
            &self.user, with,
        )?))
    }

    /// No longer listens to the channel of the direct messages with a user.
    ///
    /// # Errors
    ///
    /// As [`subscribe_group`](Self::subscribe_group).
    pub fn unsubscribe_direct_messages(&self, with: &str) -> Result<(), Error> {
        self.send_command(Command::Unsubscribe(channels::direct_message(
            &self.user, with,
        )?))
    }

    /// Shows the user as typing in a group. Viewers forget it after five seconds; send it at most
    /// once a second.
    ///
    /// # Errors
    ///
    /// As [`subscribe_group`](Self::subscribe_group).
    pub fn type_in_group(&self, group: &GroupId) -> Result<(), Error> {
        self.publish_typing(channels::group(group)?)
    }

    /// Shows the user as typing in the direct messages with a user.
    ///
    /// # Errors
    ///
    /// As [`subscribe_group`](Self::subscribe_group).
    pub fn type_to(&self, with: &str) -> Result<(), Error> {
        self.publish_typing(channels::direct_message(&self.user, with)?)
    }

    /// Publishes a ping on the user's own channel, which comes back as an event. Send it at most
    /// every 30 seconds.
    ///
    /// # Errors
    ///
    /// As [`subscribe_group`](Self::subscribe_group).
    pub fn ping(&self) -> Result<(), Error> {
        self.publish_ping(r#"{"type":"ping"}"#.to_owned())
    }

    /// Publishes a ping that can be told from every other, of which there may be several on their
    /// way and the gateway's own besides: it comes back with this number, which
    /// [`Delivery::ping_nonce`] reads.
    ///
    /// So it is with a Bayeux server that passes on what is published as it is, as Faye does.
    /// GroupMe documents only the bare [`ping`](Self::ping); what it makes of this one is not known.
    ///
    /// # Errors
    ///
    /// As [`subscribe_group`](Self::subscribe_group).
    pub fn ping_with(&self, nonce: u64) -> Result<(), Error> {
        // As text: a number may come back rounded.
        self.publish_ping(format!(r#"{{"type":"ping","nonce":"{nonce}"}}"#))
    }

    /// Tells the client that the network is back or the machine has woken: it looks at once whether
    /// the connection lives, instead of finding out in its own time.
    ///
    /// # Errors
    ///
    /// [`Error::NotTaken`] after the end or while too many requests wait.
    pub fn wake(&self) -> Result<(), Error> {
        self.send_command(Command::Wake)
    }

    /// Takes leave of the gateway, after whatever was asked for before.
    /// [`Status::Ended`](crate::Status::Ended) follows, behind the events that wait for the program
    /// and two seconds later at the latest. Does nothing after the end.
    pub fn disconnect(&self) {
        self.farewell.notify_one();
    }

    /// The user whose account it is.
    pub fn user(&self) -> &UserId {
        &self.user
    }

    /// The REST API, in the name of the client's token and at its pace; `None` if the client has a
    /// gateway of its own and no [`api_url`](crate::Builder::api_url).
    pub fn rest(&self) -> Option<groupme_rest::Client> {
        self.rest.as_ref().map(Rest::client)
    }

    /// Sends a message, over REST, once however often it takes. Its echo comes in as an event that
    /// [is one's own](Delivery::is_own).
    ///
    /// # Errors
    ///
    /// [`SendError::NoRest`] without a REST API; [`SendError::Rest`] as
    /// [`groupme_rest::Client::send`].
    pub async fn send(
        &self,
        conversation: &Conversation,
        draft: impl Into<Draft>,
    ) -> Result<Sent, SendError> {
        let rest = self.rest().ok_or(SendError::NoRest)?;
        let guid = rest.source_guid();
        // The echo may come before the answer. That it is not marked is no reason not to send.
        let _ = self.send_command(Command::Expect(guid.clone()));
        Ok(rest.send_as(conversation, draft.into(), guid).await?)
    }

    /// The program is done with an event, which does not come again after the next start. Only with
    /// [`Builder::manual_ack`](crate::Builder::manual_ack) is it necessary.
    ///
    /// # Errors
    ///
    /// [`Error::State`] if that could not be saved.
    pub fn acknowledge(&self, delivery: &Delivery) -> Result<(), Error> {
        if let (Some(ledger), Some(receipt)) = (&self.ledger, delivery.receipt()) {
            ledger.acknowledge(receipt)?;
        }
        Ok(())
    }

    fn publish_ping(&self, json: String) -> Result<(), Error> {
        let channel = channels::user(&self.user)?;
        self.send_command(Command::Publish { channel, json })
    }

    fn publish_typing(&self, channel: Channel) -> Result<(), Error> {
        let (user, started) = (self.user.as_str(), wall::now().as_millis());
        // The user's id names a channel, so it has no character that JSON escapes.
        let json = format!(r#"{{"type":"typing","user_id":"{user}","started":{started}}}"#);
        self.send_command(Command::Publish { channel, json })
    }

    fn send_command(&self, command: Command) -> Result<(), Error> {
        self.commands.try_send(command).map_err(|_| Error::NotTaken)
    }
}

impl fmt::Debug for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handle")
            .field("user", &self.user)
            .finish_non_exhaustive()
    }
}
