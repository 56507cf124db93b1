//! Arrivals at a client.

use std::sync::Arc;

use bayeux_proto::{Close, LaneId, Verdict};
use bayeux_wire::{Frame, Message, Value};

use super::{Client, Kind};
use crate::{
    fact::ClientFact,
    network::{Arrived, Payload},
    run::Context,
    sabotage::Sabotage,
};

impl Client {
    pub(super) fn receive(&mut self, cx: &mut Context, lane: LaneId, what: Arrived) {
        match what {
            Arrived::Opened => {
                self.see(cx, ClientFact::Opened(lane));
                self.drive(
                    cx,
                    |session, now| session.handle_open(now, lane),
                    |account, at| account.handle_open(at, lane),
                );
            }
            Arrived::Pong => self.drive(
                cx,
                |session, now| session.handle_pong(now, lane),
                |account, at| account.handle_pong(at, lane),
            ),
            Arrived::Closed(why) => self.lose(cx, lane, why),
            Arrived::Frame(payload) => {
                if !self.read(cx, lane, &payload) {
                    cx.network.close(cx.now, self.index, lane);
                    self.lose(cx, lane, Close::Malformed);
                }
            }
            Arrived::Response(payload) => {
                let is_read = self.read(cx, lane, &payload);
                let why = if is_read {
                    Close::Complete
                } else {
                    Close::Malformed
                };
                self.lose(cx, lane, why);
            }
            Arrived::Begin(..) | Arrived::Batch(_) | Arrived::Hangup => {}
        }
    }

    fn lose(&mut self, cx: &mut Context, lane: LaneId, why: Close) {
        self.see(cx, ClientFact::Closed(lane, why));
        let is_omitted = self.saboteur.sabotage == Some(Sabotage::OmitClose);
        if why != Close::Complete && is_omitted {
            return;
        }
        self.drive(
            cx,
            |session, now| session.handle_close(now, lane, why),
            |account, at| account.handle_close(at, lane, why, None),
        );
    }

    /// Passes the messages of a payload to the session or the engine; returns false if there are
    /// none.
    fn read(&mut self, cx: &mut Context, lane: LaneId, payload: &Payload) -> bool {
        let mut frame = core::mem::take(&mut self.frame);
        frame.clear();
        frame.extend_from_slice(&payload.bytes);
        let is_read = self.decoder.decode(&mut frame).is_ok() && frame.messages().len() > 0;
        if !is_read {
            self.frame = frame;
            let published = payload.published;
            self.see(cx, ClientFact::Damaged { published });
            return false;
        }
        let fact = ClientFact::Received {
            lane,
            local: self.local,
            published: payload.published,
            size: payload.bytes.len() + self.saboteur.noise(),
        };
        self.see(cx, fact);
        if self.listener().is_some() {
            self.read_to_engine(cx, lane, frame);
        } else {
            self.read_to_session(cx, lane, &frame);
            self.frame = frame;
        }
        true
    }

    fn see_reply(&mut self, cx: &mut Context, lane: LaneId, message: &Message<'_>) {
        let envelope = message.envelope();
        if envelope.successful.is_some() {
            let message = &envelope;
            self.see(cx, ClientFact::Replied { lane, message });
            self.saboteur.replied(message);
        }
    }

    fn read_to_engine(&mut self, cx: &mut Context, lane: LaneId, frame: Frame) {
        for message in frame.messages() {
            self.see_reply(cx, lane, &message);
            if let Some(data) = message.data() {
                let number = |name| data.get(name).and_then(Value::as_u64);
                let fact = ClientFact::Event {
                    channel: message.channel(),
                    number: number("sim"),
                    own: number("own"),
                };
                self.see(cx, fact);
            }
        }
        let at = self.moment(cx);
        if let Some(engine) = self.engine() {
            engine.handle_frame(at, lane, &Arc::new(frame));
        }
    }

    fn read_to_session(&mut self, cx: &mut Context, lane: LaneId, frame: &Frame) {
        for message in frame.messages() {
            self.see_reply(cx, lane, &message);
            let local = self.local;
            let Kind::Plain(plain) = &mut self.kind else {
                return;
            };
            let verdict = plain
                .session
                .handle_message(local, lane, &message.envelope());
            self.handle_events(cx);
            if verdict == Verdict::Deliver {
                self.deliver_event(cx, &message);
            }
        }
    }

    fn deliver_event(&mut self, cx: &mut Context, message: &Message<'_>) {
        let Some(data) = message.data() else {
            return;
        };
        let number = |name| data.get(name).and_then(Value::as_u64);
        let event = (message.channel().to_owned(), number("sim"));
        for (channel, published) in self.saboteur.event(event) {
            let fact = ClientFact::Event {
                channel: &channel,
                number: published,
                own: number("own"),
            };
            self.see(cx, fact);
            if let Kind::Plain(plain) = &mut self.kind {
                plain.program.handle_event(published, &channel);
            }
        }
    }

    pub(super) fn handle_events(&mut self, cx: &mut Context) {
        while let Kind::Plain(plain) = &mut self.kind
            && let Some(event) = plain.session.poll_event()
        {
            for event in self.saboteur.session_event(event) {
                self.see(cx, ClientFact::Session(&event));
                if let Kind::Plain(plain) = &mut self.kind {
                    plain.program.handle_session_event(cx.now, &event);
                }
            }
        }
    }
}
