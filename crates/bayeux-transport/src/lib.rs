//! Bayeux over real sockets: WebSocket and long-polling lanes for tokio.
//!
//! A [`Session`](bayeux_proto::Session) decides; this crate moves the bytes. [`Lanes`] performs what
//! the session wants and reports what the world does, and [`Driver`] is the loop between the two,
//! ready for an application to wait on.
//!
//! ```no_run
//! use bayeux_proto::{Channel, Config, Session};
//! use bayeux_transport::{Clock, Driver, DriverEvent, Endpoint, Lanes, Options};
//!
//! # async fn listen() -> Result<(), Box<dyn std::error::Error>> {
//! let mut session = Session::new(Config::default(), 1);
//! session.subscribe(&Channel::new("/chat/general")?)?;
//! session.connect();
//! let endpoint = Endpoint::new("wss://bayeux.example.com/faye")?;
//! let lanes = Lanes::new(endpoint, Options::default(), Clock::start())?;
//! let mut driver = Driver::new(session, lanes, ());
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
//! # What it promises
//!
//! - **Every wait can be given up.** [`Lanes::next`] and [`Driver::next`] wait on queues and timers,
//!   and lose nothing when they are dropped. Each socket is read by a task of its own.
//! - **Memory is bounded** by the limits of [`Options`], whatever a peer sends, and small again after
//!   a burst. An application that does not ask makes the lanes stop reading.
//! - **Nothing secret is shown**: no message, header value, cookie or query of a URL appears in an
//!   error, a log line or a `Debug`.
//!
//! # Features
//!
//! - `rustls-ring` (default): TLS by rustls with ring.
//! - `bundled-roots` (default): trust the Mozilla roots compiled into the program.

mod assembly;
mod capped;
mod clock;
mod connect;
mod connection;
mod cookies;
mod driver;
mod endpoint;
mod error;
mod exchange;
mod lanes;
mod options;
mod road;
mod socket;
mod upgrade;

pub use bayeux_dial::{DialError, Proxy, RootStore};
pub use clock::Clock;
pub use driver::{Delivery, Driver, DriverEvent};
pub use endpoint::{Endpoint, EndpointError};
pub use error::{BoxError, Error};
pub use lanes::{Lanes, Next};
pub use options::Options;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
