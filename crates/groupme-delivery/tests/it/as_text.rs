//! Deliveries and requests as text, which tests compare.

use groupme_delivery::{Delivered, Item, Request};
use groupme_model::{ConversationId, HistoryWindow, MessageId};

use crate::payloads::short;

/// Returns a delivery as text: `push 1835/101`, `backfill 1835/102`, `gap 1835 100..103`.
pub(crate) fn describe(delivered: &Delivered<String>) -> String {
    let range = |after: &Option<MessageId>, up_to: &Option<MessageId>| {
        format!("{}..{}", short(after.as_ref()), short(up_to.as_ref()))
    };
    let own = if delivered.is_own { " (own)" } else { "" };
    match &delivered.item {
        Item::Push(label) => format!("{label}{own}"),
        Item::Synthesized(made) => {
            let (origin, of) = (made.origin.name(), &made.conversation);
            let kind = match made.name() {
                "line.create" | "direct_message.create" => String::new(),
                kind => format!(" {kind}"),
            };
            format!(
                "{origin}{kind} {of}/{}{own}",
                short(Some(made.message.id()))
            )
        }
        Item::Gap(gap) => {
            let range = range(&gap.after, &gap.up_to);
            format!("gap {} {range} ({:?})", gap.conversation, gap.cause)
        }
        Item::Backfilled {
            conversation,
            messages,
        } => format!("backfilled {conversation}: {messages}"),
        Item::Lost(lost) => {
            let of = lost
                .conversation
                .as_ref()
                .map_or("all", ConversationId::as_str);
            let range = range(&lost.after, &lost.up_to);
            format!("lost {of} {:?} {range} ({:?})", lost.kind, lost.reason)
        }
        Item::CaughtUp => "caught up".to_owned(),
        Item::Polling(is_on) => format!("polling {is_on}"),
        other => format!("{other:?}"),
    }
}

/// Returns a request as text.
pub(crate) fn asked(request: &Request) -> String {
    match request {
        Request::Groups { page, .. } => format!("groups {page}"),
        Request::Chats { page, .. } => format!("chats {page}"),
        Request::Memberships => "memberships".to_owned(),
        Request::Topics { group } => format!("topics {group}"),
        Request::History {
            conversation,
            window,
            ..
        } => match window {
            HistoryWindow::Newest => format!("newest {conversation}"),
            HistoryWindow::Before(message) => {
                format!("before {conversation}/{}", short(Some(message)))
            }
            HistoryWindow::After(message) => {
                format!("after {conversation}/{}", short(Some(message)))
            }
            other @ HistoryWindow::Since(_) => panic!("{other:?}"),
        },
        Request::Pinned { conversation } => format!("pinned {conversation}"),
        other => panic!("{other:?}"),
    }
}
