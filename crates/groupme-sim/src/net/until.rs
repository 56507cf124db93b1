//! Waiting for conditions instead of for time, with a limit: an error says what was awaited, and what
//! was there instead.

use core::{fmt, future::Future, time::Duration};

use tokio::time;

use super::Sim;
use crate::world::{MessageView, SimMessageId, World};

/// Error of a wait that ended without what was awaited.
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
#[error("waited {waited:?} for {awaited}; {so_far}")]
#[non_exhaustive]
pub struct NotSeen {
    /// Words for what was awaited.
    pub awaited: String,
    /// Words for what was there instead.
    pub so_far: String,
    /// Length of the wait.
    pub waited: Duration,
}

/// Shows the text, as `fn main() -> Result<…>` prints errors.
impl fmt::Debug for NotSeen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

/// Waits of at most [`SimBuilder::wait_timeout`](super::SimBuilder::wait_timeout), 10 s by default. A
/// condition that holds already returns at once.
impl Sim {
    /// Waits until `find` returns a value, and returns it. `awaited` is what an error calls it,
    /// such as `"a second reaction"`.
    ///
    /// `find` is called after every change, of the world or of a session.
    ///
    /// # Errors
    ///
    /// [`NotSeen`] after the timeout, as of all methods here.
    pub async fn until<T>(
        &self,
        awaited: &str,
        find: impl FnMut(&World) -> Option<T>,
    ) -> Result<T, NotSeen> {
        self.limit(self.found(find), awaited, || self.latest_text())
            .await
    }

    /// Waits until at least one session is subscribed to `channel`.
    ///
    /// # Errors
    ///
    /// [`NotSeen`].
    pub async fn until_subscribed(&self, channel: &str) -> Result<(), NotSeen> {
        let awaited = format!("a subscription to {channel}");
        let waiting = self.subscribers_are(channel, |count| count > 0);
        self.limit(waiting, &awaited, || self.session_count()).await
    }

    /// Waits until this many sessions are subscribed to `channel`. A session whose connection was
    /// [broken](Self::break_connections) counts until it expires: the return of its client makes
    /// two.
    ///
    /// # Errors
    ///
    /// [`NotSeen`].
    pub async fn until_subscribers(&self, channel: &str, sessions: usize) -> Result<(), NotSeen> {
        let awaited = format!("{sessions} subscriptions to {channel}");
        let waiting = self.subscribers_are(channel, |count| count >= sessions);
        self.limit(waiting, &awaited, || self.session_count()).await
    }

    /// Waits until no session is subscribed to `channel`.
    ///
    /// # Errors
    ///
    /// [`NotSeen`].
    pub async fn until_unsubscribed(&self, channel: &str) -> Result<(), NotSeen> {
        let awaited = format!("the end of all subscriptions to {channel}");
        let waiting = self.subscribers_are(channel, |count| count == 0);
        self.limit(waiting, &awaited, || self.session_count()).await
    }

    /// Waits until the user's client is subscribed to the user's own channel.
    ///
    /// # Errors
    ///
    /// [`NotSeen`].
    pub async fn until_listening(&self) -> Result<(), NotSeen> {
        self.until_subscribed(&format!("/user/{}", self.user_id))
            .await
    }

    /// Waits for a message for which `is_it` is true, and returns its id; of several, the latest.
    /// Each message is checked once, in its original form.
    ///
    /// # Errors
    ///
    /// [`NotSeen`].
    pub async fn until_message(
        &self,
        awaited: &str,
        mut is_it: impl FnMut(MessageView<'_>) -> bool,
    ) -> Result<SimMessageId, NotSeen> {
        let mut seen = SimMessageId::new(0);
        self.until(awaited, |world| {
            let after = core::mem::replace(&mut seen, world.latest_message());
            let mut new = world.messages_after(after);
            new.find(|message| is_it(*message)).map(MessageView::id)
        })
        .await
    }

    /// Waits until the user has posted a message after `message`, and returns its text: the reply
    /// of a bot.
    ///
    /// # Errors
    ///
    /// [`NotSeen`].
    pub async fn until_reply(&self, message: SimMessageId) -> Result<String, NotSeen> {
        let awaited = format!("a reply of user {} to message {message}", self.user_id);
        let me = self.cast.me;
        self.until(&awaited, |world| {
            let answers = world.messages_after(message);
            let answer = answers.filter(|message| message.author() == me).last()?;
            answer.text().map(str::to_owned)
        })
        .await
    }

    /// Waits until this many REST requests have come in all, refused ones included.
    ///
    /// # Errors
    ///
    /// [`NotSeen`].
    pub async fn until_rest_requests(&self, requests: u64) -> Result<(), NotSeen> {
        let awaited = format!("{requests} REST requests");
        let so_far = || format!("{} came", self.rest_requests());
        let waiting = self
            .shared
            .wait_until(|simulation| simulation.rest().requests() >= requests);
        self.limit(waiting, &awaited, so_far).await
    }

    async fn subscribers_are(&self, channel: &str, are_enough: impl Fn(usize) -> bool) {
        self.shared
            .wait_until(|simulation| are_enough(simulation.gateway().subscribers(channel)))
            .await;
    }

    async fn found<T>(&self, mut find: impl FnMut(&World) -> Option<T>) -> T {
        let mut found = None;
        self.shared
            .wait_until(|simulation| {
                found = find(simulation.world());
                found.is_some()
            })
            .await;
        match found {
            Some(found) => found,
            // The wait ends only after a value was found.
            None => core::future::pending().await,
        }
    }

    async fn limit<T>(
        &self,
        waiting: impl Future<Output = T>,
        awaited: &str,
        so_far: impl FnOnce() -> String,
    ) -> Result<T, NotSeen> {
        let waited = self.shared.options.wait_timeout;
        let found = time::timeout(waited, waiting).await;
        found.map_err(|_| NotSeen {
            awaited: awaited.to_owned(),
            so_far: so_far(),
            waited,
        })
    }

    fn latest_text(&self) -> String {
        self.shared.read(|simulation| {
            let world = simulation.world();
            match world.messages_after(SimMessageId::new(0)).next() {
                Some(latest) => format!(
                    "the latest message is {:?} by user {}",
                    latest.text().unwrap_or_default(),
                    latest.author()
                ),
                None => "there was no message".to_owned(),
            }
        })
    }

    fn session_count(&self) -> String {
        match self.sessions().len() {
            0 => "no client is connected".to_owned(),
            count => format!("{count} client(s) are connected"),
        }
    }
}
