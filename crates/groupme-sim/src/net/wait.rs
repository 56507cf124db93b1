//! Waiting for something to be so, instead of for time to pass.

use super::Sim;
use crate::world::{MessageView, SimMessageId, World};

/// None of these can miss what they wait for: what is so already need not be waited for.
impl Sim {
    /// Waits until some client is subscribed to `channel`.
    pub async fn wait_until_subscribed(&self, channel: &str) {
        self.shared
            .wait_until(|simulation| simulation.gateway().subscribers(channel) > 0)
            .await;
    }

    /// Waits until so many sessions are subscribed to `channel`. One whose connection was
    /// [killed](Self::break_connections) counts until it expires: with one client, its return makes two.
    pub async fn wait_for_subscribers(&self, channel: &str, sessions: usize) {
        self.shared
            .wait_until(|simulation| simulation.gateway().subscribers(channel) >= sessions)
            .await;
    }

    /// Waits until no client is subscribed to `channel`.
    pub async fn wait_until_unsubscribed(&self, channel: &str) {
        self.shared
            .wait_until(|simulation| simulation.gateway().subscribers(channel) == 0)
            .await;
    }

    /// Waits until the user's client listens: subscribed to the user's own channel.
    pub async fn wait_until_listening(&self) {
        self.wait_until_subscribed(&format!("/user/{}", self.user_id))
            .await;
    }

    /// Waits until there is something to be found in the world, and returns it.
    ///
    /// It is looked for whenever anything has changed, in GroupMe or between it and its clients.
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
            // It is found before the wait is over.
            None => core::future::pending().await,
        }
    }

    /// Waits until somebody has said something of which this is true, and returns the latest of
    /// it. Each message is looked at once, as it was said.
    pub async fn wait_for_message(
        &self,
        mut is_it: impl FnMut(MessageView<'_>) -> bool,
    ) -> SimMessageId {
        let mut seen = SimMessageId::new(0);
        self.wait_for(|world| {
            let after = core::mem::replace(&mut seen, world.latest_message());
            let mut new = world.messages_after(after);
            new.find(|said| is_it(*said)).map(MessageView::id)
        })
        .await
    }

    /// Waits until the user, by whatever client, has said something after `message`, and returns
    /// what it says: the answer of a bot to what it was asked.
    pub async fn wait_for_reply(&self, message: SimMessageId) -> String {
        let me = self.cast.me;
        self.wait_for(|world| {
            let answers = world.messages_after(message);
            let answer = answers.filter(|said| said.author() == me).last()?;
            answer.text().map(str::to_owned)
        })
        .await
    }

    /// Waits until REST has been asked so many times in all, refused requests included.
    pub async fn wait_for_rest_requests(&self, requests: u64) {
        self.shared
            .wait_until(|simulation| simulation.rest().requests() >= requests)
            .await;
    }
}
