//! Commands to a running client, from any task.

use core::fmt;
use std::sync::Arc;

use bayeux_proto::{Channel, Misuse};
use groupme_account::{Account, Delivery};
use groupme_model::{Draft, MessageId, SourceGuid, UserId, attachment::Image};
use groupme_rest::{Conversation, Sent, Upload};
use tokio::sync::oneshot;

use crate::{
    Collector, Error, SendError, WaitFor, channels, rest::Rest, shared::Shared, unix_time,
    waiting::Waiters,
};

/// Handle for sending commands to a running client. Clones are cheap, and none keeps the client
/// running.
#[derive(Clone)]
pub struct Handle {
    shared: Arc<Shared>,
    user: UserId,
    rest: Option<Rest>,
    waiters: Arc<Waiters<Delivery>>,
}

impl Handle {
    pub(crate) fn new(shared: Arc<Shared>, user: UserId, rest: Option<Rest>) -> Self {
        Self {
            shared,
            user,
            rest,
            waiters: Arc::default(),
        }
    }

    pub(crate) fn waiters(&self) -> &Waiters<Delivery> {
        &self.waiters
    }

    /// Waits for the next event that a filter accepts, from any task, while the program's main loop
    /// continues: the event also comes out of [`Client::next`](crate::Client::next), which has to be
    /// called meanwhile. Wait in a task of its own, therefore, and not inside the main loop.
    ///
    /// Events count from this call on, before the returned future is awaited: call it before asking
    /// a question, and no answer is too fast. A filter that panics ends the waiting.
    ///
    /// ```no_run
    /// use std::time::Duration;
    ///
    /// use groupme_client::prelude::*;
    ///
    /// # async fn ask(handle: Handle, group: GroupId) -> Result<(), Box<dyn std::error::Error>> {
    /// let here = group.clone();
    /// let answer = handle.wait_for(move |delivery| {
    ///     let event = delivery.event();
    ///     let message = event.new_message();
    ///     !delivery.is_own() && message.is_some_and(|message| message.is_in(&here))
    /// });
    /// handle.send(&group, "Who brings the boat?").await?;
    /// match answer.timeout(Duration::from_secs(30)).await {
    ///     Some(delivery) => println!("{:?}", delivery.event().message()),
    ///     None => drop(handle.send(&group, "Never mind.").await?),
    /// }
    /// # Ok(()) }
    /// ```
    pub fn wait_for(&self, mut filter: impl FnMut(&Delivery) -> bool + Send + 'static) -> WaitFor {
        let filter = move |delivery: &Delivery| filter(delivery).then(|| delivery.clone());
        self.waiters.wait_for(filter)
    }

    /// Waits for the next message of a user in a conversation, as [`wait_for`](Self::wait_for) does.
    /// Messages that this client sent do not count.
    ///
    /// ```no_run
    /// use std::time::Duration;
    ///
    /// use groupme_client::prelude::*;
    ///
    /// # async fn ask(handle: Handle, group: GroupId, user: UserId)
    /// # -> Result<(), Box<dyn std::error::Error>> {
    /// let answer = handle.next_message(&group, &user);
    /// handle.send(&group, "What is your favourite colour?").await?;
    /// match answer.timeout(Duration::from_secs(30)).await {
    ///     Some(delivery) => println!("{:?}", delivery.event().message()),
    ///     None => drop(handle.send(&group, "Never mind.").await?),
    /// }
    /// # Ok(()) }
    /// ```
    pub fn next_message(
        &self,
        conversation: impl Into<Conversation>,
        user: impl Into<UserId>,
    ) -> WaitFor {
        let (conversation, user) = (conversation.into(), user.into());
        // An id that names no conversation has no messages.
        let here = conversation.id(&self.user).ok();
        self.wait_for(move |delivery| {
            let event = delivery.event();
            let message = event.new_message();
            message.is_some_and(|message| {
                let place = message.conversation();
                !delivery.is_own()
                    && message.is_from(&user)
                    && here
                        .as_ref()
                        .is_some_and(|here| place == Some(here.as_view()))
            })
        })
    }

