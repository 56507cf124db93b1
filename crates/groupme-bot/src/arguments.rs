//! Arguments of a command: the words after its name.

use core::{fmt, time::Duration};

use groupme_client::{GroupId, MessageId, UserId};
use groupme_model::{MessageRef, attachment::AttachmentRef};

/// Text after the name of a command, read from left to right.
#[derive(Clone, Debug)]
pub struct Arguments<'a> {
    message: MessageRef<'a>,
    /// Whole text of the message, to which mentions refer.
    text: &'a str,
    /// Part that is not read yet, without blanks at either end.
    rest: &'a str,
}

impl<'a> Arguments<'a> {
    /// Returns the arguments in `rest`, a part of the message's text.
    pub(crate) fn new(message: MessageRef<'a>, rest: &'a str) -> Self {
        Self {
            message,
            text: message.text().unwrap_or_default(),
            rest: rest.trim(),
        }
    }

    /// Takes the next word, or the text between two double quotes. `None` at the end.
    pub fn next_word(&mut self) -> Option<&'a str> {
        let quoted = self.rest.strip_prefix('"');
        let (word, rest) = match quoted.and_then(|text| text.split_once('"')) {
            Some(parts) => parts,
            None => self
                .rest
                .split_once(char::is_whitespace)
                .unwrap_or((self.rest, "")),
        };
        let is_end = self.rest.is_empty();
        self.rest = rest.trim_start();
        (!is_end).then_some(word)
    }

    /// Takes the mention that comes next: the user and the mentioned name.
    pub fn next_mention(&mut self) -> Option<(UserId, &'a str)> {
        if self.rest.is_empty() {
            return None;
        }
        // Both are parts of one text, so the distance of their addresses is the offset.
        let at = self
            .rest
            .as_ptr()
            .addr()
            .checked_sub(self.text.as_ptr().addr())?;
        let (user, name) = mention_at(self.message, self.text, at)?;
        self.rest = self.rest.get(name.len()..)?.trim_start();
        Some((user, name))
    }

    /// Takes everything that is left.
    pub fn take_rest(&mut self) -> &'a str {
        core::mem::take(&mut self.rest)
    }

    /// Returns whether nothing is left.
    pub fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }
}

/// Returns the mention that begins at a byte offset of the text, the whole text of the message.
pub(crate) fn mention_at<'a>(
    message: MessageRef<'_>,
    text: &'a str,
    at: usize,
) -> Option<(UserId, &'a str)> {
    message.attachments().into_iter().find_map(|part| {
        let AttachmentRef::Mentions(mentions) = part else {
            return None;
        };
        mentions.in_text(text).find_map(|(user, name)| {
            let name = name.filter(|name| !name.is_empty())?;
            let start = name.as_ptr().addr().checked_sub(text.as_ptr().addr())?;
            (start == at).then(|| (user.into_owned(), name))
        })
    })
}

/// Type that can be an argument of a command.
///
/// Implemented for numbers, `bool`, `char`, `String` (one word, or text in double quotes), ids,
/// [`Duration`] (`90s`, `2h 30m` in double quotes), [`Mention`], [`Rest`], `Option` (an argument
/// that may be missing) and `Vec` (all words that are left, at least one).
pub trait Argument: Sized + Send + 'static {
    /// Returns the placeholder for the help text, such as `NUMBER`.
    fn placeholder() -> String;

    /// Takes the argument.
    ///
    /// # Errors
    ///
    /// [`ArgumentError`] if the argument is missing or of another kind.
    fn parse(arguments: &mut Arguments<'_>) -> Result<Self, ArgumentError>;
}

/// Error in the arguments of a command. The bot answers with it and with the command's usage.
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ArgumentError {
    /// The argument is missing.
    #[error("{placeholder} is missing")]
    Missing {
        /// Placeholder of the argument.
        placeholder: String,
    },
    /// The argument is of another kind.
    #[error("\u{201c}{word}\u{201d} is no {placeholder}")]
    Invalid {
        /// Argument as written, at most 40 characters.
        word: String,
        /// Placeholder of the argument.
        placeholder: String,
    },
    /// Text is left after the last argument.
    #[error("\u{201c}{text}\u{201d} is too much")]
    Excess {
        /// Text that is left, at most 40 characters.
        text: String,
    },
}

