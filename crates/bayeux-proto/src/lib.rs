//! Sans-IO Bayeux state machines.

#![no_std]

extern crate alloc;

mod advice;
mod channel;
mod client;
mod config;
mod error;
mod event;
mod extension;
mod lane;
mod message;
mod time;
mod timer;

pub use advice::{Advice, Reconnect, Timing};
pub use channel::Channel;
pub use client::Session;
pub use config::{Config, Resume};
pub use error::{Misuse, ServerError};
pub use event::{Cause, End, Event, Outcome, PublishId, Stray, SubscriptionId, Verdict};
pub use extension::{Extension, Outgoing};
pub use lane::{Action, Close, ConnectionTypes, Exchange, LaneId, Transport};
pub use message::{Message, MessageId};
pub use time::Instant;
pub use timer::{Deadline, Timer};