    /// Collects the changes of the reactions to a message, as [`collect`](Self::collect) does: each
    /// delivery has a [`reaction_change`](groupme_model::EventRef::reaction_change).
    ///
    /// ```no_run
    /// use std::time::Duration;
    ///
    /// use groupme_client::prelude::*;
    ///
    /// # async fn vote(handle: Handle, group: GroupId) -> Result<(), Box<dyn std::error::Error>> {
    /// let sent = handle.send(&group, "Boat or bus? React with \u{1f44d} for the boat.").await?;
    /// let message = sent.message().expect("a message that was just sent");
    /// let votes = handle.reactions_to(&message.id).timeout(Duration::from_secs(60));
    /// println!("{} votes", votes.take(3).await.len());
    /// # Ok(()) }
    /// ```
    pub fn reactions_to(&self, message: impl Into<MessageId>) -> Collector {
        let wanted = message.into();
        self.collect(move |delivery| {
            let event = delivery.event();
            let message = event.reaction_change().and_then(|change| change.message());
            message.is_some_and(|message| message.id() == wanted)
        })
    }

    /// Collects the events that a filter accepts, as [`wait_for`](Self::wait_for) does for one. At
    /// most 1,024 events wait to be taken; further ones are left out.
    ///
    /// ```no_run
    /// use std::time::Duration;
    ///
    /// use groupme_client::prelude::*;
    ///
    /// # async fn votes(handle: Handle) {
    /// let is_yes = |delivery: &Delivery| {
    ///     let event = delivery.event();
    ///     event.new_message().is_some_and(|message| message.text() == Some("yes"))
    /// };
    /// let votes = handle.collect(is_yes).timeout(Duration::from_secs(60));
    /// println!("{} votes", votes.take(3).await.len());
    /// # }
    /// ```
    pub fn collect(&self, mut filter: impl FnMut(&Delivery) -> bool + Send + 'static) -> Collector {
        let filter = move |delivery: &Delivery| filter(delivery).then(|| delivery.clone());
        self.waiters.collect(filter)
    }

