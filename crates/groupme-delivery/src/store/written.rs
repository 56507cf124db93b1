//! Written form of changes and of saved states: short printable text.
//!
//! A text is `1`, the version, and then for each entry `;`, a letter and its fields. Fields are
//! separated by `,`; none is empty. `c` names the conversation of the entries after it. A message id
//! that is a number below 2^64 is written as the difference to the one before it, in base 36, so that a
//! neighbour takes about eight characters; any other id is written after `'`. A byte of an id other than a
//! letter, a digit or one of `+-_.` is written as `%` and two hexadecimal digits, and an empty id as `%`.
//!
//! | entry | change |
//! |---|---|
//! | `t` milliseconds | [`Change::SyncedUntil`] |
//! | `b` milliseconds | [`Change::Baseline`] |
//! | `c` conversation | none: the conversation of what follows |
//! | `u` message, or `u` alone for the message named last | [`Change::Cursor`] |
//! | `s` message, and its state where that differs from the default | [`Change::Seen`] |
//! | `f` message | [`Change::Forgotten`] |
//! | `l`, `r` | [`Change::Left`], [`Change::Returned`] |
//! | `k` | [`Change::LeftGroupsKnown`] |
//!
//! A state is a list of fields: `e` time of the edit, `h` hash of the content, `a` hash of the reactions,
//! `d` deleted, `p` pinned.

mod reader;

use core::fmt::{self, Write as _};

use groupme_model::{ConversationId, MessageId};

use self::reader::Reader;
use crate::{Change, MessageState, Saved};

/// Error for a text that is no written form of changes, or of a later version.
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WrittenError {
    /// The text has a version that this version of the crate does not know.
    #[error(
        "the delivery state is written in version {version:?}, and this program reads version {VERSION}: \
         update the program"
    )]
    Version {
        /// Version, cut after 16 characters.
        version: Box<str>,
    },
    /// The text is damaged.
    #[error("the delivery state cannot be read from entry {entry} on: the text is damaged")]
    Damaged {
        /// Number of the entry, from 1.
        entry: usize,
    },
}

/// Shows the text, as `fn main() -> Result<…>` prints errors.
impl fmt::Debug for WrittenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl Change {
    /// Writes changes as text of printable ASCII without blanks, which may stand in a header or a line.
    /// No changes give a text that is not empty, too. [`read_all`](Self::read_all) reads the text.
    ///
    /// ```
    /// use groupme_delivery::{Change, WrittenError};
    ///
    /// let changes = [Change::Cursor { conversation: "1835".into(), message: "179573141902049869".into() }];
    /// let text = Change::write_all(&changes);
    /// assert_eq!(text, "1;c1835;u2q8aqd2mpeoq");
    /// assert_eq!(Change::read_all(&text)?, changes);
    /// # Ok::<(), WrittenError>(())
    /// ```
    pub fn write_all(changes: &[Self]) -> String {
        let mut writer = Writer::new();
        for change in changes {
            writer.change(change);
        }
        writer.text
    }

    /// Reads the text of [`write_all`](Self::write_all).
    ///
    /// # Errors
    ///
    /// [`WrittenError`] for any other text. A change that a later version has added is an error, never
    /// left out.
    pub fn read_all(text: &str) -> Result<Vec<Self>, WrittenError> {
        let mut changes = Vec::new();
        Reader::new(text)?.read(|change| changes.push(change))?;
        Ok(changes)
    }
}

impl Saved {
    /// Writes the state as the changes that lead to it, in the form of [`Change::write_all`]: about ten
    /// bytes for each remembered message without edits and reactions. Conversations of which nothing is
    /// saved are left out.
    pub fn write(&self) -> String {
        let mut writer = Writer::new();
        if let Some(moment) = self.baseline {
            writer.change(&Change::Baseline(moment));
        }
        if self.knows_left_groups {
            writer.change(&Change::LeftGroupsKnown);
        }
        for (conversation, saved) in &self.conversations {
            for (message, state) in &saved.seen {
                writer.seen(conversation, message, *state);
            }
            if let Some(message) = &saved.cursor {
                writer.cursor(conversation, message);
            }
            if saved.is_left {
                writer.of(conversation);
                writer.entry('l');
            }
        }
        if let Some(until) = self.synced_until {
            writer.change(&Change::SyncedUntil(until));
        }
        writer.text
    }

    /// Reads the text of [`write`](Self::write), or of [`Change::write_all`] applied to nothing.
    ///
    /// # Errors
    ///
    /// Same as [`Change::read_all`].
    pub fn read(text: &str) -> Result<Self, WrittenError> {
        let mut saved = Self::default();
        Reader::new(text)?.read(|change| saved.apply(&change))?;
        Ok(saved)
    }
}

