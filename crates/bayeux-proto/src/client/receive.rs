//! Messages of the server: replies for the parts that sent the requests, and events.

use super::{Session, connect::ConnectLoop, handshake::Handshake, stage::Stage, step::Step};
use crate::{Cause, LaneId, Message, Transport, Unexpected, Verdict};

impl Session {
    pub(super) fn dispatch(&mut self, lane: LaneId, message: &Message<'_>) -> Verdict {
        if message.is_answer() {
            return self.handle_answer_or_event(message);
        }
        match (message.channel, message.successful) {
            ("/meta/handshake", Some(_)) => self.handle_handshake_reply(lane, message),
            ("/meta/connect", Some(_)) => self.handle_connect_reply(lane, message),
            ("/meta/disconnect", _) | (_, Some(_)) => self.handle_reply(message),
            _ => Verdict::Unexpected(Unexpected::Unknown),
        }
    }

    /// Handles the rest of the payload that ended the session: events, and advice about the next
    /// step.
    pub(super) fn handle_message_on_closing_lane(&mut self, message: &Message<'_>) -> Verdict {
        if message.is_answer() {
            return self.handle_event(message);
        }
        if message.channel != "/meta/disconnect" && message.successful.is_none() {
            return Verdict::Unexpected(Unexpected::Unknown);
        }
        if let Stage::Handshake(handshake) = &mut self.stage {
            let step = handshake.advised_late(&mut self.cx, message);
            self.apply(step);
        }
        Verdict::Unexpected(Unexpected::DeadLane)
    }

    fn handle_handshake_reply(&mut self, lane: LaneId, reply: &Message<'_>) -> Verdict {
        match self.stage {
            Stage::Handshake(handshake) if handshake.is_answered_by(lane, reply) => {
                let step = Handshake::answered(&mut self.cx, reply);
                self.apply(step);
                Verdict::Handled
            }
            _ => Verdict::Unexpected(Unexpected::UnexpectedReply),
        }
    }

    fn handle_connect_reply(&mut self, lane: LaneId, reply: &Message<'_>) -> Verdict {
        let Some(sent) = self.connect.answered(&mut self.cx, lane, reply) else {
            return Verdict::Unexpected(Unexpected::UnexpectedReply);
        };
        if self.stage != Stage::Live {
            // While disconnecting, the result of the last connect does not matter.
            return Verdict::Handled;
        }
        let step = if reply.successful == Some(true) {
            self.health.connect_ok(&self.cx, sent.at, sent.zero_hold);
            self.connect.succeeded(&sent);
            self.choice.succeeded(&mut self.cx);
            self.health.mark_up(&mut self.cx, true);
            self.connect.follow_advice(&mut self.cx, reply)
        } else {
            ConnectLoop::refused(&mut self.cx, reply)
        };
        self.apply(step);
        Verdict::Handled
    }

    /// Handles a reply other than to a handshake or connect.
    fn handle_reply(&mut self, message: &Message<'_>) -> Verdict {
        let Some(reply) = self.requests.answered(&mut self.cx, message) else {
            return match message.channel {
                "/meta/disconnect" => self.handle_disconnect(message),
                _ => Verdict::Unexpected(Unexpected::UnexpectedReply),
            };
        };
        if reply.proves_session() {
            let probed_at = self.connect.probe_answered(&self.cx);
            self.health.extend_proof(probed_at);
            self.health.mark_up(&mut self.cx, true);
        }
        // A socket has brought everything before the last answer.
        if let Some(sent_at) = reply.disconnected()
            && self.cx.transport == Transport::WebSocket
        {
            self.health.extend_proof(sent_at);
        }
        let step = self.requests.settle(&mut self.cx, reply);
        self.apply(step);
        Verdict::Handled
    }

    /// Handles a `/meta/disconnect` that answers no request: the server ended the session on its
    /// own.
    fn handle_disconnect(&mut self, message: &Message<'_>) -> Verdict {
        self.cx.merge_advice(message.advice.as_ref());
        self.apply(
            if message.advises_stop() && !self.cx.config.replace_lost_session {
                Step::Finish(self.cx.end_by_advice(message))
            } else {
                Step::Restart(Cause::SessionLost)
            },
        );
        Verdict::Handled
    }

    /// Handles a message with `data` on a channel of the application.
    fn handle_answer_or_event(&mut self, message: &Message<'_>) -> Verdict {
        let publish = self.requests.answered_publish(message);
        match (self.handle_event(message), publish) {
            // Faye sends a published event back with the id of the publish.
            (Verdict::Deliver, Some(publish)) if message.successful.is_some() => {
                Verdict::Answer(publish)
            }
            (Verdict::Unexpected(Unexpected::Unrouted), Some(publish)) => Verdict::Answer(publish),
            (verdict, _) => verdict,
        }
    }

    fn handle_event(&mut self, message: &Message<'_>) -> Verdict {
        self.cx.merge_advice(message.advice.as_ref());
        if !self.requests.subscriptions().has_recipient(message.channel) {
            return Verdict::Unexpected(Unexpected::Unrouted);
        }
        self.health.event_delivered(&mut self.cx);
        self.connect.event_delivered(&self.cx);
        Verdict::Deliver
    }
}
