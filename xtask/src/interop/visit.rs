//! One client of others at `groupme sim`, over one transport, with one errand.

use core::{fmt, ops::Range, time::Duration};

use anyhow::{Context, bail, ensure};
use clap::ValueEnum;
use serde_json::json;

use super::{
    build::Tools,
    guest::{self, Answer, Guest, Visitor},
    listener::Transport,
    log::{Line, Mark},
    report::Failure,
    simulator::Simulator,
};
use crate::clock;

/// One cell of the matrix of visits.
#[derive(Clone, Copy, Debug)]
pub(super) struct Visit {
    pub(super) guest: &'static Guest,
    pub(super) profile: &'static str,
    pub(super) transport: Transport,
    pub(super) errand: Errand,
}

/// What a client comes for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Errand {
    /// To publish a thousand events, hear each once and in order, and be refused one.
    Thousand,
    /// To have every connection reset, and hear again.
    KillSockets,
    /// To have the simulator killed and another, which knows no session, in its place, and hear again.
    Restart,
    /// To show how its own websockets, which are too old, are answered.
    OldSocket,
}

/// Returns every visit there is.
pub(super) fn all() -> impl Iterator<Item = Visit> {
    let places =
        guest::all().flat_map(|guest| guest.profiles.iter().map(move |profile| (guest, *profile)));
    places.flat_map(|(guest, profile)| {
        [Transport::WebSocket, Transport::LongPolling]
            .into_iter()
            .flat_map(move |transport| {
                Errand::value_variants().iter().map(move |&errand| Visit {
                    guest,
                    profile,
                    transport,
                    errand,
                })
            })
            .filter(Visit::makes_sense)
    })
}

impl fmt::Display for Errand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = self.to_possible_value();
        f.write_str(value.as_ref().map_or("", |value| value.get_name()))
    }
}

impl fmt::Display for Visit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            profile,
            transport,
            errand,
            ..
        } = self;
        let visitor = self.guest.name;
        write!(
            f,
            "--visitor {visitor} --profile {profile} --transport {transport} --case {errand}"
        )
    }
}

impl Visit {
    fn makes_sense(&self) -> bool {
        self.errand != Errand::OldSocket
            || self.guest.has_old_sockets && self.transport == Transport::WebSocket
    }

    /// Tells whether the client waits before it tries again.
    pub(super) fn is_long(&self) -> bool {
        matches!(self.errand, Errand::KillSockets | Errand::Restart)
    }

    /// Returns the place and the name of its row.
    pub(super) fn row(&self) -> (usize, String) {
        let place = guest::all().position(|guest| guest.name == self.guest.name);
        let name = format!(
            "{:<11} at {:<9} {}",
            self.guest.name, self.profile, self.transport
        );
        (place.unwrap_or_default(), name)
    }

    /// Checks that what the client publishes is taken; or, where it confounds answers with events that
    /// are there before, that it does so.
    fn check_answers(&self, answers: &[Answer]) -> anyhow::Result<()> {
        let confounds = self.guest.takes_events_for_answers
            && self.transport == Transport::WebSocket
            && self.profile == "faye";
        let wrong = answers.iter().find(|answer| answer.is_taken() == confounds);
        match wrong {
            Some(answer) => bail!("not the answer to expect: {answer:?}"),
            None => Ok(()),
        }
    }

    /// Runs the errand between a fresh simulator and a fresh client.
    pub(super) fn run(&self, tools: &Tools) -> Result<(), Failure> {
        let start = clock::now();
        let simulator = Simulator::start(&tools.binary, self.profile).map_err(Failure::early)?;
        let visitor = Visitor::start(
            &tools.peers,
            self.guest,
            self.transport,
            simulator.port,
            &simulator.token,
        )
        .map_err(Failure::early)?;
        let mut stay = Stay {
            simulator,
            visitor,
            exchanged: Vec::new(),
        };
        stay.run(self)
            .map_err(|error| Failure::of(error, start, stay.streams()))
    }
}

/// A client and a simulator, and what they have exchanged.
#[derive(Debug)]
struct Stay {
    /// Dropped, and so killed, first.
    visitor: Visitor,
    simulator: Simulator,
    exchanged: Vec<Range<i64>>,
}

/// How long a client has to be back.
const PATIENCE: Duration = Duration::from_secs(30);
/// How often it is seen whether it is.
const MOMENT: Duration = Duration::from_millis(250);
/// More requests than one that has a websocket sends besides: a handshake or two, and a farewell.
const FEW_POSTS: u64 = 20;

impl Stay {
    fn run(&mut self, visit: &Visit) -> anyhow::Result<()> {
        if visit.errand == Errand::OldSocket {
            self.old_socket()?;
            return self.visitor.end();
        }
        let channel = self.simulator.channel.clone();
        self.visitor
            .order("subscribe", json!({ "channel": channel }))?;
        if visit.errand == Errand::Thousand {
            let answers = self.exchange(1..1_001)?;
            visit.check_answers(&answers)?;
            self.be_refused()?;
        } else {
            self.exchange(1..21)?;
            let mark = self.visitor.mark();
            self.strike(visit.errand)?;
            self.recover(mark).context("after the fault")?;
            self.exchange(101..121).context("after the recovery")?;
        }
        self.check_transport(visit.transport)?;
        self.visitor.order("leave", json!({}))?;
        self.check()?;
        self.simulator.check_silence()?;
        self.visitor.end()
    }

