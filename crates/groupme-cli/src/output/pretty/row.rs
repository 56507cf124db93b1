//! Rows as lines of text.

use core::time::Duration;
use std::io::{self, Write as _};

use groupme_model::{Attachment, Chat, Group, Message, Reaction, Timestamp};
use groupme_rest::Sent;

use super::{Pretty, escape_control};
use crate::output::{RoundTrips, Row};

impl Pretty {
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
                format!("reactions to {message}: {}", faces(reactions))
            }
            Row::Read(conversation, receipt) => match receipt.last_read() {
                Some(message) => format!("read {conversation} up to {message}"),
                None => format!("read {conversation}"),
            },
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
            line.push_str(message.name.as_deref().unwrap_or("somebody"));
            line.push_str(": ");
        }
        line.push_str(&content(message));
        if message.is_edited() && !message.is_deleted() {
            line.push_str(" (edited)");
        }
        let reactions: Vec<_> = message.reactions.iter().flatten().cloned().collect();
        if !reactions.is_empty() {
            line.push_str("  ");
            line.push_str(&faces(&reactions));
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
    let attached = message.attachments.iter().map(|part| match detail(part) {
        Some(detail) => format!("[{}: {detail}]", part.kind()),
        None => format!("[{}]", part.kind()),
    });
    // Messages of old have a picture beside their attachments.
    let picture = message.picture_url.as_deref();
    let picture = picture.filter(|_| message.attachments.is_empty());
    let picture = picture.map(|url| format!("[image: {url}]"));
    let notice = message.event.as_ref().filter(|event| !event.is_typed());
    let notice = notice.and_then(|event| event.kind.as_ref());
    let notice = notice.map(|kind| format!("[{kind}]"));
    let text = message.text.iter().cloned();
    let parts: Vec<_> = text.chain(attached).chain(picture).chain(notice).collect();
    parts.join(" ")
}

/// Returns the part of an attachment by which a person finds it.
fn detail(attachment: &Attachment) -> Option<&str> {
    match attachment {
        Attachment::Image(part) | Attachment::LinkedImage(part) => part.url.as_deref(),
        Attachment::Video(part) => part.url.as_deref(),
        Attachment::Audio(part) => part.url.as_deref(),
        Attachment::Location(part) => part.name.as_deref(),
        Attachment::File(part) => part.file_id.as_ref().map(groupme_model::Id::as_str),
        _ => None,
    }
}

/// Returns each reaction with the number of users, if several.
fn faces(reactions: &[Reaction]) -> String {
    let faces: Vec<_> = reactions
        .iter()
        .map(|reaction| {
            let face = match reaction {
                Reaction::Unicode(reaction) => reaction.code.clone().unwrap_or_default(),
                Reaction::Emoji(reaction) => format!(
                    "({}:{})",
                    reaction.pack_id.unwrap_or_default(),
                    reaction.pack_index.unwrap_or_default()
                ),
                other => format!("({})", other.kind()),
            };
            match reaction.user_ids().len() {
                0 | 1 => face,
                many => format!("{face} {many}"),
            }
        })
        .collect();
    if faces.is_empty() {
        return "none".to_owned();
    }
    faces.join(" ")
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
