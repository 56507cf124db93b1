//! Failed requests, and the end of a feed.

use groupme_model::ConversationId;

use super::Feed;
use crate::{
    Failure, LossKind, LossReason, Request,
    conversation::why,
    request::{Pending, Purpose, SECOND_LOOK},
};

impl<P> Feed<P> {
    pub(super) fn fail(&mut self, pending: &Pending, failure: Failure) {
        match (&pending.request, pending.purpose) {
            (request, Purpose::List(number)) => {
                let Some(resync) = self
                    .cx
                    .resync
                    .as_mut()
                    .filter(|resync| resync.number == number)
                else {
                    if number == SECOND_LOOK && failure == Failure::Unavailable {
                        self.cx.read_again(request.clone());
                    }
                    return;
                };
                resync.open_lists -= 1;
                match request {
                    Request::Topics { group } if failure != Failure::Gone => {
                        let group = ConversationId::new(group.as_str());
                        let (group, cx) = self.of(&group);
                        group.report_lost(cx, LossKind::Messages, None, why(failure));
                    }
                    Request::Topics { .. } => {}
                    // The list may not exist.
                    Request::Memberships if matches!(failure, Failure::Gone | Failure::Refused) => {
                    }
                    _ if failure == Failure::Internal => {
                        resync.unread = Some(LossReason::Internal);
                    }
                    _ if failure == Failure::Unreadable => {
                        resync.unread = resync.unread.or(Some(LossReason::Unreadable));
                    }
                    _ => resync.unread = resync.unread.or(Some(LossReason::Unavailable)),
                }
            }
            (Request::History { conversation, .. }, Purpose::Fetch) => {
                let (conversation, cx) = self.of(conversation);
                conversation.fail_fetch(cx, failure);
            }
            (Request::History { conversation, .. }, _) => {
                let (conversation, cx) = self.of(conversation);
                conversation.fail_comparison(cx, failure);
            }
            (Request::Pinned { conversation }, _) => {
                let (conversation, cx) = self.of(conversation);
                conversation.fail_pinned(cx, failure);
            }
            _ => {}
        }
    }

    /// Gives up what every conversation still misses, as far as that is known, and hands out the
    /// pushes behind it.
    pub(super) fn hand_out_unfinished(&mut self) {
        for conversation in self.conversations.values_mut() {
            if conversation.is_unfinished() {
                conversation.hand_out_unfinished(&mut self.cx);
            }
        }
    }
}
