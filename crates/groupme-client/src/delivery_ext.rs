//! The age of an event, by this machine's clock, and answers that are given once.

use core::time::Duration;

use groupme_account::Delivery;
use groupme_model::Draft;
use groupme_rest::Sent;

use crate::{Handle, SendError, once::Answer, unix_time};

/// Age of an event, and answers that are given once. Part of the [`prelude`](crate::prelude).
pub trait DeliveryExt {
    /// Returns the age of the event, by the clock of this machine; zero if the clocks differ.
    /// `None` where nothing says when the event happened; see [`Delivery::time`].
    fn age(&self) -> Option<Duration>;

    /// Returns whether the event is at most this old, by the clock of this machine, or of unknown age.
    /// Unlike [`is_live`](Delivery::is_live), this holds for what was said a second ago while the client
    /// was not connected.
    ///
    /// ```
    /// # use core::time::Duration;
    /// # use groupme_client::prelude::*;
    /// fn is_for_now(delivery: &Delivery) -> bool {
    ///     delivery.is_recent(Duration::from_secs(300))
    /// }
    /// ```
    fn is_recent(&self, within: Duration) -> bool {
        self.age().is_none_or(|age| age <= within)
    }

    /// Answers the message of the event as [`MessageExt::reply`](crate::MessageExt::reply) does, once:
    /// also if the program is killed before it has acknowledged the event, and gets the event again
    /// after a restart.
    ///
    /// The answer's `source_guid` is made of the message's id. GroupMe refuses a second message with
    /// the same one for about a minute; after that, the program looks for the answer in the history.
    /// The request for it is made for events that are not [live](Delivery::is_live) only, and there is
    /// one more for each further hundred messages since.
    ///
    /// With a [`Store`](crate::Store) and automatic acknowledging, await this call before the next
    /// event is asked for: then each message that comes is answered exactly once. Limits: one such
    /// answer for each message and account, also in two programs, and after an edit of the message;
    /// [`send_once`](Self::send_once) takes a key to tell several apart. An answer that somebody has
    /// deleted is given again.
    ///
    /// ```no_run
    /// # use groupme_client::prelude::*;
    /// # async fn bot(mut client: Client) -> Result<(), Box<dyn std::error::Error>> {
    /// let handle = client.handle();
    /// while let Some(delivery) = client.next_event().await? {
    ///     let event = delivery.event();
    ///     if event.new_message().is_some_and(|message| message.text() == Some("!ping")) {
    ///         delivery.reply_once(&handle, "pong").await?;
    ///     }
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// Same as [`Handle::send`]; [`SendError::NoMessage`] for an event without a message,
    /// [`SendError::NoConversation`] if the message names none. [`SendError::Rest`] also if the history
    /// cannot be read: nothing was sent then.
    fn reply_once(
        &self,
        handle: &Handle,
        draft: impl Into<Draft>,
    ) -> impl Future<Output = Result<Sent, SendError>> + Send;

    /// Answers the message of the event once, as [`reply_once`](Self::reply_once) does, without a quote.
    /// The key, such as `"2"` for a second part, tells this answer from others to the same message.
    ///
    /// # Errors
    ///
    /// Same as [`reply_once`](Self::reply_once).
    fn send_once(
        &self,
        handle: &Handle,
        key: &str,
        draft: impl Into<Draft>,
    ) -> impl Future<Output = Result<Sent, SendError>> + Send;
}

impl DeliveryExt for Delivery {
    fn age(&self) -> Option<Duration> {
        self.age_at(unix_time::now())
    }

    fn reply_once(
        &self,
        handle: &Handle,
        draft: impl Into<Draft>,
    ) -> impl Future<Output = Result<Sent, SendError>> + Send {
        let answer = Answer::reply(self, handle, draft.into());
        let handle = handle.clone();
        async move { answer?.send(&handle).await }
    }

    fn send_once(
        &self,
        handle: &Handle,
        key: &str,
        draft: impl Into<Draft>,
    ) -> impl Future<Output = Result<Sent, SendError>> + Send {
        let answer = Answer::new(self, handle, key, draft.into());
        let handle = handle.clone();
        async move { answer?.send(&handle).await }
    }
}
