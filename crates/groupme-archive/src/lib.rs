//! Archives of GroupMe conversations in a directory: messages as lines of JSON, with their pictures,
//! videos, sounds and files, and pages to read them.
//!
//! [`Archive::update`] fills an archive, one conversation at a time. [`Contents`] reads an archive
//! without network or account, and [`html::write`] writes pages for a browser.
//!
//! ```no_run
//! use groupme_archive::{Archive, Contents, Settings, html};
//!
//! # async fn keep(client: groupme_rest::Client) -> Result<(), Box<dyn std::error::Error>> {
//! let me = client.call(&groupme_rest::endpoint::users::me()).await?;
//! let mut archive = Archive::open("groupme", &me.id)?;
//! let settings = Settings::default();
//! for conversation in groupme_archive::conversations(&client, &settings, &mut |_| {}).await? {
//!     let report = archive.update(&client, conversation, &settings, &mut |_| {}).await?;
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
//! media/0a1b….jpeg              picture, video, sound or file, named by a digest of its URL or id
//! media/index.jsonl             file of each URL or file id, one a line
//! index.html, pages/1835.html   pages to read, written by `html::write`
//! .lock                         locked by the program that writes
//! ```
//!
//! Files of direct messages have the ids of both users in their names: `185+230.jsonl`. A topic is a
//! conversation of its own.
//!
//! # Guarantees
//!
//! - **Safe to kill at any moment.** Lines are appended and synchronised page by page; the next run
//!   removes an incomplete line at the end of a file and continues after the last complete one. All
//!   other files are written under a hidden name, synchronised, and renamed; the next run removes
//!   unfinished ones. No message is duplicated or skipped.
//! - **Counted.** GroupMe counts the messages of a conversation. [`Report::missing`] is the number of
//!   messages that are neither archived nor, according to a notice, deleted.
//! - **Updated.** A run reads the newest archived messages again ([`Settings::recheck`]), and older
//!   ones that a notice names as edited or deleted. Reactions to older messages, and pins, stay as of
//!   the last time the message was read.
//! - **Gentle.** All requests share the rate limit of the client. Temporary failures, such as a minute
//!   of status 429, are retried for [`Settings::patience`].
//! - **Names from others are data.** No id and no name leads to a file outside of the archive, and pages
//!   show text as text.
//! - **Archives from others.** Symbolic links in the directory are not followed, and only regular files are
//!   opened, in lines of limited length.
//!
//! Files are written by blocking calls, of some milliseconds each: run an update in a task that may
//! block.

// Lengths and counts come from files and servers: arithmetic on them saturates or is checked.
#![cfg_attr(not(test), warn(clippy::arithmetic_side_effects))]

mod about;
mod archive;
mod archive_file;
mod contents;
mod error;
mod fetch;
pub mod html;
mod journal;
mod layout;
mod lines;
mod listing;
mod media;
mod messages;
mod part_file;
mod patience;
mod progress;
mod report;
mod settings;

pub use about::{About, Kind};
pub use archive::Archive;
pub use contents::Contents;
pub use error::Error;
pub use layout::file_name;
pub use listing::{conversation, conversations};
pub use media::ExpectedMedium;
pub use messages::Messages;
pub use part_file::PartFile;
pub use progress::Progress;
pub use report::{MediaReport, Report};
pub use settings::Settings;
