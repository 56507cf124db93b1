//! Cases of the client of `bayeux-transport` against a third-party server: sessions that another
//! process continues, and the acknowledge extension.

use core::{fmt, ops::Range};

use anyhow::ensure;
use clap::ValueEnum;
use libtest_mimic::Failed;

use super::{
    Programs,
    driver::Driver,
    event::{Burst, Channel},
    failure::failed,
    listener::Transport,
    server::{self, Mode, Server, ServerKind},
};
use crate::clock;

/// A scenario with a server over a transport.
#[derive(Clone, Copy, Debug)]
pub(super) struct DriverCase {
    server: &'static ServerKind,
    transport: Transport,
    scenario: Scenario,
}

/// Behaviour of the server, and the expected behaviour of the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Scenario {
    /// Another process continues the session.
    Continue,
    /// The same, and the server has forgotten the session.
    ContinueForgotten,
    /// The same, long after the session has expired by the client's clock.
    ContinueExpired,
    /// A response with events is lost.
    LostResponse,
}

/// Time after which a session has expired by any clock, in seconds.
const LONG: u64 = 3600;

/// Returns all cases: every server with every scenario over every transport.
pub(super) fn all() -> impl Iterator<Item = DriverCase> {
    server::driver_kinds().flat_map(|server| {
        let transports = server.transports.iter().copied();
        let transports = transports.filter(|transport| *transport != Transport::Auto);
        transports.flat_map(move |transport| {
            let scenarios = Scenario::value_variants().iter().copied();
            let cases = scenarios.map(move |scenario| DriverCase {
                server,
                transport,
                scenario,
            });
            // A response can be lost over long-polling only.
            cases.filter(|case| {
                case.scenario != Scenario::LostResponse || case.transport == Transport::LongPolling
            })
        })
    })
}

impl fmt::Display for DriverCase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scenario = self.scenario.to_possible_value();
        let scenario = scenario.as_ref().map_or("", |value| value.get_name());
        let (server, transport) = (self.server.name, self.transport);
        write!(f, "driver/{server}/{transport}/{scenario}")
    }
}

impl DriverCase {
    /// Runs the scenario between a fresh server and a fresh client.
    pub(super) fn run(&self, programs: &Programs) -> Result<(), Failed> {
        let token = format!("Secret{self}").replace(['/', '-', '.'], "");
        let start = clock::now();
        let early = |error| failed(&error, start, []);
        let server = Server::start(self.server, programs.scripts.clone(), &token).map_err(early)?;
        let driver = Driver::start(
            &programs.driver,
            server.port,
            self.transport,
            &token,
            self.server.acknowledges,
        );
        let mut pair = Pair {
            driver: driver.map_err(early)?,
            server,
            last: 0,
        };
        pair.run(self).map_err(|error| {
            let [first, second] = pair.driver.streams();
            failed(&error, start, [first, second])
        })
    }
}

/// A client, its server, and the number of the last event.
struct Pair {
    driver: Driver,
    server: Server,
    last: u64,
}

impl Pair {
    fn run(&mut self, case: &DriverCase) -> anyhow::Result<()> {
        let acknowledges = case.server.acknowledges;
        self.driver.wait_up(false)?;
        self.driver.wait_subscribed(acknowledges)?;
        let before = self.publish(10)?;
        self.driver.wait_event(before.end - 1)?;
        ensure!(!self.driver.reported_gap(), "a gap before any fault");
        if case.scenario == Scenario::LostResponse {
            return self.lose_response(acknowledges);
        }
        self.driver.leave()?;
        if case.scenario == Scenario::ContinueForgotten {
            self.server.destroy_sessions()?;
        }
        let between = self.publish(10)?;
        let is_expired = case.scenario == Scenario::ContinueExpired;
        self.driver.go_on(if is_expired { LONG } else { 0 })?;
        let resumed = case.scenario == Scenario::Continue;
        self.driver.wait_up(resumed)?;
        self.driver.wait_gap()?;
        self.driver.wait_subscribed(acknowledges)?;
        let after = self.publish(10)?;
        self.driver.wait_event(after.end - 1)?;

        let received = self.driver.events();
        let of = |numbers: &Range<u64>| {
            let numbers = received.iter().filter(|number| numbers.contains(number));
            numbers.count()
        };
        // What the first process had and did not acknowledge comes again, and nothing else.
        let again = if resumed && acknowledges { 10 } else { 0 };
        let is_once = |numbers: &[u64]| numbers.is_sorted_by(|one, next| one < next);
        ensure!(
            received.get(again..).is_some_and(is_once),
            "not once and in order: {received:?}"
        );
        ensure!(
            of(&after) == 10,
            "events after the gap are lost: {received:?}"
        );
        if resumed && acknowledges {
            ensure!(of(&between) == 10, "events are lost: {received:?}");
        }
        Ok(())
    }

    /// Loses a response with events. A server that acknowledges sends them again.
    fn lose_response(&mut self, acknowledges: bool) -> anyhow::Result<()> {
        self.server.set_mode(Mode::LoseEvents)?;
        let first = self.publish(3)?;
        // A poll that was held already is answered as ever, and the next one is lost.
        let lost = match self.driver.wait_event(first.end - 1) {
            Ok(()) if !self.driver.reported_gap() => self.publish(3)?,
            _ => first,
        };
        self.driver.wait_gap()?;
        if acknowledges {
            self.driver.wait_event(lost.end - 1)?;
        }
        let after = self.publish(10)?;
        self.driver.wait_event(after.end - 1)?;
        let received = self.driver.events();
        ensure!(
            received.is_sorted_by(|one, next| one < next),
            "not once and in order: {received:?}"
        );
        let is_complete = (1..after.end).eq(received.iter().copied());
        ensure!(
            is_complete || !acknowledges,
            "events are lost: {received:?}"
        );
        Ok(())
    }

    /// Publishes events, and returns their numbers.
    fn publish(&mut self, count: u64) -> anyhow::Result<Range<u64>> {
        let numbers = self.last + 1..self.last + 1 + count;
        self.last += count;
        self.server.publish(&Burst {
            channel: Channel::User,
            numbers: numbers.clone(),
            required: false,
        })?;
        Ok(numbers)
    }
}
