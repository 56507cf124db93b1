//! Entries of events, with names that are equal for the same event, however often and through whichever
//! account it is seen.

use core::{
    fmt::{self, Write as _},
    time::Duration,
};

use groupme_client::{Delivery, EventRef, MessageRef, Timestamp, model::channel::Channel};

use crate::Content;

/// Returns the entry of an event; `None` for one that is of the moment only: pings, typing, and answers to
/// subscriptions.
pub(super) fn content(delivery: &Delivery) -> Option<Content> {
    let event = delivery.event();
    if let EventRef::Ping(_) | EventRef::Typing(_) | EventRef::Subscribe(_) = event {
        return None;
    }
    let conversation = conversation(delivery, &event);
    let name = name(delivery, &event, &conversation);
    let body = delivery.data().to_string();
    let origin = delivery.origin().name();
    let mut content = Content::event(event.kind(), &conversation, name, origin, body);
    content.is_own = delivery.is_own();
    let created = event.new_message().and_then(|message| message.created_at());
    let millis = created.and_then(|at| u64::try_from(at.as_millis()).ok());
    content.created_at = millis.map(Duration::from_millis);
    Some(content)
}

/// Returns the conversation of an event: that of its message, else that of its channel, else nothing.
fn conversation(delivery: &Delivery, event: &EventRef<'_>) -> String {
    let of_message = event.message().and_then(|message| message.conversation());
    let of_receipt = match event {
        EventRef::ReadReceiptCreate(push) => push.receipt().conversation(),
        _ => None,
    };
    if let Some(conversation) = of_message.or(of_receipt) {
        return conversation.as_str().to_owned();
    }
    match Channel::from_name(delivery.channel()) {
        Channel::Group(group) => group.as_str().to_owned(),
        Channel::DirectMessage(one, other) => format!("{one}+{other}"),
        _ => String::new(),
    }
}

fn name(delivery: &Delivery, event: &EventRef<'_>, conversation: &str) -> String {
    let of_message =
        |letter: char, message: MessageRef<'_>| format!("{letter}/{conversation}/{}", message.id());
    let name = match event {
        EventRef::LineCreate(push) | EventRef::DirectMessageCreate(push) => {
            of_message('m', push.message())
        }
        EventRef::MessageUpdate(push) => {
            let message = push.message();
            let at = message.updated_at().map_or(0, Timestamp::as_millis);
            format!("{}/{at}", of_message('e', message))
        }
        EventRef::MessageDeleted(push) => of_message('d', push.message()),
        EventRef::Favorite(push) | EventRef::LikeCreate(push) | EventRef::LikeDelete(push) => {
            let change = push.change();
            let hash = match change.raw().get("reactions") {
                Some(reactions) => hash(format_args!("{reactions}")),
                None => hash(format_args!("{}", change.raw())),
            };
            match change.message() {
                Some(message) => format!("{}/{hash:016x}", of_message('r', message)),
                None => format!("r/{conversation}//{hash:016x}"),
            }
        }
        _ => {
            let hash = hash(format_args!("{}", delivery.data()));
            format!("x/{}/{hash:016x}", event.kind())
        }
    };
    // A header takes no control characters, and its values are cut at blanks.
    name.chars()
        .map(|char| if char.is_ascii_graphic() { char } else { '_' })
        .collect()
}

fn hash(text: fmt::Arguments<'_>) -> u64 {
    let mut hash = Fnv(0xcbf2_9ce4_8422_2325);
    // Writing to a hash does not fail.
    let _ = hash.write_fmt(text);
    hash.0
}

/// FNV-1a: names must be the same on every machine and in every version.
struct Fnv(u64);

impl fmt::Write for Fnv {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for byte in text.bytes() {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
        Ok(())
    }
}
