//! GroupMe's events, messages and ids: what the JSON of a frame means.
//!
//! # Views and owned twins
//!
//! Everything here comes twice, from one declaration:
//!
//! - A **view**, `FooRef<'f>`, reads straight from a [frame](bayeux_wire::Frame). It is `Copy`,
//!   allocates nothing and copies no text; its fields are methods, its lists are lazy iterators.
//! - The **owned twin**, `Foo`, has public fields, needs no frame, and goes to and from any serde
//!   format. [`view.into_owned()`](MessageRef::into_owned) makes one; it equals what serde makes of
//!   the same JSON.
//!
//! ```
//! use bayeux_wire::{Decoder, Frame};
//! use groupme_model::{Event, EventRef};
//!
//! let mut frame = Frame::from_bytes(
//!     br#"[{"channel":"/user/185","data":{"type":"line.create","received_at":1322557919000,
//!         "subject":{"id":"15717","group_id":1835,"user_id":"162","name":"Rowan","text":"hey",
//!                    "system":"no","mood":7,"attachments":[{"type":"hologram","volume":11}]}}}]"#,
//! );
//! Decoder::new().decode(&mut frame)?;
//! let data = frame.messages().next().and_then(|message| message.data()).expect("a delivery");
//!
//! let event = EventRef::from_value(data);
//! let EventRef::LineCreate(push) = event else { panic!("{} is not a message", event.kind()) };
//! let message = push.message();
//! assert_eq!(message.text(), Some("hey"));
//! assert_eq!(message.group_id().expect("a group"), "1835");
//!
//! // What the model does not know is kept, and told.
//! assert_eq!(message.attachments().next().expect("an attachment").kind(), "hologram");
//! assert_eq!(event.unknown_fields(), ["subject.attachments[0]", "subject.mood"]);
//!
//! // What it cannot read counts as absent, and is told too.
//! assert_eq!(message.system(), None);
//! assert_eq!(event.problems()[0].to_string(), "subject.system: expected true or false, found text");
//!
//! // The twin lets go of the frame, and loses nothing.
//! let owned: Event = event.into_owned();
//! assert_eq!(owned, event);
//! # Ok::<(), bayeux_wire::DecodeError>(())
//! ```
//!
//! # What there is
//!
//! - Pushed [`Event`]s, and the [`SystemEvent`]s that messages tell of.
//! - [`Message`]s with their [`Attachment`]s and [`Reaction`]s, as pushed and as read over REST.
//! - What REST tells: [`Group`], [`Topic`], [`Chat`], [`Member`], [`User`], [`Relationship`],
//!   [`Poll`], [`CalendarEvent`], [`ReadReceipt`] and their parts. One model for every answer that
//!   has the object, so most fields may be absent.
//! - [`outgoing`]: the bodies of requests and what can be published, checked for what GroupMe is
//!   known to refuse.
//! - [`inspect`]: a payload looked at from outside.
//!
//! # What can be relied on
//!
//! - **No surprise fails an event.** A type that is not known is `Unknown`, with its name and all
//!   of its content. A field that is null, absent or of an unexpected type is `None`, and none but
//!   an id is required. `problems()` names the fields that could not be read, `unknown_fields()`
//!   those that the model does not have.
//! - **Nothing is lost.** A twin keeps in `extra` what it does not know or could not read, and
//!   writes it out again: decoding what was encoded gives the same twin. Dropped are only null,
//!   empty text in place of a number or a time, single unreadable elements of a list, and of a time
//!   its offset and what is finer than a millisecond. A view hands out the
//!   [value](bayeux_wire::Value) it reads from with `raw()`.
//! - **Ids are text** ([`Id`]), whether GroupMe sent a string or a number, exact to 64 bits.
//! - **Times have one unit** ([`Timestamp`]), whatever unit GroupMe has for the field.
//! - **Every value has one spelling.** Text of which some values have a name, such as
//!   [`SenderType`], keeps and prints the others, and they cannot be mistaken for a named one.
//!
//! # Features
//!
//! - `serde` (default): owned twins and ids to and from serde formats.

pub mod attachment;
mod bot;
pub mod calendar;
pub mod channel;
mod chat;
mod directory;
mod event;
mod field;
mod finding;
pub mod group;
pub mod id;
pub mod inspect;
mod json;
mod like_icon;
mod list;
mod macros;
pub mod member;
mod message;
mod names;
mod open_enum;
pub mod outgoing;
mod place;
pub mod poll;
mod reaction;
mod receipt;
mod relationship;
mod source;
pub mod system_event;
mod timestamp;
mod topic;
mod unknown;
pub mod user;

pub use attachment::{Attachment, AttachmentRef};
pub use bot::{Bot, BotRef};
pub use calendar::{CalendarEvent, CalendarEventRef};
pub use channel::{Channel, ChannelError, UserPair};
pub use chat::{Chat, ChatRef, OtherUser, OtherUserRef};
pub use directory::{Directory, DirectoryRef};
pub use event::{
    Event, EventRef, JoinedGroup, JoinedGroupRef, MembershipPush, MembershipPushRef, MessagePush,
    MessagePushRef, Ping, PingRef, ReactionChange, ReactionChangeRef, ReactionPush,
    ReactionPushRef, ReceiptPush, ReceiptPushRef, SubscribePush, SubscribePushRef, Typing,
    TypingRef,
};
pub use finding::Problem;
pub use group::{Group, GroupRef};
pub use id::{
    BotId, BotIdRef, CalendarEventId, CalendarEventIdRef, CategoryId, CategoryIdRef,
    ConversationId, ConversationIdRef, DirectoryId, DirectoryIdRef, FileId, FileIdRef, GroupId,
    GroupIdRef, Id, IdRef, MembershipId, MembershipIdRef, MessageId, MessageIdRef, OtherId,
    OtherIdRef, PollId, PollIdRef, PollOptionId, PollOptionIdRef, UserId, UserIdRef,
};
pub use json::{Extra, Json};
pub use like_icon::{LikeIcon, LikeIconRef};
pub use list::List;
pub use member::{Member, MemberRef};
pub use message::{
    DeletionActor, DeletionActorRef, Message, MessageRef, SenderType, SenderTypeRef,
};
pub use outgoing::{Draft, SourceGuid};
pub use place::{Place, PlaceRef};
pub use poll::{Poll, PollRef};
pub use reaction::{
    EmojiReaction, EmojiReactionRef, Reaction, ReactionRef, UnicodeReaction, UnicodeReactionRef,
};
pub use receipt::{ReadReceipt, ReadReceiptRef};
pub use relationship::{Block, BlockRef, Relationship, RelationshipRef};
pub use system_event::{Notice, NoticeRef, SystemEvent, SystemEventRef};
pub use timestamp::{ParseTimestampError, Timestamp};
pub use topic::{Topic, TopicRef};
pub use unknown::{Unknown, UnknownRef};
pub use user::{User, UserRef};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
