//! What arrives at a client.

use bayeux_proto::{Close, Instant, LaneId, SessionEvent, Verdict};
use groupme_model::EventRef;

use super::Client;
use crate::{
    checks::Checks,
    fact::ClientFact,
    network::{Arrived, Network, Payload},
    sabotage::Sabotage,
};

impl Client {
    pub(super) fn take_in(
        &mut self,
        now: Instant,
        lane: LaneId,
        what: Arrived,
        network: &mut Network,
        checks: &mut Checks,
    ) {
        match what {
            Arrived::Opened => {
                self.see(now, checks, ClientFact::Opened(lane));
                self.session.handle_open(self.local, lane);
            }
            Arrived::Pong => self.session.handle_pong(self.local, lane),
            Arrived::Closed(why) => self.lose(now, lane, why, checks),
            Arrived::Frame(payload) => {
                if !self.read(now, lane, &payload, checks) {
                    network.close(now, self.index, lane);
                    self.lose(now, lane, Close::Malformed, checks);
                }
            }
            Arrived::Answer(payload) => {
                let read = self.read(now, lane, &payload, checks);
                let why = if read {
                    Close::Complete
                } else {
                    Close::Malformed
                };
                self.lose(now, lane, why, checks);
            }
            Arrived::Begin(..) | Arrived::Payload(_) | Arrived::Hangup => {}
        }
    }

    fn lose(&mut self, now: Instant, lane: LaneId, why: Close, checks: &mut Checks) {
        self.see(now, checks, ClientFact::Closed(lane, why));
        let lost = why != Close::Complete && self.sabotage.what == Some(Sabotage::LoseClose);
        if !lost {
            self.session.handle_close(self.local, lane, why);
        }
    }

    /// Hands in the messages of a payload; false if it has none. As the transport's driver does it.
    fn read(&mut self, now: Instant, lane: LaneId, payload: &Payload, checks: &mut Checks) -> bool {
        let mut frame = core::mem::take(&mut self.frame);
        frame.clear();
        frame.extend_from_slice(&payload.bytes);
        let read = self.decoder.decode(&mut frame).is_ok() && frame.messages().len() > 0;
        if read {
            let fact = ClientFact::Arrived {
                lane,
                local: self.local,
                published: payload.published,
                size: payload.bytes.len() + self.sabotage.noise(),
            };
            self.see(now, checks, fact);
            for message in frame.messages() {
                let envelope = message.envelope();
                if envelope.successful.is_some() {
                    let message = &envelope;
                    self.see(now, checks, ClientFact::Replied { lane, message });
                    self.sabotage.replied(message);
                }
                let verdict = self.session.handle_message(self.local, lane, &envelope);
                self.tell(now, checks);
                if verdict == Verdict::Deliver {
                    self.deliver(now, &message, checks);
                }
            }
        }
        self.frame = frame;
        read
    }

    fn deliver(&mut self, now: Instant, message: &bayeux_wire::Message<'_>, checks: &mut Checks) {
        let Some(data) = message.data() else {
            return;
        };
        let number = |name| data.get(name).and_then(bayeux_wire::Value::as_u64);
        let kind = EventRef::from_value(data).kind();
        if let Some(account) = &mut self.account {
            account.pushed(now, &EventRef::from_value(data));
        }
        let (channel, tag) = (message.channel(), number("sim"));
        for (channel, tag) in self.sabotage.deliveries(channel, tag) {
            let fact = ClientFact::Delivered {
                channel: &channel,
                tag,
                own: number("own"),
                kind,
            };
            self.see(now, checks, fact);
            self.program.delivered(tag, &channel);
        }
    }

    pub(super) fn tell(&mut self, now: Instant, checks: &mut Checks) {
        while let Some(event) = self.session.poll_event() {
            for event in self.sabotage.events(event) {
                self.see(now, checks, ClientFact::Told(&event));
                self.program.told(now, &event);
                if let Some(account) = &mut self.account {
                    let own = self.program.is_own(&event);
                    if let SessionEvent::Subscribed(id) = event
                        && let Some(channel) = self.program.channel(id)
                    {
                        account.watch(channel.as_str(), true);
                    }
                    account.told(now, &event, own, self.program.hears_own());
                    if own {
                        self.see(now, checks, ClientFact::Listens);
                    }
                }
            }
        }
    }
}
