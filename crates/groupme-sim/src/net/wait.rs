//! Waiting for conditions instead of for time.

use super::Sim;
use crate::world::{MessageView, SimMessageId, World};

/// Waits without a limit; the methods that begin with `until` have one. A condition that holds
/// already returns at once.
impl Sim {
    /// Waits until at least one session is subscribed to `channel`.
    pub async fn wait_until_subscribed(&self, channel: &str) {
        self.shared
            .wait_until(|simulation| simulation.gateway().subscribers(channel) > 0)
            .await;
    }

    /// Waits until this many sessions are subscribed to `channel`. A session whose connection was
    /// [broken](Self::break_connections) counts until it expires: the return of its client makes
    /// two.
    pub async fn wait_for_subscribers(&self, channel: &str, sessions: usize) {
        self.shared
            .wait_until(|simulation| simulation.gateway().subscribers(channel) >= sessions)
            .await;
    }

    /// Waits until no session is subscribed to `channel`.
    pub async fn wait_until_unsubscribed(&self, channel: &str) {
        self.shared
            .wait_until(|simulation| simulation.gateway().subscribers(channel) == 0)
            .await;
    }

    /// Waits until the user's client is subscribed to the user's own channel.
    pub async fn wait_until_listening(&self) {
        self.wait_until_subscribed(&format!("/user/{}", self.user_id))
            .await;
    }

    /// Waits until `find` returns a value, and returns it.
    ///
    /// `find` is called after every change, of the world or of a session.
    pub async fn wait_for<T>(&self, mut find: impl FnMut(&World) -> Option<T>) -> T {
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

    /// Waits for a message for which `is_it` is true, and returns its id; of several, the latest.
    /// Each message is checked once, in its original form.
    pub async fn wait_for_message(
        &self,
        mut is_it: impl FnMut(MessageView<'_>) -> bool,
    ) -> SimMessageId {
        let mut seen = SimMessageId::new(0);
        self.wait_for(|world| {
            let after = core::mem::replace(&mut seen, world.latest_message());
            let mut new = world.messages_after(after);
            new.find(|message| is_it(*message)).map(MessageView::id)
        })
        .await
    }

    /// Waits until the user has posted a message after `message`, and returns its text: the reply
    /// of a bot.
    pub async fn wait_for_reply(&self, message: SimMessageId) -> String {
        let me = self.cast.me;
        self.wait_for(|world| {
            let answers = world.messages_after(message);
            let answer = answers.filter(|message| message.author() == me).last()?;
            answer.text().map(str::to_owned)
        })
        .await
    }

    /// Waits until this many REST requests have come in all, refused ones included.
    pub async fn wait_for_rest_requests(&self, requests: u64) {
        self.shared
            .wait_until(|simulation| simulation.rest().requests() >= requests)
            .await;
    }
}
