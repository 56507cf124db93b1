//! Gap-free delivery for GroupMe, sans-IO: what was pushed and what REST still has, merged into one
//! order, each message once.
//!
//! The gateway has no replay: what is said while a client is away is not pushed again. REST still
//! has it. A [`Feed`] joins the two. It is told of pushes, of when they can flow and of when they
//! could not; it asks questions for REST to answer; and it hands out deliveries. It does no IO, has
//! no clock and parses nothing.
//!
//! # What can be relied on
//!
//! - **Each message once, in the order of its conversation**, whether it was pushed or fetched. One
//!   that is pushed late, after newer ones, is delivered late rather than not at all.
//! - **No gap without a word.** What was missed is fetched, between [`Item::Gap`] and
//!   [`Item::Backfilled`]; what cannot be is [`Item::Lost`], with its bounds and the reason.
//! - **Each change once.** The same edit, deletion or set of reactions told on two channels is
//!   handed out for the first. After a gap a window of the newest messages is read again and the
//!   differences are handed out as events.
//! - **Bounded memory**: in conversations, in messages remembered of each, in pushes held, and in
//!   deliveries ahead of the program.
//! - **A restart is a gap like another.** A [`Ledger`] saves what was acknowledged in a [`Store`];
//!   after a crash only what was not acknowledged comes again.
//!
//! # What cannot be known
//!
//! - A group that the user left, came back to and left again, all within one gap, looks as if
//!   nothing had happened. One that was never left before is named: [`Why::Left`].
//! - Reactions to what others said are pushed on a conversation's own channel only. Without it they
//!   are seen when the conversation is read again; so is unpinning, which is never pushed.
//! - Changes of messages older than the window that is read again are not looked for.
//!
//! # The loop
//!
//! ```
//! use bayeux_proto::Instant;
//! use groupme_delivery::{Response, Config, Feed, Item, Ledger, MemoryStore, Request, Store as _};
//! use groupme_model::{Group, Timestamp, UserId};
//!
//! let mut store = MemoryStore::default();
//! let mut feed: Feed<&str> = Feed::new(Config::default(), UserId::from("185"), store.load()?, 1);
//! let mut ledger = Ledger::new(store);
//! let now = Instant::ORIGIN;
//!
//! // The account's own channel is subscribed: pushes flow. First it is asked what there is.
//! feed.handle_live(now, Timestamp::from_secs(1_700_000_000));
//! while let Some((id, question)) = feed.poll_request() {
//!     let answer = match question {
//!         Request::Groups { page: 1, .. } => Response::Groups(vec![group()]),
//!         Request::Groups { .. } => Response::Groups(Vec::new()),
//!         Request::Chats { .. } => Response::Chats(Vec::new()),
//!         Request::Memberships => Response::Memberships(Vec::new()),
//!         other => panic!("{other:?}"),
//!     };
//!     feed.handle_response(now, id, Ok(answer));
//! }
//!
//! let mut caught_up = false;
//! while let Some(mut delivered) = feed.poll_delivery() {
//!     if ledger.record(&mut delivered)? {
//!         caught_up |= matches!(delivered.item, Item::CaughtUp);
//!         ledger.acknowledge(delivered.receipt)?;
//!     }
//! }
//! assert!(caught_up);
//! # fn group() -> Group {
//! #     let mut group = Group::default();
//! #     group.id = "1835".into();
//! #     group
//! # }
//! # Ok::<(), groupme_delivery::StoreError>(())
//! ```

mod config;
mod conversation;
mod fact;
mod feed;
mod item;
mod ledger;
mod outbox;
mod question;
mod store;
mod version;

pub use config::{Config, Polling};
pub use feed::Feed;
pub use item::{
    Delivered, DeliveryTag, Gap, GapCause, Item, LossKind, LossReason, Lost, Origin, Synthesized,
};
pub use ledger::Ledger;
pub use question::{Failure, Request, RequestId, Response, Window};
pub use store::{Change, MemoryStore, Saved, SavedConversation, Store, StoreError};
pub use version::Version;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
