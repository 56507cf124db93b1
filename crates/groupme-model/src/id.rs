//! Ids: text that is told apart by what it names.
//!
//! GroupMe writes most ids as JSON strings and some as numbers, in one place even both, and puts
//! `"system"`, `"-1"` (everyone) or `""` where an id is expected. So an id is text, nothing more is
//! assumed, and a number becomes the text of its digits.
//!
//! [`Id`] owns its text. [`IdRef`] borrows it from a frame; a number has no text there to borrow,
//! so the view carries up to twenty digits itself, enough for any 64-bit integer, and allocates
//! nothing. (A `UserId(str)` behind a reference could not show a number at all, and takes unsafe
//! code to make.)

use core::cmp::Ordering;
use core::fmt;
use core::hash::{Hash, Hasher};
use core::marker::PhantomData;

use crate::source::Shape;

use digits::Digits;

mod digits;
#[cfg(feature = "serde")]
mod serde;

/// An owned id of a thing of kind `K`; see the aliases such as [`UserId`].
pub struct Id<K> {
    text: Box<str>,
    kind: PhantomData<fn() -> K>,
}

/// A view of an id: text in a frame, or the digits of a number.
pub struct IdRef<'f, K> {
    text: Text<'f>,
    kind: PhantomData<fn() -> K>,
}

#[derive(Clone, Copy)]
enum Text<'f> {
    Borrowed(&'f str),
    Digits(Digits),
}

/// What an id names. Implemented by the types of [`kind`], and by nothing else.
pub trait IdKind: sealed::Sealed + 'static {
    /// The name of the id's type, for `Debug`.
    const NAME: &'static str;
}

mod sealed {
    pub trait Sealed {}
}

macro_rules! ids {
    ($( $Kind:ident => $Id:ident, $IdRef:ident: $of:literal; )*) => {
        /// What ids can name. These types have no values; they only tell ids apart.
        pub mod kind {
            $(
                #[doc = concat!("What the id of ", $of, " names.")]
                #[derive(Debug)]
                #[non_exhaustive]
                pub enum $Kind {}

                impl super::sealed::Sealed for $Kind {}
                impl super::IdKind for $Kind {
                    const NAME: &'static str = stringify!($Id);
                }
            )*
        }
        $(
            #[doc = concat!("The id of ", $of, ".")]
            pub type $Id = Id<kind::$Kind>;

            #[doc = concat!("A view of the id of ", $of, ".")]
            pub type $IdRef<'f> = IdRef<'f, kind::$Kind>;
        )*
    };
}

ids! {
    Bot => BotId, BotIdRef: "a bot, as its owner has it";
    CalendarEvent => CalendarEventId, CalendarEventIdRef: "an event of a calendar";
    Category => CategoryId, CategoryIdRef: "a category of groups";
    Conversation => ConversationId, ConversationIdRef:
        "a conversation: a group's id, or those of two users joined by `+`";
    Directory => DirectoryId, DirectoryIdRef: "a directory, such as a school";
    File => FileId, FileIdRef: "an uploaded file";
    Group => GroupId, GroupIdRef: "a group, or of a topic of one";
    Membership => MembershipId, MembershipIdRef: "the membership of a user in a group";
    Message => MessageId, MessageIdRef:
        "a message: in practice 18 digits, the first ten of which are its `created_at`";
    Other => OtherId, OtherIdRef: "a thing of the app's that nothing else here tells of";
    Poll => PollId, PollIdRef: "a poll";
    PollOption => PollOptionId, PollOptionIdRef: "an answer of a poll: its number, from 1";
    User => UserId, UserIdRef: "a user or a bot's user; also `system`, `-1` (everyone) or nothing";
}

impl<K> Id<K> {
    /// Takes any text as it is.
    pub fn new(text: impl Into<Box<str>>) -> Self {
        Self {
            text: text.into(),
            kind: PhantomData,
        }
    }

    /// The id's text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// This id as a view.
    pub fn as_view(&self) -> IdRef<'_, K> {
        IdRef::from(self.as_str())
    }

    /// Whether the text is empty, as GroupMe has it for "nobody".
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }
}

impl<'f, K> IdRef<'f, K> {
    /// Reads an id from a JSON string or integer.
    #[inline]
    pub(crate) fn read(shape: Shape<'f>) -> Option<Self> {
        match shape {
            Shape::Text(text) => Some(Self::from(text)),
            Shape::Int(number) => Some(Self::from(number)),
            Shape::Uint(number) => Some(Self::from(number)),
            _ => None,
        }
    }

    /// The id's text; of a number, its decimal digits.
    pub fn as_str(&self) -> &str {
        match &self.text {
            Text::Borrowed(text) => text,
            Text::Digits(digits) => digits.as_str(),
        }
    }

    /// Whether the text is empty, as GroupMe has it for "nobody".
    pub fn is_empty(&self) -> bool {
        self.as_str().is_empty()
    }

