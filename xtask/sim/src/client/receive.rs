//! Arrivals at a client.

use bayeux_proto::{Close, LaneId, SessionEvent, Verdict};
use bayeux_wire::{Message, Value};
use groupme_model::EventRef;

use super::Client;
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
                self.session.handle_open(self.local, lane);
            }
            Arrived::Pong => self.session.handle_pong(self.local, lane),
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
        if why == Close::Complete || !is_omitted {
            self.session.handle_close(self.local, lane, why);
        }
    }

    /// Passes the messages of a payload to the session as the driver of bayeux-transport does;
    /// returns false if there are none.
    fn read(&mut self, cx: &mut Context, lane: LaneId, payload: &Payload) -> bool {
        let mut frame = core::mem::take(&mut self.frame);
        frame.clear();
        frame.extend_from_slice(&payload.bytes);
        let is_read = self.decoder.decode(&mut frame).is_ok() && frame.messages().len() > 0;
        if is_read {
            let fact = ClientFact::Received {
                lane,
                local: self.local,
                published: payload.published,
                size: payload.bytes.len() + self.saboteur.noise(),
            };
            self.see(cx, fact);
            for message in frame.messages() {
                let envelope = message.envelope();
                if envelope.successful.is_some() {
                    let message = &envelope;
                    self.see(cx, ClientFact::Replied { lane, message });
                    self.saboteur.replied(message);
                }
                let verdict = self.session.handle_message(self.local, lane, &envelope);
                self.handle_events(cx);
                if verdict == Verdict::Deliver {
                    self.deliver_event(cx, &message);
                }
            }
        }
        self.frame = frame;
        is_read
    }

    fn deliver_event(&mut self, cx: &mut Context, message: &Message<'_>) {
        let Some(data) = message.data() else {
            return;
        };
        let number = |name| data.get(name).and_then(Value::as_u64);
        if let Some(account) = &mut self.account {
            account.handle_push(cx.now, &EventRef::from_value(data));
        }
        let event = (message.channel().to_owned(), number("sim"));
        for (channel, published) in self.saboteur.event(event) {
            let fact = ClientFact::Event {
                channel: &channel,
                number: published,
                own: number("own"),
            };
            self.see(cx, fact);
            self.program.handle_event(published, &channel);
        }
    }

    pub(super) fn handle_events(&mut self, cx: &mut Context) {
        while let Some(event) = self.session.poll_event() {
            for event in self.saboteur.session_event(event) {
                self.see(cx, ClientFact::Session(&event));
                self.program.handle_session_event(cx.now, &event);
                self.pass_to_account(cx, &event);
            }
        }
    }

    fn pass_to_account(&mut self, cx: &mut Context, event: &SessionEvent) {
        let Some(account) = &mut self.account else {
            return;
        };
        let mut subscribed = false;
        if let SessionEvent::Subscribed(id) = event
            && let Some(channel) = self.program.channel(*id)
        {
            account.watch(channel.as_str(), true);
            subscribed = self.program.is_own(channel);
        }
        account.handle_session_event(cx.now, event, subscribed, self.program.hears_own());
        if subscribed {
            self.see(cx, ClientFact::Listens);
        }
    }
}