/// Shows the text, as `fn main() -> Result<…>` prints errors.
impl fmt::Debug for ArgumentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl ArgumentError {
    /// Returns the error of an argument that is missing.
    pub fn missing<A: Argument>() -> Self {
        Self::Missing {
            placeholder: A::placeholder(),
        }
    }

    /// Returns the error of an argument that is of another kind.
    pub fn invalid<A: Argument>(word: &str) -> Self {
        Self::Invalid {
            word: shorten(word),
            placeholder: A::placeholder(),
        }
    }

    pub(crate) fn excess(text: &str) -> Self {
        Self::Excess {
            text: shorten(text),
        }
    }
}

fn shorten(text: &str) -> String {
    text.chars().take(40).collect()
}

/// Text up to the end of the message; may not be empty.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "taken apart by programs")]
pub struct Rest(pub String);

/// User mentioned with `@`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Mention {
    /// Mentioned user.
    pub user: UserId,
    /// Name as mentioned, with the `@`.
    pub name: String,
}

impl Mention {
    /// Creates a mention, such as for an [`Argument`] of the program's own that takes
    /// [`Arguments::next_mention`].
    pub fn new(user: impl Into<UserId>, name: impl Into<String>) -> Self {
        let (user, name) = (user.into(), name.into());
        Self { user, name }
    }
}

impl fmt::Display for Rest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Argument for Rest {
    fn placeholder() -> String {
        "TEXT\u{2026}".to_owned()
    }

    fn parse(arguments: &mut Arguments<'_>) -> Result<Self, ArgumentError> {
        match arguments.take_rest() {
            "" => Err(ArgumentError::missing::<Self>()),
            text => Ok(Self(text.to_owned())),
        }
    }
}

impl Argument for Mention {
    fn placeholder() -> String {
        "@USER".to_owned()
    }

    fn parse(arguments: &mut Arguments<'_>) -> Result<Self, ArgumentError> {
        if let Some((user, name)) = arguments.next_mention() {
            return Ok(Self::new(user, name));
        }
        Err(match arguments.next_word() {
            Some(word) => ArgumentError::invalid::<Self>(word),
            None => ArgumentError::missing::<Self>(),
        })
    }
}

impl<A: Argument> Argument for Option<A> {
    fn placeholder() -> String {
        format!("[{}]", A::placeholder())
    }

    fn parse(arguments: &mut Arguments<'_>) -> Result<Self, ArgumentError> {
        if arguments.is_empty() {
            return Ok(None);
        }
        A::parse(arguments).map(Some)
    }
}

impl<T: Argument> Argument for Vec<T> {
    fn placeholder() -> String {
        format!("{}\u{2026}", T::placeholder())
    }

    fn parse(arguments: &mut Arguments<'_>) -> Result<Self, ArgumentError> {
        let mut all = vec![T::parse(arguments)?];
        while !arguments.is_empty() {
            all.push(T::parse(arguments)?);
        }
        Ok(all)
    }
}

macro_rules! words {
    ($( $placeholder:literal: $( $Type:ty ),+ => $parse:expr; )*) => { $( $(
        impl Argument for $Type {
            fn placeholder() -> String {
                $placeholder.to_owned()
            }

            fn parse(arguments: &mut Arguments<'_>) -> Result<Self, ArgumentError> {
                let word = arguments.next_word();
                let word = word.ok_or_else(ArgumentError::missing::<Self>)?;
                let parse: fn(&str) -> Option<Self> = $parse;
                parse(word).ok_or_else(|| ArgumentError::invalid::<Self>(word))
            }
        }
    )+ )* };
}

words! {
    "NUMBER": i8, i16, i32, i64, i128, isize, u8, u16, u32, u64, u128, usize, f32, f64 =>
        |word| word.parse().ok();
    "WORD": String => |word| Some(word.to_owned());
    "CHARACTER": char => |word| word.parse().ok();
    "yes|no": bool => |word| match word.to_ascii_lowercase().as_str() {
        "yes" | "on" | "true" => Some(true),
        "no" | "off" | "false" => Some(false),
        _ => None,
    };
    "DURATION": Duration => |word| humantime::parse_duration(word).ok();
    "USER": UserId => |word| is_id(word).then(|| Self::new(word));
    "GROUP": GroupId => |word| is_id(word).then(|| Self::new(word));
    "MESSAGE": MessageId => |word| is_id(word).then(|| Self::new(word));
}

/// Ids that people write are numbers.
fn is_id(word: &str) -> bool {
    !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit())
}
