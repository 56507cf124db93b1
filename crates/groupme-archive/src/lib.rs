//! Archives of GroupMe conversations in a directory: messages as lines of JSON, with their pictures,
//! videos, sounds and files, and pages to read them.
//!
//! An [`Archive`] is filled by [`Archive::update`], one conversation at a time, and read by
//! [`Contents`], which needs neither network nor account. [`html::write`] makes the pages.
//!
//! ```no_run
//! use groupme_archive::{Archive, Contents, Settings, html};
//!
//! # async fn keep(client: groupme_rest::Client) -> Result<(), Box<dyn std::error::Error>> {
//! let me = client.call(&groupme_rest::endpoint::users::me()).await?;
//! let mut archive = Archive::open("groupme", &me.id)?;
//! for conversation in groupme_archive::conversations(&client).await? {
//!     let report = archive.update(&client, conversation, &Settings::default(), &mut |_| {}).await?;
//!     assert_eq!(report.missing(), 0, "{} is shorter than promised", report.about.id);
//! }
//! html::write(&Contents::open("groupme")?)?;
//! # Ok(()) }
//! ```
//!
//! # Layout
//!
//! ```text
//! index.json                    account, and a summary of each conversation
//! conversations/1835.jsonl      messages of a conversation, oldest first: GroupMe's own object, one a line
//! conversations/1835.json       name, people, counts and times of the conversation
//! media/0a1b….jpeg              a picture, video, sound or file; the name is made of its URL or id
//! media/index.jsonl             which file of `media` belongs to which URL or file id, one a line
//! index.html, pages/1835.html   pages to read, written by `html::write`
//! .lock                         held by the program that writes
//! ```
//!
//! Files of direct messages have the ids of both users in their names: `185+230.jsonl`. A topic is a
//! conversation of its own.
//!
//! # Guarantees
//!
//! - **A kill at any moment costs nothing.** Lines are appended and synchronised page by page; half a
//!   line at the end of a file is cut off by the next run, which goes on behind the last whole one.
//!   Everything else is written to a `.part` file, synchronised, and renamed. The next run removes
//!   `.part` files. No message is doubled or skipped.
//! - **Counted.** GroupMe tells how many messages a conversation has had. [`Report::missing`] is the
//!   number of those that are neither archived nor known from a notice to be deleted.
//! - **Changes.** A run reads the newest messages of the archive again ([`Settings::recheck`]), and
//!   older ones that a notice names as edited or deleted. Reactions to older messages, and pins, are
//!   as they were when the message was last read.
//! - **Gentle.** All requests go through the client, whose rate limit they share. Temporary failures,
//!   such as a minute of status 429, are waited for ([`Settings::patience`]).
//! - **Names from others are data.** Ids and names of files lead to no other directory, and pages show
//!   text as text.
//!
//! Files are written by blocking calls: run an update in a task that may block for some milliseconds.

// Files and servers send lengths and counts: arithmetic on them saturates or is checked.
#![cfg_attr(not(test), warn(clippy::arithmetic_side_effects))]

mod about;
mod archive;
mod contents;
mod error;
mod fetch;
pub mod html;
mod journal;
mod layout;
mod listing;
mod media;
mod messages;
mod part_file;
mod progress;
mod report;
mod settings;

pub use about::{About, Kind};
pub use archive::Archive;
pub use contents::Contents;
pub use error::Error;
pub use layout::file_name;
pub use listing::{conversation, conversations};
pub use messages::Messages;
pub use part_file::PartFile;
pub use progress::Progress;
pub use report::{MediaReport, Report};
pub use settings::Settings;
