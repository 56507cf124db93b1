//! Connections for HTTP/1.1 clients: TCP to the first address that answers, through a [`Proxy`] if
//! one is set, with TLS if the [`Target`] needs it.
//!
//! ```no_run
//! use bayeux_dial::{Dialer, Target};
//!
//! # async fn example() -> Result<(), bayeux_dial::DialError> {
//! let dialer = Dialer::default();
//! let stream = dialer.dial(&Target::new("push.groupme.com", 443, true)).await?;
//! # drop(stream);
//! # Ok(())
//! # }
//! ```
//!
//! # Many connections
//!
//! Clones of [`RootStore`] share the TLS configuration and its session cache, and so do all default
//! ones. However many accounts a program has, it holds the root certificates once.
//!
//! # This machine
//!
//! Plaintext is accepted for this machine only, and this machine is never reached through a proxy,
//! so it matters who decides which hosts are this machine. Names below `localhost` are not looked
//! up: they are dialed at the loopback addresses (RFC 6761, section 6.3).
//!
//! # Features
//!
//! - `rustls-ring` (default): TLS by rustls with ring. Without a provider, plaintext only.
//! - `rustls-graviola`: TLS by rustls with Graviola, which needs no C compiler; for x86-64 and ARM64
//!   with the usual extensions. With both providers, Graviola is used where the processor suffices.
//! - `bundled-roots` (default): Mozilla's root certificates, compiled in. Without it, add your own.
//! - `platform-roots`: `RootStore::platform`, the root certificates of the operating system.

// Servers send durations, counts and lengths: arithmetic on them saturates or is checked.
#![cfg_attr(not(test), warn(clippy::arithmetic_side_effects))]

mod client_certificate;
mod dialer;
mod error;
mod happy_eyeballs;
mod http_url;
mod proxy;
mod root_store;
mod stream;
mod target;
mod tls;

pub use client_certificate::ClientCertificate;
pub use dialer::Dialer;
pub use error::{BoxError, DialError};
pub use http_url::{HttpUrl, HttpUrlError};
pub use proxy::Proxy;
pub use root_store::RootStore;
pub use stream::Stream;
pub use target::Target;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