    /// Waits until the client has room for another command. The commands that publish, such as
    /// [`send_typing`](Self::send_typing) and [`ping`](Self::ping), never wait: while 1,024 of them
    /// are not sent and answered, as in an outage, they fail with [`Error::QueueFull`].
    ///
    /// Another task may take the room before the caller does: repeat both then.
    ///
    /// ```no_run
    /// # use groupme_client::prelude::*;
    /// # async fn pings(handle: Handle) -> Result<(), Box<dyn std::error::Error>> {
    /// for nonce in 0..10_000 {
    ///     handle.ready().await?;
    ///     handle.ping_with(nonce)?;
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Closed`] after the end of the client, which also ends the waiting.
    pub async fn ready(&self) -> Result<(), Error> {
        self.shared.room().await.ok_or(Error::Closed)
    }

    /// Subscribes to a conversation's own channel: typing, reactions, and edits and deletions in a
    /// group or topic, read receipts in direct messages. Messages come on the user's channel in any
    /// case. Each call is answered by [`Status::Subscribed`](crate::Status::Subscribed) or
    /// [`Status::Refused`](crate::Status::Refused).
    ///
    /// # Errors
    ///
    /// [`Error::Id`] for an id that names no channel, [`Error::Closed`] after the end of the
    /// client, [`Error::QueueFull`] while too many commands wait, [`Error::Command`] if the session
    /// cannot take it.
    pub fn subscribe(&self, conversation: impl Into<Conversation>) -> Result<(), Error> {
        let channel = self.channel(conversation)?;
        self.command(|account| account.subscribe(&channel))
    }

    /// Unsubscribes from a conversation's own channel. The user stays a member of the group.
    ///
    /// # Errors
    ///
    /// Same as [`subscribe`](Self::subscribe).
    pub fn unsubscribe(&self, conversation: impl Into<Conversation>) -> Result<(), Error> {
        let channel = self.channel(conversation)?;
        self.command(|account| account.unsubscribe(&channel))
    }

    /// Shows the user as typing in a conversation, for five seconds. Send it at most once a second.
    /// [`typing`](Self::typing) shows the indicator for as long as something takes.
    ///
    /// # Errors
    ///
    /// Same as [`subscribe`](Self::subscribe).
    pub fn send_typing(&self, conversation: impl Into<Conversation>) -> Result<(), Error> {
        let channel = self.channel(conversation)?;
        let (user, started) = (self.user.as_str(), unix_time::now().as_millis());
        // The id names a channel, so it has no character that JSON escapes.
        let json = format!(r#"{{"type":"typing","user_id":"{user}","started":{started}}}"#);
        self.publish(&channel, &json)
    }

    /// Publishes a ping on the user's own channel, which comes back as an event. Send it at most
    /// every 30 seconds.
    ///
    /// # Errors
    ///
    /// [`Error::Closed`] after the end of the client, [`Error::QueueFull`] while too many commands
    /// wait: [`ready`](Self::ready) waits for room.
    pub fn ping(&self) -> Result<(), Error> {
        self.publish_ping(r#"{"type":"ping"}"#)
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
        self.publish_ping(&format!(r#"{{"type":"ping","nonce":"{nonce}"}}"#))
    }

    /// Checks the connection at once. Call it when the network is back or the machine wakes from
    /// sleep, so that a dead connection is found immediately.
    ///
    /// # Errors
    ///
    /// Same as [`ping`](Self::ping).
    pub fn wake(&self) -> Result<(), Error> {
        self.shared
            .command(|driver, _| driver.wake())
            .ok_or(Error::Closed)
    }

    /// Disconnects after all earlier commands. [`Status::Ended`](crate::Status::Ended) follows the
    /// events that wait for the program, after two seconds at most. Does nothing after the end.
    pub fn disconnect(&self) {
        let _ = self.shared.command(|driver, _| driver.disconnect());
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
        let guid = self.rest().ok_or(SendError::NoRest)?.source_guid();
        self.send_as(conversation, draft, guid).await
    }

    /// Sends a message with the given `source_guid`, as [`send`](Self::send) does: for a retry of
    /// the program's own. [`Outbox`](crate::Outbox) does that by itself.
    ///
    /// # Errors
    ///
    /// Same as [`send`](Self::send).
    pub async fn send_as(
        &self,
        conversation: impl Into<Conversation>,
        draft: impl Into<Draft>,
        guid: SourceGuid,
    ) -> Result<Sent, SendError> {
        let rest = self.rest().ok_or(SendError::NoRest)?;
        // The echo may come before the response. If it cannot be marked, the message is sent all
        // the same.
        self.expect(guid.clone());
        Ok(rest.send_as(conversation, draft, guid).await?)
    }

    /// Uploads a picture, and returns the attachment for a [`Draft`]: JPEG, PNG or GIF.
    ///
    /// # Errors
    ///
    /// [`SendError::NoRest`] without a REST API; [`SendError::Rest`] as
    /// [`groupme_rest::Client::upload_image`].
    pub async fn upload_image(&self, picture: impl Into<Upload>) -> Result<Image, SendError> {
        let rest = self.rest().ok_or(SendError::NoRest)?;
        Ok(rest.upload_image(picture).await?)
    }

    /// Acknowledges an event at once, and returns a future that waits until that is
    /// saved: then the event does not come again after the next start. Needed with [`Builder::manual_ack`](crate::Builder::manual_ack) only.
    /// Calls that wait at the same time are saved together.
    ///
    /// # Errors
    ///
    /// [`Error::NotSaved`] if the store could not save it, [`Error::Closed`] after the end of the
    /// client.
    pub fn acknowledge(
        &self,
        delivery: &Delivery,
    ) -> impl Future<Output = Result<(), Error>> + Send + use<> {
        let pending = delivery.tag().map(|tag| {
            let (caller, saved) = oneshot::channel();
            self.shared
                .command(|driver, context| driver.acknowledge(context, tag, Some(caller)))
                .map(|()| saved)
                .ok_or(Error::Closed)
        });
        async move {
            let Some(pending) = pending else {
                return Ok(());
            };
            // Dropped without an outcome only by the end of the runtime.
            let saved = pending?.await.map_err(|_| Error::Closed)?;
            saved.map_err(Error::NotSaved)
        }
    }

    fn publish_ping(&self, json: &str) -> Result<(), Error> {
        self.publish(&channels::user(&self.user)?, json)
    }

    fn publish(&self, channel: &Channel, json: &str) -> Result<(), Error> {
        let result = self
            .shared
            .command(|driver, _| driver.publish(channel, json))
            .ok_or(Error::Closed)?;
        Ok(result?)
    }

    /// Registers the id of a message, so that its echo is the program's own.
    pub(crate) fn expect(&self, guid: SourceGuid) {
        let _ = self.shared.command(|driver, _| driver.account.expect(guid));
    }

    fn channel(&self, conversation: impl Into<Conversation>) -> Result<Channel, Error> {
        channels::conversation(&self.user, &conversation.into())
    }

    fn command(
        &self,
        command: impl FnOnce(&mut Account) -> Result<(), Misuse>,
    ) -> Result<(), Error> {
        let result = self
            .shared
            .command(|driver, _| command(&mut driver.account))
            .ok_or(Error::Closed)?;
        Ok(result?)
    }
}

impl fmt::Debug for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handle")
            .field("user", &self.user)
            .finish_non_exhaustive()
    }
}
