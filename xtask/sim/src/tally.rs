//! How much happened, so that a run in which nothing did is not taken for a proof.

use core::fmt;

use bayeux_proto::{Action, SessionEvent};

use crate::fact::{ClientFact, Fact, Handed};

/// Counts over one run, or over many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Tally {
    /// Runs.
    pub runs: u64,
    /// Facts seen.
    pub facts: u64,
    /// Things that went wrong.
    pub faults: u64,
    /// Events published.
    pub published: u64,
    /// Events delivered.
    pub delivered: u64,
    /// Lanes begun.
    pub lanes: u64,
    /// Sessions that came up, again or for the first time.
    pub ups: u64,
    /// Gaps told.
    pub gaps: u64,
    /// Publishes settled.
    pub settled: u64,
    /// Subscriptions active or refused.
    pub subscribed: u64,
    /// Messages handed out as they were pushed, by gap-free delivery.
    pub pushed: u64,
    /// Messages that were fetched.
    pub fetched: u64,
    /// Messages that were fetched while nothing could be pushed.
    pub polled: u64,
    /// Changes of messages.
    pub changed: u64,
    /// Losses told.
    pub lost: u64,
    /// Crashes of programs.
    pub crashes: u64,
    /// For which clients REST is polled, a bit for each.
    polling: u64,
}

impl Tally {
    pub(crate) fn count(&mut self, fact: &Fact<'_>) {
        self.facts += 1;
        let counter = match fact {
            Fact::Failed(_) => &mut self.faults,
            Fact::Published { .. } => &mut self.published,
            Fact::Client(_, ClientFact::Delivered { .. }) => &mut self.delivered,
            Fact::Client(_, ClientFact::Acted(_, Action::Open(_) | Action::Exchange(..))) => {
                &mut self.lanes
            }
            Fact::Client(_, ClientFact::Crashed) => &mut self.crashes,
            Fact::Client(client, ClientFact::Handed(handed)) => match handed {
                Handed::Message(message) if message.conversation.is_none() => &mut self.pushed,
                Handed::Message(_) if self.polling >> client & 1 == 1 => &mut self.polled,
                Handed::Message(_) => &mut self.fetched,
                Handed::Changed(..) => &mut self.changed,
                Handed::Lost(_) | Handed::LostChanges(_) => &mut self.lost,
                Handed::Polling(is_polling) => {
                    let others = self.polling & !(1 << client);
                    self.polling = others | u64::from(*is_polling) << client;
                    return;
                }
                _ => return,
            },
            Fact::Client(_, ClientFact::Told(event)) => match event {
                SessionEvent::Up { .. } => &mut self.ups,
                SessionEvent::Gap { .. } => &mut self.gaps,
                SessionEvent::Published(..) => &mut self.settled,
                SessionEvent::Subscribed(_) | SessionEvent::Refused(..) => &mut self.subscribed,
                _ => return,
            },
            _ => return,
        };
        *counter += 1;
    }

    /// Adds another one's counts.
    pub fn add(&mut self, other: &Self) {
        self.runs += other.runs;
        self.facts += other.facts;
        self.faults += other.faults;
        self.published += other.published;
        self.delivered += other.delivered;
        self.lanes += other.lanes;
        self.ups += other.ups;
        self.gaps += other.gaps;
        self.settled += other.settled;
        self.subscribed += other.subscribed;
        self.pushed += other.pushed;
        self.fetched += other.fetched;
        self.polled += other.polled;
        self.changed += other.changed;
        self.lost += other.lost;
        self.crashes += other.crashes;
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            runs,
            facts,
            faults,
            published,
            delivered,
            lanes,
            ups,
            gaps,
            settled,
            subscribed,
            pushed,
            fetched,
            polled,
            changed,
            lost,
            crashes,
            polling: _,
        } = self;
        write!(
            f,
            "{runs} runs, {facts} facts: {faults} faults, {lanes} lanes, {ups} times up, {gaps} gaps, \
             {published} events published, {delivered} delivered, {settled} publishes and \
             {subscribed} subscriptions settled; by gap-free delivery {pushed} messages pushed, \
             {fetched} fetched, {polled} polled, {changed} changes, {lost} losses told, \
             {crashes} crashes"
        )
    }
}
