//! What can be seen of a run: the one stream from which invariants are judged and transcripts
//! written.

mod handed;
mod said;

use core::fmt;

pub use self::handed::{Change, Handed, Look, Loss, NewMessage};
pub(crate) use self::said::Said;

use bayeux_proto::{
    Action, Channel, Close, Instant, LaneId, Message, Misuse, PublishId, SessionEvent,
    SubscriptionId, Usage,
};
use groupme_sim::GroupId;

/// Something that happened.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Fact<'a> {
    /// People did something.
    Did(&'a dyn fmt::Debug),
    /// Something went wrong.
    Failed(&'a dyn fmt::Debug),
    /// All faults are over.
    Healed,
    /// An event was published, the `tag`th of all, `data` being its payload.
    Published {
        /// Its number, from 0.
        tag: u64,
        /// The channel.
        channel: &'a str,
        /// The payload.
        data: &'a str,
    },
    /// The server has received a message over a lane, which its client still `held` or not.
    Heard {
        /// Whose.
        client: usize,
        /// Over what.
        lane: LaneId,
        /// The envelope.
        message: &'a Message<'a>,
        /// The program's number in the payload.
        own: Option<u64>,
        /// Whether the client still holds the lane.
        held: bool,
    },
    /// The server has written something over a lane, a reply to a connect in it or not.
    Answered {
        /// Whose.
        client: usize,
        /// Over what.
        lane: LaneId,
        /// Whether it answers a connect.
        connect: bool,
    },
    /// A client makes up for what it missed on its user's own channel.
    Account {
        /// Whose.
        client: usize,
        /// The channel.
        channel: &'a str,
    },
    /// The user of a client that makes up for what it missed is in a group now, or not any more.
    Membership {
        /// Whose.
        client: usize,
        /// The group.
        group: GroupId,
        /// Whether in it.
        is_member: bool,
    },
    /// The server lost a lane.
    HungUp {
        /// Whose.
        client: usize,
        /// Over what.
        lane: LaneId,
    },
    /// Something of a client.
    Client(usize, ClientFact<'a>),
}

/// Something that happened at a client.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum ClientFact<'a> {
    /// The program asked for something.
    Asked(Asked<'a>),
    /// The session wants something done, at this instant by its own clock.
    Acted(Instant, Action),
    /// A message of a batch was written.
    Wrote {
        /// Over what.
        lane: LaneId,
        /// The envelope.
        message: &'a Message<'a>,
        /// By the session's own clock.
        local: Instant,
    },
    /// The websocket is open.
    Opened(LaneId),
    /// A payload arrived and is about to be handed in.
    Arrived {
        /// Over what.
        lane: LaneId,
        /// When, by the session's own clock.
        local: Instant,
        /// How many events had been published when it was sent.
        published: u64,
        /// How many bytes it has.
        size: usize,
    },
    /// A reply in it.
    Replied {
        /// Over what.
        lane: LaneId,
        /// The envelope.
        message: &'a Message<'a>,
    },
    /// An event came to the program.
    Delivered {
        /// The channel.
        channel: &'a str,
        /// Its number among all published, unless a client or the gateway made it.
        tag: Option<u64>,
        /// The number that a program gave it.
        own: Option<u64>,
        /// What it is, by the model.
        kind: &'a str,
    },
    /// Gap-free delivery handed something to the program.
    Handed(&'a Handed),
    /// The program acknowledged this, in the order in which it was handed out.
    Acknowledged(&'a [Handed]),
    /// The program sends a message over REST, with this `source_guid`.
    Sends(&'a str),
    /// The account's own channel is subscribed.
    Listens,
    /// The store has a baseline: it knows where the account's past ends.
    Baseline,
    /// The process ended, and another one begins.
    Crashed,
    /// A lane ended.
    Closed(LaneId, Close),
    /// The session told something.
    Told(&'a SessionEvent),
    /// All has been drained. What the session holds, when it wants to be woken, both by its own
    /// clock.
    Rested {
        /// Now.
        local: Instant,
        /// When to wake it.
        deadline: Option<Instant>,
        /// What it holds.
        usage: Usage,
    },
}

/// What a program asked for, and what came of it at once.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Asked<'a> {
    /// To begin.
    Connect,
    /// To take leave.
    Disconnect,
    /// To listen.
    Subscribe(&'a Channel, Result<SubscriptionId, &'a Misuse>),
    /// To listen no longer.
    Unsubscribe(SubscriptionId, &'a Channel),
    /// To send something, with this number in it.
    Publish(&'a Channel, u64, Result<PublishId, &'a Misuse>),
    /// To look at the road.
    Wake,
    /// To take no more for now, or to go on.
    HoldBack(bool),
    /// Nothing: it is not listening until then.
    Sleep(Instant),
    /// Nothing: its clock is another one.
    Jump(Instant),
}

impl fmt::Display for Fact<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Did(what) => write!(f, "people     {what:?}"),
            Self::Failed(what) => write!(f, "FAULT      {what:?}"),
            Self::Healed => f.write_str("HEALED     all faults are over"),
            Self::Published { tag, channel, data } => {
                write!(f, "published  no. {tag} on {channel} {}", kind(data))
            }
            Self::Heard {
                client,
                lane,
                message,
                own,
                held,
            } => {
                write!(f, "server     hears {client} on {lane:?}: ")?;
                envelope(f, message)?;
                if let Some(own) = own {
                    write!(f, " own {own}")?;
                }
                f.write_str(if *held { "" } else { " (given up by now)" })
            }
            Self::Answered {
                client,
                lane,
                connect,
            } => {
                let what = if *connect { ", a connect too" } else { "" };
                write!(f, "server     answers {client} on {lane:?}{what}")
            }
            Self::Account { client, channel } => {
                write!(f, "client {client}   wants everything of {channel}")
            }
            Self::Membership {
                client,
                group,
                is_member,
            } => {
                let what = if *is_member { "joins" } else { "leaves" };
                write!(f, "user of {client}  {what} {group}")
            }
            Self::HungUp { client, lane } => write!(f, "server     loses {client}'s {lane:?}"),
            Self::Client(client, fact) => write!(f, "client {client}   {fact}"),
        }
    }
}

impl fmt::Display for ClientFact<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Asked(asked) => write!(f, "is asked to {asked:?}"),
            Self::Acted(_, action) => write!(f, "does {action:?}"),
            Self::Wrote { lane, message, .. } => {
                write!(f, "writes on {lane:?}: ")?;
                envelope(f, message)
            }
            Self::Opened(lane) => write!(f, "has {lane:?} open"),
            Self::Arrived {
                lane,
                published,
                size,
                ..
            } => write!(
                f,
                "receives {size} bytes on {lane:?}, sent when {published} were published"
            ),
            Self::Replied { lane, message } => {
                write!(f, "reads on {lane:?}: ")?;
                envelope(f, message)
            }
            Self::Delivered {
                channel,
                tag,
                own,
                kind,
            } => {
                write!(f, "DELIVERS   ")?;
                match (tag, own) {
                    (Some(tag), _) => write!(f, "no. {tag}")?,
                    (_, Some(own)) => write!(f, "own {own}")?,
                    _ => f.write_str("untold")?,
                }
                write!(f, " on {channel}: {kind}")
            }
            Self::Handed(handed) => write!(f, "HANDS OUT  {handed:?}"),
            Self::Acknowledged(handed) => write!(f, "acknowledges {}", handed.len()),
            Self::Sends(guid) => write!(f, "sends {guid}"),
            Self::Listens => f.write_str("listens to its own channel"),
            Self::Baseline => f.write_str("has a baseline in its store"),
            Self::Crashed => f.write_str("CRASHES"),
            Self::Closed(lane, why) => write!(f, "loses {lane:?}: {why}"),
            Self::Told(event) => write!(f, "TELLS      {event:?}"),
            Self::Rested {
                local, deadline, ..
            } => match deadline {
                Some(deadline) => write!(f, "rests at {local} until {deadline}"),
                None => write!(f, "rests at {local} for ever"),
            },
        }
    }
}

fn envelope(f: &mut fmt::Formatter<'_>, message: &Message<'_>) -> fmt::Result {
    f.write_str(message.channel)?;
    if let Some(id) = message.id.and_then(bayeux_proto::BayeuxId::number) {
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

/// The type of a payload, as far as it is needed to read a transcript.
fn kind(data: &str) -> &str {
    let (_, rest) = data.split_once(r#""type":""#).unwrap_or_default();
    rest.split_once('"').map_or("", |(kind, _)| kind)
}
