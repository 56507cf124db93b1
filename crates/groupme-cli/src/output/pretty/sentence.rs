//! Events as sentences.

use groupme_client::Value;
use groupme_model::{AttachmentRef, Channel, EventRef, MessageRef, ReactionChangeRef, ReactionRef};

use super::{
    message::{joined, medium},
    names::Names,
};
use crate::output::text::{Style, Text};

pub(super) fn event(event: &EventRef<'_>, channel: &str, names: &Names) -> Text {
    Text::plain(&match event {
        EventRef::Ping(_) => "(ping)".to_owned(),
        EventRef::LineCreate(push) | EventRef::DirectMessageCreate(push) => {
            return message_line(&push.message(), names);
        }
        EventRef::MessageUpdate(push) => {
            let message = push.message();
            let mut line = Text::default();
            line.push(&message_prefix(&message, names), Style::Faint);
            line.push(&author(&message), Style::Bold);
            line.push(" edited: ", Style::Plain);
            line.append(content(&message));
            return line;
        }
        EventRef::MessageDeleted(push) => {
            let message = push.message();
            format!(
                "{}a message of {} was deleted",
                message_prefix(&message, names),
                author(&message)
            )
        }
        EventRef::Favorite(push) => reactions(&push.change(), names),
        EventRef::LikeCreate(push) => liked(&push.change(), "reacted to your", names),
        EventRef::LikeDelete(push) => liked(&push.change(), "took back a reaction to your", names),
        EventRef::MembershipCreate(push) => {
            let group = push.group();
            format!(
                "you are in \"{}\" now ({})",
                group.name().unwrap_or_default(),
                group.id()
            )
        }
        EventRef::Typing(typing) => {
            format!(
                "{}{} is typing …",
                channel_prefix(channel, names),
                names.user(typing.user_id())
            )
        }
        EventRef::ReadReceiptCreate(push) => {
            let receipt = push.receipt();
            format!(
                "{}{} has read the messages",
                channel_prefix(channel, names),
                names.user(receipt.user_id())
            )
        }
        _ => format!(
            "{}{} (unknown event type): {}",
            channel_prefix(channel, names),
            event.kind(),
            event.raw()
        ),
    })
}

fn message_line(message: &MessageRef<'_>, names: &Names) -> Text {
    let mut line = Text::default();
    line.push(&message_prefix(message, names), Style::Faint);
    if message.is_system() {
        line.push("— ", Style::Faint);
    } else {
        line.push(&author(message), Style::Bold);
        line.push(": ", Style::Plain);
    }
    line.append(content(message));
    line
}

fn reactions(change: &ReactionChangeRef<'_>, names: &Names) -> String {
    let who = names.user(change.user_id());
    let Some(message) = change.message() else {
        return format!("{who} reacted");
    };
    let now: Vec<String> = change
        .reactions()
        .into_iter()
        .flatten()
        .map(|r| reaction_text(&r))
        .collect();
    let now = if now.is_empty() {
        "none".to_owned()
    } else {
        now.join(" ")
    };
    let (prefix, author, text) = (
        message_prefix(&message, names),
        author(&message),
        content(&message),
    );
    format!("{prefix}{who} changed the reactions to {author}'s \"{text}\": {now}")
}

fn liked(change: &ReactionChangeRef<'_>, what: &str, names: &Names) -> String {
    let who = names.user(change.user_id());
    let icon = change
        .user_reaction()
        .map_or_else(String::new, |reaction| reaction_text(&reaction));
    let Some(message) = change.message() else {
        return format!("{who} {what} message {icon}");
    };
    format!(
        "{}{who} {what} \"{}\" {icon}",
        message_prefix(&message, names),
        content(&message)
    )
}

/// Returns the conversation of a message as a prefix.
fn message_prefix(message: &MessageRef<'_>, names: &Names) -> String {
    match message.group_id() {
        Some(group) => format!("[{}] ", names.group(group)),
        None => "[direct] ".to_owned(),
    }
}

/// Returns the conversation of a channel as a prefix.
fn channel_prefix(channel: &str, names: &Names) -> String {
    match Channel::from_name(channel) {
        Channel::Group(group) => format!("[{}] ", names.group(group)),
        Channel::DirectMessage(..) => "[direct] ".to_owned(),
        _ => String::new(),
    }
}

fn author(message: &MessageRef<'_>) -> String {
    message.name().unwrap_or("somebody").to_owned()
}

/// Returns the text with attachments, and the name of an unknown notice.
fn content(message: &MessageRef<'_>) -> Text {
    let text = message.text().map(Text::plain);
    let attached = message
        .attachments()
        .map(|attachment| attached(&attachment));
    let notice = message.event().filter(|event| !event.is_typed());
    let notice = notice.and_then(|event| event.kind());
    let notice = notice.map(|kind| Text::plain(&format!("[{kind}]")));
    joined(text.into_iter().chain(attached).chain(notice))
}

fn attached(attachment: &AttachmentRef<'_>) -> Text {
    match attachment.raw().get("url").and_then(Value::as_str) {
        Some(url) => medium(attachment.kind(), url),
        None => Text::plain(&format!("[{}]", attachment.kind())),
    }
}

fn reaction_text(reaction: &ReactionRef<'_>) -> String {
    match reaction {
        ReactionRef::Unicode(reaction) => reaction.code().unwrap_or("?").to_owned(),
        other => format!("({})", other.kind()),
    }
}

#[cfg(test)]
mod tests {
    use bayeux_wire::{Decoder, Frame};

    use super::*;

    fn sentence_of(json: &str) -> String {
        let mut frame = Frame::from_bytes(json.as_bytes());
        Decoder::new().decode_value(&mut frame).expect("JSON");
        let push = EventRef::from_value(frame.root().expect("a document"));
        event(&push, "/user/1", &Names::default()).to_string()
    }

    #[test]
    fn unknown_types_are_shown_by_name() {
        for (json, name) in [
            (
                r#"{"type":"weather.warning","subject":{}}"#,
                "weather.warning",
            ),
            (
                r#"{"type":"line.create","subject":{"id":"1","attachments":[{"type":"hologram"}]}}"#,
                "[hologram]",
            ),
            (
                r#"{"type":"line.create","subject":{"id":"1","text":"2 : 1",
                    "event":{"type":"sports.goal","data":{"home_score":"2"}}}}"#,
                "— 2 : 1 [sports.goal]",
            ),
            (
                r#"{"type":"line.create","subject":{"id":"1","text":null,
                    "event":{"type":"sports.goal","data":null}}}"#,
                "— [sports.goal]",
            ),
            (
                r#"{"type":"favorite","subject":{"line":{"id":"1"},"reactions":[{"type":"sparkle"}]}}"#,
                "(sparkle)",
            ),
        ] {
            let sentence = sentence_of(json);
            assert!(sentence.contains(name), "{sentence}");
        }
    }

    #[test]
    fn a_known_notice_is_shown_by_its_text() {
        let sentence = sentence_of(
            r#"{"type":"line.create","subject":{"id":"1","text":"Ada has joined the group.",
                "event":{"type":"membership.announce.joined","data":{"user":{"id":7,"nickname":"Ada"}}}}}"#,
        );
        assert!(
            sentence.ends_with("— Ada has joined the group."),
            "{sentence}"
        );
    }
}
