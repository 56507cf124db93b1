//! A Bayeux server for tokio: websocket, long-polling and callback-polling.
//!
#![cfg_attr(feature = "wire", doc = "```no_run")]
#![cfg_attr(not(feature = "wire"), doc = "```ignore")]
//! use bayeux_server::{Message, Options, Rules, Server};
//! use tokio::net::TcpListener;
//!
//! struct Readers;
//!
//! impl Rules for Readers {
//!     async fn may_publish(&self, message: &Message<'_>) -> Result<(), String> {
//!         Err(format!("403:{}:Only the server publishes", message.channel()))
//!     }
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let server = Server::new(Readers, Options::default());
//! let listener = TcpListener::bind("127.0.0.1:8080").await?;
//! tokio::spawn({
//!     let server = server.clone();
//!     async move { server.serve(listener).await }
//! });
//! server.publish("/news", r#"{"text":"hello"}"#)?;
//! # Ok(())
//! # }
//! ```
//!
//! The protocol is [`bayeux_proto::server`]: sessions, subscriptions, queues, held connects, and the
//! differences between Faye and `CometD`, which the [`Config`](bayeux_proto::server::Config) in
//! [`Options`] selects. This crate adds sockets and time.
//!
//! # Beside an application
//!
//! `Server::serve` takes a listener for Bayeux alone. `Server::call` answers one request, so that a
//! hyper service can route a path to it, and a server is a `tower_service::Service`, which axum
//! mounts as it is: `Router::new().route_service("/bayeux", server)`. Websockets need HTTP/1.1
//! connections with upgrades: `serve_connection(…).with_upgrades()` of hyper, or `axum::serve`.
//!
//! # Rules
//!
//! A [`Rules`] decides who may shake hands, subscribe and publish, and answers publishes to service
//! channels. Its methods are asynchronous, run in a task of their own, and hold no
//! lock: they may ask a database, and may publish. What a message has led to is carried out even if
//! its client has gone. One message of a connection is judged after the
//! other; connections do not wait for each other.
//!
//! # Limits
//!
//! Sessions, subscriptions, messages and queues of events are bounded by
//! [`Limits`](bayeux_proto::server::Limits); bodies, connections, and frames that wait for a slow
//! reader, by [`Options`]. An answer that was written when its client had gone is lost, with the
//! events in it: [`Config::ack_extension`](bayeux_proto::server::Config::ack_extension) is for clients
//! that must not lose any. [`Events`] drops what is not read in time, and says so. A websocket that does not read is dropped once its queue is full; a
//! client that does not poll loses its session. Nobody else waits for either.
//!
//! # Features
//!
//! - `wire` (default): the whole server, which reads JSON with `bayeux-wire`. Without it, there are
//!   only the parts in [`sockets`], for a server with a core of its own.

#[cfg(feature = "wire")]
mod server;
pub mod sockets;

#[cfg(feature = "wire")]
pub use self::server::{
    AllowAll, BoxError, Event, Events, Message, Options, Origins, Peer, PublishError, Rules,
    Server, Status,
};

#[cfg(all(doctest, feature = "wire"))]
#[doc = include_str!("../README.md")]
mod readme {}
