//! Relay of GroupMe accounts: any number of accounts, held by any number of machines, with every event of
//! every account appended once and in order to a log that programs in any language consume.
//!
//! Each account has one log in the broker, NATS `JetStream`. The [`Node`] that holds an account runs a client
//! of `groupme-client` for it and appends each event together with the changes of the saved state that the
//! event makes: the log is the ledger, and there is no second place that could disagree. A node that takes
//! an account over appends a [claim](Word::Claim) first; from then on the broker refuses every append of
//! the earlier node, since each names the last entry of the log as its writer knows it. No clock and no
//! lease is trusted for that: leases only tell which nodes are alive, and a wrong answer costs a
//! reconnect.
//!
//! # What a consumer may rely on
//!
//! - Each event of an account is appended once, in the order in which `groupme-client` delivers it, and a
//!   gap is never silent: [`Word::Lost`] has its bounds.
//! - Places count the entries of an account without gaps, across nodes.
//! - A broker that loses its last entries, as at a power cut, loses events, claims and saved state
//!   together: what is missing is fetched from GroupMe and appended again.
//!
//! # Parts
//!
//! [`Writer`] (claims, appends, doubts, fences), [`placement`], [`Admission`] and [`Standing`] do no IO and
//! take time as an argument. [`Broker`] is the interface to a log, with [`MemoryBroker`], which has faults,
//! for tests, and [`Source`] the one to GroupMe. [`Node`] drives all of them with tokio.

#![cfg_attr(docsrs, feature(doc_cfg))]

mod admission;
mod broker;
mod entry;
mod figures;
mod naming;
mod node;
pub mod placement;
mod replay;
mod request;
mod rewind;
mod seal;
mod source;
mod standing;
mod writer;

#[cfg(feature = "nats")]
pub use broker::{Nats, NatsError, NatsRequests, NatsSettings};
pub use {
    admission::Admission,
    broker::{
        AccountChanges, AccountRecord, Appended, Broker, BrokerError, Faults, Last, MemoryBroker,
        MemoryRequests, NodeRecord,
    },
    entry::{ClaimId, Content, Entry, Stored, Word},
    figures::describe_metrics,
    naming::{AccountName, NameError, NodeId},
    node::{Health, Node, NodeSettings, NotReady},
    placement::Candidate,
    request::{Asked, Command, ErrorCode, Request, RequestError, Requests},
    rewind::{RewindError, rewind},
    seal::{Keys, SealError, SealedToken},
    source::{
        End, GroupMe, GroupMeClient, GroupMePerformer, Happening, OpenError, Performer, Source,
        SourceClient,
    },
    standing::{Standing, Stop},
    writer::{Action, State, Writer},
};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}

/// Returns an error with its causes, for a log line.
fn chain(error: &dyn core::error::Error) -> String {
    let causes = core::iter::successors(Some(error), |error| error.source());
    let texts: Vec<_> = causes.map(ToString::to_string).collect();
    texts.join(": ")
}
