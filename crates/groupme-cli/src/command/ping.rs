//! `groupme ping`: measures round-trip times through the gateway.

use core::time::Duration;

use anyhow::anyhow;
use groupme_client::{EventRef, Handle, Incoming};
use groupme_model::channel;
use tokio::time::Instant;

use super::{Stop, wait::EventWaiter};
use crate::{
    account,
    args::Ping,
    exit::Failure,
    output::{RoundTrips, Row, RowPrinter},
};

pub(crate) async fn run(args: Ping) -> Result<(), Failure> {
    let is_short = args.interval < MIN_PING_INTERVAL;
    if is_short && !account::has_other_gateway(&args.account, &args.gateway).await? {
        return Err(Failure::Usage(anyhow!(
            "GroupMe allows one ping in {MIN_PING_INTERVAL:?}: choose a longer --interval"
        )));
    }
    let mut stop = Stop::listen()?;
    let (builder, you) = account::gateway(&args.account, &args.gateway).await?;
    let channel = channel::user(&you).map_err(Failure::usage)?;
    let client = builder
        .without_backfill()
        .connect()
        .map_err(Failure::usage)?;
    let mut ping_run = PingRun {
        handle: client.handle(),
        waiter: EventWaiter::new(client),
        channel,
        limit: args.account.timeout,
        rows: RowPrinter::new(args.output),
        trips: RoundTrips::default(),
    };
    let outcome = tokio::select! {
        outcome = ping_run.run(args.count, args.interval) => outcome,
        () = stop.requested() => Ok(()),
    };
    let PingRun {
        waiter,
        mut rows,
        trips,
        ..
    } = ping_run;
    waiter.disconnect().await;
    outcome?;
    rows.row(&Row::RoundTrips(&trips))?;
    if trips.sent() > 0 && trips.answered() == 0 {
        return Err(Failure::Temporary(anyhow!(
            "no echo arrived: the gateway accepts pings but does not distribute them"
        )));
    }
    Ok(())
}

struct PingRun {
    handle: Handle,
    waiter: EventWaiter,
    /// The account's own channel, which carries the echoes.
    channel: String,
    /// Maximum wait for an echo.
    limit: Duration,
    rows: RowPrinter,
    trips: RoundTrips,
}

impl PingRun {
    async fn run(&mut self, count: u32, interval: Duration) -> Result<(), Failure> {
        self.waiter
            .wait_until_subscribed(&self.channel, self.limit)
            .await?;
        for number in 1..=count {
            let departure = Instant::now();
            self.handle
                .ping()
                .map_err(|error| Failure::Other(error.into()))?;
            let channel = self.channel.as_str();
            let echo = self
                .waiter
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
            self.rows.row(&Row::RoundTrip(number, time))?;
            if number < count {
                let next = departure + interval;
                self.waiter.find(next, |_| None::<()>).await?;
            }
        }
        Ok(())
    }
}

/// Minimum interval of pings on a channel, as documented by GroupMe.
const MIN_PING_INTERVAL: Duration = Duration::from_secs(30);
