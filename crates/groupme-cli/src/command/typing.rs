//! `groupme typing`: shown as typing to the others.

use core::time::Duration;

use anyhow::{Context as _, anyhow};
use groupme_client::{Builder, Conversation, EventRef, Handle, Incoming, UserId};
use groupme_model::{ConversationId, GroupId, UserPair, channel};
use tokio::time::Instant;

use super::{Stop, wait::Waiting};
use crate::{
    account,
    args::{Place, Typing},
    exit::Failure,
    output::{Row, Sheet},
};

pub(crate) async fn run(args: Typing) -> Result<(), Failure> {
    let mut stop = Stop::listen()?;
    let place = Whereto::new(args.place)?;
    let (builder, you) = account::gateway(&args.account, &args.gateway).await?;
    let channel = place.channel(&you)?;
    let client = place
        .listen(builder.without_backfill())
        .connect()
        .map_err(Failure::usage)?;
    let mut showing = Showing {
        handle: client.handle(),
        waiting: Waiting::new(client),
        place,
        you,
        channel,
        limit: args.account.timeout,
    };
    let shown = tokio::select! {
        shown = showing.run(args.time) => shown,
        () = stop.requested() => Ok(()),
    };
    showing.waiting.leave().await;
    shown?;
    Ok(Sheet::new(args.shape).row(&Row::Typing(&showing.channel))?)
}

struct Showing {
    handle: Handle,
    waiting: Waiting,
    place: Whereto,
    you: UserId,
    channel: String,
    /// How long to wait for the gateway.
    limit: Duration,
}

impl Showing {
    /// Shows it for so long, or once.
    async fn run(&mut self, time: Option<Duration>) -> Result<(), Failure> {
        self.waiting.listening(&self.channel, self.limit).await?;
        let end = Instant::now() + time.unwrap_or_default();
        loop {
            let next = Instant::now() + AGAIN;
            self.once().await?;
            let until = next.min(end);
            self.waiting.find(until, |_| None::<()>).await?;
            if until == end {
                return Ok(());
            }
        }
    }

    /// Shows it, and waits until the gateway has passed it on to everybody, us included.
    async fn once(&mut self) -> Result<(), Failure> {
        self.place
            .say(&self.handle)
            .map_err(|error| Failure::Other(error.into()))?;
        let until = Instant::now() + self.limit;
        let (channel, you) = (self.channel.as_str(), self.you.as_str());
        let echo = self.waiting.find(until, |incoming| match incoming {
            Incoming::Event(delivery) if delivery.channel() == channel => match delivery.event() {
                EventRef::Typing(typing) => typing
                    .user_id()
                    .filter(|user| user.as_str() == you)
                    .map(drop),
                _ => None,
            },
            _ => None,
        });
        match echo.await? {
            Some(()) => Ok(()),
            None => Err(self.waiting.silence(self.limit)),
        }
    }
}

/// Where to type.
enum Whereto {
    Group(GroupId),
    /// The direct messages with this user, or with the other one of a pair.
    User(String),
}

impl Whereto {
    fn new(place: Place) -> Result<Self, Failure> {
        match (place.group, place.dm) {
            (Some(group), _) => Ok(Self::Group(group.as_str().into())),
            (None, Some(with)) => Ok(Self::User(with)),
            (None, None) => Err(Failure::Usage(anyhow!("name a --group or a --dm"))),
        }
    }

    fn channel(&self, you: &UserId) -> Result<String, Failure> {
        let (id, channel) = match self {
            Self::Group(group) => (group.as_str(), channel::group(group)),
            Self::User(with) => {
                let pair = if with.contains('+') {
                    UserPair::try_from(&ConversationId::from(with.as_str()))
                } else {
                    UserPair::new(you, &UserId::from(with.as_str()))
                };
                (
                    with.as_str(),
                    pair.map(|pair| channel::direct_message(&pair)),
                )
            }
        };
        channel
            .with_context(|| format!("`{id}` names no channel"))
            .map_err(Failure::Usage)
    }

    fn conversation(&self) -> Conversation {
        match self {
            Self::Group(group) => group.into(),
            Self::User(with) => account::direct_messages(with),
        }
    }

    fn listen(&self, builder: Builder) -> Builder {
        builder.subscribe(self.conversation())
    }

    fn say(&self, handle: &Handle) -> Result<(), groupme_client::Error> {
        handle.send_typing(self.conversation())
    }
}

/// Who watches forgets it after five seconds at the latest.
const AGAIN: Duration = Duration::from_secs(3);
