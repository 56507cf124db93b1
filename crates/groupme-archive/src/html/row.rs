//! Messages as JSON for the script of a page.

use std::collections::BTreeMap;

use groupme_model::{AttachmentRef, ConversationId, MessageRef, ReactionRef, Timestamp, UserId};
use serde::Serialize;

use super::escape;
use crate::{
    layout::{MEDIA, file_name},
    media::{MediaIndex, Reference},
};

/// Returns a time in seconds, within the range of JavaScript's dates: beyond, the script of the page
/// would end in the middle.
pub(super) fn shown_seconds(time: Timestamp) -> i64 {
    time.as_secs().clamp(-MAX_SECONDS, MAX_SECONDS)
}

/// Maximum distance of a JavaScript `Date` from the Unix epoch, in seconds.
const MAX_SECONDS: i64 = 8_640_000_000_000;

/// Message: id, time in seconds since the Unix epoch, number of the author, text, and rare parts.
#[derive(Serialize)]
pub(super) struct Row<'m>(
    pub(super) String,
    pub(super) i64,
    pub(super) usize,
    pub(super) Option<&'m str>,
    #[serde(skip_serializing_if = "Details::is_empty")] pub(super) Details,
);

/// Rare parts of a message.
#[derive(Default, PartialEq, Serialize)]
pub(super) struct Details {
    /// Time of the last edit, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    edited: Option<i64>,
    /// Role of the user who deleted the message.
    #[serde(skip_serializing_if = "Option::is_none")]
    deleted: Option<String>,
    #[serde(skip_serializing_if = "is_false")]
    notice: bool,
    #[serde(skip_serializing_if = "is_false")]
    pinned: bool,
    /// Id of the message that is replied to.
    #[serde(skip_serializing_if = "Option::is_none")]
    reply: Option<String>,
    /// Start and length of each mention, in UTF-16 code units.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    mentions: Vec<[i64; 2]>,
    /// Placeholder of GroupMe's own emoji in the text.
    #[serde(skip_serializing_if = "Option::is_none")]
    emoji: Option<String>,
    /// Icon of each reaction, with the names of the users who gave it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    reactions: Vec<(String, Vec<String>)>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    parts: Vec<Part>,
}

/// Attachment shown in the page.
#[derive(Default, PartialEq, Serialize)]
struct Part {
    kind: &'static str,
    /// File of the archive, as a path relative to the page.
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<String>,
    /// URL, if the archive has no file.
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bytes: Option<u64>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "as serde calls it")]
fn is_false(flag: &bool) -> bool {
    !*flag
}

impl Details {
    fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Names and media that the rows of a page refer to.
pub(super) struct Context<'a> {
    pub(super) conversation: &'a ConversationId,
    /// Names of users, by their ids.
    pub(super) names: &'a BTreeMap<UserId, String>,
    pub(super) media: &'a MediaIndex,
}

