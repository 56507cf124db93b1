//! Rows as lines of text.

use core::time::Duration;
use std::io::{self, Write as _};

use groupme_model::{Attachment, Chat, Group, Message, Reaction, Timestamp, UserId};
use groupme_rest::{Sent, endpoint::messages::MessagePage};

use super::{Pretty, names::Names};
use crate::output::{RoundTrips, Row, escape_control};

impl Pretty {
    /// Learns the names of those who wrote the messages, for those who reacted to others.
    pub(in crate::output) fn learn(&mut self, page: &MessagePage) {
        for message in page.messages() {
            self.names.learn_message(&message);
        }
    }

    pub(in crate::output) fn row(&self, row: &Row<'_>) -> io::Result<()> {
        let mut stdout = io::stdout().lock();
        self.write_row(&mut stdout, row)?;
        stdout.flush()
    }

    pub(in crate::output) fn write_row(
        &self,
        out: &mut impl io::Write,
        row: &Row<'_>,
    ) -> io::Result<()> {
        let text = match row {
            Row::Message(message) => self.message(message),
            Row::Chat(chat) => self.chat(chat),
            Row::Group(group) => self.group(group),
            Row::Sent(Sent::Created(message), _) => format!("sent as {}", message.id),
            Row::Sent(Sent::Duplicate(message), _) => format!("already sent, as {}", message.id),
            Row::Sent(..) => "already sent; not among the newest messages".to_owned(),
            Row::Edited(message) => format!("edited {}: {}", message.id, content(message)),
            Row::Deleted(_, message) => format!("deleted {message}"),
            Row::Reactions(message, None) => format!("reacted to {message}"),
            Row::Reactions(message, Some(reactions)) => {
                format!("reactions to {message}: {}", faces(reactions, None))
            }
            Row::Read(conversation, receipt) => match receipt.last_read() {
                Some(message) => format!("read {conversation} up to {message}"),
                None => format!("read {conversation}"),
            },
            Row::Downloaded(path, size) => format!("{}  {size} bytes", path.display()),
            Row::Archived(report) => archived(report),
            Row::Pages(index) => format!("pages: {}", index.display()),
            Row::Typing(channel) => format!("typing on {channel}"),
            Row::RoundTrip(number, Some(time)) => format!("ping {number}: {}", millis(*time)),
            Row::RoundTrip(number, None) => format!("ping {number}: no echo"),
            Row::RoundTrips(trips) => round_trips(trips),
        };
        writeln!(out, "{}", escape_control(&text))
    }

    fn message(&self, message: &Message) -> String {
        let mut line = format!("{}  {}  ", self.date(message.created_at), message.id);
        if message.is_system() {
            line.push_str("— ");
        } else {
            let name = message.name.as_deref().filter(|name| !name.is_empty());
            line.push_str(name.unwrap_or("somebody"));
            line.push_str(": ");
        }
        line.push_str(&content(message));
        if message.is_edited() && !message.is_deleted() {
            line.push_str(" (edited)");
        }
        let reactions = message.reactions.as_deref().unwrap_or_default();
        // Messages of old have hearts without reactions.
        let hearts = message.favorited_by.as_deref().unwrap_or_default();
        if !reactions.is_empty() {
            line.push_str("  ");
            line.push_str(&faces(reactions, Some(&self.names)));
        } else if !hearts.is_empty() {
            line.push_str("  ");
            line.push_str(&face("\u{2764}\u{fe0f}", hearts, Some(&self.names)));
        }
        line
    }

    fn chat(&self, chat: &Chat) -> String {
        let other = chat.other_user.as_ref();
        let id = other.and_then(|user| user.id.as_ref());
        let name = other.and_then(|user| user.name.as_deref());
        let last = chat.last_message.as_ref();
        let last_line = last.map_or_else(String::new, |message| {
            let author = message.name.as_deref().unwrap_or("somebody");
            format!("{author}: {}", content(message))
        });
        format!(
            "{}  {}  {}  {last_line}",
            self.date(last.and_then(|message| message.created_at)),
            id.map_or("?", |id| id.as_str()),
            name.unwrap_or("somebody"),
        )
    }

