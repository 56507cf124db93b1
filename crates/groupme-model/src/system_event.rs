//! System events: GroupMe's own notices of what happened in a conversation.

use crate::diagnostics::Diagnostics;
use crate::id::{MessageId, MessageIdRef};
use crate::json_source::{JsonSource, Shape};
use crate::macros::model;
use crate::unknown::type_of;

mod calendar;
mod group;
mod message;
mod notice;
mod poll;
mod user;

pub use calendar::*;
pub use group::*;
pub use message::*;
pub use notice::{Notice, NoticeRef};
pub use poll::*;
pub use user::*;

model! {
    /// System event of a message: a type with its data.
    ///
    /// Both are kept as received; `notice` reads the data according to the type.
    pub struct SystemEvent as SystemEventRef, reports report_notice {
        /// Type, such as `membership.announce.joined`.
        kind: text as "type",
        /// Data of the type.
        data: raw,
    }
}

impl SystemEvent {
    /// Returns `true` if the model knows the type and can read the data.
    pub fn is_typed(&self) -> bool {
        self.notice().is_some_and(|notice| notice.is_typed())
    }

    /// Reads the data according to the type; `None` if there is no data.
    pub fn notice(&self) -> Option<Notice> {
        let kind = self.kind.as_deref().unwrap_or_default();
        self.data
            .as_ref()
            .map(|data| Notice::decode_tag(kind, data))
    }

    /// Returns the message that was edited, deleted or pinned. Differs from the notice's own id.
    pub fn affected_message_id(&self) -> Option<MessageId> {
        match self.notice()? {
            Notice::MessageDeleted(notice) => notice.message_id,
            Notice::MessageUpdate(notice) => notice.message_id,
            Notice::MessagePinned(notice) | Notice::MessageUnpinned(notice) => notice.message_id,
            _ => None,
        }
    }
}

impl<'f> SystemEventRef<'f> {
    /// Returns `true` if the model knows the type and can read the data.
    pub fn is_typed(&self) -> bool {
        self.notice().is_some_and(|notice| notice.is_typed())
    }

    /// Reads the data according to the type; `None` if there is no data.
    pub fn notice(&self) -> Option<NoticeRef<'f>> {
        let kind = self.kind().unwrap_or_default();
        self.data().map(|data| NoticeRef::from_tag(kind, data))
    }

    /// Returns the message that was edited, deleted or pinned. Differs from the notice's own id.
    pub fn affected_message_id(&self) -> Option<MessageIdRef<'f>> {
        match self.notice()? {
            NoticeRef::MessageDeleted(notice) => notice.message_id(),
            NoticeRef::MessageUpdate(notice) => notice.message_id(),
            NoticeRef::MessagePinned(notice) | NoticeRef::MessageUnpinned(notice) => {
                notice.message_id()
            }
            _ => None,
        }
    }
}

/// Reports diagnostics of the data according to the type. All data of an unknown type is unknown.
fn report_notice<'s, S: JsonSource<'s>>(source: S, diagnostics: &mut Diagnostics) {
    let Some(data) = source
        .member("data")
        .filter(|data| !matches!(data.shape(), Shape::Null))
    else {
        return;
    };
    diagnostics.member("data", |diagnostics| {
        Notice::report_tag(type_of(|name| source.member(name)), data, diagnostics);
    });
}
