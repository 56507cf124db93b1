//! Replies to requests.

use super::{Requests, in_flight::Sent, request::Request};
use crate::{
    Cause, Channel, End, Instant, Message, Outcome, PublishId, Reconnect, ServerError,
    client::{context::Context, step::Step},
};

/// Reply to a request.
#[derive(Debug)]
pub(in crate::client) struct Reply {
    request: Request,
    /// Time at which the request was written.
    sent_at: Instant,
    result: Result<(), ServerError>,
    /// Whether the server has lost the session, which another one is to replace.
    is_lost: bool,
    /// End of the session, if the server advises to stop.
    end: Option<End>,
}

impl Reply {
    /// Returns whether the reply answers a probe.
    pub(in crate::client) fn proves_session(&self) -> bool {
        matches!(self.request, Request::Probe(_)) && !self.is_lost
    }

    /// Returns when the disconnect was written that the server confirms.
    pub(in crate::client) fn disconnected(&self) -> Option<Instant> {
        let is_confirmed = self.request == Request::Disconnect && self.result.is_ok();
        is_confirmed.then_some(self.sent_at)
    }
}

impl Requests {
    /// Takes the request that a reply answers.
    pub(in crate::client) fn answered(
        &mut self,
        cx: &mut Context,
        reply: &Message<'_>,
    ) -> Option<Reply> {
        let index = self.in_flight.answered_by(reply)?;
        let Sent {
            request,
            at: sent_at,
            ..
        } = self.take(index)?;
        self.failure_delay.answered();
        cx.merge_advice(reply.advice.as_ref());
        let result = match reply.successful {
            Some(true) => Ok(()),
            _ => Err(cx.server_error(reply)),
        };
        let is_unknown = result.as_ref().is_err_and(ServerError::is_unknown_client);
        let is_sent_away = result.is_err() && reply.reconnect() == Some(Reconnect::Handshake);
        let stops = reply.advises_stop();
        Some(Reply {
            is_lost: (is_unknown || is_sent_away)
                && (!stops || cx.config.replace_lost_session)
                && request != Request::Disconnect,
            end: (stops && !self.is_closing).then(|| cx.end_by_advice(reply)),
            request,
            sent_at,
            result,
        })
    }

    pub(in crate::client) fn settle(&mut self, cx: &mut Context, reply: Reply) -> Step {
        let (request, result) = (reply.request, reply.result);
        if reply.is_lost {
            // A subscribe is repeated in the next session; a publish is settled here.
            if let (Request::Publish(id, _), Err(error)) = (request, result) {
                self.publish_settled(cx, id, Outcome::Refused(error));
            }
            return Step::Restart(Cause::SessionLost);
        }
        match request {
            Request::Subscribe(channel) => {
                self.settle_subscribe(cx, channel, &result);
            }
            Request::Unsubscribe(channel) => {
                // Refused or not: events that the server still sends match no subscription.
                if let Some(state) = self.subscriptions.state_mut(&channel) {
                    state.left();
                }
                self.sync(cx, channel);
            }
            Request::Publish(id, _) => {
                let outcome = result.map_or_else(Outcome::Refused, |()| Outcome::Accepted);
                self.publish_settled(cx, id, outcome);
            }
            Request::Probe(channel) => {
                if result.is_err() {
                    self.settle_subscribe(cx, channel, &result);
                }
            }
            Request::Disconnect => return Step::Finish(End::Requested),
        }
        reply.end.map_or(Step::Stay, Step::Finish)
    }

    fn settle_subscribe(
        &mut self,
        cx: &mut Context,
        channel: Channel,
        result: &Result<(), ServerError>,
    ) {
        self.subscriptions.settle(cx, &channel, result);
        self.sync(cx, channel);
    }

    /// Returns the publish that a message with `data` answers, by its id and channel.
    pub(in crate::client) fn answered_publish(&self, message: &Message<'_>) -> Option<PublishId> {
        let id = message.id?.number()?;
        let settled = self.answers.find(id, message.channel);
        settled.or_else(|| self.in_flight.publish(id, message.channel))
    }
}
