//! Commands of the application. They record intent; nothing is sent before the next `poll_action`.
//! Commands that begin something with a deadline take the time.

use super::{Session, stage::Stage, step::Step};
use crate::{Channel, End, Instant, Misuse, PublishId, SubscriptionId};

impl Session {
    /// Starts connecting, for the first time or again after [`SessionEvent::Ended`](crate::SessionEvent::Ended). Existing
    /// subscriptions are kept. Does nothing while the session runs.
    pub fn connect(&mut self, now: Instant) {
        self.cx.advance(now);
        if matches!(self.stage, Stage::Idle | Stage::Ended) {
            self.start();
        }
    }

    /// Subscribes to a channel or pattern, in this session and after every later handshake. Settles
    /// with [`SessionEvent::Subscribed`](crate::SessionEvent::Subscribed) or [`SessionEvent::Refused`](crate::SessionEvent::Refused).
    ///
    /// # Errors
    ///
    /// [`Misuse::ForbiddenChannel`] for a `/meta/` channel, [`Misuse::TooManySubscriptions`] at the
    /// limit, [`Misuse::Ended`] while the session disconnects.
    pub fn subscribe(&mut self, channel: &Channel) -> Result<SubscriptionId, Misuse> {
        self.check_subscription(channel)?;
        Ok(self.requests.subscribe(&mut self.cx, channel))
    }

    /// Delivers the events of a channel or pattern without asking the server for them: for channels
    /// that a server sends unasked, such as the services of `CometD`, where it may refuse a
    /// subscription. Nothing is sent or confirmed; [`unsubscribe`](Self::unsubscribe) ends it.
    ///
    /// # Errors
    ///
    /// As [`subscribe`](Self::subscribe).
    pub fn listen(&mut self, channel: &Channel) -> Result<SubscriptionId, Misuse> {
        self.check_subscription(channel)?;
        Ok(self.requests.listen(channel))
    }

    /// Requests a subscription again in the living session, with a new `ext`: to replay events, or
    /// with other credentials. Settles with [`SessionEvent::Subscribed`](crate::SessionEvent::Subscribed) or
    /// [`SessionEvent::Refused`](crate::SessionEvent::Refused), for all subscriptions of the channel. While the channel waits for
    /// an answer or a session anyway, nothing changes.
    ///
    /// # Errors
    ///
    /// [`Misuse::UnknownSubscription`] if `id` names no current subscription, [`Misuse::Ended`]
    /// while the session disconnects.
    pub fn renew(&mut self, id: SubscriptionId) -> Result<(), Misuse> {
        self.commands_allowed()?;
        self.requests.renew(&mut self.cx, id)
    }

    /// Unsubscribes; no event is delivered to this subscription from this call on. Settles with
    /// [`SessionEvent::Unsubscribed`](crate::SessionEvent::Unsubscribed). A later subscription to a confirmed channel is requested anew,
    /// whether the request to unsubscribe had been written or not; one to a channel whose first
    /// request is still waiting or in flight shares that request.
    ///
    /// # Errors
    ///
    /// [`Misuse::UnknownSubscription`] if `id` names no current subscription.
    pub fn unsubscribe(&mut self, id: SubscriptionId) -> Result<(), Misuse> {
        self.requests.unsubscribe(&mut self.cx, id)
    }

    /// Publishes an event, at most once. `json` is sent unchanged and must be one JSON value.
    /// Settles with [`SessionEvent::Published`](crate::SessionEvent::Published), as cancelled if it
    /// cannot be sent within [`Config::queue_timeout`](crate::Config::queue_timeout) from `now`. For
    /// a remote call, see [`call`](Self::call).
    ///
    /// # Errors
    ///
    /// [`Misuse::ForbiddenChannel`] for a pattern or a `/meta/` channel, [`Misuse::QueueFull`] and
    /// [`Misuse::PayloadTooLarge`] at the limits, [`Misuse::Ended`] from
    /// [`disconnect`](Self::disconnect) on.
    pub fn publish(
        &mut self,
        now: Instant,
        channel: &Channel,
        json: &str,
    ) -> Result<PublishId, Misuse> {
        self.cx.advance(now);
        if channel.is_meta() || channel.is_pattern() {
            return Err(Misuse::ForbiddenChannel {
                name: channel.as_str().into(),
            });
        }
        self.commands_allowed()?;
        if self.stage == Stage::Ended {
            return Err(Misuse::Ended);
        }
        self.requests.publish(&self.cx, channel, json)
    }

    /// Returns whether [`publish`](Self::publish) has room for another event. Room comes with each
    /// [`SessionEvent::Published`](crate::SessionEvent::Published).
    pub fn has_room(&self) -> bool {
        self.requests.has_room(&self.cx)
    }

    /// Publishes the request of a remote call, as [`publish`](Self::publish) does. Its answer is
    /// recognised ([`Verdict::Answer`](crate::Verdict::Answer)) however many publishes settle
    /// before it, until [`end_call`](Self::end_call), a refusal, or the end of the session that the
    /// request was sent in.
    ///
    /// # Errors
    ///
    /// As [`publish`](Self::publish); [`Misuse::QueueFull`] also if
    /// [`Config::max_requests`](crate::Config::max_requests) calls have not ended.
    pub fn call(
        &mut self,
        now: Instant,
        channel: &Channel,
        json: &str,
    ) -> Result<PublishId, Misuse> {
        let limit = self.cx.config.max_requests;
        if self.requests.calls() >= limit {
            return Err(Misuse::QueueFull { limit });
        }
        let publish = self.publish(now, channel, json)?;
        self.requests.call(publish);
        Ok(publish)
    }

    /// Ends a call that has its answer or needs none any more. The publish itself still settles.
    /// Does nothing for other publishes.
    pub fn end_call(&mut self, publish: PublishId) {
        self.requests.end_call(publish);
    }

    /// Hides a text, such as a token in `ext`, in the errors of servers from now on. The last four
    /// texts are hidden.
    pub fn hide_in_errors(&mut self, secret: &str) {
        self.cx.hide(secret);
    }

    /// Disconnects: sends the commands already queued, then `/meta/disconnect`. Settles with
    /// [`SessionEvent::Ended`](crate::SessionEvent::Ended) on the reply,
    /// [`Config::disconnect_timeout`](crate::Config::disconnect_timeout) after `now`, or at once if
    /// there is no session.
    pub fn disconnect(&mut self, now: Instant) {
        self.cx.advance(now);
        match self.stage {
            Stage::Live if self.is_reachable() => {
                self.begin_closing();
            }
            Stage::Live | Stage::Handshake(_) => self.apply(Step::Finish(End::Requested)),
            Stage::Idle | Stage::Closing { .. } | Stage::Ended => {}
        }
    }

    /// Applies back-pressure: while paused, no new connect is sent. A server drops a session that
    /// does not connect for long, usually after twice its hold.
    pub fn pause_connects(&mut self, connects_paused: bool) {
        self.connect.pause(connects_paused);
    }

    fn check_subscription(&self, channel: &Channel) -> Result<(), Misuse> {
        if channel.is_meta() {
            return Err(Misuse::ForbiddenChannel {
                name: channel.as_str().into(),
            });
        }
        self.commands_allowed()?;
        if self.requests.subscriptions().len() >= self.cx.config.max_subscriptions {
            return Err(Misuse::TooManySubscriptions {
                limit: self.cx.config.max_subscriptions,
            });
        }
        Ok(())
    }

    fn commands_allowed(&self) -> Result<(), Misuse> {
        match self.stage {
            Stage::Closing { .. } => Err(Misuse::Ended),
            _ => Ok(()),
        }
    }
}
