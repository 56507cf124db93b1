//! Events and statuses that an account hands to the program.

use core::{fmt, time::Duration};
use std::sync::Arc;

use bayeux_wire::{Frame, Value};
use groupme_delivery::{DeliveryTag, Origin};
use groupme_model::{Event, EventRef, Timestamp, UserId};

use crate::Status;

/// Item of an account's stream, in the order in which it happened.
#[derive(Debug)]
#[non_exhaustive]
pub enum Incoming {
    /// Event of GroupMe.
    Event(Delivery),
    /// Change of the connection or of the delivery.
    Status(Status),
}

/// Event in its frame.
///
/// A delivery is owned: it can be kept, sent to another thread and held across an await. A clone
/// increments a counter. While a delivery lives, its whole frame does, about ten kilobytes;
/// [`into_owned`](Self::into_owned) frees it.
#[derive(Clone)]
pub struct Delivery {
    frame: Arc<Frame>,
    index: usize,
    pub(crate) origin: Origin,
    pub(crate) is_own: bool,
    pub(crate) tag: Option<DeliveryTag>,
}

impl Delivery {
    /// Returns a push, in the message at `index` of a frame; `None` for a message without `data`.
    pub(crate) fn push(frame: &Arc<Frame>, index: usize) -> Option<Self> {
        frame.message(index)?.data()?;
        Some(Self {
            frame: Arc::clone(frame),
            index,
            origin: Origin::Push,
            is_own: false,
            tag: None,
        })
    }

    /// Returns the tag by which the event is acknowledged; `None` if it need not be.
    pub fn tag(&self) -> Option<DeliveryTag> {
        self.tag
    }

    /// Returns whether the event is the echo of a message that the program announced before it
    /// sent the message.
    pub fn is_own(&self) -> bool {
        self.is_own
    }

    /// Returns whether the event was pushed as it happened. Otherwise it was missed and fetched
    /// later: it is history, and may be hours old. A bot that acts on an old command surprises
    /// people.
    pub fn is_live(&self) -> bool {
        self.origin == Origin::Push
    }

    /// Returns the time at which the event happened, by GroupMe's clock: when the gateway received
    /// it, else when its message was edited, deleted or sent. `None` if nothing says so, as for
    /// pings and found reactions.
    pub fn time(&self) -> Option<Timestamp> {
        let event = self.event();
        event.received_at().or_else(|| match event {
            EventRef::LineCreate(push) | EventRef::DirectMessageCreate(push) => {
                push.message().created_at()
            }
            EventRef::MessageUpdate(push) => push.message().updated_at(),
            EventRef::MessageDeleted(push) => push.message().deleted_at(),
            EventRef::Typing(push) => push.started(),
            _ => None,
        })
    }

    /// Returns the age of the event at a time of day; zero if the clocks differ. `None` as for
    /// [`time`](Self::time).
    pub fn age_at(&self, now: Timestamp) -> Option<Duration> {
        let age = now.as_millis().saturating_sub(self.time()?.as_millis());
        Some(Duration::from_millis(u64::try_from(age).unwrap_or(0)))
    }

    /// Returns whether this user caused the event, from whichever device: sent, edited or deleted
    /// the message, reacted, types. See [`EventRef::actor`].
    pub fn is_by(&self, user: &UserId) -> bool {
        self.event().actor().is_some_and(|actor| actor == *user)
    }

    /// Returns the channel of the event, such as `/user/1`.
    pub fn channel(&self) -> &str {
        self.frame
            .message(self.index)
            .map_or("", bayeux_wire::Message::channel)
    }

    /// Returns the typed event, as a view into the frame.
    ///
    /// An event that GroupMe pushes on two channels is delivered once, in the form that came first:
    /// a reaction to a message of the user is a `like.create` or a `favorite`.
    /// [`EventRef::reaction_change`] reads both.
    pub fn event(&self) -> EventRef<'_> {
        EventRef::from_value(self.data())
    }

    /// Returns the number in a ping's `nonce`. `None` for a bare ping and for other events.
    pub fn ping_nonce(&self) -> Option<u64> {
        let EventRef::Ping(_) = self.event() else {
            return None;
        };
        self.data().get("nonce")?.as_str()?.parse().ok()
    }

    /// Returns the payload as received, including fields without a type.
    ///
    /// # Panics
    ///
    /// Never: a delivery is made only of a message with a payload.
    pub fn data(&self) -> Value<'_> {
        let message = self.frame.message(self.index);
        message
            .and_then(bayeux_wire::Message::data)
            .expect("checked when it was made")
    }

    /// Returns the source of the event.
    pub fn origin(&self) -> Origin {
        self.origin
    }

    /// Returns the typed event, independent of the frame.
    pub fn into_owned(self) -> Event {
        self.event().into_owned()
    }
}

impl fmt::Debug for Delivery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Delivery")
            .field("channel", &self.channel())
            .field("kind", &self.event().kind())
            .finish_non_exhaustive()
    }
}
