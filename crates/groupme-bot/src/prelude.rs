//! The types and traits that most bots name: `use groupme_bot::prelude::*;`. Has those of
//! [`groupme_client::prelude`].

pub use groupme_client::prelude::*;

pub use crate::{Bot, Command, Context, Mention, Rest};
