//! Names of GroupMe's channels: building and parsing them.
//!
//! ```
//! use groupme_model::{GroupId, UserId, UserPair, channel};
//!
//! assert_eq!(channel::user(&UserId::from("185"))?, "/user/185");
//! assert_eq!(channel::group(&GroupId::from("1835"))?, "/group/1835");
//!
//! // The lower number comes first, although "1000" sorts before "999" as text.
//! let pair: UserPair = "1000+999".parse()?;
//! assert_eq!(channel::direct_message(&pair), "/direct_message/999_1000");
//! # Ok::<(), groupme_model::ChannelError>(())
//! ```

use core::fmt;
use core::str::FromStr;

use crate::id::{ConversationId, GroupId, GroupIdRef, IdRef, UserId, UserIdRef, kind};

/// Returns the name of a user's channel, which carries the messages of all groups, direct messages
/// and new memberships.
///
/// # Errors
///
/// [`ChannelError::InvalidUserId`] if the id cannot be a segment of a channel name.
pub fn user(id: &UserId) -> Result<String, ChannelError> {
    named(USER, id.as_str()).ok_or(ChannelError::InvalidUserId)
}

/// Returns the name of the channel of a group or a topic, which carries typing, reactions, edits
/// and deletions. Its messages come on the user's channel instead.
///
/// # Errors
///
/// [`ChannelError::InvalidGroupId`] if the id cannot be a segment of a channel name.
pub fn group(id: &GroupId) -> Result<String, ChannelError> {
    named(GROUP, id.as_str()).ok_or(ChannelError::InvalidGroupId)
}

/// Returns the name of the channel of a direct conversation, which carries typing, reactions and
/// read receipts. Its messages come on the user's channel instead.
pub fn direct_message(pair: &UserPair) -> String {
    format!(
        "{DIRECT_MESSAGE}{}{CHANNEL_SEPARATOR}{}",
        pair.lower, pair.higher
    )
}

/// Two users in a direct conversation, ordered by the numbers of their ids.
///
/// Parses from the conversation id of REST and pushes (`1+2`) and from the form in channel names
/// (`1_2`), in either order.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UserPair {
    lower: UserId,
    higher: UserId,
}

/// Channel of the gateway, parsed from its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Channel<'c> {
    /// Channel of a user; see [`user`].
    User(UserIdRef<'c>),
    /// Channel of a group or a topic; see [`group`].
    Group(GroupIdRef<'c>),
    /// Channel of a direct conversation; see [`direct_message`].
    DirectMessage(UserIdRef<'c>, UserIdRef<'c>),
    /// Any other channel.
    Other(&'c str),
}

/// Error for an id that names no channel.
#[derive(Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ChannelError {
    /// The text is not a user id.
    #[error("not a user id: expected the user's number, such as 185")]
    InvalidUserId,
    /// The text is not a group id.
    #[error("not a group id: expected the group's number, such as 1835")]
    InvalidGroupId,
    /// The text is not a pair of user ids.
    #[error("not a direct conversation: expected the numbers of its two users, such as 1+2 or 1_2")]
    InvalidUserPair,
}

/// Shows the text, as `fn main() -> Result<…>` prints errors.
impl fmt::Debug for ChannelError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl UserPair {
    /// Creates the pair of two users, given in either order.
    ///
    /// # Errors
    ///
    /// [`ChannelError::InvalidUserPair`] if an id is not a decimal number, because its position in
    /// the channel name would be unknown.
    pub fn new(a: &UserId, b: &UserId) -> Result<Self, ChannelError> {
        Self::of(a.as_str(), b.as_str())
    }

    /// Returns the user whose id is the lower number.
    pub fn lower(&self) -> &UserId {
        &self.lower
    }

    /// Returns the user whose id is the higher number.
    pub fn higher(&self) -> &UserId {
        &self.higher
    }

    /// Returns the other user of the pair; `None` if `user` is neither.
    pub fn other(&self, user: &UserId) -> Option<&UserId> {
        if self.lower == *user {
            Some(&self.higher)
        } else if self.higher == *user {
            Some(&self.lower)
        } else {
            None
        }
    }

    /// Returns the conversation id that REST and pushes use: `1+2`.
    pub fn conversation_id(&self) -> ConversationId {
        ConversationId::from(self.to_string())
    }

    fn of(a: &str, b: &str) -> Result<Self, ChannelError> {
        if !is_number(a) || !is_number(b) {
            return Err(ChannelError::InvalidUserPair);
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

/// Writes the conversation id that REST and pushes use: `1+2`.
impl fmt::Display for UserPair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{ID_SEPARATOR}{}", self.lower, self.higher)
    }
}

impl FromStr for UserPair {
    type Err = ChannelError;

    fn from_str(text: &str) -> Result<Self, ChannelError> {
        let (a, b) = text
            .split_once([ID_SEPARATOR, CHANNEL_SEPARATOR])
            .ok_or(ChannelError::InvalidUserPair)?;
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
    /// Parses a channel name.
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

/// Separator in channel names, in which Bayeux does not allow `+`.
const CHANNEL_SEPARATOR: char = '_';
/// Separator in conversation ids.
const ID_SEPARATOR: char = '+';

fn named(prefix: &str, id: &str) -> Option<String> {
    is_segment(id).then(|| [prefix, id].concat())
}

fn two_numbers(text: &str) -> Option<(IdRef<'_, kind::User>, IdRef<'_, kind::User>)> {
    let (a, b) = text.split_once(CHANNEL_SEPARATOR)?;
    (is_number(a) && is_number(b)).then(|| (IdRef::from(a), IdRef::from(b)))
}

/// Returns `true` if the text can be a segment of a channel name, by the grammar in the section
/// "Channels" of the Bayeux specification. Excluding `/` and `*` keeps an id from naming another
/// channel or a channel pattern.
fn is_segment(text: &str) -> bool {
    let letter = |byte: u8| byte.is_ascii_alphanumeric() || b"-_!~()$@".contains(&byte);
    !text.is_empty() && text.bytes().all(letter)
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}