    fn group(&self, group: &Group) -> String {
        let messages = group.messages.as_ref();
        let preview = messages.and_then(|messages| messages.preview.as_ref());
        let last_line = preview.map_or_else(String::new, |preview| {
            let author = preview.nickname.as_deref().unwrap_or("somebody");
            let text = preview.text.iter().map(String::as_str);
            let attached = preview.attachments.iter().map(Attachment::kind);
            let words: Vec<_> = text.chain(attached).collect();
            format!("{author}: {}", words.join(" "))
        });
        format!(
            "{}  {}  {}  {last_line}",
            self.date(messages.and_then(|messages| messages.last_message_created_at)),
            group.id,
            group.name.as_deref().unwrap_or("(no name)"),
        )
    }

    fn date(&self, time: Option<Timestamp>) -> String {
        time.and_then(|time| jiff::Timestamp::from_millisecond(time.as_millis()).ok())
            .map_or_else(
                || "---------- --:--:--".to_owned(),
                |time| {
                    time.to_zoned(self.zone.clone())
                        .strftime("%Y-%m-%d %H:%M:%S")
                        .to_string()
                },
            )
    }
}

/// Returns the text with attachments.
fn content(message: &Message) -> String {
    let text = message
        .text
        .as_deref()
        .map(|text| with_emoji(text, message));
    let attached = message.attachments.iter().filter_map(attached);
    // Messages of old have a picture beside their attachments.
    let picture = message.picture_url.as_deref();
    let picture = picture.filter(|_| message.attachments.is_empty());
    let picture = picture.map(|url| format!("[image: {url}]"));
    let notice = message.event.as_ref().filter(|event| !event.is_typed());
    let notice = notice.and_then(|event| event.kind.as_ref());
    let notice = notice.map(|kind| format!("[{kind}]"));
    let text = text.into_iter();
    let parts: Vec<_> = text.chain(attached).chain(picture).chain(notice).collect();
    parts.join(" ")
}

/// Puts the pack and number of each of GroupMe's own emoji in place of its placeholder.
fn with_emoji(text: &str, message: &Message) -> String {
    let mut shown = text.to_owned();
    for part in &message.attachments {
        if let Attachment::Emoji(emoji) = part {
            let mut pictures: Vec<_> = emoji.in_text(text).collect();
            // From the end, so that earlier places stay right.
            pictures.sort_by_key(|(place, _)| core::cmp::Reverse(place.start));
            for (place, [pack, index]) in pictures {
                shown.replace_range(place, &format!("({pack}:{index})"));
            }
            // Another list would have other places.
            break;
        }
    }
    shown
}

/// Returns an attachment with the part by which a person finds it; `None` for those that are seen
/// in the text.
fn attached(attachment: &Attachment) -> Option<String> {
    let detail = match attachment {
        Attachment::Mentions(_) | Attachment::Emoji(_) => return None,
        Attachment::Image(part) | Attachment::LinkedImage(part) => part.url.clone(),
        Attachment::Video(part) => part.url.clone(),
        Attachment::Audio(part) => part.url.clone(),
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
    let kind = attachment.kind();
    Some(match detail {
        Some(detail) => format!("[{kind}: {detail}]"),
        None => format!("[{kind}]"),
    })
}

/// Returns each reaction with those who gave it.
fn faces(reactions: &[Reaction], names: Option<&Names>) -> String {
    let faces: Vec<_> = reactions
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
            face(&icon, reaction.user_ids(), names)
        })
        .collect();
    if faces.is_empty() {
        return "none".to_owned();
    }
    faces.join("  ")
}

/// Returns a reaction with the names of the first who gave it, and the number of the others; without
/// names, with the number of all if there are several.
fn face(icon: &str, users: &[UserId], names: Option<&Names>) -> String {
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

/// Returns the messages and media of an archived conversation.
fn archived(report: &groupme_archive::Report) -> String {
    use core::fmt::Write as _;

    let about = &report.about;
    let mut line = format!(
        "{}  {}: {} messages, {} new",
        about.id,
        about.name.as_deref().unwrap_or("(no name)"),
        about.messages,
        report.added,
    );
    let media = report.media;
    for (number, of) in [
        (report.changed, "changed"),
        (report.missing(), "missing"),
        (media.saved, "media saved"),
        (media.refused, "media refused"),
    ] {
        if number > 0 {
            // Writing to a string does not fail.
            let _ = write!(line, ", {number} {of}");
        }
    }
    line
}

fn round_trips(trips: &RoundTrips) -> String {
    let of = |percent| {
        trips
            .percentile(percent)
            .map_or_else(|| "-".to_owned(), millis)
    };
    format!(
        "{} of {} echoed: min {}, median {}, p99 {}",
        trips.answered(),
        trips.sent(),
        of(0),
        of(50),
        of(99)
    )
}

fn millis(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1e3)
}
