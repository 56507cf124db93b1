//! Client for GroupMe's real-time gateway: every message, direct message, reaction, edit, deletion
//! and typing notice of an account, typed, in order and once, across reconnects and restarts.
//!
//! ```no_run
//! use std::time::Duration;
//!
//! use groupme_client::prelude::*;
//!
//! #[tokio::main]
//! async fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let mut client = Client::from_environment().await?.connect()?;
//!     let handle = client.handle();
//!     while let Some(delivery) = client.next_event().await? {
//!         let event = delivery.event();
//!         if let Some(message) = event.new_message()
//!             && message.text() == Some("!ping")
//!             && delivery.is_recent(Duration::from_secs(300))
//!         {
//!             message.reply(&handle, "pong").await?;
//!         }
//!     }
//!     Ok(())
//! }
//! ```
//!
//! The client reconnects with a new handshake after every loss of its socket, keeps a short hold as
//! an end-to-end heartbeat, probes a silent session before giving it up, falls back to long-polling
//! and returns to a websocket. Missed messages are fetched over REST and come in their places,
//! marked by their [`Origin`]; what cannot be fetched is reported ([`Status::Unrecoverable`]). With
//! a [`Store`] on disk, a restart is a gap like any other.
//!
//! The [`guide`] goes from the first bot to a program that runs for years.
//!
//! # What is delivered
//!
//! Everything that the gateway has of the account, each fact once:
//!
//! | happening | event |
//! |---|---|
//! | message in a group or topic | [`EventRef::LineCreate`] |
//! | direct message | [`EventRef::DirectMessageCreate`] |
//! | edit in a group | [`EventRef::MessageUpdate`], the whole message |
//! | deletion in a group by the sender | [`EventRef::MessageDeleted`] |
//! | deletion in a group by an admin | [`EventRef::LineCreate`] with a notice: [`EventRef::deleted_message`] reads both |
//! | edit or deletion of a direct message | its notice: a direct message of GroupMe itself |
//! | reaction, added or removed | [`EventRef::Favorite`] or [`EventRef::LikeCreate`]: [`EventRef::reaction_change`] reads both |
//! | typing | [`EventRef::Typing`] |
//! | direct message read | [`EventRef::ReadReceiptCreate`] |
//! | members who come and go, new names, pins, polls, … | [`EventRef::LineCreate`] with a notice; [`EventRef::new_members`] |
//! | the account is added to a group | [`EventRef::MembershipCreate`] |
//!
//! GroupMe pushes nothing when a message is unpinned, and edits, deletions and reactions that were
//! missed are found among the newest 50 messages of each conversation. [`Builder::scope`] restricts
//! the conversations that are followed.
//!
//! # Live or history
//!
//! [`Delivery::is_live`] is true for what was pushed as it happened; everything else was missed and
//! fetched later. [`DeliveryExt::age`] says how old an event is. Archives want both, and bots act on
//! recent commands only: [`DeliveryExt::is_recent`].
//!
//! # Statuses, and what to do
//!
//! [`Client::next_event`] logs statuses with `tracing` and skips them; [`Client::next`] and
//! [`Client::try_next`] return them between the events.
//!
//! | status | meaning | what to do |
//! |---|---|---|
//! | [`Connecting`](Status::Connecting), [`Connected`](Status::Connected), [`Moved`](Status::Moved) | the connection comes up | nothing |
//! | [`Subscribed`](Status::Subscribed), [`Following`](Status::Following) | events of these channels flow from here on | nothing |
//! | [`Refused`](Status::Refused) | no events of that channel: the user is no member there, or the id is wrong | check the id if the program named it |
//! | [`Disconnected`](Status::Disconnected) | the connection is lost | nothing: the client tries again |
//! | [`ConnectionGap`](Status::ConnectionGap) | events were missed | nothing: they follow |
//! | [`BackfillStarted`](Status::BackfillStarted), [`Backfilled`](Status::Backfilled), [`CaughtUp`](Status::CaughtUp) | missed messages are being fetched; all are there | nothing; a program that starts may wait for `CaughtUp` |
//! | [`Unrecoverable`](Status::Unrecoverable) | messages or changes between the bounds named are lost | look into GroupMe's app, or read the history again |
//! | [`Polling`](Status::Polling) | the gateway is away for long, and REST is asked instead | nothing |
//! | [`Overflow`](Status::Overflow) | the program is too slow; events were dropped and are fetched later | handle events in tasks |
//! | [`NotSaved`](Status::NotSaved) | the store failed; events may come again after a restart | check the disk |
//! | [`Ended`](Status::Ended) | the end: [`ClientEnd`] says whose wish it was | `Unauthorized`: get a new token; `Requested`: nothing; others: start again later |
//!
//! # Logs
//!
//! Statuses are logged with the target `groupme_client::status`, within a span `groupme` with the
//! field `user`, and carry the number of the `connection`: at level `info` the connection and its loss, at `warn` what is lost, refused or not
//! saved.
//!
//! # Metrics
//!
//! With the feature `metrics`, figures go to the recorder that the program installs for the facade
//! crate [`metrics`](https://docs.rs/metrics), such as an exporter for Prometheus. Events and
//! statuses are counted when the program takes them.
//!
//! | name | kind | labels | counts |
//! |---|---|---|---|
//! | `groupme_connected` | gauge | `user` | clients with a connection: 0 or 1 for each account |
//! | `groupme_connections_total` | counter | `user`, `transport` | connections that were made |
//! | `groupme_disconnects_total` | counter | `user` | connections lost, and attempts that failed |
//! | `groupme_gaps_total` | counter | `user` | times after which events may have been missed |
//! | `groupme_losses_total` | counter | `user` | reports of what cannot be fetched ([`Status::Unrecoverable`]) |
//! | `groupme_overflow_events_total` | counter | `user` | events dropped because the program was too slow |
//! | `groupme_store_failures_total` | counter | `user` | acknowledgements that were not saved |
//! | `groupme_events_total` | counter | `user`, `kind`, `origin` | events: kind as in [`EventRef::kind`] or `unknown`; origin `push`, `backfill` or `reconciled` |
//! | `groupme_event_age_seconds` | histogram | `user` | age of pushed events when the program takes them, by both clocks |
//! | `groupme_rest_requests_total` | counter | `call`, `outcome` | requests, each attempt; outcome is the status, `timeout`, `oversize`, `malformed` or `network` |
//! | `groupme_rest_request_seconds` | histogram | `call` | time until the whole answer is there |
//!
//! # Many accounts
//!
//! Each account has a client of its own; a program can run thousands. All clients share their TLS
//! configuration. One [`RestClient`], passed to each [`Builder::rest_client`], saves each its own
//! connections; every token keeps its own rate limit.
//!
//! # Features
//!
//! - `rustls-ring` (default): TLS by rustls with ring.
//! - `rustls-graviola`: TLS by rustls with Graviola, which needs no C compiler; goes before ring.
//! - `bundled-roots` (default): trust the Mozilla roots compiled into the program.
//! - `platform-roots`: `RootStore::platform`, the root certificates of the operating system.
//! - `cookies`: keeps the cookies of the gateway. GroupMe needs none; `CometD` and load balancers
//!   with sticky sessions do.
//! - `sqlite`: `SqliteStore`, a store of acknowledgements in a file. Builds SQLite, which is C.
//! - `metrics`: figures for the facade crate `metrics`, see above.
//! - `tower`: callbacks of bots as a `tower::Service`, for axum and other servers; see [`webhook`].
//! - `sim`: `Client::simulated`, and the simulator as module `sim`: for the tests of your bot.

