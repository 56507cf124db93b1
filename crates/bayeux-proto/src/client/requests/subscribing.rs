//! Subscriptions of the program, and the requests that they need.

use super::Requests;
use crate::{
    Channel, Misuse, SubscriptionId,
    client::{context::Context, subscriptions::Subscriptions},
};

impl Requests {
    pub(in crate::client) fn subscriptions(&self) -> &Subscriptions {
        &self.subscriptions
    }

    pub(in crate::client) fn subscribe(
        &mut self,
        cx: &mut Context,
        channel: &Channel,
    ) -> SubscriptionId {
        let id = self.subscriptions.add(cx, channel);
        self.sync(cx, channel.clone());
        id
    }

    /// Adds a subscription that the server is not asked for.
    pub(in crate::client) fn listen(&mut self, channel: &Channel) -> SubscriptionId {
        self.subscriptions.listen(channel)
    }

    /// Adds a subscription of an earlier process. `is_known` says whether the server may have it.
    pub(in crate::client) fn restore_subscription(
        &mut self,
        cx: &mut Context,
        channel: &Channel,
        is_known: bool,
    ) {
        self.subscriptions.add(cx, channel);
        if is_known && let Some(state) = self.subscriptions.state_mut(channel) {
            state.lost();
        }
        self.sync(cx, channel.clone());
    }

    /// Has a channel unsubscribed that an earlier process has left.
    pub(in crate::client) fn restore_leftover(&mut self, cx: &mut Context, channel: &Channel) {
        self.subscriptions.restore_leftover(channel);
        self.sync(cx, channel.clone());
    }

    /// Requests the channel of a subscription again.
    pub(in crate::client) fn renew(
        &mut self,
        cx: &mut Context,
        id: SubscriptionId,
    ) -> Result<(), Misuse> {
        let channel = self.subscriptions.channel(id);
        let channel = channel.ok_or(Misuse::UnknownSubscription)?.clone();
        if let Some(state) = self.subscriptions.state_mut(&channel) {
            state.renew();
        }
        self.sync(cx, channel);
        Ok(())
    }

    pub(in crate::client) fn unsubscribe(
        &mut self,
        cx: &mut Context,
        id: SubscriptionId,
    ) -> Result<(), Misuse> {
        let channel = self.subscriptions.remove(id)?;
        self.sync(cx, channel);
        Ok(())
    }

    /// Requests refused channels again whose time has come.
    pub(in crate::client) fn retry_refused(&mut self, cx: &mut Context) {
        for channel in self.subscriptions.take_retries(cx.now) {
            self.sync(cx, channel);
        }
    }

    /// Queues a synchronisation if the channel needs a request, or removes its state if it is
    /// unused.
    pub(super) fn sync(&mut self, cx: &mut Context, channel: Channel) {
        let Some(state) = self.subscriptions.state_mut(&channel) else {
            return;
        };
        state.report_left(cx);
        let is_wanted = state.pending_request().is_some() && !self.is_closing;
        if is_wanted {
            if state.enqueue() {
                self.queue.sync(channel);
            }
        } else if self.subscriptions.remove_if_unused(&channel) {
            self.queue.drop_sync(&channel);
        }
    }
}
