//! Ids of users, groups, messages and other things.
//!
//! GroupMe sends most ids as JSON strings and some as numbers, in one place even both, and sends
//! `"system"`, `"-1"` (everyone) or `""` in place of an id. An id is therefore text without further
//! structure, and a number becomes the text of its digits. The type parameter, one of [`kind`],
//! keeps the id of a group from being passed as the id of a user.
//!
//! [`Id`] owns its text, inline up to 23 bytes: a message id has 18, a direct conversation of two
//! long user ids 21. With a `Box<str>` each pushed message cost 36 allocations on its way to the
//! program, most of them copies of ids; inline text leaves 5.
//!
//! So a set or map of owned ids is looked up by a view with `set.contains(&view.into())`, which
//! copies no more than those bytes.
//!
//! [`IdRef`] borrows its text from a frame. A number has no text there to borrow, so the view
//! carries up to twenty digits itself, enough for any 64-bit integer. (A reference to an unsized
//! `UserId(str)` could not hold a number, and creating one takes unsafe code.)

use core::cmp::Ordering;
use core::convert::Infallible;
use core::fmt;
use core::hash::{Hash, Hasher};
use core::marker::PhantomData;
use core::str::FromStr;

use smol_str::SmolStr;

use digits::Digits;

mod digits;
mod position;
#[cfg(feature = "serde")]
mod serde;

/// Owned id of the kind `K`; see the aliases such as [`UserId`].
pub struct Id<K> {
    text: SmolStr,
    kind: PhantomData<fn() -> K>,
}

/// View of an id: text in a frame, or the digits of a number.
pub struct IdRef<'f, K> {
    text: Text<'f>,
    kind: PhantomData<fn() -> K>,
}

#[derive(Clone, Copy)]
enum Text<'f> {
    Borrowed(&'f str),
    Digits(Digits),
}

/// Kind of an id. Sealed: only the types of [`kind`] implement it.
pub trait IdKind: sealed::Sealed + 'static {
    /// Name of the id's type, for `Debug`.
    const NAME: &'static str;
}

mod sealed {
    pub trait Sealed {}
}

macro_rules! ids {
    ($( $Kind:ident => $Id:ident, $IdRef:ident: $of:literal; )*) => {
        /// Kinds of ids. These types have no values and only distinguish ids.
        pub mod kind {
            $(
                #[doc = concat!("Kind of the id of ", $of, ".")]
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
            #[doc = concat!("Id of ", $of, ".")]
            pub type $Id = Id<kind::$Kind>;

            #[doc = concat!("View of the id of ", $of, ".")]
            pub type $IdRef<'f> = IdRef<'f, kind::$Kind>;
        )*
    };
}

ids! {
    Bot => BotId, BotIdRef: "a bot, which only its owner knows";
    CalendarEvent => CalendarEventId, CalendarEventIdRef: "a calendar event";
    Category => CategoryId, CategoryIdRef: "a category of groups";
    Conversation => ConversationId, ConversationIdRef:
        "a conversation: a group's id, or those of two users joined by `+`";
    Directory => DirectoryId, DirectoryIdRef: "a directory, such as a school";
    File => FileId, FileIdRef: "an uploaded file";
    Group => GroupId, GroupIdRef: "a group or a topic";
    Membership => MembershipId, MembershipIdRef: "the membership of a user in a group";
    Message => MessageId, MessageIdRef:
        "a message: in practice 18 digits, the first ten of which are its `created_at`";
    Other => OtherId, OtherIdRef: "any other thing";
    Poll => PollId, PollIdRef: "a poll";
    PollOption => PollOptionId, PollOptionIdRef: "an option of a poll: its number, from 1";
    User => UserId, UserIdRef: "a user, or of a bot's user; also `system`, `-1` (everyone) or empty";
}

impl<K> Id<K> {
    /// Creates an id from any text. Text of up to 23 bytes is stored inline and costs no
    /// allocation.
    pub fn new(text: impl AsRef<str>) -> Self {
        Self {
            text: SmolStr::new(text),
            kind: PhantomData,
        }
    }

    /// Returns the id's text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Returns this id as a view.
    pub fn as_view(&self) -> IdRef<'_, K> {
        IdRef::from(self.as_str())
    }

    /// Returns `true` if the text is empty, which GroupMe sends for "nobody".
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }
}

impl<'f, K> IdRef<'f, K> {
    /// Returns the id's text; of a number, its decimal digits.
    pub fn as_str(&self) -> &str {
        match &self.text {
            Text::Borrowed(text) => text,
            Text::Digits(digits) => digits.as_str(),
        }
    }

    /// Returns `true` if the text is empty, which GroupMe sends for "nobody".
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

    /// Compares two decimal numbers of any length by value, ignoring leading zeros. Numbers come
    /// before other text.
    pub(crate) fn cmp_number(&self, other: &Self) -> Ordering {
        let (a, b) = (self.as_str(), other.as_str());
        if let Some(order) = cmp_usual(a, b) {
            return order;
        }
        match (number(a), number(b)) {
            (Some(a), Some(b)) => a.len().cmp(&b.len()).then_with(|| a.cmp(b)),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => a.cmp(b),
        }
    }
}

