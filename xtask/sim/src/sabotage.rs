//! Faults committed on purpose, between a session and all that can be seen of it, so that it can be
//! seen that the invariants catch them.

use core::{
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use bayeux_proto::{LaneId, Message, SessionEvent};
use clap::ValueEnum;

use crate::fact::Handed;

/// What to do wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[non_exhaustive]
pub enum Sabotage {
    /// Sends each tenth connect twice.
    SecondConnect,
    /// Goes on with the first `clientId` after another handshake.
    StaleClientId,
    /// Keeps the outcome of a publish to itself.
    SwallowSettle,
    /// Tells the outcome of a publish twice.
    SettleTwice,
    /// Tells of a subscription twice.
    SubscribedTwice,
    /// Keeps it to itself that a subscription is active.
    SwallowSubscribed,
    /// Sends a publish twice.
    PublishTwice,
    /// Loses an event.
    DropDelivery,
    /// Delivers an event twice.
    DeliverTwice,
    /// Delivers two events the wrong way round.
    SwapDeliveries,
    /// Loses a message that gap-free delivery hands out.
    DropHanded,
    /// Hands a message out twice.
    HandTwice,
    /// Hands out two messages the wrong way round.
    SwapHanded,
    /// Keeps it to itself that messages are lost.
    SwallowLost,
    /// Loses a change of a message.
    DropChanged,
    /// Tells of a deletion twice.
    DeleteTwice,
    /// Says that an own message is somebody else's.
    DisownHanded,
    /// Forgets what was acknowledged.
    ForgetAcknowledged,
    /// Keeps a gap to itself.
    SwallowGap,
    /// Tells of gaps later than they began.
    ShortenGap,
    /// Subscribes to nothing after the first session.
    NeverResubscribe,
    /// Keeps more and more.
    GrowQueue,
    /// Connects as fast as it can.
    TooFast,
    /// Asks to be woken at once, for ever.
    Spin,
    /// Uses a lane that has ended.
    UseDeadLane,
    /// Leaves lanes open that were to be closed.
    LeakLane,
    /// Reports nothing more to the session once a lane has broken.
    LoseClose,
    /// Panics.
    Panic,
    /// Does something else each time.
    Wander,
}

/// A fault on purpose, and where it stands.
#[derive(Debug, Default)]
pub(crate) struct Saboteur {
    pub(crate) what: Option<Sabotage>,
    pub(crate) count: u64,
    first_client_id: Option<String>,
    kept: Option<(String, Option<u64>)>,
    kept_back: Option<Handed>,
    pub(crate) spared: Option<LaneId>,
    pub(crate) handshakes: u32,
}

impl Saboteur {
    pub(crate) fn new(what: Option<Sabotage>) -> Self {
        Self {
            what,
            ..Self::default()
        }
    }

    pub(crate) fn replied(&mut self, message: &Message<'_>) {
        if message.channel == "/meta/handshake" && message.successful == Some(true) {
            self.handshakes += 1;
            if self.first_client_id.is_none() {
                self.first_client_id = message.client_id.map(str::to_owned);
            }
        }
    }

    pub(crate) fn out(&mut self, out: &mut Vec<u8>) {
        if self.what == Some(Sabotage::StaleClientId)
            && self.handshakes > 1
            && let Some(first) = &self.first_client_id
            && let Some(at) = out
                .windows(12)
                .position(|window| window == br#""clientId":""#)
        {
            let at = at + 12;
            out.splice(at..at + first.len(), first.bytes());
        }
    }

    /// Something else each time.
    pub(crate) fn noise(&self) -> usize {
        match self.what {
            Some(Sabotage::Wander) => WANDER.fetch_add(1, Ordering::Relaxed),
            _ => 0,
        }
    }

    /// Every `n`th time.
    fn each(&mut self, n: u64) -> bool {
        self.count += 1;
        self.count.is_multiple_of(n)
    }

    pub(crate) fn deliveries(
        &mut self,
        channel: &str,
        tag: Option<u64>,
    ) -> Vec<(String, Option<u64>)> {
        let (what, this) = (self.what, (channel.to_owned(), tag));
        match what {
            Some(Sabotage::DropDelivery) if tag.is_some() && self.each(5) => vec![],
            Some(Sabotage::DeliverTwice) if tag.is_some() && self.each(5) => {
                vec![this.clone(), this]
            }
            Some(Sabotage::SwapDeliveries) if tag.is_some() => {
                if let Some(kept) = self.kept.take() {
                    vec![this, kept]
                } else if self.each(5) {
                    self.kept = Some(this);
                    vec![]
                } else {
                    vec![this]
                }
            }
            _ => vec![this],
        }
    }

    pub(crate) fn handed(&mut self, handed: Handed) -> Vec<Handed> {
        match (self.what, &handed) {
            (Some(Sabotage::DropHanded), Handed::Message(_)) if self.each(5) => vec![],
            (Some(Sabotage::HandTwice), Handed::Message(_)) if self.each(5) => {
                vec![handed.clone(), handed]
            }
            (Some(Sabotage::SwapHanded), Handed::Message(_)) => {
                if let Some(kept) = self.kept_back.take() {
                    return vec![handed, kept];
                }
                self.kept_back = Some(handed);
                vec![]
            }
            (Some(Sabotage::SwallowLost), Handed::Lost(_))
            | (Some(Sabotage::DropChanged), Handed::Changed(..)) => vec![],
            (Some(Sabotage::DeleteTwice), Handed::Changed(_, change)) if change.deleted => {
                vec![handed.clone(), handed]
            }
            (Some(Sabotage::DisownHanded), Handed::Message(message)) if message.is_own => {
                let mut message = message.clone();
                message.is_own = false;
                vec![Handed::Message(message)]
            }
            _ => vec![handed],
        }
    }

    /// Whether it forgets to write down an acknowledgement.
    pub(crate) fn forgets_acknowledgement(&mut self) -> bool {
        self.what == Some(Sabotage::ForgetAcknowledged) && self.each(3)
    }

    pub(crate) fn events(&mut self, event: SessionEvent) -> Vec<SessionEvent> {
        match (self.what, &event) {
            (Some(Sabotage::SwallowSettle), SessionEvent::Published(..)) if self.each(3) => vec![],
            (Some(Sabotage::SettleTwice), SessionEvent::Published(..))
            | (Some(Sabotage::SubscribedTwice), SessionEvent::Subscribed(_))
                if self.each(3) =>
            {
                vec![event.clone(), event]
            }
            (Some(Sabotage::SwallowSubscribed), SessionEvent::Subscribed(_)) if self.each(2) => {
                vec![]
            }
            (Some(Sabotage::SwallowGap), SessionEvent::Gap { .. }) => vec![],
            (Some(Sabotage::ShortenGap), SessionEvent::Gap { since, cause }) => {
                vec![SessionEvent::Gap {
                    since: *since + Duration::from_hours(9),
                    cause: cause.clone(),
                }]
            }
            _ => vec![event],
        }
    }
}

/// The only thing in here that a seed does not decide, for the fault on purpose that needs it.
static WANDER: AtomicUsize = AtomicUsize::new(0);
