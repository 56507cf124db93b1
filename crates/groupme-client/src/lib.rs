//! Client for GroupMe's real-time gateway: every message, direct message, reaction, edit, deletion
//! and typing notice of an account, typed, in order and once, across reconnects and restarts.
//!
//! ```no_run
//! use groupme_client::{Client, EventRef, Incoming, Token};
//!
//! #[tokio::main]
//! async fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let token = Token::new(&std::env::var("GROUPME_ACCESS_TOKEN")?)?;
//!     let user = Client::current_user(&token).await?;
//!     let mut client = Client::builder(token, user).connect()?;
//!     let handle = client.handle();
//!     while let Some(incoming) = client.next().await {
//!         let Incoming::Event(delivery) = incoming else { continue };
//!         let EventRef::LineCreate(push) = delivery.event() else { continue };
//!         let message = push.message();
//!         if message.text() == Some("!ping")
//!             && let Some(conversation) = message.conversation()
//!         {
//!             handle.send(conversation, "pong").await?;
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
//! # Many accounts
//!
//! Each account has a client of its own; a program can run thousands. All clients share their TLS
//! configuration. One [`RestClient`], passed to each [`Builder::rest_client`], saves each its own
//! connections; every token keeps its own rate limit.
//!
//! # Features
//!
//! - `rustls-ring` (default): TLS by rustls with ring.
//! - `bundled-roots` (default): trust the Mozilla roots compiled into the program.
//! - `cookies`: keeps the cookies of the gateway. GroupMe needs none; `CometD` and load balancers
//!   with sticky sessions do.
//! - `sqlite`: `SqliteStore`, a store of acknowledgements in a file. Builds SQLite, which is C.

mod builder;
mod channels;
mod client;
mod delivery_ext;
mod driver;
mod environment;
mod error;
mod handle;
mod message_ext;
pub mod prelude;
mod requests;
mod rest;
mod shared;
#[cfg(feature = "sqlite")]
mod sqlite;
mod token;
mod unix_time;
mod waiting;
pub mod webhook;
mod writer;

pub use bayeux_proto::{ServerError, Transport};
pub use bayeux_transport::{Options as TransportOptions, Proxy, RootStore};
pub use bayeux_wire::Value;
pub use builder::{Builder, DEFAULT_GATEWAY};
pub use client::Client;
pub use delivery_ext::DeliveryExt;
pub use error::{Error, SendError};
pub use groupme_account::{
    ClientEnd, Delivery, DisconnectCause, Incoming, Scope, Status, TransportPolicy,
};
pub use groupme_delivery::{
    Config as DeliveryConfig, Gap, GapCause, LossKind, LossReason, Lost, MemoryStore, Origin,
    Polling, Store, StoreError,
};
pub use groupme_model::{
    self as model, ConversationId, Draft, Event, EventRef, GroupId, LikeIcon, Message, MessageId,
    MessageRef, Timestamp, UserId,
};
pub use groupme_rest::{
    self as rest_api, Client as RestClient, Conversation, Options as RestOptions, Sent, Token,
    TokenError,
};
pub use handle::Handle;
pub use message_ext::MessageExt;
#[cfg(feature = "sqlite")]
pub use sqlite::SqliteStore;
pub use token::TokenSource;
pub use waiting::{Collector, WaitFor};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
