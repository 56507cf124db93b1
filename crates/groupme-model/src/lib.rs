//! Typed model of GroupMe's events, messages, objects and ids.
//!
//! # Views and owned types
//!
//! Every object has two types, generated from one declaration:
//!
//! - The **view**, `FooRef<'f>`, reads directly from a [frame](bayeux_wire::Frame). It is `Copy`,
//!   allocates nothing and copies no text. Its fields are methods, its lists are lazy iterators.
//! - The **owned type**, `Foo`, has public fields, does not borrow from a frame, and supports
//!   serde. [`view.into_owned()`](MessageRef::into_owned) creates it; deserializing the same JSON
//!   with serde gives an equal value.
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
//! // An attachment of an unknown type is kept, and reported.
//! assert_eq!(message.attachments().next().expect("an attachment").kind(), "hologram");
//! assert_eq!(event.unknown_fields(), ["subject.attachments[0]", "subject.mood"]);
//!
//! // An unreadable field counts as absent, and is reported.
//! assert_eq!(message.system(), None);
//! assert_eq!(event.problems()[0].to_string(), "subject.system: expected true or false, found text");
//!
//! // The owned value is independent of the frame, and loses nothing.
//! let owned: Event = event.into_owned();
//! assert_eq!(owned, event);
//! # Ok::<(), bayeux_wire::DecodeError>(())
//! ```
//!
//! # Contents
//!
//! - Pushed [`Event`]s, and the [`SystemEvent`]s of messages.
//! - [`Message`]s with their [`Attachment`]s and [`Reaction`]s, as pushed and as read over REST.
//! - Objects of REST: [`Group`], [`Topic`], [`Chat`], [`Member`], [`User`], [`Relationship`],
//!   [`Poll`], [`CalendarEvent`], [`ReadReceipt`] and their parts. One type serves every response
//!   that contains the object, so most fields may be absent.
//! - [`outgoing`]: bodies of requests and events to publish, checked for errors that GroupMe is
//!   known to refuse.
//! - [`FromValue`], to read owned types where the type is a parameter, and [`MessageRow`], a message
//!   in its page of history.
//! - [`inspect`]: inspection of a payload, for tools.
//!
//! # Guarantees
//!
//! - **No unexpected value fails an event.** An object of an unknown type is `Unknown`, with its
//!   type and all of its content. A field that is null, absent or of an unexpected type is `None`;
//!   only ids and the subject of a push are required. `problems()` returns the fields that could
//!   not be read, `unknown_fields()` those that the model does not have. A value that cannot be
//!   represented, nested too deeply or a number beyond floats, costs its own field only.
//! - **Nothing is lost.** An owned type keeps unknown members and unreadable values in `extra` and
//!   writes them out again: deserializing what was serialized gives an equal value. Only null,
//!   empty text in place of a number or a time, single unreadable elements of a list, values that
//!   cannot be represented, fractions of a time finer than a millisecond, and the offset of a time
//!   that is not of a calendar event ([`DateTime`]) are dropped, integers beyond 64 bits are rounded, and
//!   of members with the same name the last is kept; [`Losses`] counts these. The `raw()` method of
//!   a view returns the [value](bayeux_wire::Value) as received.
//! - **Ids are text** ([`Id`]), whether GroupMe sent a string or a number, exact to 64 bits.
//! - **Times have one unit** ([`Timestamp`]), whichever unit GroupMe uses for the field.
//! - **Every value has one representation.** An open enum such as [`SenderType`] keeps and prints
//!   values without a variant, and these never equal a variant.
//!
//! # Features
//!
//! - `serde` (default): serialization and deserialization of owned types and ids.

#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod attachment;
mod bot;
pub mod calendar;
pub mod channel;
mod chat;
mod date_time;
mod diagnostics;
mod directory;
mod event;
mod field;
mod from_value;
pub mod group;
mod history;
pub mod id;
pub mod inspect;
mod json;
mod json_source;
mod keys;
mod like_icon;
mod list;
mod location;
mod losses;
mod macros;
pub mod member;
mod message;
mod open_enum;
pub mod outgoing;
pub mod poll;
mod reaction;
mod receipt;
mod relationship;
mod row;
pub mod system_event;
pub mod text;
mod timestamp;
mod topic;
mod unknown;
pub mod user;

pub use attachment::{Attachment, AttachmentRef};
pub use bot::{Bot, BotRef};
pub use calendar::{CalendarEvent, CalendarEventRef};
pub use channel::{Channel, ChannelError, UserPair};
pub use chat::{Chat, ChatRef, OtherUser, OtherUserRef};
pub use date_time::DateTime;
pub use diagnostics::Problem;
pub use directory::{Directory, DirectoryRef};
pub use event::{
    Event, EventRef, JoinedGroup, JoinedGroupRef, MembershipPush, MembershipPushRef, MessagePush,
    MessagePushRef, Ping, PingRef, ReactionChange, ReactionChangeRef, ReactionPush,
    ReactionPushRef, ReceiptPush, ReceiptPushRef, SubscribePush, SubscribePushRef, Typing,
    TypingRef,
};
pub use from_value::FromValue;
pub use group::{Group, GroupRef};
pub use history::HistoryWindow;
pub use id::{
    BotId, BotIdRef, CalendarEventId, CalendarEventIdRef, CategoryId, CategoryIdRef,
    ConversationId, ConversationIdRef, DirectoryId, DirectoryIdRef, FileId, FileIdRef, GroupId,
    GroupIdRef, Id, IdRef, MembershipId, MembershipIdRef, MessageId, MessageIdRef, OtherId,
    OtherIdRef, PollId, PollIdRef, PollOptionId, PollOptionIdRef, UserId, UserIdRef,
};
pub use json::{Extra, Json};
pub use like_icon::{LikeIcon, LikeIconRef};
pub use list::List;
pub use location::{MessageLocation, MessageLocationRef};
pub use losses::Losses;
pub use member::{Member, MemberRef};
pub use message::{
    DeletionActor, DeletionActorRef, Message, MessageRef, SenderType, SenderTypeRef,
};
pub use outgoing::{Draft, SourceGuid};
pub use poll::{Poll, PollRef};
pub use reaction::{
    EmojiReaction, EmojiReactionRef, Reaction, ReactionRef, UnicodeReaction, UnicodeReactionRef,
};
pub use receipt::{ReadReceipt, ReadReceiptRef};
pub use relationship::{Block, BlockRef, Relationship, RelationshipRef};
pub use row::MessageRow;
pub use system_event::{Notice, NoticeRef, SystemEvent, SystemEventRef};
pub use timestamp::{ParseTimestampError, Timestamp};
pub use topic::{Topic, TopicRef};
pub use unknown::{Unknown, UnknownRef};
pub use user::{User, UserRef};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
