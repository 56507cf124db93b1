//! The application on top: it subscribes and publishes like the recorded one, and records its
//! events.

use std::collections::BTreeMap;

use bayeux_proto::{Channel, End, Instant, Outcome, Session, SessionEvent, SubscriptionId};
use bayeux_wire::Message;

#[derive(Default)]
pub(crate) struct Application {
    subscriptions: BTreeMap<String, (SubscriptionId, SubscriptionState)>,
    state: EndReason,
    pub(crate) delivered: Vec<String>,
    /// The events of the session, without repetitions.
    pub(crate) story: Vec<String>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum SubscriptionState {
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
        let short = self
            .subscriptions
            .values()
            .any(|(_, state)| *state != SubscriptionState::Active);
        match self.state {
            EndReason::Healthy if short => EndReason::Short,
            state => state,
        }
    }

    pub(crate) fn is_subscribed(&self, name: &str) -> bool {
        let state = self.subscriptions.get(name);
        state.is_some_and(|(_, state)| *state == SubscriptionState::Active)
    }

    /// Repeats the request of the recorded application behind this message.
    pub(crate) fn want(&mut self, now: Instant, session: &mut Session, message: Message<'_>) {
        let envelope = message.envelope();
        let name = envelope.subscription.unwrap_or(envelope.channel);
        let channel = Channel::new(name).unwrap();
        match envelope.channel {
            "/meta/handshake" => session.connect(now),
            "/meta/connect" => {}
            "/meta/subscribe" => match self.subscriptions.get(name) {
                // The recorded clients also subscribe by themselves, after another handshake.
                Some((_, SubscriptionState::Asked | SubscriptionState::Active)) => {}
                Some((_, SubscriptionState::Refused)) | None => {
                    let id = session.subscribe(&channel).unwrap();
                    self.subscriptions
                        .insert(name.to_owned(), (id, SubscriptionState::Asked));
                }
            },
            "/meta/unsubscribe" => {
                let (id, _) = self.subscriptions.remove(name).unwrap();
                session.unsubscribe(id).unwrap();
            }
            "/meta/disconnect" => {
                if envelope.client_id.is_some() {
                    assert_eq!(self.ending(), EndReason::Healthy, "{session:?}");
                }
                session.disconnect(now);
            }
            _ => {
                let json = message.data().unwrap().to_string();
                session.publish(now, &channel, &json).unwrap();
            }
        }
    }

    pub(crate) fn hear(&mut self, session: &Session, event: &SessionEvent) {
        let found = match event {
            SessionEvent::Connecting | SessionEvent::Unsubscribed(_) => return,
            SessionEvent::Up { resumed, .. } => {
                self.state = EndReason::Healthy;
                if *resumed {
                    "resumed".to_owned()
                } else {
                    let subscriptions = self.subscriptions.values_mut();
                    subscriptions.for_each(|(_, state)| *state = SubscriptionState::Asked);
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
                format!(
                    "subscribed {}",
                    self.settled(session, *id, SubscriptionState::Active)
                )
            }
            SessionEvent::Refused(id, error) => {
                let name = self.settled(session, *id, SubscriptionState::Refused);
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

    fn settled<'s>(
        &mut self,
        session: &'s Session,
        id: SubscriptionId,
        how: SubscriptionState,
    ) -> &'s str {
        let name = session.channel(id).unwrap().as_str();
        self.subscriptions.get_mut(name).unwrap().1 = how;
        name
    }
}
