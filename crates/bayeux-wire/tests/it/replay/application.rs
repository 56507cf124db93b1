//! The application on top: it subscribes and publishes like the recorded one, and records its
//! events.

use std::collections::BTreeMap;

use bayeux_proto::{Channel, End, Outcome, Session, SessionEvent, SubscriptionId};
use bayeux_wire::Message;

#[derive(Default)]
pub(crate) struct Application {
    wishes: BTreeMap<String, (SubscriptionId, Wish)>,
    state: EndReason,
    pub(crate) delivered: Vec<String>,
    /// The events of the session, without repetitions.
    pub(crate) story: Vec<String>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Wish {
    Asked,
    Active,
    Refused,
}

/// State of the session at the end of the recording.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum EndReason {
    /// Up, with all subscriptions.
    Healthy,
    /// Up, without a subscription that was refused or not answered.
    Short,
    #[default]
    Down,
    /// Ended by the application, after it was healthy if there was a session at all.
    Left,
}

impl Application {
    pub(crate) fn ending(&self) -> EndReason {
        let short = self.wishes.values().any(|(_, wish)| *wish != Wish::Active);
        match self.state {
            EndReason::Healthy if short => EndReason::Short,
            state => state,
        }
    }

    pub(crate) fn is_subscribed(&self, name: &str) -> bool {
        let wish = self.wishes.get(name);
        wish.is_some_and(|(_, wish)| *wish == Wish::Active)
    }

    /// Repeats the request of the recorded application behind this message.
    pub(crate) fn want(&mut self, session: &mut Session, message: Message<'_>) {
        let envelope = message.envelope();
        let name = envelope.subscription.unwrap_or(envelope.channel);
        let channel = Channel::new(name).unwrap();
        match envelope.channel {
            "/meta/handshake" => session.connect(),
            "/meta/connect" => {}
            "/meta/subscribe" => match self.wishes.get(name) {
                // The recorded clients also subscribe by themselves, after another handshake.
                Some((_, Wish::Asked | Wish::Active)) => {}
                Some((_, Wish::Refused)) | None => {
                    let id = session.subscribe(&channel).unwrap();
                    self.wishes.insert(name.to_owned(), (id, Wish::Asked));
                }
            },
            "/meta/unsubscribe" => {
                let (id, _) = self.wishes.remove(name).unwrap();
                session.unsubscribe(id).unwrap();
            }
            "/meta/disconnect" => {
                if envelope.client_id.is_some() {
                    assert_eq!(self.ending(), EndReason::Healthy, "{session:?}");
                }
                session.disconnect();
            }
            _ => {
                let json = message.data().unwrap().to_string();
                session.publish(&channel, &json).unwrap();
            }
        }
    }

    pub(crate) fn hear(&mut self, session: &Session, event: &SessionEvent) {
        let found = match event {
            SessionEvent::Connecting => return,
            SessionEvent::Up { resumed, .. } => {
                self.state = EndReason::Healthy;
                if *resumed {
                    "resumed".to_owned()
                } else {
                    let wishes = self.wishes.values_mut();
                    wishes.for_each(|(_, wish)| *wish = Wish::Asked);
                    "up".to_owned()
                }
            }
            SessionEvent::Gap { cause, .. } => format!("gap: {cause}"),
            SessionEvent::Down { cause, .. } => {
                self.state = EndReason::Down;
                format!("down: {cause}")
            }
            SessionEvent::AttemptFailed { cause, .. } => format!("failed: {cause}"),
            SessionEvent::Subscribed(id) => {
                format!("subscribed {}", self.settled(session, *id, Wish::Active))
            }
            SessionEvent::Refused(id, error) => {
                let name = self.settled(session, *id, Wish::Refused);
                format!("refused {name}: {error}")
            }
            SessionEvent::Published(_, Outcome::Accepted) => "published".to_owned(),
            SessionEvent::Ended(End::Requested) => {
                self.state = EndReason::Left;
                "left".to_owned()
            }
            event => format!("{event:?}"),
        };
        if self.story.last() != Some(&found) {
            self.story.push(found);
        }
    }

    fn settled<'s>(&mut self, session: &'s Session, id: SubscriptionId, how: Wish) -> &'s str {
        let name = session.channel(id).unwrap().as_str();
        self.wishes.get_mut(name).unwrap().1 = how;
        name
    }
}
