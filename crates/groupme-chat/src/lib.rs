//! A chat client for GroupMe in the terminal, over [`groupme_client`].
//!
//! [`run`] takes over the terminal until the user quits. The state of the chat is a model without
//! sockets or clock; a view draws the screen from the model, and a driver connects both with the
//! terminal, the client's events, its [`Outbox`](groupme_client::Outbox) and REST.
//!
//! ```no_run
//! use groupme_chat::Options;
//! use groupme_client::prelude::*;
//!
//! #[tokio::main]
//! async fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let client = Client::from_environment().await?.connect()?;
//!     groupme_chat::run(client, Options::default()).await?;
//!     Ok(())
//! }
//! ```
//!
//! The command `groupme chat` of `groupme-cli` runs this crate; `groupme chat --demo` needs no
//! account.

mod driver;
mod error;
mod model;
mod options;
#[cfg(test)]
mod testing;
mod text;
mod view;

pub use driver::run;
pub use error::Error;
pub use options::{Notifications, Options};
