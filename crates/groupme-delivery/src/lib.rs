//! Gap-free delivery for GroupMe, sans-IO: merges pushes and REST's history into one order, each
//! message once.
//!
//! The gateway has no replay: messages sent while a client is away are not pushed again. REST still
//! has them. A [`Feed`] joins the two. It takes pushes, and the times at which they can and cannot
//! flow; it returns requests for REST and deliveries for the program. It does no IO, has no clock
//! and parses nothing.
//!
//! # Guarantees
//!
//! - **Each message once, in the order of its conversation**, whether it was pushed or fetched. A
//!   message pushed late, after newer ones, is delivered late rather than not at all.
//! - **No silent gap.** Missed messages are fetched, between [`Item::Gap`] and
//!   [`Item::Backfilled`]; what cannot be fetched is [`Item::Lost`], with its bounds and reason.
//!   This holds from the first moment at which the account's own channel is live, whatever fails
//!   after it.
//! - **Each change once.** An edit, deletion or set of reactions that is pushed on two channels is
//!   handed out once, for the first push. After a gap, a window of the newest messages is read again and the
//!   differences are handed out as events.
//! - **Bounded memory**: in remembered messages of each conversation, in buffered pushes, and in
//!   deliveries waiting for the program.
//! - **A restart is a gap like any other.** A [`Ledger`] says what to save of acknowledgements in a
//!   [`Store`]; after a crash, only deliveries without a saved acknowledgement come again.
//!
//! # Limits
//!
//! - A group that the user left, rejoined and left again within one gap looks as if nothing had
//!   happened. A group never left before is reported: [`LossReason::Left`].
//! - Reactions to messages of others are pushed on a conversation's own channel only. Without a
//!   subscription to it, they are found when the conversation is read again; so is unpinning,
//!   which is never pushed.
//! - REST's lists of conversations can lag behind the histories. A missed message that a lagging list
//!   lacks is found when the lists are read again, ten seconds later; messages pushed in between come
//!   before the missed one. The message is never found if the lists lag longer, if they lack a new
//!   conversation or the first message of one, if the program ends or the user leaves the group within
//!   these seconds, or if [`Config::compare_window`] messages have come since.
//! - Changes of messages older than [`Config::compare_window`] are not found.
//! - The order of a conversation is that of its ids. A message pushed for the first time after more
//!   than [`Config::dedup_window`] and a thousand messages with higher ids is reported and not delivered
//!   ([`LossReason::Late`]): the feed no longer knows whether it was delivered before. A message with
//!   an id at or below its conversation's baseline is dropped. After a crash before such a late message is
//!   acknowledged, the messages after it come again, too.
//! - With [`Config::history`], a clock that is ahead at the very first start hides messages: those
//!   sent until the clock's time of the start, lost in a dead socket, and older than the history.
//! - When the very first session breaks within its first minute, a message sent in the minute before it
//!   may be delivered although it is older than the baseline, after newer messages too if the lists lagged or
//!   came late, and a group left before that session may be reported as [`LossReason::Left`]. A confirmed
//!   disconnect over a websocket is no break.
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
//! let mut ledger = Ledger::new();
//! let now = Instant::ORIGIN;
//!
//! // The own channel is subscribed: pushes flow. The feed first requests all conversations.
//! feed.handle_live(now, Timestamp::from_secs(1_700_000_000));
//! while let Some((id, request)) = feed.poll_request() {
//!     let response = match request {
//!         Request::Groups { page: 1, .. } => Response::Groups(vec![group()]),
//!         Request::Groups { .. } => Response::Groups(Vec::new()),
//!         Request::Chats { .. } => Response::Chats(Vec::new()),
//!         Request::Memberships => Response::Memberships(Vec::new()),
//!         other => panic!("{other:?}"),
//!     };
//!     feed.handle_response(now, id, Ok(response));
//! }
//! // A proof of the session: messages in the first lists that were not pushed are older than the baseline.
//! feed.handle_proof(now, now);
//!
//! let mut caught_up = false;
//! let mut changes = Vec::new();
//! while let Some(mut delivered) = feed.poll_delivery() {
//!     let is_for_program = ledger.record(&mut delivered, &mut changes);
//!     store.save(&changes)?;
//!     changes.clear();
//!     if is_for_program {
//!         caught_up |= matches!(delivered.item, Item::CaughtUp);
//!         ledger.acknowledge(delivered.tag, &mut changes);
//!     }
//! }
//! store.save(&changes)?;
//! assert!(caught_up);
//! # fn group() -> Group {
//! #     let mut group = Group::default();
//! #     group.id = "1835".into();
//! #     group
//! # }
//! # Ok::<(), groupme_delivery::StoreError>(())
//! ```

mod config;
mod context;
mod conversation;
mod feed;
mod item;
mod ledger;
mod message_state;
mod observation;
mod outbox;
mod pace;
mod position;
mod request;
mod seen;
mod store;
mod synthesized;

pub use config::{Config, Polling};
pub use feed::Feed;
pub use item::{Delivered, DeliveryTag, Gap, GapCause, Item, LossKind, LossReason, Lost, Origin};
pub use ledger::Ledger;
pub use message_state::MessageState;
pub use request::{Failure, Request, RequestId, Response, Rows};
pub use store::{Change, MemoryStore, Saved, SavedConversation, Store, StoreError, WrittenError};
pub use synthesized::{RowEvent, Synthesized};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
