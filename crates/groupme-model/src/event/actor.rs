//! The users behind events.

use crate::event::{Event, EventRef};
use crate::id::{MessageId, MessageIdRef, UserId, UserIdRef};
use crate::message::{DeletionActor, DeletionActorRef, Message, MessageRef};
use crate::system_event::{Notice, NoticeRef, NoticeUser, NoticeUserRef, SystemEvent};

impl<'f> EventRef<'f> {
    /// Returns the user who caused the event: the author of a message or an edit, whoever reacted,
    /// types or has read. `None` where GroupMe does not say: a message deleted by an admin, a new
    /// membership.
    pub fn actor(&self) -> Option<UserIdRef<'f>> {
        match self {
            Self::LineCreate(push)
            | Self::DirectMessageCreate(push)
            | Self::MessageUpdate(push) => push.message().sender(),
            Self::MessageDeleted(push) => {
                let message = push.message();
                let is_sender = message.deletion_actor() == Some(DeletionActorRef::Sender);
                is_sender.then(|| message.sender()).flatten()
            }
            Self::Favorite(push) | Self::LikeCreate(push) | Self::LikeDelete(push) => {
                push.change().user_id()
            }
            Self::Typing(push) => push.user_id(),
            Self::ReadReceiptCreate(push) => push.receipt().user_id(),
            _ => None,
        }
    }

    /// Returns the message of a `line.create` or `direct_message.create` that somebody wrote.
    /// `None` for notices of GroupMe and for all other events.
    pub fn new_message(&self) -> Option<MessageRef<'f>> {
        match self {
            Self::LineCreate(push) | Self::DirectMessageCreate(push) => {
                Some(push.message()).filter(|message| !message.is_system())
            }
            _ => None,
        }
    }
}

impl<'f> EventRef<'f> {
    /// Returns the message that was deleted. A deletion by its sender comes as `message.deleted`;
    /// one by an admin, and one in a direct conversation, comes only as a notice, whose own id is
    /// another. A deletion may come in both forms. `None` for all other events.
    pub fn deleted_message(&self) -> Option<MessageIdRef<'f>> {
        match self {
            Self::MessageDeleted(push) => Some(push.message().id()),
            Self::LineCreate(push) | Self::DirectMessageCreate(push) => {
                match push.message().event()?.notice()? {
                    NoticeRef::MessageDeleted(notice) => notice.message_id(),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// Returns the users who have just become members of a group, by a notice that they were added,
    /// joined or came back. Empty for all other events.
    pub fn new_members(&self) -> Vec<NoticeUserRef<'f>> {
        let notice = match self {
            Self::LineCreate(push) => push.message().event(),
            _ => None,
        };
        match notice.and_then(|event| event.notice()) {
            Some(NoticeRef::MembersAdded(added)) => added.added_users().collect(),
            Some(NoticeRef::MemberJoined(joined) | NoticeRef::MemberRejoined(joined)) => {
                joined.user().into_iter().collect()
            }
            _ => Vec::new(),
        }
    }
}

impl Event {
    /// Returns the user who caused the event: the author of a message or an edit, whoever reacted,
    /// types or has read. `None` where GroupMe does not say: a message deleted by an admin, a new
    /// membership.
    pub fn actor(&self) -> Option<&UserId> {
        match self {
            Self::LineCreate(push)
            | Self::DirectMessageCreate(push)
            | Self::MessageUpdate(push) => push.message.sender(),
            Self::MessageDeleted(push) => {
                let message = &push.message;
                let is_sender = message.deletion_actor == Some(DeletionActor::Sender);
                is_sender.then(|| message.sender()).flatten()
            }
            Self::Favorite(push) | Self::LikeCreate(push) | Self::LikeDelete(push) => {
                push.change.user_id.as_ref()
            }
            Self::Typing(push) => push.user_id.as_ref(),
            Self::ReadReceiptCreate(push) => push.receipt.user_id.as_ref(),
            _ => None,
        }
    }

    /// Returns the message of a `line.create` or `direct_message.create` that somebody wrote.
    /// `None` for notices of GroupMe and for all other events.
    pub fn new_message(&self) -> Option<&Message> {
        match self {
            Self::LineCreate(push) | Self::DirectMessageCreate(push) => {
                Some(&*push.message).filter(|message| !message.is_system())
            }
            _ => None,
        }
    }

    /// Returns the message that was deleted. A deletion by its sender comes as `message.deleted`;
    /// one by an admin, and one in a direct conversation, comes only as a notice, whose own id is
    /// another. A deletion may come in both forms. `None` for all other events.
    pub fn deleted_message(&self) -> Option<MessageId> {
        match self {
            Self::MessageDeleted(push) => Some(push.message.id.clone()),
            Self::LineCreate(push) | Self::DirectMessageCreate(push) => {
                match push.message.event.as_ref()?.notice()? {
                    Notice::MessageDeleted(notice) => notice.message_id,
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// Returns the users who have just become members of a group, by a notice that they were added,
    /// joined or came back. Empty for all other events.
    pub fn new_members(&self) -> Vec<NoticeUser> {
        let notice = match self {
            Self::LineCreate(push) => push.message.event.as_ref(),
            _ => None,
        };
        match notice.and_then(SystemEvent::notice) {
            Some(Notice::MembersAdded(added)) => added.added_users,
            Some(Notice::MemberJoined(joined) | Notice::MemberRejoined(joined)) => {
                joined.user.into_iter().collect()
            }
            _ => Vec::new(),
        }
    }
}
