//! Reading of written changes.

use groupme_model::{ConversationId, MessageId, Timestamp};

use super::{VERSION, WrittenError, canonical_number, is_plain, unzigzag};
use crate::{Change, MessageState};

/// Reader of one text.
pub(super) struct Reader<'t> {
    entries: core::str::Split<'t, char>,
    conversation: Option<ConversationId>,
    message: Option<MessageId>,
    number: u64,
}

impl<'t> Reader<'t> {
    pub(super) fn new(text: &'t str) -> Result<Self, WrittenError> {
        let mut entries = text.split(';');
        let version = entries.next().unwrap_or_default();
        if version != VERSION {
            let version: String = version.chars().take(16).collect();
            return Err(WrittenError::Version {
                version: version.into(),
            });
        }
        Ok(Self {
            entries,
            conversation: None,
            message: None,
            number: 0,
        })
    }

    /// Reads all entries.
    pub(super) fn read(mut self, mut add: impl FnMut(Change)) -> Result<(), WrittenError> {
        let mut number = 0;
        while let Some(entry) = self.entries.next() {
            number += 1;
            let damaged = WrittenError::Damaged { entry: number };
            if let Some(conversation) = entry.strip_prefix('c') {
                let conversation = unescaped(conversation).ok_or(damaged)?;
                self.conversation = Some(ConversationId::from(conversation));
            } else {
                add(self.change(entry).ok_or(damaged)?);
            }
        }
        Ok(())
    }

    /// Reads the entry of a change; `None` if it is damaged.
    fn change(&mut self, entry: &str) -> Option<Change> {
        let letter = entry.chars().next()?;
        let rest = &entry[letter.len_utf8()..];
        Some(match letter {
            't' => Change::SyncedUntil(millis(rest)?),
            'b' => Change::Baseline(millis(rest)?),
            'u' => Change::Cursor {
                conversation: self.conversation.clone()?,
                message: match rest {
                    "" => self.message.clone()?,
                    rest => self.message(rest)?,
                },
            },
            's' => {
                let mut fields = rest.split(',');
                Change::Seen {
                    conversation: self.conversation.clone()?,
                    message: self.message(fields.next()?)?,
                    state: state(fields)?,
                }
            }
            'f' => Change::Forgotten {
                conversation: self.conversation.clone()?,
                message: self.message(rest)?,
            },
            'l' if rest.is_empty() => Change::Left {
                conversation: self.conversation.clone()?,
            },
            'r' if rest.is_empty() => Change::Returned {
                conversation: self.conversation.clone()?,
            },
            'k' if rest.is_empty() => Change::LeftGroupsKnown,
            _ => return None,
        })
    }

    fn message(&mut self, text: &str) -> Option<MessageId> {
        let id = if let Some(text) = text.strip_prefix('\'') {
            let id = unescaped(text)?;
            // A number has one way to be written.
            if canonical_number(&id).is_some() {
                return None;
            }
            MessageId::from(id)
        } else {
            let difference = unzigzag(base_36(text)?);
            self.number = self.number.wrapping_add(difference);
            MessageId::from(self.number)
        };
        self.message = Some(id.clone());
        Some(id)
    }
}

/// Reads the fields of a state, each once and in order.
fn state(fields: core::str::Split<'_, char>) -> Option<MessageState> {
    let mut state = MessageState::default();
    let mut last = 0;
    for field in fields {
        let letter = field.chars().next()?;
        let rest = &field[letter.len_utf8()..];
        let order = "ehadp".find(letter)? + 1;
        if order <= last {
            return None;
        }
        last = order;
        match letter {
            'e' => state.edited = rest.parse().ok()?,
            'h' => state.content = hexadecimal(rest)?,
            'a' => state.reactions = hexadecimal(rest)?,
            'd' if rest.is_empty() => state.deleted = true,
            'p' if rest.is_empty() => state.pinned = true,
            _ => return None,
        }
    }
    Some(state)
}

fn millis(text: &str) -> Option<Timestamp> {
    text.parse().ok().map(Timestamp::from_millis)
}

fn hexadecimal(text: &str) -> Option<u64> {
    // The standard library also takes a sign.
    let is_plain = text.bytes().all(|byte| byte.is_ascii_hexdigit());
    u64::from_str_radix(text, 16).ok().filter(|_| is_plain)
}

fn base_36(text: &str) -> Option<u64> {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    u64::from_str_radix(text, 36).ok().filter(|_| is_plain)
}

/// Returns the id that an escaped text stands for.
fn unescaped(text: &str) -> Option<String> {
    if text == "%" {
        return Some(String::new());
    }
    let mut bytes = text.bytes();
    let mut id = Vec::with_capacity(text.len());
    while let Some(byte) = bytes.next() {
        id.push(match byte {
            b'%' => {
                let digit = |byte: Option<u8>| char::from(byte?).to_digit(16);
                let (high, low) = (digit(bytes.next())?, digit(bytes.next())?);
                u8::try_from(high * 16 + low).ok()?
            }
            byte if is_plain(byte) => byte,
            _ => return None,
        });
    }
    if id.is_empty() {
        return None;
    }
    String::from_utf8(id).ok()
}
