//! `groupme typing`: sends typing notices.

use core::time::Duration;

use anyhow::Context as _;
use groupme_client::{Conversation, EventRef, Handle, Incoming, UserId};
use groupme_model::{UserPair, channel};
use tokio::time::Instant;

use super::{Stop, wait::EventWaiter};
use crate::{
    account,
    args::Typing,
    exit::Failure,
    output::{Row, RowPrinter},
};

pub(crate) async fn run(args: Typing) -> Result<(), Failure> {
    let mut stop = Stop::listen()?;
    let place =
        account::conversation_at_gateway(&args.account, &args.gateway, &args.conversation).await?;
    let (builder, you) = account::gateway(&args.account, &args.gateway).await?;
    let channel = channel_of(&place, &you)?;
    let client = builder
        .without_backfill()
        .subscribe(&place)
        .connect()
        .map_err(Failure::usage)?;
    let mut typing_run = TypingRun {
        handle: client.handle(),
        waiter: EventWaiter::new(client),
        place,
        you,
        channel,
        limit: args.account.timeout,
        is_shown: false,
    };
    let shown = tokio::select! {
        shown = typing_run.run(args.time) => shown,
        () = stop.requested() => Ok(()),
    };
    let is_shown = typing_run.is_shown;
    let shown = shown.and_then(|()| {
        if is_shown {
            Ok(())
        } else {
            Err(typing_run.waiter.stopped())
        }
    });
    typing_run.waiter.disconnect().await;
    shown?;
    let row = Row::Typing(&typing_run.channel);
    RowPrinter::new(args.output).done(&row, "the notice was sent")
}

struct TypingRun {
    handle: Handle,
    waiter: EventWaiter,
    place: Conversation,
    you: UserId,
    channel: String,
    /// Maximum wait for the gateway.
    limit: Duration,
    /// Whether a notice was distributed.
    is_shown: bool,
}

impl TypingRun {
    /// Sends notices for a time, or once.
    async fn run(&mut self, time: Option<Duration>) -> Result<(), Failure> {
        self.waiter
            .wait_until_subscribed(&self.channel, self.limit)
            .await?;
        let end = Instant::now() + time.unwrap_or_default();
        loop {
            let next = Instant::now() + REPEAT_INTERVAL;
            self.once().await?;
            self.is_shown = true;
            let until = next.min(end);
            self.waiter.find(until, |_| None::<()>).await?;
            if until == end {
                return Ok(());
            }
        }
    }

    /// Sends a notice, and waits until the gateway has distributed it, to this client as well.
    async fn once(&mut self) -> Result<(), Failure> {
        self.handle
            .send_typing(&self.place)
            .map_err(|error| Failure::Other(error.into()))?;
        let until = Instant::now() + self.limit;
        let (channel, you) = (self.channel.as_str(), self.you.as_str());
        let echo = self.waiter.find(until, |incoming| match incoming {
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
            None => Err(self.waiter.no_answer(self.limit)),
        }
    }
}

/// Returns the channel of a conversation.
fn channel_of(conversation: &Conversation, you: &UserId) -> Result<String, Failure> {
    let named = match conversation {
        Conversation::Group(group) => channel::group(group),
        Conversation::User(user) => {
            UserPair::new(you, user).map(|pair| channel::direct_message(&pair))
        }
        Conversation::Direct(pair) => Ok(channel::direct_message(pair)),
    };
    named
        .context("the id of the conversation is not valid")
        .map_err(Failure::Usage)
}

/// Interval of notices. Viewers stop showing a notice after five seconds.
const REPEAT_INTERVAL: Duration = Duration::from_secs(3);
