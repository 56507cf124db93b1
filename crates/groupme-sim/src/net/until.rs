//! Waiting for something to be so, instead of for time to pass.

use super::Sim;
use crate::world::{MessageId, MessageView, World};

/// None of these can miss what they wait for: what is so already need not be waited for.
impl Sim {
    /// Waits until some client is subscribed to `channel`.
    pub async fn until_subscribed(&self, channel: &str) {
        self.shared
            .until(|simulation| simulation.gateway().listeners(channel) > 0)
            .await;
    }

    /// Waits until so many sessions are subscribed to `channel`. One whose connection was
    /// [killed](Self::kill_sockets) counts until it expires: with one client, its return makes two.
    pub async fn until_listeners(&self, channel: &str, sessions: usize) {
        self.shared
            .until(|simulation| simulation.gateway().listeners(channel) >= sessions)
            .await;
    }

    /// Waits until no client is subscribed to `channel`.
    pub async fn until_unsubscribed(&self, channel: &str) {
        self.shared
            .until(|simulation| simulation.gateway().listeners(channel) == 0)
            .await;
    }

    /// Waits until the user's client listens: subscribed to the user's own channel.
    pub async fn until_listening(&self) {
        self.until_subscribed(&format!("/user/{}", self.user_id))
            .await;
    }

    /// Waits until there is something to be found in the world, and returns it.
    ///
    /// It is looked for whenever anything has happened, in GroupMe or between it and its clients.
    pub async fn until<T>(&self, mut find: impl FnMut(&World) -> Option<T>) -> T {
        let mut found = None;
        self.shared
            .until(|simulation| {
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
    pub async fn until_said(&self, mut is_it: impl FnMut(MessageView<'_>) -> bool) -> MessageId {
        let mut seen = MessageId::new(0);
        self.until(|world| {
            let after = core::mem::replace(&mut seen, world.latest());
            let mut new = world.messages_after(after);
            new.find(|said| is_it(*said)).map(MessageView::id)
        })
        .await
    }

    /// Waits until the user, by whatever client, has said something after `message`, and returns
    /// what it says: the answer of a bot to what it was asked.
    pub async fn until_answered(&self, message: MessageId) -> String {
        let me = self.cast.me;
        self.until(|world| {
            let answers = world.messages_after(message);
            let answer = answers.filter(|said| said.author() == me).last()?;
            answer.text().map(str::to_owned)
        })
        .await
    }

    /// Waits until REST has been asked so many times in all, refused requests included.
    pub async fn until_rest_requests(&self, requests: u64) {
        self.shared
            .until(|simulation| simulation.rest().requests() >= requests)
            .await;
    }
}
