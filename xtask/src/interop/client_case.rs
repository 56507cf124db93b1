//! Cases of a third-party client against `groupme sim`, or a server of `bayeux-server`.

use core::{fmt, ops::Range, time::Duration};

use anyhow::{Context, bail, ensure};
use clap::ValueEnum;
use libtest_mimic::Failed;
use serde_json::json;

use super::{
    Programs,
    client::{self, Client, ClientKind, Reply},
    failure::failed,
    listener::Transport,
    log::{Line, LogPosition},
    simulator::Simulator,
};
use crate::clock;

/// A scenario with a client over a transport at a profile of the simulator.
#[derive(Clone, Copy, Debug)]
pub(super) struct ClientCase {
    client: &'static ClientKind,
    profile: &'static str,
    transport: Transport,
    pub(super) scenario: Scenario,
}

/// Actions of the client, and faults.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Scenario {
    /// The client publishes a thousand events and receives each once and in order; one is refused.
    Thousand,
    /// Every connection is reset; the client receives events again.
    KillSockets,
    /// The simulator is killed and replaced by one without sessions; the client receives events
    /// again.
    Restart,
    /// A websocket of a draft is refused with 400.
    OldSocket,
}

/// Returns all cases: every client with every scenario over every transport.
pub(super) fn all() -> impl Iterator<Item = ClientCase> {
    let places = client::kinds().flat_map(|client| {
        client
            .profiles
            .iter()
            .map(move |&profile| (client, profile))
    });
    places.flat_map(|(client, profile)| {
        let transports = [Transport::WebSocket, Transport::LongPolling];
        transports.into_iter().flat_map(move |transport| {
            let cases = Scenario::value_variants()
                .iter()
                .map(move |&scenario| ClientCase {
                    client,
                    profile,
                    transport,
                    scenario,
                });
            cases.filter(ClientCase::is_possible)
        })
    })
}

impl fmt::Display for ClientCase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            client,
            profile,
            transport,
            scenario,
        } = self;
        let scenario = scenario.to_possible_value();
        let scenario = scenario.as_ref().map_or("", |value| value.get_name());
        write!(f, "client/{}/{profile}/{transport}/{scenario}", client.name)
    }
}

impl Scenario {
    /// Returns whether the client waits for a back-off.
    pub(super) fn is_long(self) -> bool {
        matches!(self, Self::KillSockets | Self::Restart)
    }
}

impl ClientCase {
    fn is_possible(&self) -> bool {
        self.scenario != Scenario::OldSocket
            || self.client.has_draft_websockets && self.transport == Transport::WebSocket
    }

    /// Runs the scenario between a fresh simulator and a fresh client.
    pub(super) fn run(&self, programs: &Programs) -> Result<(), Failed> {
        let start = clock::now();
        let early = |error| failed(&error, start, []);
        let simulator = Simulator::start(programs, self.profile).map_err(early)?;
        let client = Client::start(
            &programs.scripts,
            self.client,
            self.transport,
            simulator.port,
            &simulator.token,
        )
        .map_err(early)?;
        let mut pair = Pair {
            client,
            simulator,
            published: Vec::new(),
        };
        pair.run(self)
            .map_err(|error| failed(&error, start, pair.streams()))
    }

    /// Checks that each publish succeeded. Where the client takes events for replies, each seems refused
    /// over a websocket if events precede replies; over two connections either may come first.
    fn check_replies(&self, replies: &[Reply]) -> anyhow::Result<()> {
        let takes_events = self.client.takes_events_for_replies;
        if takes_events && self.transport == Transport::LongPolling {
            return Ok(());
        }
        let seem_refused = takes_events && self.profile == "faye";
        match replies
            .iter()
            .find(|reply| reply.is_success() == seem_refused)
        {
            Some(reply) => bail!("unexpected {reply:?}"),
            None => Ok(()),
        }
    }
}

/// A client and its simulator.
#[derive(Debug)]
struct Pair {
    /// Dropped first, and so killed first.
    client: Client,
    simulator: Simulator,
    /// Numbers of the published events.
    published: Vec<Range<i64>>,
}

/// Limit of the recovery from a fault.
const TIMEOUT: Duration = Duration::from_secs(30);
/// Interval between the probes of a recovery.
const PROBE_INTERVAL: Duration = Duration::from_millis(250);
/// Maximum requests of a client with a websocket: one or two handshakes and a disconnect, with
/// repetitions.
const MAX_POSTS: u64 = 20;

impl Pair {
    fn run(&mut self, case: &ClientCase) -> anyhow::Result<()> {
        if case.scenario == Scenario::OldSocket {
            self.old_socket()?;
            return self.client.stop();
        }
        let channel = self.simulator.channel.clone();
        self.client
            .command("subscribe", json!({ "channel": channel }))?;
        if case.scenario == Scenario::Thousand {
            let replies = self.publish(1..1_001)?;
            case.check_replies(&replies)?;
            self.publish_forbidden()?;
        } else {
            self.publish(1..21)?;
            let mark = self.client.mark();
            self.inject_fault(case.scenario)?;
            self.wait_recovered(mark).context("after the fault")?;
            self.publish(101..121).context("after the recovery")?;
        }
        self.check_transport(case.transport)?;
        self.client.command("disconnect", json!({}))?;
        self.check_events()?;
        self.simulator.check_no_secrets()?;
        self.client.stop()
    }

