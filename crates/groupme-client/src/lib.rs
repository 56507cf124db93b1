//! Live on GroupMe's real-time gateway: every message, direct message, reaction, edit, deletion
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
//!             && let Some(group) = message.group_id()
//!         {
//!             handle.send(&group.into_owned().into(), "pong").await?;
//!         }
//!     }
//!     Ok(())
//! }
//! ```
//!
//! The client shakes hands afresh after every loss of its socket, keeps a short hold as an
//! end-to-end heartbeat, doubts a silent session before it gives it up, falls back to long-polling
//! and returns. What was missed is fetched over REST and comes in its place, marked by its
//! [`Origin`]; what cannot be had is told ([`Status::Unrecoverable`]). With a [`Store`] on disk a restart is
//! a gap like another.
//!
//! # Many accounts
//!
//! Each account has a client of its own; a thousand of them are no trouble for one program. Clients
//! share what TLS is made of by themselves, and one [`RestClient`], which
//! [`Builder::rest_client`] gives to all, spares each a set of connections of its own. The pace of
//! requests stays each token's.
//!
//! # Features
//!
//! - `rustls-ring` (default): TLS by rustls with ring.
//! - `bundled-roots` (default): trust the Mozilla roots compiled into the program.
//! - `sqlite`: `SqliteStore`, which keeps what was acknowledged in a file.

mod authorization;
mod backfill;
mod channels;
mod client;
mod error;
mod gateway;
mod handle;
mod incoming;
mod policy;
mod rest;
#[cfg(feature = "sqlite")]
mod sqlite;
mod token;
mod wall;

pub use bayeux_proto::{ServerError, Transport};
pub use bayeux_transport::{Options as TransportOptions, Proxy, RootStore};
pub use bayeux_wire::Value;
pub use client::{Builder, Client, DEFAULT_GATEWAY};
pub use error::{Error, SendError};
pub use groupme_delivery::{
    Config as DeliveryConfig, Gap, GapCause, LossKind, LossReason, Lost, MemoryStore, Polling,
    Store, StoreError,
};
pub use groupme_model::{
    ConversationId, Draft, Event, EventRef, GroupId, MessageId, Timestamp, UserId,
};
pub use groupme_rest::{
    self as rest_api, Client as RestClient, Conversation, Options as RestOptions, Sent, Token,
    TokenError,
};
pub use handle::Handle;
pub use incoming::{ClientEnd, Delivery, DisconnectCause, Incoming, Origin, Status};
pub use policy::TransportPolicy;
#[cfg(feature = "sqlite")]
pub use sqlite::SqliteStore;
pub use token::TokenSource;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
