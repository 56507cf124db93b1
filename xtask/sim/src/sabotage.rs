//! Defects on purpose, between a session and everything that observes it, to prove that the
//! invariants catch them.

use core::{
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use bayeux_proto::{LaneId, Message, SessionEvent};
use clap::ValueEnum;

use crate::{fact::Delivered, network::Arrived};

/// A defect on purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[non_exhaustive]
pub enum Sabotage {
    /// Sends each tenth connect twice.
    ConcurrentConnects,
    /// Uses the first `clientId` after another handshake.
    StaleClientId,
    /// Does not report the outcome of a publish.
    OmitOutcome,
    /// Reports the outcome of a publish twice.
    DuplicateOutcome,
    /// Reports a subscription active twice.
    DuplicateSubscribed,
    /// Does not report that a subscription is active.
    OmitSubscribed,
    /// Sends a publish twice.
    DuplicatePublish,
    /// Loses an event.
    DropEvent,
    /// Delivers an event twice.
    DuplicateEvent,
    /// Delivers two events in the wrong order.
    SwapEvents,
    /// Loses a message of gap-free delivery.
    DropMessage,
    /// Delivers a message of gap-free delivery twice.
    DuplicateMessage,
    /// Delivers two messages of gap-free delivery in the wrong order.
    SwapMessages,
    /// Does not report that messages are lost.
    OmitLost,
    /// Loses a change of a message.
    DropChange,
    /// Reports a deletion twice.
    DuplicateDeletion,
    /// Marks an own message as somebody else's.
    MisattributeOwn,
    /// Does not save what was acknowledged.
    ForgetAcknowledgement,
    /// Reports changes saved that are not.
    SkipSave,
    /// Hands deliveries out, and confirms acknowledgements, before they are saved.
    HandOutUnsaved,
    /// Saves the moment of the first session only with the first sync.
    SaveBaselineLate,
    /// Does not save which messages were delivered beyond the first that is not acknowledged.
    ForgetSeen,
    /// Takes an answer of REST without one of its messages for whole.
    CutPages,
    /// Takes an answer of REST that is an error for an empty list.
    TakeErrorsForEmpty,
    /// Drops events that are not read because the program is slow, without a mark.
    DropUnread,
    /// Does not report a gap.
    OmitGap,
    /// Reports gaps with a later begin.
    ShortenGap,
    /// Subscribes to nothing after the first session.
    NeverResubscribe,
    /// Holds more and more.
    GrowQueue,
    /// Connects as fast as it can.
    ExceedConnectRate,
    /// Asks to be woken at once, forever.
    BusyLoop,
    /// Uses a lane that has ended.
    UseClosedLane,
    /// Leaves lanes open that were to be closed.
    LeakLane,
    /// Hides from the session that a lane has broken.
    OmitClose,
    /// Panics.
    Panic,
    /// Does something else in each run.
    Nondeterminism,
}

/// A sabotage in progress.
#[derive(Debug, Default)]
pub(crate) struct Saboteur {
    pub(crate) sabotage: Option<Sabotage>,
    count: u64,
    first_client_id: Option<String>,
    /// The event and the message to be delivered after their successors.
    event: Option<(String, Option<u64>)>,
    message: Option<Delivered>,
    /// A lane that has ended.
    pub(crate) closed: Option<LaneId>,
    pub(crate) handshakes: u32,
}

impl Saboteur {
    pub(crate) fn new(sabotage: Option<Sabotage>) -> Self {
        Self {
            sabotage,
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

    /// Alters a batch.
    pub(crate) fn out(&mut self, out: &mut Vec<u8>) {
        let name = br#""clientId":""#;
        if self.sabotage == Some(Sabotage::StaleClientId)
            && self.handshakes > 1
            && let Some(first) = &self.first_client_id
            && let Some(at) = out.windows(name.len()).position(|window| window == name)
        {
            let at = at + name.len();
            out.splice(at..at + first.len(), first.bytes());
        }
    }

    /// Returns a number that differs from run to run.
    pub(crate) fn noise(&self) -> usize {
        match self.sabotage {
            Some(Sabotage::Nondeterminism) => NOISE.fetch_add(1, Ordering::Relaxed),
            _ => 0,
        }
    }

    /// Returns a size that grows with each call.
    pub(crate) fn grown(&mut self) -> usize {
        self.count += 1;
        usize::try_from(self.count * 8).unwrap_or(usize::MAX)
    }

    /// Returns true every `n`th time.
    pub(crate) fn each(&mut self, n: u64) -> bool {
        self.count += 1;
        self.count.is_multiple_of(n)
    }

    /// Returns nothing every `n`th time.
    fn omit<T>(&mut self, n: u64, item: T) -> Vec<T> {
        if self.each(n) { vec![] } else { vec![item] }
    }

    /// Returns the item twice every `n`th time.
    fn duplicate<T: Clone>(&mut self, n: u64, item: T) -> Vec<T> {
        let times = if self.each(n) { 2 } else { 1 };
        vec![item; times]
    }

    /// Returns the events to be delivered in place of one.
    pub(crate) fn event(&mut self, event: (String, Option<u64>)) -> Vec<(String, Option<u64>)> {
        match self.sabotage.filter(|_| event.1.is_some()) {
            Some(Sabotage::DropEvent) => self.omit(5, event),
            Some(Sabotage::DuplicateEvent) => self.duplicate(5, event),
            Some(Sabotage::SwapEvents) => {
                if let Some(first) = self.event.take() {
                    return vec![event, first];
                }
                if !self.each(5) {
                    return vec![event];
                }
                self.event = Some(event);
                vec![]
            }
            _ => vec![event],
        }
    }

    /// Returns the deliveries of gap-free delivery in place of one.
    pub(crate) fn delivered(&mut self, mut delivered: Delivered) -> Vec<Delivered> {
        match (self.sabotage, &mut delivered) {
            (Some(Sabotage::DropMessage), Delivered::Message(_)) => self.omit(5, delivered),
            (Some(Sabotage::DuplicateMessage), Delivered::Message(_)) => {
                self.duplicate(5, delivered)
            }
            (Some(Sabotage::SwapMessages), Delivered::Message(_)) => {
                if let Some(first) = self.message.take() {
                    return vec![delivered, first];
                }
                self.message = Some(delivered);
                vec![]
            }
            (Some(Sabotage::OmitLost), Delivered::Lost(_))
            | (Some(Sabotage::DropChange), Delivered::Changed(..)) => vec![],
            (Some(Sabotage::DuplicateDeletion), Delivered::Changed(_, change))
                if change.deleted =>
            {
                vec![delivered; 2]
            }
            (Some(Sabotage::MisattributeOwn), Delivered::Message(message)) => {
                message.is_own = false;
                vec![delivered]
            }
            _ => vec![delivered],
        }
    }

    /// Returns whether to drop what arrives while a slow program reads nothing: events only.
    pub(crate) fn drops_unread(&self, what: &Arrived) -> bool {
        let Arrived::Frame(payload) = what else {
            return false;
        };
        let meta = b"/meta/";
        let mut windows = payload.bytes.windows(meta.len());
        self.sabotage == Some(Sabotage::DropUnread) && !windows.any(|window| window == meta)
    }

    /// Returns whether to forget an acknowledgement.
    pub(crate) fn forgets_acknowledgement(&mut self) -> bool {
        self.sabotage == Some(Sabotage::ForgetAcknowledgement) && self.each(3)
    }

    /// Returns the events of a session in place of one.
    pub(crate) fn session_event(&mut self, mut event: SessionEvent) -> Vec<SessionEvent> {
        match (self.sabotage, &mut event) {
            (Some(Sabotage::OmitOutcome), SessionEvent::Published(..)) => self.omit(3, event),
            (Some(Sabotage::DuplicateOutcome), SessionEvent::Published(..))
            | (Some(Sabotage::DuplicateSubscribed), SessionEvent::Subscribed(_)) => {
                self.duplicate(3, event)
            }
            (Some(Sabotage::OmitSubscribed), SessionEvent::Subscribed(_)) => self.omit(2, event),
            (Some(Sabotage::OmitGap), SessionEvent::Gap { .. }) => vec![],
            (Some(Sabotage::ShortenGap), SessionEvent::Gap { since, .. }) => {
                *since = *since + Duration::from_hours(9);
                vec![event]
            }
            _ => vec![event],
        }
    }
}

/// The only state that a seed does not decide, for the sabotage that needs it.
static NOISE: AtomicUsize = AtomicUsize::new(0);
