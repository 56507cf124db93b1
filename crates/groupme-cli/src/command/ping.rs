//! `groupme ping`: round trips through the gateway.

use core::time::Duration;

use anyhow::anyhow;
use groupme_client::{DEFAULT_GATEWAY, EventRef, Handle, Incoming};
use groupme_model::channel;
use tokio::time::Instant;

use super::{Stop, wait::Waiting};
use crate::{
    account,
    args::Ping,
    exit::Failure,
    output::{RoundTrips, Row, Sheet},
};

pub(crate) async fn run(args: Ping) -> Result<(), Failure> {
    if args.gateway.url == DEFAULT_GATEWAY && args.interval < POLITE {
        return Err(Failure::Usage(anyhow!(
            "GroupMe wants no more than one ping in {POLITE:?}: choose a longer --interval"
        )));
    }
    let mut stop = Stop::listen()?;
    let (builder, you) = account::gateway(&args.account, &args.gateway).await?;
    let channel = channel::user(&you).map_err(Failure::usage)?;
    let client = builder
        .without_backfill()
        .connect()
        .map_err(Failure::usage)?;
    let mut pinging = Pinging {
        handle: client.handle(),
        waiting: Waiting::new(client),
        channel,
        limit: args.account.timeout,
        sheet: Sheet::new(args.shape),
        trips: RoundTrips::default(),
    };
    let outcome = tokio::select! {
        outcome = pinging.run(args.count, args.interval) => outcome,
        () = stop.requested() => Ok(()),
    };
    let Pinging {
        waiting,
        mut sheet,
        trips,
        ..
    } = pinging;
    waiting.leave().await;
    outcome?;
    sheet.row(&Row::RoundTrips(&trips))?;
    if trips.sent() > 0 && trips.answered() == 0 {
        return Err(Failure::Later(anyhow!(
            "none came back: the gateway is reached, but passes nothing on"
        )));
    }
    Ok(())
}

struct Pinging {
    handle: Handle,
    waiting: Waiting,
    /// The account's own, on which pings come back.
    channel: String,
    /// How long to wait for one.
    limit: Duration,
    sheet: Sheet,
    trips: RoundTrips,
}

impl Pinging {
    async fn run(&mut self, count: u32, interval: Duration) -> Result<(), Failure> {
        self.waiting.listening(&self.channel, self.limit).await?;
        for number in 1..=count {
            let departure = Instant::now();
            self.handle
                .ping()
                .map_err(|error| Failure::Other(error.into()))?;
            let channel = self.channel.as_str();
            let echo = self
                .waiting
                .find(departure + self.limit, |incoming| match incoming {
                    Incoming::Event(delivery)
                        if delivery.channel() == channel
                            && matches!(delivery.event(), EventRef::Ping(_)) =>
                    {
                        Some(departure.elapsed())
                    }
                    _ => None,
                });
            let time = echo.await?;
            self.trips.add(time);
            self.sheet.row(&Row::RoundTrip(number, time))?;
            if number < count {
                let next = departure + interval;
                self.waiting.find(next, |_| None::<()>).await?;
            }
        }
        Ok(())
    }
}

/// What GroupMe documents as its limit, per channel.
const POLITE: Duration = Duration::from_secs(30);