/// Compares two numbers of the same length of 8 to 24 digits, as nearly all ids are: at one length,
/// the order of texts is that of numbers. `None` for others. Ids are compared several times for each
/// push, so this takes eight digits at a time.
fn cmp_usual(a: &str, b: &str) -> Option<Ordering> {
    if a.len() != b.len() {
        return None;
    }
    let (a, b) = (words(a)?, words(b)?);
    let are_digits = a.iter().chain(&b).all(|word| are_digits(*word));
    are_digits.then(|| a.cmp(&b))
}

/// Returns a text of 8 to 24 bytes as words that compare as the text does. Words may overlap.
fn words(text: &str) -> Option<[u64; 3]> {
    let bytes = text.as_bytes();
    let first = bytes.first_chunk::<8>()?;
    let last = bytes.last_chunk::<8>()?;
    let middle = match bytes.get(8..16).and_then(<[u8]>::first_chunk) {
        Some(_) if bytes.len() > 24 => return None,
        Some(middle) => middle,
        None => first,
    };
    Some([first, middle, last].map(|word| u64::from_be_bytes(*word)))
}

/// Returns whether all bytes of a word are digits.
const fn are_digits(word: u64) -> bool {
    // The upper half of each byte is 3, and stays so when 6 is added to a digit.
    let upper = 0xf0f0_f0f0_f0f0_f0f0;
    let threes = 0x3030_3030_3030_3030;
    word & upper == threes && word.wrapping_add(0x0606_0606_0606_0606) & upper == threes
}

/// Returns whether a text has digits only.
fn is_decimal(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Returns the digits of a decimal number of any length, without leading zeros.
fn number(text: &str) -> Option<&str> {
    let is_number = !text.is_empty() && is_decimal(text);
    is_number.then(|| text.trim_start_matches('0'))
}

impl UserId {
    /// Returns `true` if the id is `system`, which stands for GroupMe itself.
    pub fn is_system(&self) -> bool {
        self.as_view().is_system()
    }

    /// Returns `true` if the id is `-1`, which stands for every member in a mention of `@everyone`.
    pub fn is_everyone(&self) -> bool {
        self.as_view().is_everyone()
    }
}

impl UserIdRef<'_> {
    /// Returns `true` if the id is `system`, which stands for GroupMe itself.
    pub fn is_system(&self) -> bool {
        self.as_str() == "system"
    }

    /// Returns `true` if the id is `-1`, which stands for every member in a mention of `@everyone`.
    pub fn is_everyone(&self) -> bool {
        self.as_str() == "-1"
    }
}

// By hand, since a derive would require `K: Clone`.
impl<K> Clone for Id<K> {
    fn clone(&self) -> Self {
        Self {
            text: self.text.clone(),
            kind: PhantomData,
        }
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

        impl<$($generics)*> PartialEq<String> for $Type {
            fn eq(&self, other: &String) -> bool {
                self.as_str() == other
            }
        }

        impl<$($generics)*> PartialEq<$Type> for str {
            fn eq(&self, other: &$Type) -> bool {
                self == other.as_str()
            }
        }

        impl<$($generics)*> PartialEq<$Type> for &str {
            fn eq(&self, other: &$Type) -> bool {
                *self == other.as_str()
            }
        }

        impl<$($generics)*> PartialEq<$Type> for String {
            fn eq(&self, other: &$Type) -> bool {
                self == other.as_str()
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

/// Compares decimal numbers by value, which is the order in which GroupMe assigned them, and puts
/// other text after them. Different texts never compare as equal.
impl<K> Ord for Id<K> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.as_view().cmp(&other.as_view())
    }
}

/// Compares in the order of [`Id`].
impl<K> Ord for IdRef<'_, K> {
    fn cmp(&self, other: &Self) -> Ordering {
        let (a, b) = (self.as_str(), other.as_str());
        cmp_usual(a, b).unwrap_or_else(|| self.cmp_number(other).then_with(|| a.cmp(b)))
    }
}

impl<K> PartialOrd<Id<K>> for IdRef<'_, K> {
    fn partial_cmp(&self, other: &Id<K>) -> Option<Ordering> {
        Some(self.cmp(&other.as_view()))
    }
}

impl<K> PartialOrd<IdRef<'_, K>> for Id<K> {
    fn partial_cmp(&self, other: &IdRef<'_, K>) -> Option<Ordering> {
        Some(self.as_view().cmp(other))
    }
}

impl<K> PartialEq<Id<K>> for IdRef<'_, K> {
    fn eq(&self, other: &Id<K>) -> bool {
        self.as_str() == other.as_str()
    }
}

impl<K> PartialEq<&Id<K>> for IdRef<'_, K> {
    fn eq(&self, other: &&Id<K>) -> bool {
        self.as_str() == other.as_str()
    }
}

impl<K> PartialEq<IdRef<'_, K>> for &Id<K> {
    fn eq(&self, other: &IdRef<'_, K>) -> bool {
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

impl<K> From<&String> for Id<K> {
    fn from(text: &String) -> Self {
        Self::new(text)
    }
}

/// Takes any text, for arguments and configuration files; never fails.
impl<K> FromStr for Id<K> {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(Self::new(text))
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

/// Returns the conversation of a group or topic, which has the same id.
impl From<GroupId> for ConversationId {
    fn from(group: GroupId) -> Self {
        group.as_view().retyped().into_owned()
    }
}

/// Returns the conversation of a group or topic, which has the same id.
impl From<&GroupId> for ConversationId {
    fn from(group: &GroupId) -> Self {
        group.as_view().retyped().into_owned()
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
