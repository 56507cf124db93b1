//! One GroupMe account, sans-IO: Bayeux session, gap-free delivery and GroupMe's own rules in one
//! engine.
//!
//! An [`Account`] joins a [`Session`](bayeux_proto::Session), a [`Feed`](groupme_delivery::Feed)
//! and a [`Ledger`](groupme_delivery::Ledger), and adds what GroupMe asks beyond Bayeux: the
//! account's own channel and the meaning of its refusal, the access token in each message, the
//! order of statuses and events, and a program that is slower than the events. It does no IO, has
//! no clock and knows no runtime. `groupme-client` drives it with tokio; the simulation of this
//! workspace drives the same engine in virtual time.
//!
//! # The loop
//!
//! 1. Report what happened: [`handle_open`](Account::handle_open),
//!    [`handle_frame`](Account::handle_frame), [`handle_close`](Account::handle_close), …, each
//!    with the present [`Moment`].
//! 2. Perform each action of [`poll_action`](Account::poll_action), send each request of
//!    [`poll_request`](Account::poll_request), save all changes of
//!    [`poll_changes`](Account::poll_changes).
//! 3. Hand out [`poll_incoming`](Account::poll_incoming).
//! 4. Wait for the network, REST, the store, or [`poll_timeout`](Account::poll_timeout).
//!
//! ```
//! use bayeux_proto::{Action, Channel, Instant};
//! use groupme_account::{Account, Config, Moment};
//! use groupme_model::{Timestamp, UserId};
//!
//! # fn main() -> Result<(), Box<dyn core::error::Error>> {
//! let own = Channel::new("/user/185")?;
//! let mut account = Account::new(Config::default(), UserId::from("185"), &own, None, 1);
//! let now = Moment::new(Instant::ORIGIN, Timestamp::from_secs(1_700_000_000));
//! let mut batch = Vec::new();
//! let mut token = |out: &mut Vec<u8>| out.extend_from_slice(b"secret");
//! let action = account.poll_action(now, &mut token, &mut batch);
//! assert!(matches!(action, Some(Action::Open(_))), "an account opens a websocket first");
//! # Ok(()) }
//! ```
//!
//! # Guarantees
//!
//! - **In order.** A status comes before the events that follow from it, and after those that
//!   precede it.
//! - **Nothing is handed out too early.** An event whose delivery has to be known after a crash is
//!   handed out once the changes before it are saved.
//! - **Bounded memory.** While [`Config::max_waiting`] deliveries wait for the program,
//!   [`may_read`](Account::may_read) is false. After [`Config::overflow_after`], events are
//!   dropped into a gap, which is reported, and fetched later.
//! - **Always an end.** [`Status::Ended`] is the last item.
//!
//! # Features
//!
//! - `rest`: `Lookup`, which sends requests of the feed as calls of `groupme-rest`.

mod account;
mod config;
mod delivery;
#[cfg(feature = "rest")]
mod lookup;
mod moment;
mod status;

pub use account::{Account, SaveId};
pub use config::{Config, Scope, TransportPolicy};
pub use delivery::{Delivery, Incoming};
#[cfg(feature = "rest")]
pub use lookup::Lookup;
pub use moment::Moment;
pub use status::{BoxError, ClientEnd, DisconnectCause, Status};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
