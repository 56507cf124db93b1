//! Client of GroupMe's REST API: typed calls, rate-limited and retried.
//!
//! A [`Call`] is a request and the parser of its answer; [`endpoint`] has a function for each known
//! endpoint. A [`Client`] sends calls over pooled connections, no faster than GroupMe accepts, and
//! retries failures that are temporary.
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
//! // Every message after another one, with no gap.
//! let mut history = client.history(group).after("170000000000000001");
//! while let Some(page) = history.next().await {
//!     for message in page?.messages() {
//!         if message.user_id().is_none_or(|user| user != me.id) {
//!             println!("{}", message.text().unwrap_or_default());
//!         }
//!     }
//! }
//! # Ok(()) }
//! ```
//!
//! # Guarantees
//!
//! - **The rate limit belongs to the token.** Clones of a client share it: 8 requests a second by
//!   default, in the order of the calls. An answer with HTTP status 429 or 420 delays all of them.
//! - **Temporary failures are retried** (HTTP 408, 420, 429 and 5xx, broken connections, timeouts)
//!   after a random delay that grows, not before `Retry-After`, and within a deadline; see
//!   [`RetryPolicy`].
//! - **Nothing is done twice.** Every attempt to send a message carries the same `source_guid`, and
//!   GroupMe's refusal of a duplicate is a success. Other calls that are not
//!   [idempotent](Call::is_idempotent) are retried only if GroupMe certainly did not process them.
//! - **The HTTP status decides** between success and failure; the envelope of the body is removed
//!   if there is one. An [`Error`] says whose fault it is and whether it is
//!   [temporary](Error::is_transient).
//! - **Any id of a conversation will do.** [`Conversation`] is made from the ids of groups, topics,
//!   users and direct conversations, owned or borrowed from an event.
//! - **Histories end** at an empty page, at HTTP 304, and where the cursor does not move. A short
//!   page is not the end.
//! - **The token is sent in one header** and appears nowhere else: not in URLs, log lines, `Debug`
//!   output or errors, even where GroupMe's answer repeats it. It is sent to GroupMe's services
//!   only; redirects are not followed.
//! - **Time is tokio's**, so tests can pause it, and [`Options::seed`] makes a client
//!   deterministic. Only [`Proxy::from_environment`] reads the environment.
//!
//! # Other HTTP clients
//!
//! [`Call::request`] and [`Call::decode`] do no IO and fit any HTTP client.
//! [`Client::with_transport`] runs the client over any [`HttpTransport`], such as a simulator in
//! the same process.
//!
//! # Features
//!
//! - `rustls-ring` (default): TLS by rustls with ring.
//! - `rustls-graviola`: TLS by rustls with Graviola, which needs no C compiler; goes before ring.
//! - `bundled-roots` (default): Mozilla's root certificates, compiled into the program.
//! - `platform-roots`: `RootStore::platform`, the root certificates of the operating system.

#![cfg_attr(docsrs, feature(doc_cfg))]
// Servers send durations, counts and lengths: arithmetic on them saturates or is checked.
#![cfg_attr(not(test), warn(clippy::arithmetic_side_effects))]

mod argument;
mod base_url;
mod body;
mod call;
pub mod callback;
mod client;
mod connector;
mod conversation;
mod download;
pub mod endpoint;
mod error;
#[cfg(feature = "metrics")]
mod figures;
mod history;
mod hyper_transport;
mod list;
mod membership;
mod meter;
mod options;
mod pager;
mod parse;
mod random;
mod rate_limiter;
mod raw_content;
mod request;
mod response;
mod retry;
mod sending;
mod share_link;
mod token;
mod transport;
mod upload;
mod uploading;

pub use base_url::{BaseUrl, BaseUrlError, Service, Services};
pub use bayeux_dial::{DialError, HttpUrlError, Proxy, RootStore};
pub use body::{RequestBody, ResponseBody};
pub use call::{Call, CallName};
pub use client::Client;
pub use conversation::Conversation;
pub use download::Download;
pub use error::{ApiError, BoxError, Error, SetupError, TransportError};
pub use history::History;
pub use list::List;
pub use membership::AddedMembers;
pub use options::Options;
pub use raw_content::RawContent;
pub use retry::RetryPolicy;
pub use sending::Sent;
pub use share_link::{ShareLink, ShareLinkError};
pub use token::{Token, TokenError};
pub use transport::{HttpTransport, HttpTransportError, ResponseFuture, StreamFuture};
pub use upload::Upload;