    /// Returns the same text as an id of another kind.
    pub(crate) fn retyped<L>(self) -> IdRef<'f, L> {
        IdRef {
            text: self.text,
            kind: PhantomData,
        }
    }

    /// Copies the text out of the frame.
    pub fn into_owned(self) -> Id<K> {
        Id::new(self.as_str())
    }

    /// Compares by number when both are decimal numbers, whatever their length and leading zeros;
    /// numbers come before other text.
    pub(crate) fn cmp_number(&self, other: &Self) -> Ordering {
        match (number(self.as_str()), number(other.as_str())) {
            (Some(a), Some(b)) => a.len().cmp(&b.len()).then_with(|| a.cmp(b)),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => self.as_str().cmp(other.as_str()),
        }
    }
}

/// The digits of a decimal number without leading zeros, however long it is.
fn number(text: &str) -> Option<&str> {
    let decimal = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    decimal.then(|| text.trim_start_matches('0'))
}

impl UserId {
    /// Whether this is GroupMe itself speaking.
    pub fn is_system(&self) -> bool {
        self.as_view().is_system()
    }

    /// Whether this stands for every member, as in a mention of `@everyone`.
    pub fn is_everyone(&self) -> bool {
        self.as_view().is_everyone()
    }
}

impl UserIdRef<'_> {
    /// Whether this is GroupMe itself speaking.
    pub fn is_system(&self) -> bool {
        self.as_str() == "system"
    }

    /// Whether this stands for every member, as in a mention of `@everyone`.
    pub fn is_everyone(&self) -> bool {
        self.as_str() == "-1"
    }
}

// By hand, since a derive would ask the same of `K`.
impl<K> Clone for Id<K> {
    fn clone(&self) -> Self {
        Self::new(self.text.clone())
    }
}

impl<K> Clone for IdRef<'_, K> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<K> Copy for IdRef<'_, K> {}

impl<K> Default for Id<K> {
    fn default() -> Self {
        Self::new("")
    }
}

macro_rules! traits_by_text {
    ($( ($($generics:tt)*) $Type:ty; )*) => { $(
        impl<$($generics)*> AsRef<str> for $Type {
            fn as_ref(&self) -> &str {
                self.as_str()
            }
        }

        impl<$($generics)*> fmt::Display for $Type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl<$($generics)*> Hash for $Type {
            fn hash<H: Hasher>(&self, state: &mut H) {
                self.as_str().hash(state);
            }
        }

        impl<$($generics)*> PartialEq for $Type {
            fn eq(&self, other: &Self) -> bool {
                self.as_str() == other.as_str()
            }
        }

        impl<$($generics)*> Eq for $Type {}

        impl<$($generics)*> PartialEq<str> for $Type {
            fn eq(&self, other: &str) -> bool {
                self.as_str() == other
            }
        }

        impl<$($generics)*> PartialEq<&str> for $Type {
            fn eq(&self, other: &&str) -> bool {
                self.as_str() == *other
            }
        }

        impl<$($generics)*> PartialOrd for $Type {
            fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
                Some(self.cmp(other))
            }
        }
    )* };
}

traits_by_text! {
    (K) Id<K>;
    (K) IdRef<'_, K>;
}

impl<K: IdKind> fmt::Debug for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}({:?})", K::NAME, self.as_str())
    }
}

impl<K: IdKind> fmt::Debug for IdRef<'_, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}({:?})", K::NAME, self.as_str())
    }
}

/// Decimal numbers in numeric order, which is the order in which GroupMe gave them out; then other
/// text. Different texts never compare as equal.
impl<K> Ord for Id<K> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.as_view().cmp(&other.as_view())
    }
}

/// As for [`Id`].
impl<K> Ord for IdRef<'_, K> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.cmp_number(other)
            .then_with(|| self.as_str().cmp(other.as_str()))
    }
}

impl<K> PartialEq<Id<K>> for IdRef<'_, K> {
    fn eq(&self, other: &Id<K>) -> bool {
        self.as_str() == other.as_str()
    }
}

impl<K> PartialEq<IdRef<'_, K>> for Id<K> {
    fn eq(&self, other: &IdRef<'_, K>) -> bool {
        self.as_str() == other.as_str()
    }
}

impl<K> From<&str> for Id<K> {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl<K> From<String> for Id<K> {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

impl<K> From<u64> for Id<K> {
    fn from(number: u64) -> Self {
        IdRef::from(number).into_owned()
    }
}

/// For functions that take `impl Into<Id<K>>`.
impl<K> From<&Self> for Id<K> {
    fn from(id: &Self) -> Self {
        id.clone()
    }
}

impl<K> From<IdRef<'_, K>> for Id<K> {
    fn from(view: IdRef<'_, K>) -> Self {
        view.into_owned()
    }
}

impl<'f, K> From<&'f str> for IdRef<'f, K> {
    fn from(text: &'f str) -> Self {
        Self {
            text: Text::Borrowed(text),
            kind: PhantomData,
        }
    }
}

impl<'f, K> From<&'f Id<K>> for IdRef<'f, K> {
    fn from(id: &'f Id<K>) -> Self {
        id.as_view()
    }
}

impl<K> From<u64> for IdRef<'_, K> {
    fn from(number: u64) -> Self {
        Self {
            text: Text::Digits(Digits::new(number, false)),
            kind: PhantomData,
        }
    }
}

impl<K> From<i64> for IdRef<'_, K> {
    fn from(number: i64) -> Self {
        let digits = Digits::new(number.unsigned_abs(), number < 0);
        Self {
            text: Text::Digits(digits),
            kind: PhantomData,
        }
    }
}
