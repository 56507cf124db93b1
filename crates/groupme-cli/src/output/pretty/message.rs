//! Messages of a history as text.

use groupme_model::{Attachment, Message, Reaction, UserId};

use super::names::Names;
use crate::output::text::{Style, Text};

/// Returns author, content and reactions.
pub(super) fn line(message: &Message, names: &Names) -> Text {
    let mut line = Text::default();
    if message.is_system() {
        line.push("— ", Style::Faint);
    } else {
        let name = message.name.as_deref().filter(|name| !name.is_empty());
        line.push(name.unwrap_or("somebody"), Style::Bold);
        line.push(": ", Style::Plain);
    }
    line.append(content(message));
    if message.is_edited() && !message.is_deleted() {
        line.push(" (edited)", Style::Faint);
    }
    let reactions = message.reactions.as_deref().unwrap_or_default();
    // Messages of old have hearts without reactions.
    let hearts = message.favorited_by.as_deref().unwrap_or_default();
    let list = if !reactions.is_empty() {
        reaction_list(reactions, Some(names))
    } else if !hearts.is_empty() {
        reaction_text("\u{2764}\u{fe0f}", hearts, Some(names))
    } else {
        return line;
    };
    line.push("  ", Style::Plain);
    line.push(&list, Style::Faint);
    line
}

/// Returns the text with attachments.
pub(super) fn content(message: &Message) -> Text {
    let text = message.text.as_deref();
    let text = text.map(|text| Text::plain(&with_emoji(text, message)));
    let attached = message.attachments.iter().filter_map(attached);
    // Messages of old have a picture beside their attachments.
    let picture = message.picture_url.as_deref();
    let picture = picture.filter(|_| message.attachments.is_empty());
    let picture = picture.map(|url| medium("image", url));
    let notice = message.event.as_ref().filter(|event| !event.is_typed());
    let notice = notice.and_then(|event| event.kind.as_ref());
    let notice = notice.map(|kind| Text::plain(&format!("[{kind}]")));
    let text = text.into_iter();
    joined(text.chain(attached).chain(picture).chain(notice))
}

/// Joins parts by blanks.
pub(super) fn joined(parts: impl Iterator<Item = Text>) -> Text {
    let mut whole = Text::default();
    for (index, part) in parts.enumerate() {
        if index > 0 {
            whole.push(" ", Style::Plain);
        }
        whole.append(part);
    }
    whole
}

/// Returns a picture, video or sound: as a link if the address is GroupMe's and the terminal has links.
/// Any other address is shown in full, as its sender has chosen where it leads.
pub(super) fn medium(kind: &str, url: &str) -> Text {
    let whole = format!("[{kind}: {url}]");
    if !is_groupmes(url) {
        return Text::plain(&whole);
    }
    let mut text = Text::default();
    text.push_link(&format!("[{kind}]"), url, &whole);
    text
}

fn is_groupmes(url: &str) -> bool {
    let Some(rest) = url.strip_prefix("https://") else {
        return false;
    };
    // A user name or a port before the path would make the host another one.
    let host = rest.split(['/', '?', '#', '\\']).next().unwrap_or_default();
    let is_plain = host
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || b"-.".contains(&byte));
    is_plain && host.to_ascii_lowercase().ends_with(".groupme.com")
}

/// Replaces the placeholder of each of GroupMe's own emoji by its pack and number.
fn with_emoji(text: &str, message: &Message) -> String {
    let mut shown = text.to_owned();
    for part in &message.attachments {
        if let Attachment::Emoji(emoji) = part {
            let mut pictures: Vec<_> = emoji.in_text(text).collect();
            // From the end, so that earlier ranges stay valid.
            pictures.sort_by_key(|(place, _)| core::cmp::Reverse(place.start));
            for (place, [pack, index]) in pictures {
                shown.replace_range(place, &format!("({pack}:{index})"));
            }
            // The ranges of a second list would be those of the original text.
            break;
        }
    }
    shown
}

/// Returns an attachment with its address, name or id; `None` for those that are part of the text.
fn attached(attachment: &Attachment) -> Option<Text> {
    let kind = attachment.kind();
    let url = match attachment {
        Attachment::Image(part) | Attachment::LinkedImage(part) => &part.url,
        Attachment::Video(part) => &part.url,
        Attachment::Audio(part) => &part.url,
        _ => &None,
    };
    if let Some(url) = url {
        return Some(medium(kind, url));
    }
    let detail = match attachment {
        Attachment::Mentions(_) | Attachment::Emoji(_) => return None,
        Attachment::Location(part) => {
            let name = part.name.clone().filter(|name| !name.is_empty());
            let degrees = part.lat.zip(part.lng);
            let degrees = degrees.map(|(lat, lng)| format!("{lat}, {lng}"));
            let known: Vec<_> = name.into_iter().chain(degrees).collect();
            Some(known.join(", ")).filter(|known| !known.is_empty())
        }
        Attachment::File(part) => part.file_id.as_ref().map(ToString::to_string),
        Attachment::Reply(part) => part.replied_to().map(ToString::to_string),
        _ => None,
    };
    Some(Text::plain(&match detail {
        Some(detail) => format!("[{kind}: {detail}]"),
        None => format!("[{kind}]"),
    }))
}

/// Returns each reaction with the users who gave it.
pub(super) fn reaction_list(reactions: &[Reaction], names: Option<&Names>) -> String {
    let list: Vec<_> = reactions
        .iter()
        .map(|reaction| {
            let icon = match reaction {
                Reaction::Unicode(reaction) => reaction.code.clone().unwrap_or_default(),
                Reaction::Emoji(reaction) => format!(
                    "({}:{})",
                    reaction.pack_id.unwrap_or_default(),
                    reaction.pack_index.unwrap_or_default()
                ),
                other => format!("({})", other.kind()),
            };
            reaction_text(&icon, reaction.user_ids(), names)
        })
        .collect();
    if list.is_empty() {
        return "none".to_owned();
    }
    list.join("  ")
}

/// Returns a reaction with the names of the first who gave it, and the number of the others; without
/// names, with the number of all if there are several.
fn reaction_text(icon: &str, users: &[UserId], names: Option<&Names>) -> String {
    let by = match (names, users.len()) {
        (_, 0) | (None, 1) => return icon.to_owned(),
        (None, several) => several.to_string(),
        (Some(names), several) => {
            let first = users.iter().take(NAMED);
            let mut by: Vec<_> = first.map(|user| names.user(Some(user.as_view()))).collect();
            if several > NAMED {
                by.push(format!("{} more", several - NAMED));
            }
            by.join(", ")
        }
    };
    format!("{icon} {by}")
}

/// Users of a reaction who are named.
const NAMED: usize = 5;

#[cfg(test)]
mod tests {
    use super::is_groupmes;

    #[test]
    fn an_address_is_hidden_behind_a_link_only_if_it_is_groupmes() {
        assert!(is_groupmes("https://i.groupme.com/1024x768.jpeg.0123"));
        for url in [
            "http://i.groupme.com/1",
            "https://example.com/i.groupme.com/",
            "https://evilgroupme.com/",
            "https://i.groupme.com@example.com/",
            "https://i.groupme.com:pw@example.com/",
            "https://example.com\\.groupme.com/",
            "https://example.com?.groupme.com",
            "javascript:alert(1)//.groupme.com",
            "",
        ] {
            assert!(!is_groupmes(url), "{url}");
        }
    }
}
