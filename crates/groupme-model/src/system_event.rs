//! Notices of GroupMe's own: what happened in a conversation.

use crate::finding::Findings;
use crate::id::{MessageId, MessageIdRef};
use crate::macros::model;
use crate::source::{Shape, Source};
use crate::unknown::type_of;

mod calendar;
mod group;
mod message;
mod notice;
mod person;
mod poll;

pub use calendar::*;
pub use group::*;
pub use message::*;
pub use notice::{Notice, NoticeRef};
pub use person::*;
pub use poll::*;

model! {
    /// The `event` of a system message: a type, and data that goes with it.
    ///
    /// Both are kept as received. `notice` reads the data as what the type says it is.
    pub struct SystemEvent as SystemEventRef, reports report_notice {
        /// The type, such as `membership.announce.joined`.
        kind: text as "type",
        /// What goes with it.
        data: raw,
    }
}

impl SystemEvent {
    /// Whether the model knows what happened.
    pub fn is_typed(&self) -> bool {
        self.notice().is_some_and(|notice| notice.is_typed())
    }

    /// What happened; `None` if there is no data.
    pub fn notice(&self) -> Option<Notice> {
        let kind = self.kind.as_deref().unwrap_or_default();
        self.data.as_ref().map(|data| Notice::own_tag(kind, data))
    }

    /// The message that was edited, deleted or pinned. The notice's own id is another.
    pub fn affects(&self) -> Option<MessageId> {
        match self.notice()? {
            Notice::MessageDeleted(notice) => notice.message_id,
            Notice::MessageUpdate(notice) => notice.message_id,
            Notice::MessagePinned(notice) | Notice::MessageUnpinned(notice) => notice.message_id,
            _ => None,
        }
    }
}

impl<'f> SystemEventRef<'f> {
    /// Whether the model knows what happened.
    pub fn is_typed(&self) -> bool {
        self.notice().is_some_and(|notice| notice.is_typed())
    }

    /// What happened; `None` if there is no data.
    pub fn notice(&self) -> Option<NoticeRef<'f>> {
        let kind = self.kind().unwrap_or_default();
        self.data().map(|data| NoticeRef::from_tag(kind, data))
    }

    /// The message that was edited, deleted or pinned. The notice's own id is another.
    pub fn affects(&self) -> Option<MessageIdRef<'f>> {
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

/// Reports on the data as what the type says it is. Of an unknown type, all the data is unknown.
fn report_notice<'s, S: Source<'s>>(source: S, findings: &mut Findings) {
    let Some(data) = source
        .member("data")
        .filter(|data| !matches!(data.shape(), Shape::Null))
    else {
        return;
    };
    findings.member("data", |findings| {
        Notice::report_tag(type_of(|name| source.member(name)), data, findings);
    });
}