    /// Has the client publish numbered events, and sees that each is answered and heard, once and in
    /// order.
    fn exchange(&mut self, numbers: Range<i64>) -> anyhow::Result<Vec<Answer>> {
        let mark = self.visitor.mark();
        let (first, last) = (numbers.start, numbers.end - 1);
        let order = json!({ "first": first, "count": numbers.end - first });
        self.visitor.order("publish", order)?;
        self.visitor.wait_heard(mark, last)?;
        let mut answers = self.visitor.answers(mark);
        // Probes may be answered late.
        answers.retain(|answer| answer.number > 0);
        let answered = answers.iter().map(|answer| answer.number);
        in_order("answered", answered, &numbers)?;
        let is_wrong = |answer: &&Answer| !answer.is_taken() && !answer.is_event();
        if let Some(refused) = answers.iter().find(is_wrong) {
            bail!("refused: {refused:?}");
        }
        self.exchanged.push(numbers);
        self.check()?;
        Ok(answers)
    }

    /// Has the client publish what GroupMe does not let it publish.
    fn be_refused(&mut self) -> anyhow::Result<()> {
        let refusal = self.visitor.ask("shout", "error")?;
        ensure!(
            refusal["refused"] == 0 && refusal["error"] != "",
            "the refusal gives no reason"
        );
        Ok(())
    }

    fn strike(&mut self, errand: Errand) -> anyhow::Result<()> {
        if errand == Errand::Restart {
            self.simulator.restart()?;
            // The relay stays where it is, as an address does.
            let order = json!({ "port": self.simulator.port });
            return self.visitor.order("lead", order);
        }
        let told = self.visitor.ask("cut", "cut")?;
        ensure!(told["cut"] != 0, "there was no connection to cut");
        Ok(())
    }

    /// Waits until the client hears again what it publishes.
    fn recover(&mut self, mark: Mark) -> anyhow::Result<()> {
        let deadline = clock::now() + PATIENCE;
        for number in 1_i64.. {
            self.visitor.order("probe", json!({ "n": -number }))?;
            if self.visitor.hears_probe(mark, MOMENT) {
                break;
            }
            let seconds = PATIENCE.as_secs();
            ensure!(
                clock::now() < deadline,
                "the client heard nothing for {seconds} s"
            );
        }
        Ok(())
    }

    fn check_transport(&mut self, transport: Transport) -> anyhow::Result<()> {
        let tally = self.visitor.ask("tally", "posts")?;
        let upgrades = tally["upgrades"].as_u64().unwrap_or_default();
        let posts = tally["posts"].as_u64().unwrap_or_default();
        let is_right = match transport {
            Transport::WebSocket => upgrades > 0 && posts < FEW_POSTS,
            _ => upgrades == 0,
        };
        ensure!(
            is_right,
            "it was not over {transport}: {upgrades} upgrades, {posts} requests"
        );
        Ok(())
    }

    /// The server must refuse what the client asks for by itself, and say so.
    fn old_socket(&mut self) -> anyhow::Result<()> {
        let told = self.visitor.ask("old-socket", "status")?;
        ensure!(
            told["version"] == "8",
            "it asks for version {}, so it needs no sockets of others",
            told["version"]
        );
        ensure!(
            told["status"] == 400,
            "version 8 was answered with status {}",
            told["status"]
        );
        Ok(())
    }

    /// Checks every event the client has heard.
    fn check(&self) -> anyhow::Result<()> {
        let heard = self.visitor.heard();
        for numbers in &self.exchanged {
            let meant = heard
                .iter()
                .copied()
                .filter(|number| numbers.contains(number));
            in_order("heard", meant, numbers)?;
        }
        ensure!(!heard.contains(&0), "it heard what was refused");
        Ok(())
    }

    fn streams(&self) -> Vec<(&'static str, Vec<Line>)> {
        let mut streams = Vec::from(self.visitor.streams());
        streams.push(("simulator, stderr", self.simulator.logs()));
        streams
    }
}

/// Checks that each of the numbers is there, once and in order.
fn in_order(
    what: &str,
    told: impl Iterator<Item = i64>,
    numbers: &Range<i64>,
) -> anyhow::Result<()> {
    let mut expected = numbers.clone();
    for number in told {
        match expected.next() {
            Some(next) => ensure!(number == next, "{what} {number} where {next} was due"),
            None => bail!("{what} {number} after the last"),
        }
    }
    if let Some(next) = expected.next() {
        bail!("{what} nothing where {next} was due");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_client_comes_over_both_transports_with_every_errand() {
        let count = |name: &str, profile: &str| {
            let visits = all().filter(|visit| visit.guest.name == name && visit.profile == profile);
            visits.count()
        };
        assert_eq!(count("faye-1.4.3", "faye"), 6);
        assert_eq!(count("faye-0.7.2", "faye"), 7);
        assert_eq!(count("faye-0.7.2", "faye-0.7"), 7);
        assert_eq!(count("cometd", "faye"), 6);
        assert_eq!(count("cometd", "cometd"), 6);
    }

    #[test]
    fn a_visit_is_shown_as_the_options_that_run_it_alone() {
        let visit = all().next().unwrap();
        assert_eq!(
            visit.to_string(),
            "--visitor faye-1.4.3 --profile faye --transport websocket --case thousand"
        );
    }

    #[test]
    fn what_is_missing_doubled_or_out_of_order_is_seen() {
        let judge = |told: &[i64]| in_order("heard", told.iter().copied(), &(1..4));
        judge(&[1, 2, 3]).unwrap();
        for wrong in [&[1, 2][..], &[1, 2, 2, 3], &[2, 1, 3], &[1, 2, 3, 3], &[]] {
            assert!(judge(wrong).is_err(), "{wrong:?}");
        }
    }
}