#![cfg_attr(docsrs, feature(doc_cfg))]

mod builder;
mod cache;
mod channels;
mod client;
mod delivery_ext;
mod driver;
mod environment;
mod error;
#[cfg(feature = "metrics")]
mod figures;
// Its tests need the simulator.
#[cfg(any(not(doctest), feature = "sim"))]
pub mod guide;
mod handle;
mod message_ext;
mod once;
mod outbox;
pub mod prelude;
mod requests;
mod rest;
mod room;
mod shared;
#[cfg(feature = "sim")]
mod simulated;
#[cfg(feature = "sqlite")]
mod sqlite;
mod status_log;
pub mod terminal;
mod token;
mod typing;
mod unix_time;
mod waiting;
pub mod webhook;
mod writer;

pub use bayeux_proto::{ServerError, Transport};
pub use bayeux_transport::{Options as TransportOptions, Proxy, RootStore};
pub use bayeux_wire::Value;
pub use builder::{Builder, DEFAULT_GATEWAY};
pub use cache::{Cache, CacheLimits};
pub use client::Client;
pub use delivery_ext::DeliveryExt;
pub use error::{Error, SendError};
pub use groupme_account::{
    ClientEnd, Delivery, DisconnectCause, Incoming, Scope, Status, TransportPolicy,
};
pub use groupme_delivery::{
    Change, Config as DeliveryConfig, Gap, GapCause, LossKind, LossReason, Lost, MemoryStore,
    Origin, Polling, Saved, SavedConversation, Store, StoreError, WrittenError,
};
pub use groupme_model::{
    self as model, ConversationId, Draft, Event, EventRef, GroupId, LikeIcon, Message, MessageId,
    MessageRef, SourceGuid, Timestamp, UserId,
};
pub use groupme_rest::{
    self as rest_api, Client as RestClient, Conversation, Options as RestOptions, Sent, Token,
    TokenError,
};
#[cfg(feature = "sim")]
pub use groupme_sim as sim;
pub use handle::Handle;
pub use message_ext::MessageExt;
pub use outbox::{
    FileOutbox, Outbox, OutboxBuilder, OutboxError, OutboxMessage, OutboxStore, Queued,
};
#[cfg(feature = "sqlite")]
pub use sqlite::SqliteStore;
pub use token::TokenSource;
pub use typing::Typing;
pub use waiting::{Collector, WaitFor, Waiters};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
