//! Bayeux frames: JSON bytes to envelopes and values, without copying.
//!
//! A [`Frame`] holds the bytes of one WebSocket frame or HTTP body. A [`Decoder`] parses them in one
//! pass. After that the frame lists its [messages](Frame::messages), each with the
//! [envelope](Message::envelope) that a session of [`bayeux_proto`] reads and the
//! [`data`](Message::data) that is the application's.
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
//! let first = frame.message(0).expect("two messages came");
//! assert_eq!(first.envelope().channel, "/chat/7");
//! let text = first.data().and_then(|data| data.get("text")?.as_str());
//! assert_eq!(text, Some("héllo"));
//!
//! assert_eq!(frame.messages().len(), 2);
//! assert_eq!(frame.rejected(), 1); // the null
//! # Ok::<(), bayeux_wire::DecodeError>(())
//! ```
//!
//! # What zero-copy means here
//!
//! One copy is made, out of the socket's buffer into the frame's. From there on every `&str` points
//! into the frame: at its place in the text or, if it had escapes, behind it, where the parser has
//! written it without them. Numbers stay text until somebody asks for their value.
//!
//! What the parser makes of a text is a list of nodes, eight bytes for each key and value, which hold
//! offsets and no references. So a frame borrows nothing and is plain data: it can be moved, pooled,
//! put into an `Arc`, sent to another thread and held across an `await`, and there is no unsafe code
//! here. In steady traffic nothing is allocated either: decoder and frames keep their buffers, and a
//! [`Pool`] hands out shared frames again once everybody has let go of them.
//!
//! The parser is this crate's own because nothing else gives all of that: trees allocate, serde
//! has to know the types before it reads, and the tape of `simd-json` borrows from the bytes, says
//! seldom where a mistake is, and alone takes as long as this crate and a typed event together
//! (`cargo xtask bench model`). It is compared with `serde_json` and `simd-json` on damaged frames
//! (`cargo xtask fuzz`).
//!
//! # One lifetime
//!
//! `'f` is the frame. [`Message<'f>`](Message), [`Value<'f>`](Value), the envelope, the iterators
//! and every `&'f str` borrow from the frame and not from each other, so they can be passed around
//! freely as long as the frame stays. To keep one message longer, keep its frame and its
//! [`index`](Message::index); one kept message keeps the bytes of its whole batch.
//!
//! # What is accepted
//!
//! - A batch is an array of messages or a single one. Elements that are no objects are counted and
//!   left out; they never cost their neighbours.
//! - JSON is taken as RFC 8259 has it, with two allowances. Halves of surrogate pairs (`"\ud83d"`)
//!   become U+FFFD, because servers that cut texts send them. Integers beyond 64 bits become
//!   floats; all others are exact. A number that no float can hold is a mistake like any other.
//! - Of members with the same key the last counts, as in JavaScript; [`Value::entries`] shows all.
//! - In an envelope, members of an unexpected type are absent.
//! - [`Limits`] bound size and depth. Buffers that a hostile frame has blown up are given back.
//!
//! Nothing in a frame can cause a panic. `Debug` of a frame and of a message shows sizes and
//! channels only, and errors never quote: frames carry credentials.
//!
//! # Features
//!
//! - `std` (default): the processor is asked which vector instructions it has, and UTF-8 is checked
//!   faster. Without it, this crate needs `core` and `alloc` and no more.

#![no_std]

extern crate alloc;

mod decoder;
mod document;
mod envelope;
mod error;
mod frame;
mod inbound;
mod members;
mod message;
mod node;
mod parser;
mod pool;
mod print;
mod value;

pub use decoder::{Decoder, Limits};
pub use error::DecodeError;
pub use frame::Frame;
pub use inbound::Inbound;
pub use members::{IndexedObject, Keys, slots_for};
pub use message::{Message, Messages};
pub use pool::Pool;
pub use value::{Entries, Items, Kind, Value};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