impl Context<'_> {
    /// Returns the rare parts of a message.
    pub(super) fn details(&self, message: &MessageRef<'_>) -> Details {
        let edited = message.updated_at().filter(|_| message.is_edited());
        let mut details = Details {
            edited: edited.map(shown_seconds),
            deleted: message.is_deleted().then(|| {
                let actor = message.deletion_actor();
                actor.map_or_else(String::new, |actor| actor.as_str().to_owned())
            }),
            notice: message.is_system(),
            pinned: message.pinned_at().is_some(),
            reactions: self.reactions(message),
            ..Details::default()
        };
        for part in message.attachments() {
            self.attachment(&part, &mut details);
        }
        // Old messages have a picture outside of their attachments.
        if let Some(url) = message.picture_url().filter(|_| details.parts.is_empty()) {
            details.parts.extend(self.medium("image", Some(url)));
        }
        details
    }

    fn attachment(&self, part: &AttachmentRef<'_>, details: &mut Details) {
        let part = match part {
            AttachmentRef::Reply(reply) => {
                details.reply = reply.replied_to().map(|id| id.as_str().to_owned());
                return;
            }
            AttachmentRef::Mentions(mentions) => {
                details.mentions = mentions.loci().into_iter().flatten().collect();
                return;
            }
            AttachmentRef::Emoji(emoji) => {
                details.emoji = emoji.placeholder().map(str::to_owned);
                return;
            }
            AttachmentRef::Image(image) => self.medium("image", image.url()),
            AttachmentRef::LinkedImage(image) => Some(Part {
                kind: "link",
                url: image.url().and_then(escape::link).map(str::to_owned),
                name: Some("Picture outside GroupMe".to_owned()),
                ..Part::default()
            }),
            AttachmentRef::Video(video) => self.medium("video", video.url()),
            AttachmentRef::Audio(audio) => self.medium("audio", audio.url()),
            AttachmentRef::File(file) => file.file_id().map(|id| self.file(id.as_str())),
            AttachmentRef::Location(place) => {
                let degrees = place.lat().zip(place.lng());
                let degrees = degrees.map(|(lat, lng)| format!("{lat}, {lng}"));
                let name = place.name().map(str::to_owned);
                let known: Vec<_> = name.into_iter().chain(degrees).collect();
                Some(Part {
                    kind: "place",
                    name: Some(known.join(" \u{b7} ")),
                    ..Part::default()
                })
            }
            AttachmentRef::Poll(_) => Some(named("Poll")),
            AttachmentRef::CalendarEvent(_) => Some(named("Calendar event")),
            AttachmentRef::Postprocessing(_) => None,
            other => Some(named(other.kind())),
        };
        details.parts.extend(part);
    }

    /// Returns a picture, video or sound: the file of the archive, or a link if there is none.
    fn medium(&self, kind: &'static str, url: Option<&str>) -> Option<Part> {
        let url = url?;
        let medium = self.media.get(&Reference::Url(url.to_owned()).key());
        let file = medium.and_then(|medium| medium.file.as_deref());
        Some(Part {
            kind,
            file: file.map(path),
            url: escape::link(url)
                .filter(|_| file.is_none())
                .map(str::to_owned),
            ..Part::default()
        })
    }

    fn file(&self, id: &str) -> Part {
        let key = Reference::File(self.conversation.clone(), id.to_owned()).key();
        let medium = self.media.get(&key);
        let file = medium.and_then(|medium| medium.file.as_deref());
        let name = medium.and_then(|medium| medium.name.as_deref());
        Part {
            kind: "file",
            file: file.map(path),
            name: Some(name.map_or_else(|| "File".to_owned(), file_name)),
            bytes: medium.map(|medium| medium.bytes).filter(|_| file.is_some()),
            ..Part::default()
        }
    }

    fn reactions(&self, message: &MessageRef<'_>) -> Vec<(String, Vec<String>)> {
        let name = |user: UserId| match self.names.get(&user) {
            Some(name) => name.clone(),
            None => user.to_string(),
        };
        let reactions = message.reactions().into_iter().flatten();
        let mut shown: Vec<_> = reactions
            .map(|reaction| {
                let users = reaction.user_ids().map(|user| name(user.into_owned()));
                (icon(&reaction), users.collect())
            })
            .collect();
        // Old messages have hearts instead of reactions.
        if shown.is_empty() {
            let users = message.favorited_by().into_iter().flatten();
            let users: Vec<_> = users.map(|user| name(user.into_owned())).collect();
            if !users.is_empty() {
                shown.push(("\u{2764}\u{fe0f}".to_owned(), users));
            }
        }
        shown
    }
}

fn icon(reaction: &ReactionRef<'_>) -> String {
    match reaction {
        ReactionRef::Unicode(reaction) => reaction.code().unwrap_or_default().to_owned(),
        ReactionRef::Emoji(reaction) => format!(
            "{}:{}",
            reaction.pack_id().unwrap_or_default(),
            reaction.pack_index().unwrap_or_default()
        ),
        other => other.kind().to_owned(),
    }
}

fn named(name: &str) -> Part {
    Part {
        kind: "other",
        name: Some(name.to_owned()),
        ..Part::default()
    }
}

/// Returns the path of a medium, relative to a page.
fn path(file: &str) -> String {
    format!("../{MEDIA}/{file}")
}
