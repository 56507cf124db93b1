//! Connections for whoever speaks HTTP/1.1 over them: TCP to the first address that answers, through
//! the tunnel of a [`Proxy`] where there is one, with TLS where the [`Target`] asks for it.
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
//! Clones of [`RootStore`] share what TLS needs and the tickets with which a server resumes a session, and
//! so do all that trust what is compiled in and nothing else. However many accounts a program has, it
//! keeps the world's roots once.
//!
//! # Features
//!
//! - `rustls-ring` (default): TLS by rustls with ring. Without it, only plaintext.
//! - `bundled-roots` (default): Mozilla's roots, compiled in. Without it, add your own.

mod dialer;
mod error;
mod proxy;
mod race;
mod roots;
mod stream;
mod target;
mod tunnel;

pub use dialer::Dialer;
pub use error::{BoxError, DialError};
pub use proxy::Proxy;
pub use roots::RootStore;
pub use stream::Stream;
pub use target::Target;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
