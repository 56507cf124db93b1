//! Everything observable in a run: the one stream that invariants check and transcripts record.

mod delivered;
mod published;

use core::fmt;

use bayeux_proto::{
    Action, BayeuxId, Channel, Close, Instant, LaneId, Message, Misuse, PublishId, SessionEvent,
    SubscriptionId, Usage,
};
use groupme_account::Status;
use groupme_sim::SimGroupId;

pub(crate) use self::{
    delivered::{Delivered, Loss, MessageState, NewMessage},
    published::{PublishedEvent, PublishedMessage},
};
use crate::plan::{Activity, Fault};

/// An observation.
#[derive(Clone, Copy, Debug)]
#[expect(dead_code, reason = "some fields are only shown in transcripts")]
pub(crate) enum Fact<'a> {
    /// People acted.
    Activity(&'a Activity),
    Fault(&'a Fault),
    /// All faults are over.
    Healed,
    /// The server published an event. Events are numbered from 0.
    Published {
        number: u64,
        channel: &'a str,
        data: &'a str,
    },
    Client(usize, ClientFact<'a>),
}

/// An observation about one client, its user, or the server's side of its lanes.
#[derive(Clone, Copy, Debug)]
#[expect(dead_code, reason = "some fields are only shown in transcripts")]
pub(crate) enum ClientFact<'a> {
    /// The server received a message. `own` is the program's number in a publish; `is_held` says
    /// whether the client still had the lane.
    ServerReceived {
        lane: LaneId,
        message: &'a Message<'a>,
        own: Option<u64>,
        is_held: bool,
    },
    /// The server wrote on a lane; `connect` says whether a reply to a connect was included.
    ServerWrote { lane: LaneId, connect: bool },
    /// The server lost a lane.
    ServerLostLane(LaneId),
    /// The client backfills its user's own channel, this one.
    Backfills(&'a str),
    /// The user of a backfilling client joined or left a group.
    Membership { group: SimGroupId, is_member: bool },
    /// The program gave its session a command.
    Issued(Issued<'a>),
    /// The session asked for an action, at this instant by its own clock.
    Acted(Instant, Action),
    /// A message of a batch was written, at this instant by the session's own clock.
    Wrote {
        lane: LaneId,
        message: &'a Message<'a>,
        local: Instant,
    },
    /// A websocket opened.
    Opened(LaneId),
    /// A payload arrived, at this instant by the session's own clock. `published` counts the events
    /// that were published when the server sent it.
    Received {
        lane: LaneId,
        local: Instant,
        published: u64,
        size: usize,
    },
    /// A payload arrived that cannot be read. `published` counts the events that were published when
    /// the server sent it.
    Damaged { published: u64 },
    /// A reply was in the payload.
    Replied {
        lane: LaneId,
        message: &'a Message<'a>,
    },
    /// An event came to the program: the `number`th of all that were published, unless a client
    /// made it; then `own` is the program's number.
    Event {
        channel: &'a str,
        number: Option<u64>,
        own: Option<u64>,
    },
    /// Gap-free delivery handed something to the program.
    Delivered(&'a Delivered),
    /// The program acknowledged these, in the order of delivery.
    Acknowledged(&'a [Delivered]),
    /// The program sends a message over REST, with this `source_guid`.
    Sends(&'a str),
    /// The user's own channel became active.
    Listens,
    /// The store now knows where the past of the account ends.
    Baseline,
    /// The process that is about to end could not save some changes, and has said so.
    ChangesLost,
    /// The process ended. Another one starts at once or later.
    Crashed,
    /// A lane ended.
    Closed(LaneId, Close),
    /// The session reported an event.
    Session(&'a SessionEvent),
    /// The engine reported a status to the program.
    Status(&'a Status),
    /// The program subscribes to a channel beside an engine's own, or no longer.
    Watches(&'a str, bool),
    /// A request of the engine to REST failed.
    RestFailed,
    /// The session has no more to do until its deadline. Both times are by its own clock.
    Rested {
        local: Instant,
        deadline: Option<Instant>,
        usage: Usage,
    },
}

/// A command of a program, with its immediate result.
#[derive(Clone, Copy, Debug)]
#[expect(dead_code, reason = "some fields are only shown in transcripts")]
pub(crate) enum Issued<'a> {
    Connect,
    Disconnect,
    Subscribe(&'a Channel, Result<SubscriptionId, &'a Misuse>),
    Unsubscribe(SubscriptionId, &'a Channel),
    /// Subscribes an engine to a channel, or unsubscribes it.
    Listen(&'a Channel),
    /// Publishes an event that carries this number.
    Publish(&'a Channel, u64, Result<PublishId, &'a Misuse>),
    Wake,
    PauseConnects(bool),
    /// Not a command: the process is suspended until then.
    Sleep(Instant),
    /// Not a command: the clock now shows this.
    ClockJump(Instant),
}

/// Messages are shortened to what a reader needs; everything else is shown as `Debug` has it.
impl fmt::Display for Fact<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Published {
                number,
                channel,
                data,
            } => write!(f, "Published no. {number} on {channel}: {data:.60}"),
            Self::Client(client, fact) => {
                write!(f, "client {client}   ")?;
                match fact {
                    ClientFact::ServerReceived {
                        lane,
                        message,
                        is_held,
                        ..
                    } => {
                        let held = if *is_held { "" } else { ", given up by now" };
                        write!(f, "server reads on {lane:?}{held}: ")?;
                        envelope(f, message)
                    }
                    ClientFact::Wrote { lane, message, .. } => {
                        write!(f, "writes on {lane:?}: ")?;
                        envelope(f, message)
                    }
                    ClientFact::Replied { lane, message } => {
                        write!(f, "reads on {lane:?}: ")?;
                        envelope(f, message)
                    }
                    ClientFact::Acknowledged(delivered) => {
                        write!(f, "Acknowledged {}", delivered.len())
                    }
                    fact => write!(f, "{fact:?}"),
                }
            }
            fact => write!(f, "{fact:?}"),
        }
    }
}

fn envelope(f: &mut fmt::Formatter<'_>, message: &Message<'_>) -> fmt::Result {
    f.write_str(message.channel)?;
    if let Some(id) = message.id.and_then(BayeuxId::number) {
        write!(f, " id {id}")?;
    }
    if let Some(client) = message.client_id {
        write!(f, " of {}…", client.get(..4).unwrap_or(client))?;
    }
    if let Some(subscription) = message.subscription {
        write!(f, " to {subscription}")?;
    }
    match (message.successful, message.error) {
        (_, Some(error)) => write!(f, " failed: {error}"),
        (Some(true), _) => f.write_str(" successful"),
        (Some(false), _) => f.write_str(" failed"),
        (None, _) => Ok(()),
    }
}
