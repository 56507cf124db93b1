//! Bayeux over real sockets: WebSocket and long-polling lanes for tokio.
//!
//! A [`Session`](bayeux_proto::Session) makes the decisions; this crate moves the bytes. [`Lanes`]
//! performs the session's actions and reports network events, and [`Driver`] is the loop between
//! the two, ready to be awaited by an application.
//!
//! ```no_run
//! use bayeux_proto::{Channel, Config, Session};
//! use bayeux_transport::{Clock, Driver, DriverEvent, Endpoint, Lanes, Options};
//!
//! # async fn listen() -> Result<(), Box<dyn std::error::Error>> {
//! let mut session = Session::new(Config::default(), 1);
//! session.subscribe(&Channel::new("/chat/general")?)?;
//! let endpoint = Endpoint::new("wss://bayeux.example.com/faye")?;
//! let lanes = Lanes::new(endpoint, Options::default(), Clock::start())?;
//! let mut driver = Driver::new(session, lanes, ());
//! driver.connect();
//! loop {
//!     match driver.next().await {
//!         DriverEvent::Delivery(delivery) => println!("{:?}", delivery.data()),
//!         DriverEvent::Session(bayeux_proto::SessionEvent::Ended(end)) => break println!("{end}"),
//!         _ => {}
//!     }
//! }
//! # Ok(()) }
//! ```
//!
//! # Guarantees
//!
//! - **Cancel safety.** [`Lanes::next`] and [`Driver::next`] wait on queues and timers only, and
//!   lose nothing when dropped. Each socket is read by a task of its own.
//! - **Bounded memory.** The limits of [`Options`] hold whatever a peer sends, and buffers shrink
//!   after a burst. The lanes stop reading while the application does not call `next`.
//!   Each [`Subscription`], and the events that wait for an acknowledgement, keep frames of four
//!   times the larger limit at most.
//! - **No secrets in output.** No message, header value, cookie or query of a URL appears in an
//!   error, a log line or a `Debug`.
//!
//! # Programs of several tasks
//!
//! [`Driver::handle`] makes handles that publish, call and subscribe from any task;
//! [`Options::on_request`] supplies headers that change, such as a bearer token; an
//! [`Extension`](bayeux_proto::Extension) sees every message in both directions. [`coming_from`] has
//! the tasks of other clients side by side with those of this one.
//!
//! # Features
//!
//! - `rustls-ring` (default): TLS by rustls with ring. Without it, plaintext only.
//! - `rustls-graviola`: TLS by rustls with Graviola, which needs no C compiler; goes before ring.
//! - `bundled-roots` (default): trusts the Mozilla root certificates compiled into the program.
//! - `platform-roots`: `RootStore::platform`, the root certificates of the operating system.
//! - `cookies` (default): keeps the cookies of the server, as `CometD` and load balancers with sticky
//!   sessions need.

// Servers send durations, counts and lengths: arithmetic on them saturates or is checked.
#![cfg_attr(not(test), warn(clippy::arithmetic_side_effects))]

mod assembly;
#[cfg(feature = "autobahn")]
#[doc(hidden)]
pub mod autobahn;
mod capped;
mod clock;
mod close_frame;
mod connection;
#[cfg_attr(not(feature = "cookies"), path = "no_cookies.rs")]
mod cookies;
mod driver;
mod encoding;
mod endpoint;
mod error;
mod exchange;
mod lanes;
mod meter;
mod options;
mod reader;
mod request_headers;
mod shared;
mod site;
mod socket;
mod upgrade;
mod waste;

pub mod coming_from {
    #![doc = include_str!("coming_from.md")]

    #[expect(unused_imports, reason = "the links of the page")]
    use crate::{
        CallError, Delivery, Driver, DriverEvent, Endpoint, Handle, Lanes, Options, RequestHeaders,
        Subscription, SubscriptionEvent,
    };
}

pub use bayeux_dial::{ClientCertificate, DialError, HttpUrl, HttpUrlError, Proxy, RootStore};
pub use clock::Clock;
pub use driver::{
    CallError, Delivery, Driver, DriverEvent, DriverParts, Handle, Published, Subscription,
    SubscriptionEvent,
};
pub use endpoint::Endpoint;
pub use error::{BoxError, Error};
pub use lanes::{Lanes, Next};
pub use options::Options;
pub use request_headers::RequestHeaders;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
