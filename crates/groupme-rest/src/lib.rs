//! GroupMe's REST API: paced, patient, typed.
//!
//! A [`Call`] says what to ask and how to read the answer; [`endpoint`] has one for each that is
//! known. A [`Client`] asks it: over connections that are kept, no faster than GroupMe bears, and
//! again when a failure passes.
//!
//! ```no_run
//! use groupme_model::GroupId;
//! use groupme_rest::{Client, Options, Token, endpoint::users};
//!
//! # async fn greet(token: &str) -> Result<(), Box<dyn std::error::Error>> {
//! let client = Client::new(Token::new(token)?, &Options::default())?;
//! let me = client.call(&users::me()).await?;
//!
//! // Sent once, however many attempts it takes.
//! let group = GroupId::from("1835");
//! client.send(&group, "hello").await?;
//!
//! // Everything that was said since a message, with nothing left out.
//! let mut history = client.history(group).after("170000000000000001");
//! while let Some(page) = history.next().await {
//!     for message in page?.messages {
//!         if message.user_id != Some(me.id.clone()) {
//!             println!("{}", message.text.unwrap_or_default());
//!         }
//!     }
//! }
//! # Ok(()) }
//! ```
//!
//! # What can be relied on
//!
//! - **The pace is the token's.** Clones of a client share it: 8 requests a second by default, in
//!   the order in which they were asked. When GroupMe says that it was too fast, all of them wait.
//! - **Failures that pass are tried again** (HTTP 408, 420, 429 and 5xx, connections that break,
//!   silence), after a random wait that grows, no sooner than `Retry-After` says, and within a
//!   deadline; see [`RetryPolicy`].
//! - **Nothing is done twice.** A message keeps its id in every attempt, and GroupMe's refusal of a
//!   double is a success; what has no such id and is not [harmless](Repeat::Idempotent) is only
//!   repeated if it cannot have been heard.
//! - **The HTTP status decides** what an answer is; GroupMe's envelope is opened where there is one.
//!   An [`Error`] says whose fault it is and whether it [passes](Error::is_transient).
//! - **Histories end** at an empty page, at HTTP 304 in its place, and where the cursor does not
//!   move; a page with few messages is not the end. Beware of
//!   [`since_id`](endpoint::messages::Window::Since), which leaves out what does not fit.
//! - **The token is in one header** and in nothing else: no URL, no log, no `Debug`, no error, not
//!   even where GroupMe repeats it; it goes to GroupMe's services only, and no redirection is
//!   followed.
//! - **Time is tokio's**, so tests can pause it, and [`Options::seed`] fixes all randomness. The
//!   environment is read only by [`Proxy::from_environment`].
//!
//! # Without the network
//!
//! [`Call::request`] and [`Call::decode`] are pure, for any HTTP client. [`Client::over`] puts the
//! client on top of anything that [exchanges](Exchange) a request for a response, such as a
//! simulator in the same process.
//!
//! # Features
//!
//! - `rustls-ring` (default): TLS by rustls with ring.
//! - `bundled-roots` (default): trust the Mozilla roots compiled into the program.

// Servers send durations, counts and lengths: arithmetic on them saturates or is checked.
#![cfg_attr(not(test), warn(clippy::arithmetic_side_effects))]

mod answer;
mod argument;
mod call;
mod client;
mod connector;
mod conversation;
pub mod endpoint;
mod error;
mod exchange;
mod history;
mod host;
mod network;
mod options;
mod pace;
mod pager;
mod random;
mod reading;
mod request;
mod retry;
mod sending;
mod token;

pub use bayeux_dial::{DialError, Proxy, RootStore};
pub use call::{Call, CallName};
pub use client::Client;
pub use conversation::Conversation;
pub use error::{ApiError, BoxError, Error, SetupError, TransportError};
pub use exchange::{Exchange, ExchangeError, Exchanging};
pub use history::History;
pub use host::{BaseUrl, BaseUrlError, Service, Services};
pub use options::Options;
pub use retry::{Repeat, RetryPolicy};
pub use sending::Sent;
pub use token::{Token, TokenError};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
