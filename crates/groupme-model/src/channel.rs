//! The names of GroupMe's channels, built and taken apart.
//!
//! ```
//! use groupme_model::{GroupId, UserId, UserPair, channel};
//!
//! assert_eq!(channel::user(&UserId::from("185"))?, "/user/185");
//! assert_eq!(channel::group(&GroupId::from("1835"))?, "/group/1835");
//!
//! // The lower number comes first; as text, "1000" would.
//! let pair: UserPair = "1000+999".parse()?;
//! assert_eq!(channel::direct_message(&pair), "/direct_message/999_1000");
//! # Ok::<(), groupme_model::ChannelError>(())
//! ```

use core::fmt;
use core::str::FromStr;

use crate::id::{ConversationId, GroupId, GroupIdRef, IdRef, UserId, UserIdRef, kind};

/// The channel with what concerns a user: messages of all groups, direct messages, memberships.
///
/// # Errors
///
/// If the id cannot be part of a channel's name.
pub fn user(id: &UserId) -> Result<String, ChannelError> {
    named(USER, id.as_str()).ok_or(ChannelError::NotAUserId)
}

/// The channel with what goes on in a group or a topic: typing, reactions, edits, deletions; not
/// its messages, which come on the channel of the user.
///
/// # Errors
///
/// If the id cannot be part of a channel's name.
pub fn group(id: &GroupId) -> Result<String, ChannelError> {
    named(GROUP, id.as_str()).ok_or(ChannelError::NotAGroupId)
}

/// The channel with what goes on between two users: typing, reactions, read receipts; not their
/// messages, which come on the channel of the user.
pub fn direct_message(pair: &UserPair) -> String {
    format!(
        "{DIRECT_MESSAGE}{}{BETWEEN_IN_CHANNEL}{}",
        pair.lower, pair.higher
    )
}

/// Two users who write to each other, in the order of their ids as numbers.
///
/// Parses from what REST and pushes call the conversation (`1+2`) and from what the gateway does
/// (`1_2`), in either order.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UserPair {
    lower: UserId,
    higher: UserId,
}

/// What a channel carries, by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Channel<'c> {
    /// What concerns a user.
    User(UserIdRef<'c>),
    /// What goes on in a group or a topic.
    Group(GroupIdRef<'c>),
    /// What goes on between two users.
    DirectMessage(UserIdRef<'c>, UserIdRef<'c>),
    /// Something else.
    Other(&'c str),
}

/// There is no such channel. The fault is the caller's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ChannelError {
    /// The text cannot be a user's id.
    #[error("not a user id: expected the user's number, such as 185")]
    NotAUserId,
    /// The text cannot be a group's id.
    #[error("not a group id: expected the group's number, such as 1835")]
    NotAGroupId,
    /// The text does not name two users.
    #[error("not a direct conversation: expected the numbers of its two users, such as 1+2 or 1_2")]
    NotTwoUserIds,
}

impl UserPair {
    /// The pair of two users, in whichever order.
    ///
    /// # Errors
    ///
    /// If an id is not a number: its place in the channel's name could not be told.
    pub fn new(a: &UserId, b: &UserId) -> Result<Self, ChannelError> {
        Self::of(a.as_str(), b.as_str())
    }

    /// The user whose id is the lower number.
    pub fn lower(&self) -> &UserId {
        &self.lower
    }

    /// The user whose id is the higher number.
    pub fn higher(&self) -> &UserId {
        &self.higher
    }

    /// The other one of the two; `None` if `user` is neither.
    pub fn other(&self, user: &UserId) -> Option<&UserId> {
        if self.lower == *user {
            Some(&self.higher)
        } else if self.higher == *user {
            Some(&self.lower)
        } else {
            None
        }
    }

    /// The conversation as REST and pushes call it: `1+2`.
    pub fn conversation_id(&self) -> ConversationId {
        ConversationId::from(self.to_string())
    }

    fn of(a: &str, b: &str) -> Result<Self, ChannelError> {
        if !is_number(a) || !is_number(b) {
            return Err(ChannelError::NotTwoUserIds);
        }
        let (a, b) = (UserId::from(a), UserId::from(b));
        Ok(if a <= b {
            Self {
                lower: a,
                higher: b,
            }
        } else {
            Self {
                lower: b,
                higher: a,
            }
        })
    }
}

/// The conversation as REST and pushes call it: `1+2`.
impl fmt::Display for UserPair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{BETWEEN_IN_ID}{}", self.lower, self.higher)
    }
}

impl FromStr for UserPair {
    type Err = ChannelError;

    fn from_str(text: &str) -> Result<Self, ChannelError> {
        let (a, b) = text
            .split_once([BETWEEN_IN_ID, BETWEEN_IN_CHANNEL])
            .ok_or(ChannelError::NotTwoUserIds)?;
        Self::of(a, b)
    }
}

impl TryFrom<&ConversationId> for UserPair {
    type Error = ChannelError;

    fn try_from(conversation: &ConversationId) -> Result<Self, ChannelError> {
        conversation.as_str().parse()
    }
}

impl<'c> Channel<'c> {
    /// Takes a channel's name apart.
    pub fn from_name(name: &'c str) -> Self {
        let id = |prefix| name.strip_prefix(prefix).filter(|id: &&str| is_segment(id));
        if let Some(user) = id(USER) {
            Self::User(IdRef::from(user))
        } else if let Some(group) = id(GROUP) {
            Self::Group(IdRef::from(group))
        } else if let Some((a, b)) = id(DIRECT_MESSAGE).and_then(two_numbers) {
            Self::DirectMessage(a, b)
        } else {
            Self::Other(name)
        }
    }
}

const USER: &str = "/user/";
const GROUP: &str = "/group/";
const DIRECT_MESSAGE: &str = "/direct_message/";

/// `+` is no letter of a channel's name.
const BETWEEN_IN_CHANNEL: char = '_';
const BETWEEN_IN_ID: char = '+';

fn named(prefix: &str, id: &str) -> Option<String> {
    is_segment(id).then(|| [prefix, id].concat())
}

fn two_numbers(text: &str) -> Option<(IdRef<'_, kind::User>, IdRef<'_, kind::User>)> {
    let (a, b) = text.split_once(BETWEEN_IN_CHANNEL)?;
    (is_number(a) && is_number(b)).then(|| (IdRef::from(a), IdRef::from(b)))
}

/// Whether the text can stand between the slashes of a channel's name (Bayeux, section "Channels").
/// Neither `/` nor `*` can: an id must not turn into another channel or into many.
fn is_segment(text: &str) -> bool {
    let letter = |byte: u8| byte.is_ascii_alphanumeric() || b"-_!~()$@".contains(&byte);
    !text.is_empty() && text.bytes().all(letter)
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}
