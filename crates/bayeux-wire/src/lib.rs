//! Bayeux frames: parses JSON bytes into envelopes and values without copying.
//!
//! A [`Frame`] holds the bytes of one WebSocket frame or HTTP body. A [`Decoder`] parses them in
//! one pass. Afterwards the frame lists its [messages](Frame::messages), each with the
//! [envelope](Message::envelope) that a session of [`bayeux_proto`] reads and the
//! [`data`](Message::data) of the application.
//!
//! ```
//! use bayeux_wire::{Decoder, Frame};
//!
//! let mut decoder = Decoder::new();
//! let mut frame = Frame::new();
//! frame.extend_from_slice(br#"[{"channel":"/chat/7","id":"1","data":{"text":"h\u00e9llo"}},"#);
//! frame.extend_from_slice(br#"null,{"channel":"/meta/connect","successful":true}]"#);
//! decoder.decode(&mut frame)?;
//!
//! let first = frame.message(0).expect("two messages were decoded");
//! assert_eq!(first.envelope().channel, "/chat/7");
//! let text = first.data().and_then(|data| data.get("text")?.as_str());
//! assert_eq!(text, Some("héllo"));
//!
//! assert_eq!(frame.messages().len(), 2);
//! assert_eq!(frame.rejected(), 1); // the null
//! # Ok::<(), bayeux_wire::DecodeError>(())
//! ```
//!
//! # What is copied
//!
//! The bytes are copied once, from the socket's buffer into the frame. Every `&str` points into the
//! frame: at its place in the text or, for a string with escapes, at the unescaped copy that the
//! parser has appended. Numbers stay text until their value is asked for.
//!
//! The parser produces a list of nodes, eight bytes for each key and value, which hold offsets and
//! no references. A frame therefore borrows nothing: it can be moved, pooled, put into an `Arc`,
//! sent to another thread and held across an `await`, and this crate has no unsafe code. Steady
//! traffic allocates nothing: decoder and frames keep their buffers, and a [`Pool`] reuses a shared
//! frame once every other handle to it is dropped.
//!
//! The parser is part of this crate because no other one has all of these properties: trees
//! allocate, serde has to know the types before it reads, and the tape of `simd-json` borrows from
//! the bytes, seldom names the offset of an error, and alone takes as long as this crate and a
//! typed event together (`cargo xtask bench model`). `cargo xtask fuzz` compares it with
//! `serde_json` and `simd-json` on damaged frames.
//!
//! # The lifetime `'f`
//!
//! `'f` is the lifetime of the frame. [`Message<'f>`](Message), [`Value<'f>`](Value), the envelope,
//! the iterators and every `&'f str` borrow from the frame and not from each other. To keep one
//! message longer, keep its frame and its [`index`](Message::index); a kept message keeps the bytes
//! of its whole batch.
//!
//! # What is accepted
//!
//! - A batch is an array of messages or a single message. Elements that are not objects are skipped
//!   and counted; the other elements are unaffected.
//! - JSON as in RFC 8259, with two additions. Unpaired surrogates (`"\ud83d"`) become U+FFFD,
//!   because servers that truncate strings send them. Integers beyond 64 bits become floats; all
//!   others are exact.
//! - A value that is valid and cannot be represented, nested too deeply or a number outside the
//!   range of `f64`, counts as `null` and is marked as [unreadable](Value::unreadable). The rest of
//!   the frame is unaffected.
//! - The last of repeated keys counts, as in JavaScript; [`Value::entries`] yields all of them.
//! - Members of an envelope that have an unexpected type are treated as absent.
//! - [`Limits`] bound size and number of values, for the frame, and depth, for each value. Buffers
//!   that a hostile frame has grown are freed.
//!
//! No frame can cause a panic. `Debug` of a frame and of a message shows sizes and channels only,
//! and errors quote no content, because frames carry credentials.
//!
//! # Features
//!
//! - `std` (default): detects vector instructions at run time and checks UTF-8 faster. Without it,
//!   this crate needs only `core` and `alloc`.
//! - `serde` (default): a [`Value`] is a `Serialize` and, borrowing text from the frame, a
//!   `Deserializer`.
//! - `serde_json`, `simd-json`: conversion of a [`Value`] into the trees of these crates; that into
//!   `simd_json::BorrowedValue` borrows text from the frame.

#![no_std]

extern crate alloc;

mod decoder;
#[cfg(feature = "serde")]
mod deserialize;
mod document;
mod envelope;
mod error;
mod frame;
mod indexed_object;
mod message;
mod node;
mod parser;
mod part;
mod payload;
mod pool;
#[cfg(feature = "serde")]
mod serialize;
mod server_payload;
mod text;
mod trees;
mod unreadable;
mod value;

pub use decoder::{Decoder, Limits};
#[cfg(feature = "serde")]
pub use deserialize::DeserializeError;
pub use error::DecodeError;
pub use frame::Frame;
#[doc(hidden)]
pub use indexed_object::{IndexedObject, Keys, slots_for};
pub use message::{Message, Messages};
pub use part::Part;
pub use pool::Pool;
pub use server_payload::ServerPayload;
pub use unreadable::Unreadable;
pub use value::{Entries, Items, Kind, Value, ValueIndex};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