    /// Publishes numbered events from the client, and checks that each is answered and received,
    /// once and in order.
    fn publish(&mut self, numbers: Range<i64>) -> anyhow::Result<Vec<Reply>> {
        let mark = self.client.mark();
        let (first, last) = (numbers.start, numbers.end - 1);
        let arguments = json!({ "first": first, "count": numbers.end - first });
        self.client.command("publish", arguments)?;
        self.client.wait_event(mark, last)?;
        let mut replies = self.client.replies(mark);
        // Replies to probes, whose numbers are negative, may come late.
        replies.retain(|reply| reply.number > 0);
        let answered = replies.iter().map(|reply| reply.number);
        check_order("replied to", answered, &numbers)?;
        let is_refusal = |reply: &&Reply| !reply.is_success() && !reply.is_event();
        if let Some(reply) = replies.iter().find(is_refusal) {
            bail!("refused: {reply:?}");
        }
        self.published.push(numbers);
        self.check_events()?;
        Ok(replies)
    }

    /// Publishes an event that GroupMe accepts from no client, as number 0.
    fn publish_forbidden(&mut self) -> anyhow::Result<()> {
        let refusal = self.client.query("publish-forbidden", "error")?;
        ensure!(
            refusal["refused"] == 0 && refusal["error"] != "",
            "the refusal gives no reason"
        );
        Ok(())
    }

    fn inject_fault(&mut self, scenario: Scenario) -> anyhow::Result<()> {
        if scenario == Scenario::Restart {
            self.simulator.restart()?;
            // The client keeps the address of its relay.
            let arguments = json!({ "port": self.simulator.port });
            return self.client.command("set-port", arguments);
        }
        let reset = self.client.query("reset", "reset")?;
        ensure!(reset["reset"] != 0, "there was no connection to reset");
        Ok(())
    }

    /// Waits until the client receives its own events again.
    fn wait_recovered(&mut self, mark: LogPosition) -> anyhow::Result<()> {
        let deadline = clock::now() + TIMEOUT;
        for number in 1_i64.. {
            self.client.command("probe", json!({ "n": -number }))?;
            if self.client.receives_probe(mark, PROBE_INTERVAL) {
                break;
            }
            let seconds = TIMEOUT.as_secs();
            ensure!(
                clock::now() < deadline,
                "the client received nothing for {seconds} s"
            );
        }
        Ok(())
    }

    fn check_transport(&mut self, transport: Transport) -> anyhow::Result<()> {
        let counters = self.client.query("counters", "posts")?;
        let upgrades = counters["upgrades"].as_u64().unwrap_or_default();
        let posts = counters["posts"].as_u64().unwrap_or_default();
        let is_right = match transport {
            Transport::WebSocket => upgrades > 0 && posts < MAX_POSTS,
            _ => upgrades == 0,
        };
        ensure!(
            is_right,
            "not over {transport}: {upgrades} upgrades, {posts} requests"
        );
        Ok(())
    }

    /// Checks that a websocket of version 8 is refused with 400.
    fn old_socket(&mut self) -> anyhow::Result<()> {
        let reply = self.client.query("old-socket", "status")?;
        let (version, status) = (&reply["version"], &reply["status"]);
        ensure!(
            *version == "8",
            "the client asks for version {version}, so it needs no other websockets"
        );
        ensure!(
            *status == 400,
            "version 8 was answered with status {status}"
        );
        Ok(())
    }

    /// Checks all events that the client has received.
    fn check_events(&self) -> anyhow::Result<()> {
        let received = self.client.events();
        for numbers in &self.published {
            let these = received
                .iter()
                .copied()
                .filter(|number| numbers.contains(number));
            check_order("received", these, numbers)?;
        }
        ensure!(!received.contains(&0), "the refused event was received");
        Ok(())
    }

    fn streams(&self) -> Vec<(&'static str, Vec<Line>)> {
        let mut streams = Vec::from(self.client.streams());
        streams.push(("simulator, stderr", self.simulator.logs()));
        streams
    }
}

/// Checks that `found` is `numbers`, each once and in order.
fn check_order(
    verb: &str,
    found: impl Iterator<Item = i64>,
    numbers: &Range<i64>,
) -> anyhow::Result<()> {
    let mut expected = numbers.clone();
    for number in found {
        match expected.next() {
            Some(next) => ensure!(number == next, "{verb} {number} instead of {next}"),
            None => bail!("{verb} {number} after the last"),
        }
    }
    if let Some(next) = expected.next() {
        bail!("{verb} nothing instead of {next}");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_repeated_and_disordered_numbers_are_found() {
        let check = |found: &[i64]| check_order("received", found.iter().copied(), &(1..4));
        check(&[1, 2, 3]).unwrap();
        for wrong in [&[1, 2][..], &[1, 2, 2, 3], &[2, 1, 3], &[1, 2, 3, 3], &[]] {
            assert!(check(wrong).is_err(), "{wrong:?}");
        }
    }
}