struct Writer {
    text: String,
    conversation: Option<ConversationId>,
    /// Last message id that was written.
    message: Option<MessageId>,
    /// Last message id that was written as a number.
    number: u64,
}

impl Writer {
    fn new() -> Self {
        Self {
            text: VERSION.to_owned(),
            conversation: None,
            message: None,
            number: 0,
        }
    }

    fn change(&mut self, change: &Change) {
        match change {
            Change::SyncedUntil(until) => self.number_entry('t', until.as_millis()),
            Change::Baseline(moment) => self.number_entry('b', moment.as_millis()),
            Change::Cursor {
                conversation,
                message,
            } => self.cursor(conversation, message),
            Change::Seen {
                conversation,
                message,
                state,
            } => self.seen(conversation, message, *state),
            Change::Forgotten {
                conversation,
                message,
            } => {
                self.of(conversation);
                self.entry('f');
                self.message(message);
            }
            Change::Left { conversation } => {
                self.of(conversation);
                self.entry('l');
            }
            Change::Returned { conversation } => {
                self.of(conversation);
                self.entry('r');
            }
            Change::LeftGroupsKnown => self.entry('k'),
        }
    }

    fn cursor(&mut self, conversation: &ConversationId, message: &MessageId) {
        self.of(conversation);
        self.entry('u');
        if self.message.as_ref() != Some(message) {
            self.message(message);
        }
    }

    fn seen(&mut self, conversation: &ConversationId, message: &MessageId, state: MessageState) {
        self.of(conversation);
        self.entry('s');
        self.message(message);
        // Named one by one, so that a new member does not compile before it is written.
        let MessageState {
            edited,
            content,
            reactions,
            deleted,
            pinned,
        } = state;
        if edited != 0 {
            self.add(format_args!(",e{edited}"));
        }
        if content != 0 {
            self.add(format_args!(",h{content:x}"));
        }
        if reactions != 0 {
            self.add(format_args!(",a{reactions:x}"));
        }
        if deleted {
            self.text.push_str(",d");
        }
        if pinned {
            self.text.push_str(",p");
        }
    }

    fn number_entry(&mut self, letter: char, number: i64) {
        self.entry(letter);
        self.add(format_args!("{number}"));
    }

    /// Names the conversation of what follows, unless it is the last one named.
    fn of(&mut self, conversation: &ConversationId) {
        if self.conversation.as_ref() != Some(conversation) {
            self.entry('c');
            self.escaped(conversation.as_str());
            self.conversation = Some(conversation.clone());
        }
    }

    fn message(&mut self, message: &MessageId) {
        if let Some(number) = canonical_number(message.as_str()) {
            self.base_36(zigzag(number.wrapping_sub(self.number)));
            self.number = number;
        } else {
            self.text.push('\'');
            self.escaped(message.as_str());
        }
        self.message = Some(message.clone());
    }

    fn entry(&mut self, letter: char) {
        self.text.push(';');
        self.text.push(letter);
    }

    fn base_36(&mut self, mut number: u64) {
        let start = self.text.len();
        loop {
            let digit = u32::try_from(number % 36).unwrap_or(0);
            let digit = char::from_digit(digit, 36).unwrap_or('0');
            self.text.insert(start, digit);
            number /= 36;
            if number == 0 {
                return;
            }
        }
    }

    fn escaped(&mut self, id: &str) {
        if id.is_empty() {
            self.text.push('%');
        }
        for byte in id.bytes() {
            if is_plain(byte) {
                self.text.push(char::from(byte));
            } else {
                self.add(format_args!("%{byte:02x}"));
            }
        }
    }

    fn add(&mut self, text: fmt::Arguments<'_>) {
        // Writing to a string does not fail.
        let _ = self.text.write_fmt(text);
    }
}

/// Returns the number that an id is the usual text of.
fn canonical_number(id: &str) -> Option<u64> {
    let is_usual =
        id.bytes().all(|byte| byte.is_ascii_digit()) && (id == "0" || !id.starts_with('0'));
    id.parse().ok().filter(|_| is_usual)
}

fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'_' | b'.')
}

/// Returns a small number for a small difference of either sign.
const fn zigzag(difference: u64) -> u64 {
    let sign = 0_u64.wrapping_sub(difference >> 63);
    (difference << 1) ^ sign
}

/// Returns the difference that [`zigzag`] made a number of.
const fn unzigzag(number: u64) -> u64 {
    (number >> 1) ^ 0_u64.wrapping_sub(number & 1)
}

/// Version of the form, at the start of each text.
const VERSION: &str = "1";
