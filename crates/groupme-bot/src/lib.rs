#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod arguments;
mod bot;
mod command;
mod context;
mod cooldown;
mod error;
mod into_drafts;
pub mod prelude;
mod queue;
mod run;
mod signature;
mod wait;

pub use arguments::{Argument, ArgumentError, Arguments, Mention, Rest};
pub use bot::Bot;
pub use command::Command;
pub use context::Context;
pub use error::Error;
pub use groupme_client;
pub use into_drafts::{HandlerError, IntoDrafts};
pub use run::Run;
pub use signature::{Handler, HandlerFuture};
pub use wait::Wait;
